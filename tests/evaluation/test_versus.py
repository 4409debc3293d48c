"""Two set-ups on the same cases, at the wire: run, stopped, gone on with, taken over, limited, and kept in the working folder."""

import json
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from coach.answering import CHECKED
from coach.errors import CaseError, InputError
from coach.evaluation.accepting import accept, proposal
from coach.evaluation.bench import Bench, set_up
from coach.evaluation.chosen import Chosen, new_folder
from coach.evaluation.errand import Errands, State, cut_off
from coach.evaluation.estimate import estimate
from coach.evaluation.results import RunFolder, read_run
from coach.evaluation.versus import Versus, begun, comparisons, outcome, read_versus
from coach.llm.budget import Limits
from coach.llm.together import MOST_WEIGHED
from coach.settings import load
from coach.setups import Setup, parsed
from tests.core.builders import ROOT, row
from tests.evaluation.builders import whole_set
from tests.evaluation.conftest import Folder
from tests.evaluation.test_command import CALLS, GOOD, USED, live
from tests.llm.conftest import KEY, Model, Say, completion, fault

__all__ = ["live"]
CASES = len(whole_set())
NOW, OTHER = Setup(model="m"), Setup(model="m", prompts="other")


@pytest.fixture
def bench(live: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """The smallest set, a model that answers, and a second prompt set."""
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    shutil.copytree(tmp_path / "prompts" / "default", tmp_path / "prompts" / "other")
    with (tmp_path / "prompts" / "other" / "judge.j2").open("a") as file:
        file.write("\nBe strict.\n")
    monkeypatch.setenv("COACH_PROMPTS", str(tmp_path / "prompts"))
    monkeypatch.chdir(tmp_path)
    return set_up(load())


def over(errands: Errands, thread: threading.Thread) -> State:
    thread.join(60)
    assert not thread.is_alive()
    assert errands.state is not None
    return errands.state


def compared(bench: Bench, limits: Limits = Limits(), anew: bool = False) -> tuple[Path, State]:  # noqa: B008 - a value
    """Both set-ups, run to the end in the background."""
    folder = bench.settings.runs / f"compare-{len(comparisons(bench.settings))}"
    versus = begun(bench, Versus(a=NOW, b=OTHER, limits=limits), folder, anew)
    errands = Errands()
    return folder, over(errands, errands.compare(bench, versus, folder))


def test_both_are_asked_and_the_outcome_is_that_of_two_runs(bench: Bench, model: Model) -> None:
    folder, state = compared(bench)
    assert (state.whole, state.done, state.of, state.error) == (True, 2 * CASES, 2 * CASES, None)
    assert len(model.bodies) == 2 * CASES * CALLS
    assert sum("Be strict." in json.dumps(body) for body in model.bodies) == CASES
    made = outcome(bench.settings, folder)
    assert made.found.cases == CASES
    assert made.found.word == "not enough data"
    assert (read_run(folder / "a").prompts, read_run(folder / "b").prompts) != (None, None)
    assert state.spent.calls == 2 * CASES * CALLS
    assert cut_off(bench.settings) == []


def test_one_limit_holds_for_both_sides_and_going_on_pays_nothing_twice(bench: Bench, model: Model) -> None:
    most = CASES * CALLS + 4
    folder, state = compared(bench, Limits(calls=most))
    assert state.error is not None
    assert "Raise --max-calls" in state.error
    assert f"--resume {folder}" in state.error
    assert len(model.bodies) <= most
    assert [one.whole for one in comparisons(bench.settings)] == [False]
    errands = Errands()
    versus = read_versus(folder).model_copy(update={"limits": Limits(calls=1_000)})
    assert over(errands, errands.compare(bench, versus, folder)).whole
    assert len(model.bodies) == 2 * CASES * CALLS


def test_stopping_keeps_the_cases_in_hand(bench: Bench, model: Model) -> None:
    seen = threading.Event()

    def slow(asked: dict[str, object]) -> object:
        seen.set()
        time.sleep(0.15)
        return GOOD.body(asked)

    model.says(Say(slow))
    folder = bench.settings.runs / "compare"
    errands = Errands()
    thread = errands.compare(bench, begun(bench, Versus(a=NOW, b=OTHER), folder), folder)
    assert seen.wait(30)
    errands.stop()
    state = over(errands, thread)
    assert not state.whole
    kept = len(list(RunFolder(folder / "a").lines()))
    assert kept * CALLS == len(model.bodies), "every reply that was paid for belongs to a case that is kept"
    assert not (folder / "b" / "results.jsonl").exists()
    again = Errands()
    assert over(again, again.compare(bench, read_versus(folder), folder)).whole
    assert len(model.bodies) == 2 * CASES * CALLS


def test_a_finished_run_of_the_same_set_up_is_taken_over_unless_it_is_done_anew(bench: Bench, model: Model) -> None:
    first, _ = compared(bench)
    asked = len(model.bodies)
    second, state = compared(bench)
    assert read_versus(second).taken == {"a": f"{first.name}/a", "b": f"{first.name}/b"}
    assert (state.whole, len(model.bodies)) == (True, asked)
    assert outcome(bench.settings, second).found.cases == CASES
    third, _ = compared(bench, anew=True)
    assert read_versus(third).taken == {}
    assert len(model.bodies) == 2 * asked


def test_a_run_of_other_words_is_not_taken_over(bench: Bench, model: Model) -> None:
    compared(bench)
    with (bench.settings.prompts / "other" / "judge.j2").open("a") as file:
        file.write("\nBe stricter.\n")
    second, _ = compared(bench)
    assert set(read_versus(second).taken) == {"a"}


def test_what_cannot_be_compared_says_so_before_anything_is_sent(bench: Bench, model: Model) -> None:
    folder = bench.settings.runs / "compare"
    with pytest.raises(CaseError, match="A and B are the same"):
        begun(bench, Versus(a=NOW, b=NOW), folder)
    with pytest.raises(InputError, match="No recordings of gone"):
        begun(bench, Versus(a=NOW, b=Setup(recordings="gone")), folder)
    with pytest.raises(Exception, match="No price of m is known"):
        begun(bench, Versus(a=NOW, b=OTHER, limits=Limits(usd=1)), folder)
    assert not folder.exists()
    assert model.bodies == []


# On the command line.


def test_two_set_ups_are_run_and_compared_in_one_command(bench: Bench, live: Folder, model: Model) -> None:
    done = live.coach("compare", "model=m", "model=m,prompts=other", "--format", "json")
    assert done.code == 0, done.err
    data = json.loads(done.out)
    assert (data["a"], data["b"], data["cases"]) == ("m", "m, prompts other", CASES)
    assert "An estimate: 6 cases" in done.err
    assert "no price is known" in done.err
    assert "coach eval accept" in done.err


def test_a_command_that_ran_out_goes_on_with_resume(bench: Bench, live: Folder, model: Model) -> None:
    done = live.coach("compare", "model=m", "model=m,prompts=other", "--max-calls", "10")
    assert done.code == 4
    (folder,) = live.runs.iterdir()
    assert f"--resume {folder}" in done.err
    done = live.coach("compare", "--resume", folder, "--max-calls", "1000")
    assert done.code == 0, done.err
    assert "6 cases in both" in done.out
    assert len(model.bodies) == 2 * CASES * CALLS


@pytest.mark.parametrize(
    ("words", "said"),
    [
        row("one side alone", ("model=m",), "Name A and B"),
        row("no set-up at all", ("model=m", "modle=n"), "“modle=n” is no part of a set-up"),
        row("a run and a set-up", (".", "model=m"), "model=m is no folder"),
        row("the same twice", ("model=m", "m"), "A and B are the same"),
    ],
)
def test_wrong_words_are_a_sentence(bench: Bench, live: Folder, words: tuple[str, ...], said: str) -> None:
    done = live.coach("compare", *words)
    assert done.code == 2
    assert said in done.err


def test_a_set_up_is_a_few_words(bench: Bench) -> None:
    settings = bench.settings.model_copy(update={"model": "usual"})
    assert parsed("", settings) == Setup(model="usual")
    assert parsed("prompts=other", settings) == Setup(model="usual", prompts="other")
    assert parsed("offline,playbook=bant", settings) == Setup(playbook="bant")
    assert parsed("recordings=authored", settings).recordings == "authored"
    for wrong in ("prompts=../else", "a,b", "model=", "prompts=a,prompts=b"):
        with pytest.raises(InputError, match="set-up"):
            parsed(wrong, settings)


# What it will take.


def test_an_estimate_is_near_what_is_then_sent(bench: Bench, model: Model, tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text("m: {in: 1, out: 2}\n")
    made = estimate(bench, Chosen(setup=NOW))
    assert (made.cases, made.calls) == (CASES, CASES * CALLS)
    assert model.bodies == []
    sent = 0

    def counted(asked: dict[str, object]) -> object:
        nonlocal sent
        sent += len(json.dumps(asked, ensure_ascii=False)) // 4
        return GOOD.body(asked)

    model.says(Say(counted))
    compared(bench)
    assert 0.7 < made.tokens_in / (sent / 2) < 1.4
    assert made.usd is not None
    assert made.usd == pytest.approx((made.tokens_in + 2 * made.tokens_out) / 1e6, rel=0.1)
    again = estimate(bench, Chosen(setup=NOW))
    assert again.tokens_out == USED["completion_tokens"] * CALLS * CASES
    assert "as long as in compare-0/" in again.told


def test_an_estimate_for_a_built_in_model_is_of_its_own_prompts_and_of_short_calls_where_it_only_checks(bench: Bench) -> None:
    reads, checks = (estimate(bench, Chosen(setup=Setup(model=name))) for name in ("builtin", "builtin" + CHECKED))
    assert reads.calls == 2 * CASES, "the playbook words the coaching"
    assert 0 < checks.calls <= MOST_WEIGHED * CASES
    assert checks.tokens_out < 10 * checks.calls, "a word is the reply"
    assert "up to 24 short calls a case" in checks.told


# Keeping it.


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True, text=True).stdout


def test_keeping_a_side_is_one_change_that_git_shows_and_the_gate_accepts(bench: Bench, live: Folder, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = compared(bench)
    git(bench.folder, "init", "-q")
    git(bench.folder, "add", "-A")
    git(bench.folder, "-c", "user.name=n", "-c", "user.email=n@example.com", "commit", "-qm", "cases")
    made = proposal(bench, folder / "b")
    assert git(bench.folder, "status", "--porcelain") == "", "nothing is written before it is agreed to"
    accept(made)
    shown = git(bench.folder, "status", "--porcelain", "-uall").splitlines()
    assert sorted(line[3:] for line in shown) == sorted(change.path for change in made.changes)
    assert made.paths == ("recordings/m", "baselines/m.json")
    stat = subprocess.run(made.look, shell=True, check=True, capture_output=True, text=True).stdout
    assert f"{len(made.changes)} files changed, {sum(change.plus for change in made.changes)} insertions" in stat
    assert KEY not in git(bench.folder, "diff")
    model.says(fault(500))
    monkeypatch.delenv("OPENAI_BASE_URL")
    done = live.coach("run", "--suite", "m", "--workers", "1", "--out", live.runs / "again")
    assert done.code == 0, done.err  # the recordings know that they are of the other prompt set
    assert live.coach("gate", live.runs / "again").code == 0
    assert proposal(bench, folder / "b").changes == ()
    assert "Nothing changes" in live.coach("accept", folder / "b").out


def test_keeping_another_run_of_the_suite_takes_the_old_files_away(bench: Bench) -> None:
    folder, _ = compared(bench)
    accept(proposal(bench, folder / "b"))
    stray = bench.folder / "recordings" / "m" / "dev-no" / "old.json"
    stray.write_text("{}\n")
    made = proposal(bench, folder / "a")
    assert {change.what for change in made.changes} == {"new", "changed", "gone"}
    accept(made)
    assert not stray.exists()
    assert sorted(path.name for path in (bench.folder / "recordings").iterdir()) == ["m"]
    assert proposal(bench, folder / "a").changes == ()


def test_what_cannot_be_written_leaves_all_as_it_was(bench: Bench) -> None:
    folder, _ = compared(bench)
    accept(proposal(bench, folder / "a"))
    before = {path: path.read_bytes() for path in sorted(bench.folder.rglob("*")) if path.is_file()}
    made = proposal(bench, folder / "b")
    (bench.folder / "baselines" / "m.json.part").mkdir()  # nothing can be written beside the baseline
    with pytest.raises(OSError):
        accept(made)
    (bench.folder / "baselines" / "m.json.part").rmdir()
    assert {path: path.read_bytes() for path in sorted(bench.folder.rglob("*")) if path.is_file()} == before


def test_ci_keeps_nothing(bench: Bench, live: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = compared(bench)
    monkeypatch.setenv("CI", "true")
    done = live.coach("accept", folder / "b", "--write")
    assert done.code == 2
    assert "CI does not bless" in done.err
    assert not (bench.folder / "baselines").exists()


def test_a_run_without_its_replies_or_without_answers_is_not_kept(bench: Bench, live: Folder, model: Model) -> None:
    folder, _ = compared(bench)
    shutil.rmtree(folder / "b" / "replies" / "dev-no")
    with pytest.raises(CaseError, match="holds no replies to dev-no"):
        proposal(bench, folder / "b")
    model.says(completion("no JSON"))
    assert live.coach("run", "--model", "m", "--out", live.runs / "silent").code == 4
    with pytest.raises(CaseError, match="have no answer"):
        proposal(bench, live.runs / "silent")


def test_the_analyst_held_against_another_playbook_is_no_baseline(bench: Bench, live: Folder) -> None:
    assert live.coach("run", "--playbook", "bant", "--out", live.runs / "bant").code == 0
    with pytest.raises(CaseError, match="held against bant"):
        proposal(bench, live.runs / "bant")


# What judges nothing.


def test_a_baseline_and_a_floor_of_no_suite_are_named(bench: Bench, live: Folder) -> None:
    (live.evals / "thresholds.toml").write_text('[[floor]]\nsuite = "ofline"\nsplit = "dev"\nmetric = "stage"\nat_least = 0.5\n')
    (live.evals / "baselines").mkdir()
    (live.evals / "baselines" / "gone.json").write_text("{}")
    done = live.coach("lint")
    assert done.code == 2
    assert "baselines/gone.json: there is no suite gone any more" in done.out
    assert "thresholds.toml: a floor for the suite ofline, which there is not" in done.out
    assert live.coach("run", "--out", live.runs / "r").code == 0
    assert "a floor for the suite ofline" in live.coach("gate", live.runs / "r").out


def test_new_folders_are_named_after_the_time(bench: Bench) -> None:
    assert new_folder(bench.settings, "compare").name.endswith("-compare")
