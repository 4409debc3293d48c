"""The Evals page without a browser: empty, with runs and a baseline, filtered, a case opened, a run started, stopped and gone on with."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import coach.pages
from coach.evaluation.bench import Bench, bless_run, run_suite, set_up
from coach.evaluation.chosen import CHOSEN, Chosen, planned
from coach.evaluation.results import Head, RunFolder, read_run
from coach.pages.measured.going import errands
from coach.settings import load
from coach.setups import Setup
from tests.evaluation.runs import small_folder

PAGE = str(Path(coach.pages.__file__).with_name("evals.py"))
LIVE = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "COACH_MODEL", "COACH_PROMPTS", "COACH_PROMPT_SET")
LONGEST = 60  # seconds


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An eval folder with six cases, its baseline, and two runs of them of which the later gives two other answers."""
    folder = tmp_path_factory.mktemp("measured")
    settings = load().model_copy(update={"evals": small_folder(folder / "evals", 4, 2), "runs": folder / "runs"})
    bench = set_up(settings)
    first = folder / "runs" / "first"
    run = run_suite(bench, planned(bench, Chosen(), first), first, lambda _done, _of: True)
    assert run is not None
    bless_run(bench, first)
    shutil.copytree(first, folder / "runs" / "second")
    changed, first_of = [], {one.about.split: one.about.id for one in reversed(run.results)}
    for one in run.results:
        if one.about.id in first_of.values() and one.answer:
            label = 2 if one.answer.label != 2 else 1
            scores = tuple(replace(s, hits=0.0 if s.hits else 1.0) if s.metric == "stage" else s for s in one.scores)
            one = type(one).model_validate(
                {**one.model_dump(), "answer": {**one.answer.model_dump(), "label": label}, "scores": [asdict(s) for s in scores]}
            )
        changed.append(one)
    fields = {name: getattr(run, name) for name in type(run).model_fields}
    second = RunFolder(folder / "runs" / "second")
    second.begin(second.head().model_copy(update={"started": "2099-01-01T00:00:00"}))
    second.finish(type(run).model_construct(**{**fields, "results": tuple(changed), "started": "2099-01-01T00:00:00"}))
    return folder


@pytest.fixture
def folder(measured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of it that the page looks at."""
    shutil.copytree(measured, tmp_path / "here")
    for name in LIVE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COACH_EVALS", str(tmp_path / "here" / "evals"))
    monkeypatch.setenv("COACH_RUNS", str(tmp_path / "here" / "runs"))
    yield tmp_path / "here"
    errands().stop()
    assert idle()
    errands().forget()


def idle() -> bool:
    """Waits until no run is going."""
    until = time.monotonic() + LONGEST
    while (state := errands().state) and state.going and time.monotonic() < until:
        time.sleep(0.05)
    return state is None or not state.going


def opened() -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=LONGEST).run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    """All that the page says, markup included."""
    texts = [str(item.value) for kind in (app.title, app.header, app.text, app.caption, app.error) for item in kind]
    return "\n".join([*texts, *(html.proto.body for html in app.get("html"))])


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click()
    app.run()
    assert not app.exception
    return app


def with_form() -> AppTest:
    """The page with the form for a new run open."""
    app = AppTest.from_file(PAGE, default_timeout=LONGEST)
    app.session_state["new"] = True
    app.run()
    assert not app.exception
    return app


def cases(app: AppTest) -> list[str]:
    """The cases that are offered to be opened."""
    return [button.label.removeprefix("Open ") for button in app.button if str(button.key).startswith("open-")]


def bench() -> Bench:
    return set_up(load())


def test_without_an_eval_folder_the_page_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COACH_EVALS", str(tmp_path / "nothing"))
    app = opened()
    assert "COACH_EVALS" in words(app)
    assert not app.button


def test_without_a_run_the_page_says_how_to_make_one_and_offers_it(folder: Path) -> None:
    shutil.rmtree(folder / "runs")
    app = with_form()
    said = words(app)
    assert "No run yet" in said
    assert "./run eval run" in said
    assert "6 cases. Nothing leaves this machine." in said
    assert app.button(key="start")


@pytest.mark.usefixtures("folder")
def test_a_run_stands_beside_its_baseline_at_first() -> None:
    app = opened()
    assert (app.selectbox(key="evals_a").value, app.selectbox(key="evals_b").value) == ("baseline offline", "second")
    said = words(app)
    assert "the gate" in said
    assert "False yes" in said
    assert "the baseline kept totals only" in said
    assert len(cases(app)) == 1


@pytest.mark.usefixtures("folder")
def test_two_runs_are_compared_and_holdout_flips_are_counted_and_named_only_on_request() -> None:
    app = opened()
    app.selectbox(key="evals_a").set_value("first").run()
    holdout = {case.id for case in bench().cases if case.split == "holdout"}
    assert "not enough data" in words(app)
    assert "Holdout cases that are not named: 1" in words(app)
    assert not [id for id in holdout if id in words(app)]
    app.toggle(key="show_holdout").set_value(True).run()
    assert "can no longer tune on them" in words(app)
    assert [id for id in cases(app) if id in holdout]


@pytest.mark.usefixtures("folder")
def test_a_filter_holds_for_figures_and_cases_alike() -> None:
    app = opened()
    app.selectbox(key="cut_split").set_value("holdout").run()
    assert "2 cases in both." in words(app)
    assert cases(app) == []
    app.selectbox(key="cut_split").set_value("all")
    app.radio(key="which").set_value("wrong").run()
    everything = cases(app)
    kind = next(case.source.kind for case in bench().cases if case.id == everything[0])
    app.selectbox(key="cut_kind").set_value(kind).run()
    kinds = {case.id: case.source.kind for case in bench().cases}
    assert cases(app) == [id for id in everything if kinds[id] == kind]


@pytest.mark.usefixtures("folder")
def test_a_cut_by_type_or_language_counts_no_holdout_case_until_they_are_shown() -> None:
    app = opened()
    everything = bench().cases
    lang = everything[0].lang
    app.selectbox(key="cut_lang").set_value(lang).run()
    of_dev, of_both = (sum(case.lang == lang and case.split in splits for case in everything) for splits in (("dev",), ("dev", "holdout")))
    assert of_dev < of_both
    assert f"{of_dev} cases in both." in words(app)
    app.toggle(key="show_holdout").set_value(True).run()
    assert f"{of_both} cases in both." in words(app)


@pytest.mark.usefixtures("folder")
def test_a_run_can_be_looked_at_alone() -> None:
    app = opened()
    app.selectbox(key="evals_a").set_value("nothing").run()
    assert not app.exception
    assert "B is full" not in words(app)


@pytest.mark.usefixtures("folder")
def test_a_case_opens_with_its_gold_and_the_picks_are_kept_on_the_way_back() -> None:
    app = opened()
    app.selectbox(key="evals_a").set_value("first").run()
    id = cases(app)[0]
    press(app, "open-0")
    case = next(case for case in bench().cases if case.id == id)
    assert "As the run wrote it down." in words(app)
    assert case.gold.stage in (1, 2, "undetermined")
    assert "Does not pass for this" in words(app) or "passes" in words(app)
    app.radio(key="side").set_value("A").run()
    assert "first. As the run wrote it down." in words(app)
    press(app, "back")
    assert app.selectbox(key="evals_a").value == "first"


@pytest.mark.usefixtures("folder")
def test_a_case_of_a_baseline_is_reviewed_anew_and_says_so() -> None:
    app = press(opened(), "open-0")
    app.radio(key="side").set_value("A").run()
    assert "reviewed anew just now" in words(app)


@pytest.mark.usefixtures("folder")
def test_a_run_that_was_started_here_is_there_after_it_is_done() -> None:
    app = press(with_form(), "start")
    assert idle()
    app.run()
    state = errands().state
    assert state is not None
    assert state.whole
    assert state.name in app.selectbox(key="evals_b").options
    assert "is done: 6 cases" in words(app)
    press(app, "forget")
    assert "is done" not in words(app)


def test_a_run_can_be_stopped_and_gone_on_with_from_a_fresh_session(folder: Path) -> None:
    press(with_form(), "start")
    errands().stop()
    assert idle()
    state = errands().state
    assert state is not None
    if state.whole:
        pytest.skip("the run was faster than the stop")
    fresh = with_form()
    assert "was stopped at" in words(fresh)
    assert "was cut off after" in words(fresh)
    press(fresh, "resume-0")
    assert idle()
    assert len(read_run(state.folder).results) == 6


def test_a_live_model_is_asked_only_after_a_warning_was_agreed_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_MODEL", "some-model")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://models.example.com/v1")
    app = with_form()
    assert app.selectbox(key="answered_by").value == "offline analyst"
    app.selectbox(key="answered_by").set_value("some-model, live").run()
    total = sum(case.words for case in bench().cases)
    assert f"An estimate: 6 cases, {total:,} words of notes" in words(app)
    assert "no price is known" in words(app)
    assert "The note is sent to some-model at models.example.com" in words(app)
    assert app.button(key="start").disabled
    next(box for box in app.checkbox if box.label == "Send them").check().run()
    assert not app.button(key="start").disabled
    app.selectbox(key="on").set_value("dev").run()
    assert app.button(key="start").disabled, "another choice has to be agreed to anew"


def test_a_yes_to_sending_the_rest_of_one_run_is_none_for_another(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://models.example.com/v1")

    def begun(name: str, model: str) -> None:
        at = RunFolder(folder / "runs" / name)
        at.begin(Head(suite="s", source="live", model="a", prompts="p", playbook="default", weights="w", started="t"))
        (at.path / CHOSEN).write_text(Chosen(setup=Setup(model=model)).model_dump_json(), encoding="utf-8")

    begun("20260101-000000-first", "some-model")
    app = with_form()
    next(box for box in app.checkbox if box.label == "Send the rest").check().run()
    assert not app.button(key="resume-0").disabled
    begun("20260102-000000-second", "dear-model")
    app.run()
    assert "20260102-000000-second was cut off after 0 cases (dear-model)" in words(app)
    assert (app.button(key="resume-0").disabled, app.button(key="resume-1").disabled) == (True, False)


def test_what_stands_in_a_run_reaches_no_label_and_no_live_markup(folder: Path) -> None:
    attack = "x](http://203.0.113.9) :red[C] ![p](http://203.0.113.9/p.png) <b onclick='x'>CANARY</b>"
    path = folder / "runs" / "second" / "run.json"
    run = read_run(path)
    target = run.results[0]
    evil = target.model_copy(update={"about": target.about.model_copy(update={"id": attack, "title": attack, "tags": (attack,)})})
    fields = {name: getattr(run, name) for name in type(run).model_fields}
    RunFolder(path.parent).finish(type(run).model_construct(**{**fields, "results": (evil, *run.results[1:])}))
    app = opened()
    app.selectbox(key="evals_a").set_value("nothing").run()
    drawn = "\n".join(html.proto.body for html in app.get("html"))
    assert "&lt;b onclick=&#x27;x&#x27;&gt;CANARY" in drawn
    assert "<b onclick" not in drawn
    assert "![" not in "".join(button.label for button in app.button)
    assert "[C]" not in "".join([*(button.label for button in app.button), *(str(item.value) for item in app.markdown)])


def test_a_run_of_another_version_is_said_plainly(folder: Path) -> None:
    (folder / "runs" / "second" / "run.json").write_text("{}", encoding="utf-8")
    assert "Run it again" in words(opened())


def test_what_was_chosen_is_kept_beside_the_run(folder: Path) -> None:
    press(with_form(), "start")
    assert idle()
    state = errands().state
    assert state is not None
    assert Chosen.model_validate_json((state.folder / CHOSEN).read_text(encoding="utf-8")) == Chosen()


def test_the_review_page_loads_nothing_of_the_evals() -> None:
    script = f"""
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file({str(Path(PAGE).parents[2] / "app.py")!r}, default_timeout={LONGEST}).run()
assert not app.exception and app.text_area(key="note") is not None
print([name for name in sys.modules if name.startswith(("coach.evaluation", "coach.pages.measured", "scipy"))])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=LONGEST * 2)
    assert done.stdout.strip() == "[]", done.stderr[-1000:]
