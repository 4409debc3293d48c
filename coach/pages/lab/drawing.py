"""Differences, findings and token counts as elements. In: rows of `coach.lab`. Out: markup in which every word is escaped."""

from collections.abc import Iterable, Mapping
from typing import Any

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


def criterion(item: Mapping[str, Any]) -> El:
    """One criterion of a shipped playbook, to read."""
    examples = item.get("examples") or {}
    rows: list[El] = []
    for name, key in (("on the tile", "label"), ("topic", "topic"), ("how it looks when it is fine", "good"), ("how a deal dies that fails here", "dies_by")):
        rows += [el("dt", name), el("dd", str(item.get(key) or "none"))]
    rows += [el("dt", "must have"), el("dd", "yes" if item.get("must_have") else "no")]
    for name, key in (("sentences for it", "supports"), ("sentences against it", "undermines")):
        rows += [el("dt", name), el("dd", el("ul", *(el("li", str(text)) for text in examples.get(key, ()))))]
    asked = [[str(question.get(part) or "") for part in ("ask", "when", "no_if", "help")] for question in item.get("questions", ())]
    questions = table(["ask, said aloud", "when", "it is a no if", "what we give in return"], [list(row) for row in asked], cls="asked", caption="Questions")
    return el("div", el("dl", *rows, cls="read"), questions)


def cases(rows: Iterable[Covered], labels: Mapping[str, str]) -> El:
    """How many eval cases there are on each criterion."""
    head = ["criterion", "met", "at risk", "not talked about", ""]
    drawn = [[labels[one.id], f"{one.met}", f"{one.at_risk}", f"{one.missing}", "" if one.cases else "no case"] for one in rows]
    return table(list(head), [list(row) for row in drawn], cls="counts", caption="Eval cases on each criterion")
