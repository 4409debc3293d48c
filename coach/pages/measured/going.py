"""Starting a run, watching it, stopping it, going on with it. In: a bench. Out: widgets; the run itself belongs to the process.

The state of the run is held in one object for all sessions and polled: what a thread writes into a session would be lost.
"""

import streamlit as st

from coach.answering import OFFLINE
from coach.errors import CoachError
from coach.evaluation.bench import Bench
from coach.evaluation.cases import Split
from coach.evaluation.chosen import Chosen, cases_of, new_folder, suite_of
from coach.evaluation.errand import CutOff, Errands, State, cut_off
from coach.evaluation.estimate import estimate
from coach.evaluation.found import prompt_sets
from coach.evaluation.told import in_time
from coach.llm.budget import Limits
from coach.setups import Setup

EVERY = 1.0  # seconds between two looks at a run
CALLS_A_CASE = 8  # the most that one review takes, see README
SPLITS: dict[str, Split | None] = {"all cases": None, "dev": "dev", "holdout": "holdout"}


@st.cache_resource(show_spinner=False)
def errands() -> Errands:
    """The one run of this process, whoever looks at it."""
    return Errands()


def watch() -> None:
    """The run that is going on, or how the last one ended."""
    state = errands().state
    if state is None:
        return
    if state.going:
        with st.container(border=True, key="going"):
            _progress()
        return
    with st.container(border=True, key="over"):
        if state.error:
            st.text(f"{state.name} ended early: {state.error}")
        elif state.whole:
            st.text(f"{state.name} is done: {state.of} cases.{_took(state)}")
        else:
            where = "on the page Compare" if state.leg else "under “New run” on the page Evals"
            st.text(f"{state.name} was stopped at {state.done} of {state.of}. What is done is kept. Go on with it {where}.{_took(state)}")
        st.button("Put this away", key="forget", on_click=errands().forget)


@st.fragment(run_every=EVERY)
def _progress() -> None:
    state = errands().state
    if state is None or not state.going:
        st.rerun(scope="app")
        return
    st.text(f"Running {state.leg or state.name}: {state.done} of {state.of} cases{_left(state)}.{_took(state)}")
    st.progress(state.done / state.of if state.of else 0.0)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Stop", key="stop", on_click=errands().stop, disabled=state.stopping)
        st.text("Stopping after the cases in hand, which are kept." if state.stopping else "What is done is kept. You may close this page.")


def _left(state: State) -> str:
    return f", {in_time(state.left)} left" if state.left and state.left >= 1 else ""


def _took(state: State) -> str:
    """What a live run took so far; nothing for one that asked nobody."""
    spent = state.spent
    if not spent.calls:
        return ""
    money = f", ${state.usd:.4f}" if state.usd is not None else ""
    return f" {spent.calls:,} calls, {spent.tokens_in:,} tokens in, {spent.tokens_out:,} out{money}."


def offer(bench: Bench) -> None:
    """A new run, or an old one that was cut off."""
    busy = (state := errands().state) is not None and state.going
    want = _wanted(bench)
    try:
        cases = cases_of(bench, want)
    except CoachError as error:
        st.text(str(error))
        return
    agreed = _warned(bench, want) if want.setup.is_live else True
    if not want.setup.is_live:
        st.text(f"{len(cases)} cases. Nothing leaves this machine.")
    if st.button("Start", type="primary", key="start", disabled=busy or not agreed or not cases):
        try:
            errands().begin(bench, want, new_folder(bench.settings, suite_of(bench, want.setup).name))
        except CoachError as error:
            st.text(str(error))
        else:
            st.rerun()
    going = state.folder if state is not None and state.going else None
    for at, one in enumerate(one for one in cut_off(bench.settings) if one.folder != going):
        _resume(bench, one, at, busy)


def _wanted(bench: Bench) -> Chosen:
    settings = bench.settings
    recorded = [suite.name for suite in bench.suites() if suite.recordings is not None]
    answerers = {"offline analyst": Setup()}
    answerers |= {f"recordings of {name}": Setup(recordings=name) for name in recorded}
    answerers |= {f"{model}, live": Setup(model=model) for model in settings.models() if model != OFFLINE}
    picked = st.selectbox("Answered by", list(answerers), key="answered_by") or OFFLINE
    split = st.selectbox("On", list(SPLITS), key="on") or "all cases"
    want = Chosen(setup=answerers[picked], split=SPLITS[split])
    if not want.setup.is_live:
        return want
    sets = prompt_sets(settings)
    prompts = st.selectbox("Prompts", sets, key="prompt_set") if len(sets) > 1 else sets[0]
    most = st.number_input("Stop after this many calls", min_value=1, value=CALLS_A_CASE * max(1, len(cases_of(bench, want))), key="most_calls")
    setup = want.setup.model_copy(update={"prompts": prompts})
    return want.model_copy(update={"setup": setup, "limits": Limits(calls=int(most or 1))})


def _warned(bench: Bench, want: Chosen) -> bool:
    """Says what would be sent where, and asks."""
    st.error("This sends notes off.", icon="")
    st.text(f"{told_of(bench, want)} {bench.settings.leaves_machine(want.setup.model)}")
    return st.checkbox("Send them", key=f"agreed-{want.model_dump_json()}")  # another choice has to be agreed to anew


def told_of(bench: Bench, want: Chosen) -> str:
    """What a live run would take, estimated once for each choice."""
    key = f"estimate-{want.setup.model_dump_json()}-{want.split}-{len(bench.cases)}"
    if key not in st.session_state:
        with st.spinner("Estimating"):
            st.session_state[key] = estimate(bench, want).told
    return str(st.session_state[key])


def _resume(bench: Bench, one: CutOff, at: int, busy: bool) -> None:
    with st.container(border=True, key=f"cut-off-{at}"):
        st.text(f"{one.folder.name} was cut off after {one.done} cases ({one.chosen.setup.title}).")
        if one.busy:
            st.text("Something was written there a moment ago. If it is going on in a terminal, leave it.")
        agreed = True
        if one.chosen.setup.is_live:
            st.text(bench.settings.leaves_machine(one.chosen.setup.model))
            agreed = st.checkbox("Send the rest", key=f"agreed-{one.folder}-{one.chosen.model_dump_json()}")  # to this run, wherever it stands in the list
        if st.button("Go on", key=f"resume-{at}", disabled=busy or not agreed):
            try:
                errands().begin(bench, one.chosen, one.folder)
            except CoachError as error:
                st.text(str(error))
            else:
                st.rerun()
