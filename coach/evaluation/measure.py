"""How good is the offline analyst? In: the eval cases. Out: a table for each split, printed.

    python -m coach.evaluation.measure [dev|holdout]

The analyst learned from the dev cases, so that only the holdout's figures say what a new note will get. Beside it stand
two answerers that any good one has to beat: "always stage 1", and a keyword matcher.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from coach.conversation import Conversation
from coach.evaluation.cases import EvalCase, load_cases
from coach.evidence import Polarity
from coach.grounding import Evidence
from coach.llm.analyst import Analyst
from coach.playbook import Playbook
from coach.readers import read
from coach.review import Review, review
from coach.settings import load

CASES = Path(__file__).parents[2] / "evals" / "cases"
KEYWORDS = re.compile(r"\b(?:yes|let's do it|deal|approved|signed|go ahead|send (?:me |us )?the contract|purchase order)\b", re.IGNORECASE)
OVERLAP = 0.5  # share of the shorter of two quotes from which they are the same piece of evidence


class Gold(NamedTuple):
    """A gold quote with its place in the note."""

    criterion: str
    polarity: Polarity
    start: int
    end: int
    required: bool


def gold_of(case: EvalCase) -> Iterator[Gold]:
    """The gold quotes of a case."""
    for criterion, gold in case.gold.criteria.items():
        for quote in gold.quotes:
            start = case.note.index(quote.text)
            yield Gold(criterion, quote.polarity, start, start + len(quote.text), quote.required)


def same(found: Evidence, gold: Gold) -> bool:
    """Whether a piece of evidence is the gold one: same criterion and polarity, overlapping words."""
    shared = min(found.quote.end, gold.end) - max(found.quote.start, gold.start)
    shorter = min(found.quote.end - found.quote.start, gold.end - gold.start)
    return (found.criterion, found.polarity) == (gold.criterion, gold.polarity) and shared >= OVERLAP * shorter


def score(case: EvalCase, done: Review, count: Counter[str]) -> None:
    """Adds one reviewed case to the counts."""
    verdict, gold = done.verdict, case.gold
    label = "undetermined" if verdict.undetermined else verdict.stage
    count["cases"] += 1
    count["stage as labelled"] += label in gold.accept
    count["stage 1 or 2"] += (verdict.stage == 2) == (gold.stage == 2)
    count["no real yes"] += 2 not in gold.accept
    count["false yes"] += 2 not in gold.accept and verdict.stage == 2
    count["real yes"] += gold.stage == 2
    count["missed yes"] += gold.stage == 2 and verdict.stage != 2
    quotes = list(gold_of(case))
    count["key quotes"] += sum(q.required for q in quotes)
    count["key quotes found"] += sum(q.required and any(same(e, q) for e in done.evidence) for q in quotes)
    count["evidence shown"] += len(done.evidence)
    count["evidence right"] += sum(any(same(e, q) for q in quotes) for e in done.evidence)
    for row in done.criteria:
        expected = gold.criteria[row.id]
        count["statuses"] += 1
        count["statuses right"] += row.status in (expected.accept or (expected.status,))
    count["sales right"] += done.sales == gold.sales


SHARES = (
    ("stage as labelled", "cases"),
    ("stage 1 or 2", "cases"),
    ("false yes", "no real yes"),
    ("missed yes", "real yes"),
    ("sales right", "cases"),
    ("key quotes found", "key quotes"),
    ("evidence right", "evidence shown"),
    ("statuses right", "statuses"),
)


def measure(cases: list[EvalCase], playbook: Playbook) -> Counter[str]:
    """Counts over all cases with the offline analyst."""
    count: Counter[str] = Counter()
    for case in cases:
        score(case, review(read(case.note, case.id), playbook, Analyst(), case.as_of), count)
    return count


def dumb(cases: list[EvalCase], says_yes: Callable[[Conversation], bool]) -> Counter[str]:
    """Stage counts of an answerer that only says yes or no."""
    count: Counter[str] = Counter()
    for case in cases:
        yes = says_yes(read(case.note, case.id))
        count["cases"] += 1
        count["stage 1 or 2"] += yes == (case.gold.stage == 2)
        count["no real yes"] += 2 not in case.gold.accept
        count["false yes"] += 2 not in case.gold.accept and yes
        count["real yes"] += case.gold.stage == 2
        count["missed yes"] += case.gold.stage == 2 and not yes
    return count


def table(name: str, counts: dict[str, Counter[str]]) -> str:
    """A Markdown table: a row a figure, a column an answerer."""
    lines = [f"| {name} | " + " | ".join(counts) + " |", "|---|" + "---|" * len(counts)]
    for part, whole in SHARES:
        cells = [f"{c[part]} of {c[whole]} ({c[part] / c[whole]:.0%})" if c[whole] and part in c else "" for c in counts.values()]
        lines.append(f"| {part} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(words: list[str]) -> None:
    """The command."""
    playbook = load().playbook("default")
    for split in words or ["dev", "holdout"]:
        cases = [case for case in load_cases(CASES) if case.split == split]
        counts = {
            "offline analyst": measure(cases, playbook),
            "always stage 1": dumb(cases, lambda _: False),
            "keywords": dumb(cases, lambda conversation: KEYWORDS.search(conversation.source) is not None),
        }
        print(table(f"{split}, {len(cases)} cases", counts), end="\n\n")


if __name__ == "__main__":
    main(sys.argv[1:])
