"""A run in the background: started, stopped, cut off and gone on with, on a few real cases."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coach.errors import CaseError, InputError
from coach.evaluation.bench import Bench, set_up
from coach.evaluation.chosen import Chosen, cases_of, new_folder
from coach.evaluation.errand import Errands, State, cut_off
from coach.evaluation.found import baselines, whole_runs
from coach.evaluation.results import read_run
from coach.settings import load
from coach.setups import Setup
from tests.evaluation.runs import small_folder

LONGEST = 60  # seconds


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A small eval folder, and an empty folder for runs."""
    monkeypatch.setenv("COACH_EVALS", str(small_folder(tmp_path / "evals", 4, 2)))
    monkeypatch.setenv("COACH_RUNS", str(tmp_path / "runs"))
    yield set_up(load())


def over(errands: Errands, thread: threading.Thread) -> State:
    thread.join(LONGEST)
    assert not thread.is_alive()
    assert errands.state is not None
    assert not errands.state.going
    return errands.state


def test_a_run_lands_in_the_folder_as_from_the_command_line(bench: Bench) -> None:
    errands, folder = Errands(), new_folder(bench.settings, "offline")
    state = over(errands, errands.begin(bench, Chosen(), folder))
    assert (state.whole, state.done, state.of, state.error) == (True, 6, 6, None)
    assert set(read_run(folder).by_case) == {case.id for case in bench.cases}
    assert [run.folder for run in whole_runs(bench.settings)] == [folder]
    assert cut_off(bench.settings) == []


def test_a_split_can_be_run_alone(bench: Bench) -> None:
    assert {case.split for case in cases_of(bench, Chosen(split="holdout"))} == {"holdout"}


def test_a_stopped_run_keeps_what_is_done_and_goes_on_with_the_same_choice(bench: Bench) -> None:
    errands, folder = Errands(), new_folder(bench.settings, "offline")
    want = Chosen(split="dev")
    thread = errands.begin(bench, want, folder)
    errands.stop()
    state = over(errands, thread)
    assert not state.whole
    assert state.error is None
    with pytest.raises(CaseError, match="cut off"):
        read_run(folder)
    left = cut_off(bench.settings)[0]
    assert 1 <= left.done < 4
    assert left.chosen == want
    again = Errands()  # another process knows the folder only
    assert over(again, again.begin(bench, left.chosen, left.folder)).whole
    assert len(read_run(folder).results) == 4


def test_a_line_that_was_cut_off_half_way_is_reviewed_again(bench: Bench) -> None:
    errands, folder = Errands(), new_folder(bench.settings, "offline")
    thread = errands.begin(bench, Chosen(), folder)
    errands.stop()
    over(errands, thread)
    with (folder / "results.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"result": {"abo')
    assert over(errands, errands.begin(bench, cut_off(bench.settings)[0].chosen, folder)).whole


def test_two_runs_do_not_go_at_once(bench: Bench) -> None:
    errands = Errands()
    thread = errands.begin(bench, Chosen(), new_folder(bench.settings, "offline"))
    if thread.is_alive():
        with pytest.raises(InputError, match="is running"):
            errands.begin(bench, Chosen(), bench.settings.runs / "another")
    over(errands, thread)
    errands.forget()
    assert errands.state is None


def test_a_run_that_was_begun_by_another_answerer_is_not_gone_on_with(bench: Bench) -> None:
    errands, folder = Errands(), new_folder(bench.settings, "offline")
    thread = errands.begin(bench, Chosen(), folder)
    errands.stop()
    over(errands, thread)
    head = folder / "head.json"
    head.write_text(head.read_text(encoding="utf-8").replace('"weights": "', '"weights": "x'), encoding="utf-8")
    state = over(errands, errands.begin(bench, Chosen(), folder))
    assert state.error is not None
    assert "begun with another answerer" in state.error


def test_what_cannot_be_run_says_so_before_it_starts(bench: Bench) -> None:
    errands = Errands()
    with pytest.raises(InputError, match="No recordings"):
        errands.begin(bench, Chosen(setup=Setup(recordings="nobody")), new_folder(bench.settings, "nobody"))
    assert errands.state is None


def test_a_crash_in_the_thread_is_said_and_the_run_can_be_gone_on_with(bench: Bench) -> None:
    errands, folder = Errands(), new_folder(bench.settings, "offline")
    folder.mkdir(parents=True)
    (folder / "results.jsonl").mkdir()  # nothing can be written there
    state = over(errands, errands.begin(bench, Chosen(), folder))
    assert state.error is not None
    assert "broke off" in state.error


def test_a_run_that_is_being_written_elsewhere_looks_busy(bench: Bench) -> None:
    errands, folder = Errands(), new_folder(bench.settings, "offline")
    thread = errands.begin(bench, Chosen(), folder)
    errands.stop()
    over(errands, thread)
    assert cut_off(bench.settings)[0].busy
    old = time.time() - 3600
    os.utime(folder / "results.jsonl", (old, old))
    assert not cut_off(bench.settings)[0].busy


def test_a_folder_without_baselines_has_none(bench: Bench) -> None:
    assert baselines(bench.settings) == []


def test_only_a_model_that_is_asked_live_sends_notes_off() -> None:
    assert Setup(model="gpt").is_live
    assert not any(setup.is_live for setup in (Setup(), Setup(recordings="gpt")))
