"""A perfect reader. In: a case. Out: an Ask that answers just what the gold says.

Its replies go through grounding, rules and checks like anybody's. So it shows what the rules make of a perfect reading, it
is what mutants are made from, and it can be recorded: an `authored` recording, which proves the machinery of replay and
says nothing of any model.
"""

import json
import time
from typing import Any

from coach.advice import AdviseRuthless, AdviseSkeptical
from coach.ask import Answer, Answerer, Ask, Reply, Request, Usage
from coach.commitment import ClaimedCommitment, Judge, JudgeReply, Opinion, Pointer
from coach.conversation import Conversation
from coach.drafts import ruthless_draft, skeptical_draft
from coach.errors import CoachError
from coach.evaluation.cases import EvalCase
from coach.evidence import Claim, ClaimedDeal, Extract, ExtractReply
from coach.llm.asker import OnText, RawReply, Sent

OBJECTS = ("purchase", "pilot", "demo", "proposal", "introduction", "meeting", "other")
OPINIONS: dict[object, Opinion] = {1: "stage_1", 2: "stage_2", "undetermined": "cannot_tell"}


class Oracle:
    """Answers from the gold of one case."""

    answerer = Answerer(name="gold answers", is_llm=False)

    def __init__(self, case: EvalCase) -> None:
        self.case = case

    def __call__(self, request: Request[Reply]) -> Answer[Reply]:
        start = time.perf_counter()
        reply: Any
        match request:
            case Extract():
                reply = self._claims(request.brief.conversation)
            case Judge():
                reply = self._commitments(request.brief.conversation)
            case AdviseSkeptical():
                reply = skeptical_draft(request)
            case AdviseRuthless():
                reply = ruthless_draft(request)
            case _:
                raise TypeError(f"no gold answer to {type(request).__name__}")
        return Answer(reply=reply, usage=Usage(calls=1, seconds=time.perf_counter() - start))

    def _claims(self, conversation: Conversation) -> ExtractReply:
        claims = [
            Claim(line=at.line, quote=at.quote, criterion=id, polarity=quote.polarity, hope=False)
            for id, criterion in self.case.gold.criteria.items()
            for quote in criterion.quotes
            for at in pointers(quote.text, self.case.note, conversation)
        ]
        deals = tuple(ClaimedDeal(name=name, line=pointers(name, self.case.note, conversation)[0].line) for name in self.case.deals)
        return ExtractReply(selling=self.case.gold.why, sales=self.case.gold.sales, deals=deals, claims=tuple(claims))

    def _commitments(self, conversation: Conversation) -> JudgeReply:
        gold = self.case.gold
        back = pointers(gold.decided_by[0], self.case.note, conversation)[0] if gold.commitment.taken_back and gold.decided_by else None
        words = gold.decided_by if gold.stage == 2 or not gold.against else gold.against
        power = (
            next((p for q in gold.criteria["authority"].quotes for p in pointers(q.text, self.case.note, conversation)), None)
            if "authority" in gold.criteria
            else None
        )
        claimed = [
            ClaimedCommitment(
                line=at.line,
                quote=at.quote,
                by=gold.commitment.by,
                to=gold.commitment.to if gold.commitment.to in OBJECTS else "other",  # type: ignore[arg-type]
                level=gold.commitment.level,
                hope=False,
                condition=gold.decided_by[0] if gold.commitment.level == "conditional" and gold.decided_by else None,
                can_decide=gold.commitment.can_decide,
                authority=power or at,
                taken_back=back,
                deal=None,
            )
            for text in words
            for at in pointers(text, self.case.note, conversation)[:1]
            if gold.commitment.level != "none"
        ]
        return JudgeReply(reason=gold.why, commitments=tuple(claimed), refusal=None, opinion=OPINIONS[gold.stage])


def pointers(text: str, note: str, conversation: Conversation) -> list[Pointer]:
    """Gold words as lines with the words in them: one for each turn that they touch."""
    start = note.index(text)
    end = start + len(text)
    found = []
    for turn in conversation.turns:
        a, b = max(start, turn.start), min(end, turn.end)
        if a < b and (words := conversation.source[a:b].strip()):
            found.append(Pointer(line=turn.index, quote=words))
    return found or [Pointer(line=0, quote=text)]


class Dictated:
    """An Ask whose model says what the oracle tells it: the gold answers on their way through prompts, transport and parsing."""

    def __init__(self, case: EvalCase) -> None:
        self._oracle = Oracle(case)
        self._next: str | None = None
        self.model = "gold"
        self.abreast = 1  # what is dictated is for the next request

    def over(self, ask: Ask) -> Ask:
        """The ask that has this chat behind it, told what to say before each request."""
        return _Dictating(self, ask)

    def tell(self, request: Request[Any]) -> None:
        """Makes ready the reply to the next request."""
        self._next = json.dumps(self._oracle(request).reply.model_dump(mode="json"), ensure_ascii=False)

    def __call__(self, sent: Sent, on_text: OnText | None = None) -> RawReply:
        if self._next is None:
            raise CoachError(f"Nothing was dictated for {sent.task}.")
        if on_text:
            on_text(self._next)
        return RawReply(text=self._next, served="gold")


class _Dictating:
    def __init__(self, chat: Dictated, ask: Ask) -> None:
        self._chat = chat
        self._ask = ask

    @property
    def answerer(self) -> Answerer:
        return self._ask.answerer

    def __call__(self, request: Request[Reply]) -> Answer[Reply]:
        self._chat.tell(request)
        return self._ask(request)
