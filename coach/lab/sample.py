"""The requests of a review. In: a text, a playbook and somebody who answers. Out: every request that a model could get on it.

Which requests there are depends on the answers. The offline analyst answers in the model's place, so nothing is sent; for
both kinds of coaching there is one request, because a model's answers could lead to either. `everything` makes requests in
which no list is empty, so that a template is held against all it can be given.
"""

from datetime import date
from typing import Any

from coach.advice import AdviseRuthless, AdviseSkeptical, Findings
from coach.ask import Answer, Answerer, Ask, Brief, Reply, Request, Usage
from coach.commitment import Judge, Spoken
from coach.conversation import Conversation
from coach.evidence import Extract, ExtractPart, LookAgain, LookReply, PartReply, Supported, Weigh
from coach.playbook import Playbook
from coach.readers import read
from coach.review import Review, review
from coach.windows import ending, windows

TODAY = date(2026, 3, 2)
NAME = "Ysolde Quarrington"
TALK = """Sam (rep): How did last week go on your side?
Ysolde Quarrington (CEO): We lost four orders again because nobody picked up the phone, and my brother was furious about it.
Sam (rep): What would that be in a year, roughly?
Ysolde Quarrington (CEO): Around forty thousand, if I count the two customers who left in spring, and I do count them.
Sam (rep): Is money set aside for it?
Ysolde Quarrington (CEO): It is in the plan for the second half, I put it there myself and nobody has touched it since.
Sam (rep): Who else has to say something about it?
Ysolde Quarrington (CEO): Nobody above me. Legal reads the paper, that takes them a week if they are not on holiday.
"""
ABOUT_A_THOUSAND_WORDS = TALK * 8 + "Ysolde Quarrington (CEO): We are buying it. I decided yesterday and I sign, send the contract today.\n"
PROBLEM = "question: a number that is not in the note: nineteen marmots"
PARTS = 1_000  # tokens of a window in the sample, so that it has several


class _Listening:
    """An answerer that keeps what it is asked, and shows long texts in parts as a model would get them."""

    def __init__(self, inner: Ask, window: int) -> None:
        self._inner = inner
        self.requests: list[Request[Any]] = []
        self.answerer = Answerer(name=inner.answerer.name, is_llm=False, window=window)

    def __call__(self, request: Request[Reply]) -> Answer[Reply]:
        self.requests.append(request)
        reply: Any
        match request:
            case ExtractPart():
                whole = self._inner(Extract(brief=request.brief)).reply
                shown = {piece.turn for piece in request.brief.window.pieces} if request.brief.window else set()
                claims = tuple(claim for claim in whole.claims if claim.line in shown)
                reply = PartReply(selling=whole.selling, sales=whole.sales, deals=whole.deals, claims=claims, moments=())
            case LookAgain():
                reply = LookReply(claims=())
            case _:
                return self._inner(request)
        return Answer(reply=reply, usage=Usage(calls=1))


def requests_on(conversation: Conversation, playbook: Playbook, ask: Ask, today: date, window: int) -> list[Request[Any]]:
    """What a review of the text would ask a model, in order. Raises PromptTooLong for a text that would not be sent at all."""
    listening = _Listening(ask, window)
    done = review(conversation, playbook, listening, today)
    asked = [request for request in listening.requests if not isinstance(request, AdviseSkeptical | AdviseRuthless)]
    brief = next(request.brief for request in asked if isinstance(request, Judge))
    return [*asked, *_coaching(brief, done)]


def everything(playbook: Playbook, ask: Ask) -> list[Request[Any]]:
    """A request of every kind on a made-up call, whole and in parts, with something in every list."""
    conversation = read(ABOUT_A_THOUSAND_WORDS)
    whole = Brief(conversation=conversation, playbook=playbook, today=TODAY)
    done = review(conversation, playbook, ask, TODAY)
    part = whole.model_copy(update={"window": windows(conversation, PARTS)[0]})
    end = whole.model_copy(update={"window": ending(conversation, PARTS)})
    quotes = [item.quote for item in done.evidence]
    supported = tuple(Supported(criterion=item.criterion, line=item.quote.turn, quote=item.quote.text) for item in done.evidence)
    return [
        Extract(brief=whole),
        Judge(brief=whole, evidence=done.evidence),
        *_coaching(whole, done),
        *_coaching(whole, done, (PROBLEM,)),
        ExtractPart(brief=part),
        LookAgain(brief=part, missing=("competition",), supported=supported),
        Weigh(brief=whole, quote=conversation.text(conversation.turns[quotes[0].turn])),  # a whole line, so that it can be told whether it is in it
        Judge(brief=end, evidence=done.evidence, spoken=tuple(Spoken(what="yes", quote=quote) for quote in quotes)),
    ]


def _coaching(brief: Brief, done: Review, problems: tuple[str, ...] = ()) -> list[Request[Any]]:
    findings = Findings(verdict=done.verdict, standings=done.criteria, evidence=done.evidence)
    return [AdviseSkeptical(brief=brief, findings=findings, problems=problems), AdviseRuthless(brief=brief, findings=findings, problems=problems)]
