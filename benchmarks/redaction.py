"""What redaction takes for somebody's in the dev notes of the eval cases, and what redact mode does to the verdicts. In: settings. Out: tables.

The notes are made up and hold hardly any real number or address, so what is found is printed to be looked at. Holdout notes are
left out: they are neither looked at nor printed.
"""

import re
import time
from collections import Counter

from coach.ask import Answer, Answerer, Reply, Request
from coach.cover import Cover
from coach.evaluation.cases import load_cases
from coach.llm.analyst import Analyst
from coach.readers import read
from coach.review import review
from coach.settings import Settings

NUMBER = re.compile(r"\d[\d.,:/ -]*\d{2,}")  # money, dates, amounts, order numbers: what must stay
AROUND = 25  # characters shown on each side


class Discreet:
    """The offline analyst behind placeholders."""

    def __init__(self) -> None:
        self._analyst = Analyst()
        self.answerer: Answerer = self._analyst.answerer.model_copy(update={"discreet": True})

    def __call__(self, request: Request[Reply]) -> Answer[Reply]:
        return self._analyst(request)


def redaction(settings: Settings) -> None:
    """What is taken for a number, address or key in the dev notes, and how many verdicts redact mode changes."""
    cases = load_cases(settings.evals / "cases", "dev")
    playbook = settings.playbook("default")
    found: Counter[str] = Counter()
    numbers = characters = changed = worse = 0
    seconds = 0.0
    for case in cases:
        talk = read(case.note, case.id)
        start = time.perf_counter()
        cover = Cover(talk)
        seconds += time.perf_counter() - start
        characters += len(talk.source)
        numbers += len(NUMBER.findall(talk.source))
        for spot in cover.redacted.spots:
            found[spot.kind] += 1
            if spot.kind != "person":
                before, after = talk.source[max(0, spot.start - AROUND) : spot.start], talk.source[spot.end : spot.end + AROUND]
                print(f"  {spot.kind:6} {case.id:45} {before!r} [{talk.source[spot.start : spot.end]}] {after!r}")
        plain, hidden = (review(talk, playbook, ask, case.as_of).verdict for ask in (Analyst(), Discreet()))
        labels = ["undetermined" if verdict.undetermined else verdict.stage for verdict in (plain, hidden)]
        changed += labels[0] != labels[1]
        worse += labels[1] == 2 and 2 not in case.gold.accept and labels[0] != 2
        if labels[0] != labels[1]:
            print(f"  stage  {case.id:45} {labels[0]} -> {labels[1]}, gold {case.gold.stage}")
    print(f"{len(cases)} dev notes, {characters:,} characters, {numbers:,} numbers; {seconds / characters * 1e6:.2f} s a million characters")
    print(", ".join(f"{kind} {count}" for kind, count in found.most_common()))
    print(f"redact mode changes the stage of {changed} of {len(cases)} offline reviews, {worse} of them to a false yes")
