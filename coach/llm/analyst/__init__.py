"""The offline analyst: answers without a language model, a key or a network. In: a Request. Out: a reply.

Claims and commitments are nominated by a linear text classifier and a cue grammar; advice is worded by the playbook.
All of it goes through the same grounding, rules and checks as a model's word. Deterministic.
"""

import time
from typing import Any

from coach.advice import AdviseRuthless, AdviseSkeptical
from coach.ask import Answer, Answerer, Reply, Request, Usage
from coach.commitment import Judge
from coach.conversation import Conversation
from coach.drafts import ruthless_draft, skeptical_draft
from coach.evidence import Extract
from coach.llm.analyst.claims import extract
from coach.llm.analyst.reading import Reading
from coach.llm.analyst.yes import judge


class Analyst:
    """Answers from one reading of the text, which is kept for the review at hand."""

    answerer = Answerer(name="offline analyst", is_llm=False)

    def __init__(self) -> None:
        self._last: tuple[Conversation, Reading] | None = None

    def __call__(self, request: Request[Reply]) -> Answer[Reply]:
        start = time.perf_counter()
        reply: Any
        match request:
            case Extract():
                reply = extract(self._reading(request.brief.conversation), request.brief)
            case Judge():
                reply = judge(self._reading(request.brief.conversation), request)
            case AdviseSkeptical():
                reply = skeptical_draft(request)
            case AdviseRuthless():
                reply = ruthless_draft(request)
            case _:
                raise TypeError(f"the offline analyst has no answer to {type(request).__name__}")
        return Answer(reply=reply, usage=Usage(seconds=time.perf_counter() - start))

    def _reading(self, conversation: Conversation) -> Reading:
        last = self._last
        if last is None or last[0] is not conversation:
            last = self._last = (conversation, Reading(conversation))
        return last[1]
