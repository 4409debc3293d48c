"""A small language model and the offline analyst, together. In: a Request. Out: an Answer.

Each does what it was measured to do best (evals/README.md has the figures); neither is believed. `ModelReads`: the model
finds evidence and commitments, the coaching is worded by the playbook. `ModelChecks`: the analyst nominates and the model
is asked of each claim, one at a time and without the rest of the text, which way its words speak; where it hears the opposite
the claim is thrown out and counted, and where its reply cannot be used the claim stands. Both go through the same grounding,
rules and checks as anybody's word.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from coach.advice import AdviseRuthless, AdviseSkeptical
from coach.ask import Answer, Ask, Format, Reply, Request
from coach.errors import BadReply
from coach.evidence import Claim, Doubted, Extract, ExtractReply, Weigh, Weighed

MOST_WEIGHED = 24  # claims of one text; the rest stand as the analyst nominated them
REFUSED = "the model that checks it hears the opposite"
WAYS = {"supports": "for", "undermines": "against"}


class ModelReads:
    """The model reads and judges; what is said to the rep comes from the playbook."""

    def __init__(self, model: Ask, analyst: Ask) -> None:
        self._model = model
        self._analyst = analyst
        self.answerer = model.answerer

    def __call__(self, request: Request[Reply]) -> Answer[Reply]:
        return (self._analyst if isinstance(request, AdviseSkeptical | AdviseRuthless) else self._model)(request)


class ModelChecks:
    """The analyst reads and judges; the model checks each claim on the criteria."""

    def __init__(self, model: Ask, analyst: Ask) -> None:
        self._model = model
        self._analyst = analyst
        name = f"{analyst.answerer.name}, checked by {model.answerer.name}"
        self.answerer = model.answerer.model_copy(update={"name": name, "window": None, "abreast": 1})

    def __call__(self, request: Request[Reply]) -> Answer[Reply]:
        answer = self._analyst(request)
        made: Any = self._checked(answer, request) if isinstance(request, Extract) else answer
        checked: Answer[Reply] = made
        return checked

    def _checked(self, answer: Any, request: Extract) -> Answer[ExtractReply]:
        start = time.perf_counter()
        claims = list(answer.reply.claims)
        asked = [(at, weigh) for at, claim in enumerate(claims) if (weigh := _weigh(claim, request))][:MOST_WEIGHED]
        usage, formats = answer.usage, set[Format]()
        for (at, _), weighed in zip(asked, self._each([weigh for _, weigh in asked]), strict=True):
            if weighed:
                usage += weighed.usage
                formats |= {weighed.format} if weighed.format else set()
            if weighed and weighed.reply.speaks != WAYS[claims[at].polarity]:
                claims[at] = Doubted(**claims[at].model_dump(), doubt=REFUSED)
            elif request.hear:
                request.hear(claims[at])
        took = answer.usage.seconds + time.perf_counter() - start
        reply = answer.reply.model_copy(update={"claims": tuple(claims)})
        return Answer(reply=reply, usage=usage.model_copy(update={"seconds": took}), format=next(iter(formats), None))

    def _each(self, requests: Sequence[Weigh]) -> "list[Answer[Weighed] | None]":
        abreast = min(self._model.answerer.abreast, len(requests))
        if abreast < 2:
            return [self._heard(request) for request in requests]
        with ThreadPoolExecutor(abreast) as pool:
            return list(pool.map(self._heard, requests))

    def _heard(self, request: Weigh) -> "Answer[Weighed] | None":
        """What the model says of a claim, None if that cannot be used."""
        try:
            return self._model(request)
        except BadReply:
            return None


def _weigh(claim: Claim, request: Extract) -> Weigh | None:
    """The question on a claim; none on the rep's hope, which counts for nothing anyway."""
    return None if claim.hope else Weigh(brief=request.brief, quote=claim.quote, tries=1)
