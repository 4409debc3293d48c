"""The Corrections page. In: what reps said of reviews. Out: the queue, one of them opened, and the way to an eval case.

Layout only: what is counted, filled in and checked is decided in `coach.evaluation.corrections`. Words of notes and reps are
drawn by the sheet, `st.text` or escaped, never by a label. All of them are under pseudonyms.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from coach.corrected import KINDS, STATES, Kept, in_words, opened
from coach.errors import CaseError, CoachError
from coach.evaluation.bench import Bench, set_up
from coach.evaluation.cases import EvalCase, parse_case
from coach.evaluation.corrections import drafted, found_by_lint, to_fill
from coach.evaluation.writing import case_yaml, save_case
from coach.pages.measured.elements import El, Kid, el, mark, table
from coach.pages.session import Done
from coach.pages.shown import show
from coach.render.wording import label
from coach.settings import Settings, load
from coach.store import CorrectionRow, Store

TITLE = "What reps said was wrong"
WHAT_IT_DOES = "Each correction was made on a review, with the rep’s consent, and has placeholders for names and numbers. The best of them become eval cases."
NONE_YET = "No correction yet. They are made below a review, under “Was this right?”, and kept only if the rep agrees."
ALL = "all"
PER_PAGE = 15
MOST_BARS = 6


def page() -> None:
    """Draws the page."""
    here = Path(__file__).parent
    st.html(here / "page.css")
    st.html(here / "measured" / "evals.css")
    try:
        settings = load()
        store = settings.store()
        if id := st.session_state.get("correction"):
            _one(settings, store, int(id))
        else:
            _queue(store)
    except CoachError as error:
        st.error("Corrections cannot be shown.", icon="")
        st.text(str(error))


def _queue(store: Store) -> None:
    st.title(TITLE, anchor=False)
    st.text(WHAT_IT_DOES)
    counts = {by: store.corrections.counts(by) for by in ("state", "kind", "criterion", "rule")}
    if not counts["state"]:
        st.text(NONE_YET)
        return
    _draw(el("div", _bars("By criterion", counts["criterion"], label), _bars("By rule of the verdict", counts["rule"], str), cls="panels"))
    with st.container(horizontal=True, key="cut"):
        state = st.selectbox("State", (ALL, *STATES), format_func=lambda id: STATES.get(id, id), key="by_state", persist_state="session")
        kind = st.selectbox("Kind", (ALL, *KINDS), format_func=lambda id: KINDS.get(id, id), key="by_kind", persist_state="session")
        named = (ALL, *(name for name, _ in counts["criterion"]))
        criterion = st.selectbox("Criterion", named, format_func=lambda id: id if id == ALL else label(id), key="by_criterion", persist_state="session")
    chosen = [None if value in (ALL, None) else str(value) for value in (kind, criterion, state)]
    rows = store.corrections.newest(*chosen)
    if not rows:
        st.text("None of these. Choose a wider cut.")
        return
    st.text(f"{len(rows)} of {sum(count for _, count in counts['state'])}, newest first.")
    pages = -(-len(rows) // PER_PAGE)
    at = st.pagination(pages, key="queue_page", persist_state="session") if pages > 1 else 1
    for row in rows[(at - 1) * PER_PAGE : at * PER_PAGE]:
        _listed(row)


def _bars(title: str, counts: Sequence[tuple[str, int]], word: Callable[[str], str]) -> El:
    """Counts as bars, the most first; each with its number beside it."""
    most = max((count for _, count in counts), default=1)
    rows: list[list[Kid]] = [[word(name), el("div", mark("bar", 0, count / most), cls="scale"), str(count)] for name, count in counts[:MOST_BARS]]
    left = len(counts) - MOST_BARS
    return el(
        "div",
        el("h2", title),
        table(["", "", "corrections"], rows, cls="bars", caption=title) if rows else el("p", "None yet.", cls="quiet"),
        el("p", f"{left} more have fewer.", cls="quiet") if left > 0 else None,
        cls="panel",
    )


def _listed(row: CorrectionRow) -> None:
    with st.container(border=True, key=f"row-{row.id}"):
        try:
            kept = opened(row)
        except CoachError as error:
            st.text(str(error))
            return
        top = el("div", el("span", KINDS.get(kept.said.kind, kept.said.kind), cls="way moved"), el("span", _when(kept), cls="quiet"), cls="top")
        words = kept.said.quote.text if kept.said.quote else kept.said.question
        said = el("p", in_words(kept.said))
        quote = el("p", el("span", f"“{words}”", cls="quote")) if words else None
        _draw(el("div", top, said, quote, el("p", f"Why: {kept.said.why}") if kept.said.why else None, cls="turn"))
        st.button(f"Open {row.id}", key=f"open-{row.id}", on_click=_open, args=(row.id,))


def _when(kept: Kept) -> str:
    made = kept.review.provenance
    return f"{kept.at:%d %B %Y}, {kept.state.replace('_', ' ')}, {made.model}, playbook {made.playbook}"


def _open(id: int | None) -> None:
    st.session_state["correction"] = id
    st.session_state["making"] = False


def _one(settings: Settings, store: Store, id: int) -> None:
    st.button("Back to the queue", key="back", on_click=_open, args=(None,))
    row = store.corrections.get(id)
    if row is None:
        st.text("This correction is gone: it was forgotten in the meantime.")
        return
    first = opened(row)
    same = [first, *(opened(other) for other in store.corrections.newest(note=row.note) if other.id != id)]
    st.title(f"Correction {id}", anchor=False)
    for kept in same:
        words = kept.said.quote.text if kept.said.quote else kept.said.question
        st.text(f"{_when(kept)}: {in_words(kept.said)}" + (f" “{words}”" if words else "") + (f" Why: {kept.said.why}" if kept.said.why else ""))
    with st.container(horizontal=True, key="deal-with"):
        st.button("Make it an eval case", key="make", type="primary", on_click=_making)
        st.button("Not right", key="not-right", on_click=_mark, args=(store, id, "not_right"), disabled=first.state == "not_right")
        st.button("Done", key="done-with", on_click=_mark, args=(store, id, "done"), disabled=first.state == "done")
    if st.session_state.get("making"):
        _case(settings, store, same)
    elif told := st.session_state.pop("case_told", None):
        for line in told:
            st.text(line)
    try:
        playbook = settings.playbook(first.review.provenance.playbook)
    except CoachError:
        playbook = settings.playbook("default")
    show(Done(first.review, first.conversation, playbook, first.review.provenance.model))


def _making() -> None:
    st.session_state["making"] = True


def _mark(store: Store, id: int, state: str) -> None:
    store.corrections.mark(id, state)


def _case(settings: Settings, store: Store, same: list[Kept]) -> None:
    """The case with its gold filled in as far as code knows it, to be completed and written."""
    bench = set_up(settings)
    case = drafted(same, bench.playbook)
    st.header("The case, as far as it can be filled in", anchor=False)
    for line in to_fill(case, bench.cases, bench.playbook):
        st.text(f"- {line}")
    with st.form("case", border=False, enter_to_submit=False):
        text = st.text_area("The case file", case_yaml(case), height=420, key=f"yaml-{case.id}")
        pressed = st.form_submit_button("Write the case file", key="write")
    if pressed:
        try:
            written = _written(bench, text)
        except CaseError as error:
            st.error("The case is not whole yet.", icon="")
            st.text(str(error))
            return
        for kept in same:
            store.corrections.mark(kept.id, "done")
        st.session_state["making"] = False
        st.session_state["case_told"] = [f"Written: {written}. Look at it once more before you share it, then: ./run eval lint"]
        st.rerun()


def _written(bench: Bench, text: str) -> Path:
    case: EvalCase = parse_case(text, "the case")
    if found := found_by_lint(case, bench.cases, bench.playbook):
        raise CaseError(" ".join(line[:1].upper() + line[1:] for line in found))
    return save_case(case, bench.folder / "cases")


def _draw(drawn: El) -> None:
    st.html(drawn.html)


if __name__ == "__main__":
    page()
