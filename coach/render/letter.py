"""A mail to the buyer, to be read and changed before anybody sends it. In: a Review. Out: an unsent .eml draft, plain text.

Before the yes: the first questions and the help that goes with them. After it: the plan, as a proposal. What the coach
thinks of the deal is for the rep alone: no verdict, no reason, no answer that would mean no, nothing given away that the
rep has not agreed to give. Never holds a sender or a recipient and is never sent from here.
"""

import re
from email.message import EmailMessage
from email.policy import SMTP

from coach.advice import UNKNOWN, NoAdvice, Question, Ruthless, Skeptical, Step
from coach.render.buyer import Buyer, buyer
from coach.render.inert import unlinked
from coach.render.wording import day
from coach.review import Review

MOST_QUESTIONS = 2
SUBJECTS = {1: "One question before we go on", 2: "Two questions before we go on"}
OPEN_QUESTION = "What is still open on your side, and who else has a say in it?"
OFFER = "Tell me what would help you to find out, and I will see to it."
NOT_NAMED = {"us": "us", "theirs": "please name somebody on your side", "both": "us, and please name somebody on your side"}


def email(review: Review) -> bytes:
    """The draft, which mail programs open ready to be changed and sent."""
    advice = review.advice
    match advice:
        case Skeptical():
            subject, blocks = _asking(advice.questions)
        case Ruthless():
            subject, blocks = _planning(advice, buyer(review.verdict.commitment.by or ""))
        case NoAdvice():
            subject, blocks = "Nothing to send yet", ("There is no deal in this text to write about.", f"Bring this first: {unlinked(advice.first)}")
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message["X-Unsent"] = "1"
    message.set_content("\n\n".join(block for block in blocks if block) + "\n", cte="quoted-printable")
    return message.as_bytes()


def _asking(questions: tuple[Question, ...]) -> tuple[str, tuple[str, ...]]:
    """The first question, and the next for the same person, with what is offered for each."""
    to = buyer(questions[0].whom) if questions else Buyer()
    asked = (questions[:1] + tuple(q for q in questions[1:] if buyer(q.whom).call == to.call))[:MOST_QUESTIONS]
    asks = [unlinked(q.ask) for q in asked] or [OPEN_QUESTION]
    helps = dict.fromkeys(help for q in asked if (help := to.offered(q.help)))
    return SUBJECTS[len(asks)], (
        to.greeting,
        "Thank you for your time. Before I take more of it, I would like to know whether this is worth it to you. So, plainly:",
        "\n".join(f"{at}. {ask}" for at, ask in enumerate(asks, 1)),
        "A straight answer is worth more to me than a kind one.",
        "\n".join(("What I can do for you in return:", *(f"- {help}" for help in helps))) if helps else OFFER,
        "That is yours either way, whether we go on or not." if helps else "",
        "Best regards",
    )


def _planning(advice: Ruthless, to: Buyer) -> tuple[str, tuple[str, ...]]:
    numbers = {step.id: at for at, step in enumerate(advice.plan, 1)}
    return "Our plan, for you to correct", (
        to.greeting,
        "Thank you for your decision. So that nothing waits for want of a name or a date, here is the way to the start as I see it.",
        "\n".join(_step(step, numbers, to) for step in advice.plan) or "I would like to write it with you: what has to be done, by whom, and by which day.",
        f"The signature is due by {day(advice.close_by)}." if advice.close_by else "By which day would you like this to be signed?",
        "It is a proposal. Please correct what is wrong, above all names and dates. If a date does not hold, tell me early and we change the plan together.",
        "Best regards",
    )


def _step(step: Step, numbers: dict[str, int], to: Buyer) -> str:
    owner = re.sub(r"\byou\b", "us", step.owner, flags=re.IGNORECASE)
    after = ", ".join(str(numbers[id]) for id in step.after if id in numbers)
    lines = (
        f"{numbers[step.id]}. {to.told(step.what)}",
        f"Who: {NOT_NAMED[step.side] if _unknown(owner) else to.named(owner)}",
        f"Signs: {NOT_NAMED['theirs'] if _unknown(step.signer) else to.named(step.signer)}" if step.signer else "",
        f"By: {day(step.due) if step.due else 'please name a day'}",
        f"After: {after}" if after else "",
    )
    return "\n   ".join(line for line in lines if line)


def _unknown(who: str) -> bool:
    return not who.strip() or who.casefold().startswith(UNKNOWN.partition(":")[0])
