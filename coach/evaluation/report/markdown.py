"""Blocks -> Markdown. In: blocks. Out: text that fits a job summary, every piece of it inert."""

from collections.abc import Iterable

from coach.evaluation.report.blocks import Bars, Block, Grid, Heading, Items, Line
from coach.render.inert import escaped

LARGEST = 900_000  # bytes; GitHub cuts a summary at 1 MiB
MARKS = {"good": "**Passed.** ", "bad": "**Failed.** ", "plain": ""}


def markdown(blocks: Iterable[Block]) -> str:
    """The report as Markdown, cut at a whole block with a line that says so if it is too long."""
    parts: list[str] = []
    size = 0
    listed = list(blocks)
    for at, block in enumerate(listed):
        part = _laid_out(block)
        size += len(part.encode()) + 2
        if size > LARGEST:
            parts.append(f"{len(listed) - at} more pieces are left out here; report.html has them.")
            break
        parts.append(part)
    return "\n\n".join(parts) + "\n"


def _laid_out(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {escaped(text)}"
        case Line(text, tone):
            return MARKS[tone] + escaped(text)
        case Items(lines):
            return "\n".join(f"- {escaped(line)}" for line in lines)
        case Grid(head, rows):
            return _table(head, rows)
        case Bars(bars):
            return _table(
                ("what", "rate", "interval", "held to"),
                tuple((b.name, f"{b.rate:.1%}", f"{b.low:.0%} to {b.high:.0%}", f"{b.limit:.0%}" if b.limit is not None else "-") for b in bars),
            )


def _table(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    lines = ["| " + " | ".join(map(escaped, head)) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(escaped, row)) + " |" for row in rows])
