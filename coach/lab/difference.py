"""What differs between two versions of texts. In: texts by file name. Out: lines, each the same, added or taken away.

Lines far from any change are left out, and a heading says where. Never reads files.
"""

from collections.abc import Iterator, Mapping
from difflib import unified_diff
from typing import Literal

from coach.conversation import Value

Sort = Literal["file", "place", "same", "added", "gone"]
SIGNS: dict[Sort, str] = {"file": "", "place": "", "same": " ", "added": "+", "gone": "-"}


class Row(Value):
    """One line of a difference."""

    sort: Sort
    text: str

    @property
    def line(self) -> str:
        """As `diff -u` has it."""
        return SIGNS[self.sort] + self.text


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Row]:
    """Everything that differs, file by file in order of their names; nothing if both are the same."""
    for name in sorted({*before, *now}):
        a, b = before.get(name), now.get(name)
        if a == b:
            continue
        said = f"{name}{' is new' if a is None else ' is gone' if b is None else ''}"
        yield Row(sort="file", text=said)
        for line in list(unified_diff((a or "").splitlines(), (b or "").splitlines(), lineterm="", n=2))[2:]:
            yield _row(line)


def _row(line: str) -> Row:
    if line.startswith("@@"):
        start = line.split("+")[1].split(maxsplit=1)[0].split(",", maxsplit=1)[0]
        return Row(sort="place", text=f"from line {start}")
    return Row(sort={"+": "added", "-": "gone"}.get(line[0], "same"), text=line[1:])  # type: ignore[arg-type]
