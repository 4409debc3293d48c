"""One note read twice -> markup. In: what both sides made of it. Out: HTML in which every word is escaped."""

from coach.conversation import Conversation
from coach.grounding import Evidence
from coach.matching import Match, Which
from coach.pages.measured.elements import El, Kid, el, mark, table
from coach.render import wording
from coach.render.wording import STATUS_WORDS
from coach.sidebyside import WORDS, Both, Tried, advised, taken, took

SIGNS: dict[Which, str] = {"same": "=", "differs": "≠", "left": "A", "right": "B"}


def verdicts(tried: Both) -> El:
    """Both verdicts, or the sentence of the side that failed."""
    return el("div", *(_verdict(letter, side, tried.conversation) for letter, side in (("A", tried.a), ("B", tried.b))), cls="panels")


def _verdict(letter: str, side: Tried, conversation: Conversation) -> El:
    name = el("h3", el("span", letter, cls="role"), side.setup.title)
    if side.review is None:
        return el("div", name, el("p", el("b", "✕ No answer."), cls="said bad"), el("p", side.error), cls="panel")
    verdict = side.review.verdict
    tone = "unsure" if verdict.undetermined or not side.review.sales else f"stage{verdict.stage}"
    rows: list[El] = []
    for title, quote in (("for it", verdict.for_), ("against", verdict.against)):
        if quote and side.review.sales:
            place = wording.listed((wording.whose(quote, conversation), f"line {wording.line_of(quote, conversation)}"))
            rows += [el("dt", title), el("dd", el("span", f"“{quote.text}”", cls="quote"), el("span", place, cls="quiet"))]
    rows += [el("dt", "rule"), el("dd", verdict.rule), el("dt", "took"), el("dd", took(side))]
    return el(
        "div",
        name,
        el("p", verdict.headline, cls=f"said {tone}"),
        el("p", f"{wording.kicker(side.review)} {verdict.reason}"),
        el("dl", *rows, cls="facts"),
        cls="panel",
    )


def alike(tried: Both) -> El:
    """Whether the two verdicts differ, in a sentence."""
    a, b = tried.a.review, tried.b.review
    if a is None or b is None:
        return el("p", "One side gave no answer, so nothing can be compared.", cls="gate bad")
    if (a.verdict.stage, a.verdict.undetermined, a.sales) != (b.verdict.stage, b.verdict.undetermined, b.sales):
        return el("p", el("b", "≠ ", aria_hidden="true"), "The verdicts differ.", cls="gate differ")
    same = a.verdict.rule == b.verdict.rule
    return el("p", el("b", "= ", aria_hidden="true"), f"The same verdict{', by the same rule' if same else ', by another rule'}.", cls="gate alike")


def strips(tried: Both, matches: tuple[Match, ...]) -> El:
    """Where in the text each side found something: the note from left to right, A above, B below."""
    length = max(1, len(tried.conversation.source))
    lines = []
    for at, letter in ((0, "A"), (1, "B")):
        marks = []
        for match in matches:
            if one := match[at]:
                start, end = one.quote.start / length, one.quote.end / length
                marks.append(mark(f"found {match.which}", start, max(end - start, 0.004)))
        lines.append(el("div", el("span", letter, cls="letter"), el("div", *marks, cls="line"), cls="strip"))
    counts = counted(matches)
    said = ", ".join(f"{count} {word}" for word, count in counts.items())
    legend = [el("span", el("span", SIGNS[which], cls=f"sign {which}"), f" {counts[WORDS[which]]} {WORDS[which]}", cls="key") for which in SIGNS]
    return el("div", el("div", *lines, role="img", aria_label=f"Evidence by place in the text: {said}"), el("p", *legend, cls="legend"), cls="strips")


def counted(matches: tuple[Match, ...]) -> dict[str, int]:
    """How many of each kind."""
    return {word: sum(match.which == which for match in matches) for which, word in WORDS.items()}


def evidence(tried: Both, matches: tuple[Match, ...]) -> El:
    """The pairs as a table, in the order of the text."""
    rows: list[list[Kid]] = []
    for match in matches:
        one = match.left or match.right
        assert one is not None
        words = [el("span", f"“{one.quote.text}”", cls="quote")]
        if match.left and match.right and match.left.quote.text != match.right.quote.text:
            words.append(el("span", f"B: “{match.right.quote.text}”", cls="quote"))
        head = el("span", el("span", SIGNS[match.which], cls=f"sign {match.which}"), f" {WORDS[match.which]}")
        rows.append(
            [
                head,
                el("span", *words, el("span", f"line {wording.line_of(one.quote, tried.conversation)}", cls="quiet")),
                _taken(match.left),
                _taken(match.right),
            ]
        )
    return table(["", "Words", "A takes it as", "B takes it as"], rows, "pairs", "Evidence")


def _taken(one: Evidence | None) -> Kid:
    return taken(one) if one else el("span", "not found", cls="quiet")


def criteria(tried: Both) -> El | None:
    """Status by criterion on both sides, in the order of A; None if a side has no answer."""
    if tried.a.review is None or tried.b.review is None:
        return None
    sides = [{row.id: row.status for row in side.criteria} for side in (tried.a.review, tried.b.review)]
    rows: list[list[Kid]] = []
    for id in dict.fromkeys((*sides[0], *sides[1])):
        said = [STATUS_WORDS[side[id]] if id in side else "not in this playbook" for side in sides]
        cells = [el("span", word, cls="quiet" if said[0] == said[1] else "warn") for word in said]
        rows.append([wording.label(id), *cells, el("span", "=" if said[0] == said[1] else "≠", cls="sign same" if said[0] == said[1] else "sign differs")])
    return table(["Criterion", "A", "B", ""], rows, "statuses", "Criteria")


def advice(tried: Both) -> El:
    """Both sides' advice side by side."""
    panels = []
    for letter, side in (("A", tried.a), ("B", tried.b)):
        items = [el("li", el("b", f"{what[:1].upper()}{what[1:]}: "), words) for what, words in advised(side)]
        panels.append(
            el("div", el("h3", el("span", letter, cls="role"), "advice"), el("ul", *items, cls="advice") if items else el("p", side.error), cls="panel")
        )
    return el("div", *panels, cls="panels")
