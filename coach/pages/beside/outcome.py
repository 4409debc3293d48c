"""What came of a comparison -> markup. In: an Outcome. Out: HTML in which every word is escaped: the word, false yes apart, a tile a case."""

from coach.evaluation.compare import Comparison, Flip, Row
from coach.evaluation.versus import Outcome
from coach.pages.measured.elements import El, el, table

TONES = {"better": "good", "worse": "bad"}
HEADS = {
    "better": "B is better.",
    "worse": "B is worse.",
    "mixed": "Better in some, worse in others.",
    "no detectable difference": "No detectable difference.",
    "not enough data": "Not enough data.",
}
TILES = (("false-yes", "✕", "new false yes"), ("broken", "−", "broken"), ("moved", "~", "moved"), ("mended", "+", "mended"), ("still", "", "unchanged"))


def verdict(made: Outcome) -> El:
    """The word for it, what it rests on, and what could have been seen."""
    found = made.found
    rows: list[list[El | str | None]] = []
    for row in found.rows:
        if row.primary:
            tone = TONES.get(row.difference.word, "quiet")
            rows.append([row.metric.title, _rate(row, row.a.rate), _rate(row, row.b.rate), el("span", row.words, cls=tone), row.unit(row.difference.smallest)])
    head = el("p", HEADS[found.word], cls=f"word-of-it {TONES.get(found.word, '')}")
    names = el("p", f"{found.cases} cases that both answered. {made.a.name}. {made.b.name}.", cls="quiet")
    why = el("p", "Decided on these four, corrected for being four. The last column is the smallest difference that so many cases can show.", cls="quiet")
    return el("div", head, names, table(["", "A", "B", "B is", "can show"], rows, "decides", "What decides"), why)


def _rate(row: Row, rate: float | None) -> str:
    if rate is None:
        return "-"
    return f"{rate:.2f}" if row.metric.per == "price" else f"{rate:.1%}"


def false_yes(found: Comparison) -> El:
    """The costly mistake, apart from all others."""
    row = next((row for row in found.rows if row.metric.id == "false_yes"), None)
    if row is None:
        return el("p", "No case here could be a false yes.", cls="quiet")
    new = sum(flip.false_yes for flip in found.flips)
    gone = sum(Flip(flip.b, flip.a).false_yes for flip in found.flips)
    words = f"False yes: A {row.a.hits:g} of {row.a.of:g}, B {row.b.hits:g} of {row.b.of:g}. {new} new with B, {gone} gone."
    return el("p", el("b", "✕ " if new else "✓ ", aria_hidden="true"), words, cls=f"gate {'bad' if new else 'good'}")


def tiles(found: Comparison) -> El:
    """A tile for each case, those that flipped first."""
    counts = dict.fromkeys((kind for kind, _, _ in TILES), 0)
    for flip in found.flips:
        counts["false-yes" if flip.false_yes else flip.way] += 1
    counts["still"] = found.cases - len(found.flips)
    drawn = [el("span", sign, cls=f"tile {kind}") for kind, sign, _ in TILES for _ in range(counts[kind])]
    legend = [el("span", el("span", sign, cls=f"tile {kind}"), f" {counts[kind]} {word}", cls="key") for kind, sign, word in TILES]
    said = ", ".join(f"{counts[kind]} {word}" for kind, _, word in TILES)
    return el("div", el("div", *drawn, cls="tiles", role="img", aria_label=f"A tile a case: {said}"), el("p", *legend, cls="legend"))
