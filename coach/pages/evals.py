"""The Evals page. In: runs, baselines and a pick of two. Out: what changed, false yes first, and each case a press away.

Layout only: what is counted, compared and hidden is decided in `coach.evaluation`. Words of cases, notes and models are
drawn escaped or by the sheet, never by a label.
"""

from pathlib import Path
from typing import cast

import streamlit as st

from coach.errors import CoachError
from coach.evaluation import flips, overview, sides
from coach.evaluation.bench import Bench
from coach.evaluation.cases import EvalCase, Kind, Split, load_cases
from coach.evaluation.found import Found, baselines, bench_of, stamp, whole_runs
from coach.evaluation.gate import judge, read_baseline
from coach.evaluation.overview import KeyFigure
from coach.evaluation.results import Run, about, read_run
from coach.evaluation.sides import Cut, Side
from coach.pages.measured import drawing, going, lists
from coach.pages.measured.case import case_page
from coach.pages.measured.elements import El, el
from coach.settings import load

TITLE = "Better or worse?"
WHAT_IT_DOES = "Every run answers the same labelled cases. Pick two, see what changed, and open any case."
NOTHING = "nothing"
ALL = "all"
WHICH = ("changed", "wrong")
PER_PAGE = 12
HOLDOUT_WARNING = "Whoever reads holdout cases can no longer tune on them: what is then measured on the holdout says nothing of a new note."
ONLY_DEV = "By type or language only dev cases are counted, unless holdout cases are shown: a few cases are as good as named."
AND_NOW = "Start one here under “New run”, or in a terminal: ./run eval run. The offline analyst needs no key, and nothing leaves this machine."
NO_CASES = "An eval set is a folder with cases/ and thresholds.toml, like evals/ in the project’s own folder. Set COACH_EVALS to it, and start again."


def page() -> None:
    """Draws the page."""
    here = Path(__file__).parent
    st.html(here / "page.css")
    st.html(here / "measured" / "evals.css")
    try:
        settings = load()
        bench = bench_of(settings, _cases(str(settings.evals / "cases"), stamp(settings.evals / "cases")))
    except CoachError as error:
        st.title(TITLE, anchor=False)
        _say("There is nothing to measure with.", error)
        st.text(NO_CASES)
        return
    try:
        _page(bench)
    except CoachError as error:
        _say("This cannot be shown.", error)


def _say(heading: str, error: CoachError) -> None:
    st.error(heading, icon="")
    st.text(str(error))


@st.cache_resource(max_entries=2, show_spinner="Reading the cases")
def _cases(folder: str, _stamp: tuple[object, ...]) -> list[EvalCase]:
    return load_cases(Path(folder))


@st.cache_resource(max_entries=8, show_spinner="Reading the run")
def _read(folder: str, _written: int) -> Run:
    return read_run(Path(folder))


@st.cache_resource(max_entries=32, show_spinner="Comparing")
def _figures(_a: Side | None, _b: Side, cut: Cut, written: tuple[tuple[str, int], ...]) -> list[KeyFigure]:  # noqa: ARG001 - tells the sides apart
    return overview.key_figures(_a, _b, cut)


def _written(bench: Bench, side: Side) -> int:
    """When the file behind a side was written, in nanoseconds."""
    return (side.folder / "run.json" if side.folder else bench.baseline(side.run.suite)).stat().st_mtime_ns


def _page(bench: Bench) -> None:
    runs = whole_runs(bench.settings)
    id = st.session_state.get("evals_case")
    if id and (picked := _picked(bench, runs)):
        case_page(bench, str(id), {letter: side for letter, side in zip("AB", picked, strict=True) if side})
        return
    st.title(TITLE, anchor=False)
    st.text(WHAT_IT_DOES)
    going.watch()
    if not runs:
        st.header("No run yet", anchor=False)
        st.text(f"{len(bench.cases)} cases are ready, and no finished run is in {bench.settings.runs}. {AND_NOW}")
    with st.container(horizontal=True, vertical_alignment="bottom", key="pick"):
        if runs:
            _pick(bench, runs)
        with st.popover("New run", key="new", on_change="rerun") as new:
            if new.open:
                going.offer(bench)
    if picked := _picked(bench, runs):
        _shown(bench, *picked)


def _pick(bench: Bench, runs: list[Found]) -> None:
    titles = {run.name: run.title for run in runs}
    befores = [*(f"baseline {suite}" for suite in baselines(bench.settings)), *titles, NOTHING]
    now = runs[0]
    usual = f"baseline {now.head.suite}" if f"baseline {now.head.suite}" in befores else runs[1].name if len(runs) > 1 else NOTHING
    st.session_state.setdefault("evals_a", usual)
    st.session_state.setdefault("evals_b", now.name)
    if st.session_state["evals_a"] not in befores:
        st.session_state["evals_a"] = usual
    if st.session_state["evals_b"] not in titles:
        st.session_state["evals_b"] = now.name
    st.selectbox("A: before", befores, format_func=lambda name: titles.get(name, name), key="evals_a", persist_state="session")
    st.selectbox("B: now", list(titles), format_func=lambda name: titles[name], key="evals_b", persist_state="session")


def _picked(bench: Bench, runs: list[Found]) -> tuple[Side | None, Side] | None:
    """The two sides that were picked; None if nothing was picked yet, or it is gone."""
    a, b = st.session_state.get("evals_a"), st.session_state.get("evals_b")
    by_name = {run.name: run for run in runs}
    return (_side(bench, str(a), by_name), cast(Side, _side(bench, str(b), by_name))) if b in by_name else None


def _side(bench: Bench, name: str, runs: dict[str, Found]) -> Side | None:
    if found := runs.get(name):
        run = _read(str(found.folder), (found.folder / "run.json").stat().st_mtime_ns)
        return sides.of_run(name, run, found.folder)
    baseline = read_baseline(bench.baseline(name.removeprefix("baseline "))) if name.startswith("baseline ") else None
    return sides.of_baseline(baseline, map(about, bench.cases), bench.thresholds.prices) if baseline else None


def _shown(bench: Bench, a: Side | None, b: Side) -> None:
    findings = judge(b.run, bench.thresholds, read_baseline(bench.baseline(b.run.suite)))
    holdout = bool(st.session_state.get("show_holdout"))
    judged = flips.judged(b.run, findings, holdout)
    _draw(drawing.verdict(judged))
    if judged.rest:
        with st.expander(f"{len(judged.rest)} more from the gate"):
            _draw(drawing.rest(judged))
    cut = _cut(b.run)
    if cut.is_narrow and not holdout:
        st.text(ONLY_DEV)
        cut = cut._replace(split="dev")
    a, b = sides.within(a, cut) if a else None, sides.within(b, cut)
    left_out = 0
    if a:
        a, b, left_out = sides.shared(a, b)
    if not b.run.results:
        st.text("No case is in both and in this cut. Choose a wider one, or another run.")
        return
    st.text(f"{len(b.run.results)} cases{' in both' if a else ''}.")
    if left_out:
        st.text(f"{left_out} more are left out: only one side answered them, or they changed in between.")
    st.header("Stage", anchor=False)
    panels = [drawing.stage_panel(side.name, role, overview.stages(side)) for role, side in (("A", a), ("B", b)) if side]
    _draw(el("div", *panels, cls="panels"))
    st.header("Criteria", anchor=False)
    _draw(drawing.criteria(overview.criteria(a, b, cut), a is not None))
    if a and a.is_baseline:
        st.caption("A baseline keeps stages and totals, no single criterion: where A shows nothing, it was not kept.")
    st.header("Figures", anchor=False)
    written = tuple((side.name, _written(bench, side)) for side in (a, b) if side)
    _draw(drawing.figures(_figures(a, b, cut, written), a is not None))
    _list(a, b)


def _draw(drawn: El) -> None:
    st.html(drawn.html)


def _cut(run: Run) -> Cut:
    """The filters. They hold for everything below them."""
    abouts = [result.about for result in run.results]
    tags = sorted({tag for about in abouts for tag in about.tags})
    with st.container(horizontal=True, key="cut"):
        split = st.selectbox("Split", (ALL, "dev", "holdout"), key="cut_split", persist_state="session")
        tag = st.selectbox("Type", (ALL, *tags), key="cut_tag", persist_state="session")
        lang = st.selectbox("Language", (ALL, *sorted({about.lang for about in abouts})), key="cut_lang", persist_state="session")
        kind = st.selectbox("Kind", (ALL, *sorted({about.kind for about in abouts})), key="cut_kind", persist_state="session")
    chosen = [None if value in (ALL, None) else value for value in (split, tag, lang, kind)]
    return Cut(cast(Split | None, chosen[0]), chosen[1], chosen[2], cast(Kind | None, chosen[3]))


def _list(a: Side | None, b: Side) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="listed"):
        st.header("Cases", anchor=False)
        which = "wrong"
        if a:
            which = st.radio("Which cases", WHICH, key="which", persist_state="session", horizontal=True, label_visibility="collapsed") or WHICH[0]
    holdout = st.toggle("Show holdout cases", key="show_holdout", persist_state="session")
    if holdout:
        st.caption(HOLDOUT_WARNING)
    changed = a is not None and which == WHICH[0]
    listing = flips.flips(a, b, holdout) if a and changed else flips.failing(b, holdout)
    if hidden := lists.hidden(listing):
        st.text(hidden)
    if not listing.turns:
        st.text("No case to show: none changed." if changed else "No case to show: all of them pass.")
        return
    pages = -(-len(listing.turns) // PER_PAGE)
    at = st.pagination(pages, key="list_page", persist_state="session") if pages > 1 else 1
    for n, turn in enumerate(listing.turns[(at - 1) * PER_PAGE : at * PER_PAGE]):
        with st.container(border=True, key=f"turn-{n}"):
            _draw(lists.row(turn, changed))
            st.button(f"Open {lists.plain(turn.about.id)}", key=f"open-{n}", on_click=_open, args=(turn.about.id,))


def _open(id: str) -> None:
    st.session_state["evals_case"] = id


if __name__ == "__main__":
    page()
