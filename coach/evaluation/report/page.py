"""Blocks -> one HTML file. In: blocks. Out: a page that asks nothing of the network: no script, no outside style or picture.

Everything is escaped; the page forbids itself everything but its own style.
"""

from collections.abc import Iterable
from html import escape
from pathlib import Path

from coach.evaluation.report.blocks import Bar, Bars, Block, Grid, Heading, Items, Line
from coach.render.inert import folded

HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Eval report</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
%s</style></head><body>
"""
LEFT, WIDE, ROW = 270, 380, 24  # pixels of the picture


def page(blocks: Iterable[Block]) -> str:
    """The report as one HTML file."""
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    return HEAD % style + "\n".join(_laid_out(block) for block in blocks) + "\n</body></html>\n"


def _laid_out(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level}>{_shown(text)}</h{level}>"
        case Line(text, tone):
            return f'<p class="{tone}">{_shown(text)}</p>'
        case Items(lines):
            return "<ul>" + "".join(f"<li>{_shown(line)}</li>" for line in lines) + "</ul>"
        case Grid(head, rows):
            top = "".join(f'<th scope="col">{_shown(cell)}</th>' for cell in head)
            body = "".join("<tr>" + "".join(f"<td>{_shown(cell)}</td>" for cell in row) + "</tr>" for row in rows)
            return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
        case Bars(bars):
            return _picture(bars)


def _picture(bars: tuple[Bar, ...]) -> str:
    """Rates as dots on their intervals, with a tick where the gate holds them."""
    if not bars:
        return ""
    rows = []
    for at, bar in enumerate(bars):
        y = ROW * at + ROW // 2 + 4
        x = [LEFT + WIDE * value for value in (bar.rate, bar.low, bar.high)]
        mark = LEFT + WIDE * bar.limit if bar.limit is not None else None
        limit = f'<line class="limit" x1="{mark:.1f}" x2="{mark:.1f}" y1="{y - 8}" y2="{y + 8}"/>' if mark is not None else ""
        rows.append(
            f'<text x="0" y="{y + 4}">{_shown(bar.name)}</text><line class="axis" x1="{LEFT}" x2="{LEFT + WIDE}" y1="{y}" y2="{y}"/>'
            f'<line class="range" x1="{x[1]:.1f}" x2="{x[2]:.1f}" y1="{y}" y2="{y}"/>{limit}'
            f'<circle class="dot{"" if bar.good else " bad"}" cx="{x[0]:.1f}" cy="{y}" r="5"/><text x="{LEFT + WIDE + 12}" y="{y + 4}">{bar.rate:.1%}</text>'
        )
    height = ROW * len(bars) + 8
    label = "Rates with 95% intervals; a tick marks what the gate asks for"
    return f'<svg viewBox="0 0 {LEFT + WIDE + 60} {height}" role="img" aria-label="{label}">{"".join(rows)}</svg><p>{label}.</p>'


def _shown(text: str) -> str:
    """Text that is only shown: no markup, and nothing unseen that hides or turns round what stands beside it."""
    return escape(folded(text))
