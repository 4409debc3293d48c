"""How the offline analyst reads texts that nothing was learned from. In: marked texts in evals/unseen. Out: a table, printed.

    ./run unseen

They were written after the weights were learned, by others than the cases, and say less of a text than a case does: whether it ends in
a yes that counts, and which words are evidence. Nothing here gates. A text that is learned from has to leave the folder.
"""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from coach.evaluation.marked import Text, marked_texts
from coach.evaluation.statistics import wilson
from coach.llm.analyst import Analyst
from coach.playbook import Playbook
from coach.review import Review, review
from coach.settings import load

FOLDER = Path(__file__).parents[2] / "evals" / "unseen"
READ_ON = date(2026, 3, 2)  # the day that the texts are read on; no verdict hangs on it
SIGNS = {"supports": "+", "undermines": "-"}


class Share(NamedTuple):
    """So many of so many."""

    hits: int = 0
    of: int = 0

    def plus(self, other: "Share") -> "Share":
        """Both together."""
        return Share(self.hits + other.hits, self.of + other.of)

    def __str__(self) -> str:
        low, high = wilson(self.hits, self.of)
        return f"{self.hits}/{self.of}".rjust(9) + (f" {self.hits / self.of:6.1%} ({low:.0%}-{high:.0%})" if self.of else "").ljust(17)


class Measured(NamedTuple):
    """What was counted: real yeses called stage 2, texts without one called stage 2, marked evidence shown, and shown evidence that is marked."""

    yes: Share = Share()
    false_yes: Share = Share()
    recall: Share = Share()
    precision: Share = Share()

    def plus(self, other: "Measured") -> "Measured":
        """Both together."""
        return Measured(*(mine.plus(theirs) for mine, theirs in zip(self, other, strict=True)))


def measured(text: Text, playbook: Playbook) -> Measured:
    """One text, reviewed as a rep would have it: without the marks, and without being told who sells."""
    done = review(text.reading.conversation, playbook, Analyst(), READ_ON)
    said_yes = done.sales and done.verdict.stage == 2
    yes, false_yes = (Share(said_yes, 1), Share()) if text.real_yes else (Share(), Share(said_yes, 1))
    marked = set(_marked(text, playbook))
    shown = set(_shown(done, playbook))
    found = sum(any(_meet(one, other) for other in shown) for one in marked)
    fair = sum(any(_meet(one, other) for other in marked) for one in shown)
    return Measured(yes, false_yes, Share(found, len(marked)), Share(fair, len(shown)))


Piece = tuple[str, int, int]
"""A head such as `budget-`, and where its words stand."""


def _meet(one: Piece, other: Piece) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def _marked(text: Text, playbook: Playbook) -> Iterator[Piece]:
    topics = {criterion.topic for criterion in playbook.criteria}
    labels = {(row.text, row.before): row.labels for row in text.rows if "sales" not in row.known}
    for unit in text.reading.units:
        for head in labels.get((unit.text, unit.before), ()):
            if head[:-1] in topics:
                yield head, unit.start, unit.end


def _shown(done: Review, playbook: Playbook) -> Iterator[Piece]:
    topics = {criterion.id: criterion.topic for criterion in playbook.criteria}
    for one in done.evidence:
        if one.basis != "hope" and (topic := topics[one.criterion]):
            yield topic + SIGNS[one.polarity], one.quote.start, one.quote.end


def main() -> None:
    """The command."""
    playbook, total = load().playbook("default"), Measured()
    print(f"{'':18}{'yes found':>26} {'false yes':>26} {'marked evidence shown':>26} {'shown evidence marked':>26}")
    for path in sorted(FOLDER.glob("*.txt")):
        of_file = Measured()
        for text in marked_texts(path):
            of_file = of_file.plus(measured(text, playbook))
        total = total.plus(of_file)
        print(f"{path.stem:18}{' '.join(map(str, of_file))}", flush=True)
    print(f"{'all':18}{' '.join(map(str, total))}")
    sys.exit(0 if total.yes.of else "There are no texts in evals/unseen.")


if __name__ == "__main__":
    main()
