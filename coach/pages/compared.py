"""The Compare page. In: two set-ups and the eval set. Out: which of them is better, which cases flip, and the files that keep the change.

Layout only: what runs, what is counted and what may be named is decided in `coach.evaluation`. Words of cases, notes and models
are drawn escaped.
"""

from pathlib import Path

import streamlit as st

from coach.errors import CoachError
from coach.evaluation import flips, overview, sides
from coach.evaluation.bench import Bench
from coach.evaluation.cases import EvalCase, load_cases
from coach.evaluation.found import bench_of, stamp
from coach.evaluation.overview import KeyFigure
from coach.evaluation.sides import Cut
from coach.evaluation.versus import LETTERS, Outcome, comparisons, folder_of, outcome, read_versus
from coach.pages.beside import outcome as drawn
from coach.pages.beside.keeping import WRITTEN, keep
from coach.pages.beside.offering import BEGUN, PICKED, offer, resume
from coach.pages.measured import drawing, going, lists
from coach.pages.measured.case import case_page
from coach.pages.measured.elements import El
from coach.settings import load

TITLE = "What does the change flip?"
WHAT_IT_DOES = "Run two set-ups on the same labelled cases: which is better, and which verdicts change. For a single note there is Try."
PER_PAGE = 12
CASE = "versus_case"


def page() -> None:
    """Draws the page."""
    here = Path(__file__).parent
    for sheet in (here / "page.css", here / "measured" / "evals.css", here / "beside" / "beside.css"):
        st.html(sheet)
    try:
        settings = load()
        bench = bench_of(settings, _cases(str(settings.evals / "cases"), stamp(settings.evals / "cases")))
        _page(bench)
    except CoachError as error:
        st.title(TITLE, anchor=False)
        st.error("This cannot be shown.", icon="")
        st.text(str(error))


@st.cache_resource(max_entries=2, show_spinner="Reading the cases")
def _cases(folder: str, _stamp: tuple[object, ...]) -> list[EvalCase]:
    return load_cases(Path(folder))


@st.cache_resource(max_entries=4, show_spinner="Comparing")
def _outcome(_bench: Bench, folder: str, written: tuple[int, ...]) -> tuple[Outcome, list[KeyFigure]]:  # noqa: ARG001 - tells one state from another
    made = outcome(_bench.settings, Path(folder))
    a, b, _ = sides.shared(made.a, made.b)
    return made, overview.key_figures(a, b, Cut())


def _page(bench: Bench) -> None:
    done = [one.folder.name for one in comparisons(bench.settings) if one.whole]
    picked = _picked(bench, done)
    if picked and (case := st.session_state.get(CASE)):
        made, _ = _made(bench, picked)
        case_page(bench, str(case), {"A": made.a, "B": made.b}, CASE)
        return
    st.title(TITLE, anchor=False)
    st.text(WHAT_IT_DOES)
    going.watch()
    state = going.errands().state
    if not (state and state.going):
        with st.expander("New comparison", expanded=not done, key="new-comparison", on_change="rerun") as new:
            if new.open:
                offer(bench)
        resume(bench)
    if picked is None:
        return
    if len(done) > 1:
        st.selectbox("Comparison", done, key=PICKED, format_func=lambda name: _title(bench, name), on_change=_changed)
    made, figures = _made(bench, picked)
    _draw(drawn.verdict(made))
    _draw(drawn.false_yes(made.found))
    st.header("What flipped", anchor=False)
    _draw(drawn.tiles(made.found))
    _flips(made)
    with st.expander("All figures"):
        _draw(drawing.figures(figures, compared=True))
    with st.expander("Keep B: write its recordings and baseline", key="keep-b", on_change="rerun") as kept:
        if kept.open:
            keep(bench, made.b.folder or picked)


def _picked(bench: Bench, done: list[str]) -> Path | None:
    """The folder of the comparison to show: the one that was picked, else the newest."""
    if not done:
        return None
    if st.session_state.get(BEGUN) in done:
        st.session_state[PICKED] = st.session_state.pop(BEGUN)
    if st.session_state.get(PICKED) not in done:
        st.session_state[PICKED] = done[0]
    return bench.settings.runs / str(st.session_state[PICKED])


def _title(bench: Bench, name: str) -> str:
    versus = read_versus(bench.settings.runs / name)
    return f"{name}: {versus.a.title} / {versus.b.title}"


def _changed() -> None:
    st.session_state.pop(WRITTEN, None)
    st.session_state.pop(CASE, None)


def _made(bench: Bench, folder: Path) -> tuple[Outcome, list[KeyFigure]]:
    versus = read_versus(folder)
    written = tuple((folder_of(bench.settings, versus, folder, letter) / "run.json").stat().st_mtime_ns for letter in LETTERS)
    return _outcome(bench, str(folder), written)


def _flips(made: Outcome) -> None:
    holdout = st.toggle("Show holdout cases", key="versus_holdout", persist_state="session")
    if holdout:
        st.caption("Whoever reads holdout cases can no longer tune on them: what is then measured on the holdout says nothing of a new note.")
    listing = flips.flips(made.a, made.b, holdout)
    if hidden := lists.hidden(listing):
        st.text(hidden)
    if not listing.turns:
        st.text("No verdict changed." if not listing.hidden else "No other verdict changed.")
        return
    pages = -(-len(listing.turns) // PER_PAGE)
    at = st.pagination(pages, key="versus_page", persist_state="session") if pages > 1 else 1
    for n, turn in enumerate(listing.turns[(at - 1) * PER_PAGE : at * PER_PAGE]):
        with st.container(border=True, key=f"turn-{n}"):
            _draw(lists.row(turn, compared=True))
            st.button(f"Open {lists.plain(turn.about.id)}", key=f"open-{n}", on_click=_open, args=(turn.about.id,))


def _open(id: str) -> None:
    st.session_state[CASE] = id


def _draw(made: El) -> None:
    st.html(made.html)


if __name__ == "__main__":
    page()
