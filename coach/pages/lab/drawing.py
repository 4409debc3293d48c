"""Differences, findings and token counts as elements. In: rows of `coach.lab`. Out: markup in which every word is escaped."""

from collections.abc import Iterable, Mapping

from coach.lab.coverage import Covered
from coach.lab.difference import SIGNS, Row
from coach.lab.finding import Finding
from coach.lab.shown import Showing
from coach.pages.measured.elements import El, el, table

SAID = {"added": "added", "gone": "taken away"}


def difference(rows: Iterable[Row]) -> El | None:
    """Lines added and taken away, each with its sign; None if there are none."""
    drawn = [_row(row) for row in rows]
    return el("div", *drawn, cls="diff", role="region", aria_label="What differs") if drawn else None


def _row(row: Row) -> El:
    sign = el("span", SIGNS[row.sort], cls="sign", **({"aria_label": SAID[row.sort]} if row.sort in SAID else {"aria_hidden": "true"}))
    return el("div", sign, el("span", row.text or " "), cls=row.sort)


def findings(found: Iterable[Finding]) -> El:
    """Findings as a list, each with its file and line."""
    return el("ul", *(el("li", el("b", f"{one.file}, line {one.line}"), f", {one.kind}: {one.says}") for one in found), cls="told")


def counts(showing: Showing) -> El:
    """About how many tokens each request takes, by part."""
    head = ["request", *(name for name, _ in showing.requests[0].parts), "all of it"]
    rows = [[one.name, *(f"{count:,}" for _, count in one.parts), f"{one.total:,}"] for one in showing.requests]
    return table(list(head), [list(row) for row in rows], cls="counts", caption="About how many tokens each request takes")


def cases(rows: Iterable[Covered], labels: Mapping[str, str]) -> El:
    """How many eval cases there are on each criterion."""
    head = ["criterion", "met", "at risk", "not talked about", ""]
    drawn = [[labels[one.id], f"{one.met}", f"{one.at_risk}", f"{one.missing}", "" if one.cases else "no case"] for one in rows]
    return table(list(head), [list(row) for row in drawn], cls="counts", caption="Eval cases on each criterion")
