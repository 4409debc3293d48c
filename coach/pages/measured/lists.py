"""Cases of a list, and one case opened -> markup. In: values of `coach.evaluation.flips` and a case. Out: HTML, every word escaped."""

import re

from coach.evaluation.cases import EvalCase, GoldCriterion
from coach.evaluation.flips import WAY_WORDS, Fault, Listing, Said, Turn
from coach.evaluation.results import About, Result
from coach.pages.measured.drawing import stage_word
from coach.pages.measured.elements import El, Kid, el, table
from coach.render.wording import STATUS_WORDS
from coach.render.wording import label as named

PLAIN = re.compile(r"[^A-Za-z0-9-]")  # a label is Markdown: of a case's name only what cannot be any gets in
FAMILIES = {"base": "", "perturbed": "changed copy", "injected": "with planted text"}
SIGNS = {"false yes": "✕ false yes", "broken": "✕ broken", "moved": "→ moved", "mended": "✓ mended", "wrong": "✕ does not pass"}


def row(turn: Turn, compared: bool) -> El:
    """One case of the list: both answers, gold, rule and quotes."""
    about = turn.about
    facts = ", ".join(part for part in (about.kind, about.lang, about.split, FAMILIES[about.family], *about.tags) if part)
    head = el("p", el("span", SIGNS[turn.way], cls=f"way {turn.way.replace(' ', '-')}", title=WAY_WORDS[turn.way]), " ", el("b", about.id), cls="top")
    said = [el("dt", "gold"), el("dd", el("b", stage_word(about.gold)), _accepts(about))]
    if compared and turn.before:
        said += _said("A", turn.before)
    said += _said("B" if compared else "said", turn.now)
    if turn.why:
        said += [el("dt", "why not"), el("dd", turn.why)]
    return el("div", head, el("p", about.title), el("dl", *said), el("p", facts, cls="quiet"), cls="turn")


def _accepts(about: About) -> Kid:
    others = [stage_word(label) for label in about.accept if label != about.gold]
    return f", also accepted: {', '.join(others)}" if others else None


def _said(role: str, said: Said) -> list[El]:
    pieces: list[Kid] = [el("b", stage_word(said.label)), f", {'passes' if said.passed else 'does not pass'}"]
    if said.rule:
        pieces.append(f". Rule: {said.rule}")
    for title, words in (("For", said.quote), ("Against", said.against)):
        if words:
            pieces.append(el("span", f"{title}: “{words}”", cls="quote"))
    return [el("dt", role), el("dd", *pieces)]


def plain(id: str) -> str:
    """A case's name as it may stand on a button."""
    return PLAIN.sub("", id)


def hidden(listing: Listing) -> str:
    """How many cases are not named, by what happened to them."""
    counts = ", ".join(f"{n} {way}" for way, n in listing.hidden.items())
    return f"Holdout cases that are not named: {counts}." if counts else ""


def gold(case: EvalCase, result: Result | None, found: list[Fault], passed: bool | None) -> El:
    """What a careful reader says of the case, beside what was said, and why it does not pass."""
    answer = result.answer if result else None
    said = answer.label if answer else None
    rows = [
        el("dt", "gold"),
        el("dd", el("b", stage_word(case.gold.stage)), f" (accepted: {', '.join(map(stage_word, case.gold.accept))}). {case.gold.why}"),
        *([el("dt", "said"), el("dd", el("b", stage_word(said)), f", {'passes' if passed else 'does not pass'}")] if result else []),
        *(piece for title, words in (("decided by", case.gold.decided_by), ("against", case.gold.against)) for piece in _words(title, words)),
        el("dt", "commitment"),
        el("dd", _commitment(case)),
    ]
    if case.gold.must_ask:
        rows += [el("dt", "has to ask"), el("dd", ", ".join(map(named, case.gold.must_ask)))]
    return el("div", el("h2", case.id), el("p", case.title), el("dl", *rows), _faults(found), _criteria(case, result), cls="gold")


def _commitment(case: EvalCase) -> str:
    made = case.gold.commitment
    back = ", taken back" if made.taken_back else ""
    return f"{made.level} to {made.to}, by {made.by or 'nobody named'}, can decide: {made.can_decide}{back}"


def _words(title: str, words: tuple[str, ...]) -> list[El]:
    return [el("dt", title), el("dd", *(el("span", f"“{text}”", cls="quote") for text in words))] if words else []


def _faults(found: list[Fault]) -> El | None:
    if not found:
        return None
    items = []
    for fault in found:
        mark = el("b", "Does not pass for this: ") if fault.decides else None
        items.append(el("li", mark, f"{fault.title}, {fault.hits:g} of {fault.of:g}", f": {'; '.join(fault.why)}" if fault.why else None))
    return el("div", el("h3", "What is wrong"), el("ul", *items), cls="faults")


def _criteria(case: EvalCase, result: Result | None) -> El:
    statuses = result.answer.statuses if result and result.answer else {}
    return table(
        ["Criterion", "gold", "said", "gold quotes"],
        [[named(id), _accepted(one), _status(statuses.get(id), one), _quotes(one)] for id, one in case.gold.criteria.items()],
        "criteria",
        "Gold criteria",
    )


def _accepted(one: GoldCriterion) -> str:
    return " or ".join(STATUS_WORDS[status] for status in one.accepted)


def _status(said: str | None, one: GoldCriterion) -> El:
    if said is None:
        return el("span", "-", cls="quiet")
    right = said in one.accepted
    return el("span", f"{'✓' if right else '✕'} {STATUS_WORDS.get(said, said)}", cls="good" if right else "bad")


def _quotes(one: GoldCriterion) -> El:
    signs = {"supports": "+", "undermines": "−"}
    return el("span", *(el("span", f"{signs[q.polarity]} “{q.text}”{'' if q.required else ' (optional)'}", cls="quote") for q in one.quotes))
