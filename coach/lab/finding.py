"""What is wrong with a prompt set or a playbook, and where. In: a file, a line and words. Out: one line of text for each finding.

Errors keep a file from being used or make it do what nobody wants; warnings cost money or quality; notes are for
thinking. Never mends anything.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Literal

from coach.conversation import Value
from coach.render import workflow
from coach.render.inert import folded

Kind = Literal["error", "warning", "note"]
KINDS: tuple[Kind, ...] = ("error", "warning", "note")


class Finding(Value):
    """One thing to look at. `line` counts from 1."""

    file: str
    line: int
    kind: Kind
    says: str

    @property
    def text(self) -> str:
        """The finding as compilers write it, on one line."""
        return folded(f"{self.file}:{self.line}: {'' if self.kind == 'error' else f'{self.kind}: '}{self.says}")


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, by file and line."""
    return tuple(sorted(set(findings), key=lambda one: (one.file, one.line, KINDS.index(one.kind), one.says)))


def meant(word: str, known: Iterable[str]) -> str:
    """“Did you mean ...?” with a blank before it, if a known word is near."""
    near = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else ""


def summed(findings: Iterable[Finding]) -> str:
    """How many there are of each kind, in words."""
    kinds = [one.kind for one in findings]
    counts = [f"{kinds.count(kind)} {kind}{'' if kinds.count(kind) == 1 else 's'}" for kind in KINDS if kind in kinds]
    return ", ".join(counts) if counts else "nothing found"


def annotations(findings: Iterable[Finding]) -> Iterator[str]:
    """Workflow commands that put findings beside their lines on GitHub, at most nine and one that counts the rest. Notes stay out."""
    worth = [one for one in findings if one.kind != "note"]
    for one in worth[:workflow.MOST_ANNOTATIONS]:
        place = f"file={workflow.value(one.file)},line={one.line}"
        yield f"::{one.kind} {place}::{workflow.data(folded(one.says))}"
    if len(worth) > workflow.MOST_ANNOTATIONS:
        yield f"::notice::{len(worth) - workflow.MOST_ANNOTATIONS} more findings are in the log"
