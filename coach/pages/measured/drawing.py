"""The figures of a comparison -> markup. In: values of `coach.evaluation.overview`. Out: HTML in which every word is escaped."""

from collections.abc import Iterable

from coach.evaluation.cases import LABELS, Label
from coach.evaluation.flips import Judged
from coach.evaluation.overview import ALL_CRITERIA, Count, Criterion, CriterionRow, Dot, KeyFigure, Mishap, Stages
from coach.pages.measured.elements import El, Kid, el, mark, table
from coach.render.wording import label as named

WORDS: tuple[tuple[str, str], ...] = (("better", "good"), ("worse", "bad"))


def stage_word(label: Label | None) -> str:
    """A stage as people say it."""
    return {1: "stage 1", 2: "stage 2", "undetermined": "cannot tell", None: "no answer"}[label]


def verdict(judged: Judged) -> El:
    """The gate's verdict on one line. The sign says it as well as the colour."""
    return el("p", el("b", "✓ " if judged.passed else "✕ ", aria_hidden="true"), judged.line, cls=f"gate {'good' if judged.passed else 'bad'}")


def rest(judged: Judged) -> El:
    """What else the gate found."""
    return el("ul", *(el("li", line) for line in judged.rest), cls="rest")


def stage_panel(name: str, role: str, found: Stages) -> El:
    """The stage matrix of one side, and its two errors apart."""
    rows: list[list[Kid]] = [[stage_word(gold), *(_count(gold, answer, n) for answer, n in zip(LABELS, counts, strict=True))] for gold, counts in found.rows]
    errors = el("dl", *_mishap("False yes", found.false_yes), *_mishap("Missed yes", found.missed_yes), cls="errors")
    matrix = table(["gold ↓  answer →", *map(stage_word, LABELS)], rows, "matrix", f"Stages, {role}")
    return el("div", el("h3", el("span", f"{role} ", cls="role"), name), errors, matrix, cls="panel")


def _count(gold: Label, answer: Label, n: int) -> El:
    cls = "right" if gold == answer else "worst" if answer == 2 and n else "wrong" if n else "zero"
    return el("span", str(n), cls=f"n {cls}")


def _mishap(title: str, one: Mishap) -> tuple[El, El]:
    if not one.of:
        return el("dt", title), el("dd", "nothing to count")
    bounds = f" ({one.low:.0%} to {one.high:.0%}; with 95% certainty under {one.bound:.1%})"
    return el("dt", title), el("dd", el("b", f"{one.hits} of {one.of}"), f", {one.hits / one.of:.1%}", el("span", bounds, cls="quiet"))


def criteria(rows: list[CriterionRow], compared: bool) -> El:
    """A row for each criterion: right, called met and is not, met and called missing; before and now where there are two sides."""
    head: list[Kid] = ["Criterion"]
    for title in ("status right", "called met and is not", "met and called missing"):
        head += [f"{title}, A", f"{title}, B"] if compared else [title]
    body: list[list[Kid]] = []
    for row in rows:
        sides = (row.a, row.b) if compared else (row.b,)
        cells: list[Kid] = [row.id if row.id == ALL_CRITERIA else named(row.id)]
        for at in range(len(Criterion._fields)):
            cells += [_share(side[at] if side else None) for side in sides]
        body.append(cells)
    return table(head, body, "criteria", "Criteria")


def _share(count: Count | None) -> El:
    if count is None or not count.of:
        return el("span", "-", cls="quiet")
    return el("span", f"{count.hits / count.of:.0%}", el("span", f" {count.hits:g} of {count.of:g}", cls="quiet"), cls="share")


def figures(found: Iterable[KeyFigure], compared: bool) -> El:
    """Each figure as a dot on its interval, A hollow above B full, with the word for the difference."""
    return el("div", _legend(compared), *(_figure(one, compared) for one in found), cls="figures")


def _legend(compared: bool) -> El:
    both = "A is hollow and above, B is full and below. " if compared else ""
    decides = " ◆ marks what the comparison is decided on, corrected for being four; the rest is a hint." if compared else ""
    return el("p", f"{both}A line is a 95% interval; the scale goes from 0 to 100%.{decides}", cls="quiet")


def _figure(one: KeyFigure, compared: bool) -> El:
    name = el("div", el("b", one.title), el("span", f" {'more' if one.higher_is_better else 'less'} is better", cls="quiet"), cls="what")
    values = el("div", *((_value("A", one.a, one.is_price),) if compared else ()), _value("B" if compared else "", one.b, one.is_price), cls="values")
    tone = next((tone for word, tone in WORDS if one.words == word), "plain")
    words = el("div", "◆ " if one.decides else None, one.words, cls=f"word {tone}") if compared else None
    return el("div", name, _picture(one) if not one.is_price else el("div", "a price, not a share", cls="quiet"), values, words, cls="figure")


def _value(role: str, dot: Dot | None, is_price: bool) -> El:
    if dot is None:
        return el("span", f"{role} -")
    number = f"{dot.value:.2f}" if is_price else f"{dot.value:.1%}"
    span = "" if dot.low is None or dot.high is None else f" ({dot.low:.2f} to {dot.high:.2f})" if is_price else f" ({dot.low:.0%} to {dot.high:.0%})"
    return el("span", f"{role} ", el("b", number), el("span", f"{span}, n {dot.of:g}", cls="quiet"))


def _picture(one: KeyFigure) -> El:
    marks = [mark("axis", at / 4) for at in range(5)]
    for dot, cls in ((one.a, "a"), (one.b, "b")):
        if dot is not None:
            if dot.low is not None and dot.high is not None:
                marks.append(mark(f"range {cls}", dot.low, dot.high - dot.low))
            marks.append(mark(f"dot {cls}", dot.value))
    said = "; ".join(f"{role} {dot.value:.1%}" for role, dot in (("A", one.a), ("B", one.b)) if dot)
    return el("div", *marks, cls="dots", role="img", aria_label=f"{one.title}: {said}")
