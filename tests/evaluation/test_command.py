"""`coach eval` on a small eval folder: its words, its files and its exit codes."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from coach.cli import main
from coach.evaluation.cases import EvalCase, load_case
from coach.evaluation.metrics import METRICS
from coach.evaluation.results import RunFolder, read_run
from tests.core.builders import ROOT
from tests.core.test_cli import environment
from tests.evaluation.builders import NO, eval_folder, no_data, whole_set
from tests.evaluation.conftest import Folder
from tests.llm.conftest import KEY, Model, Say, completion, fault


def ran(folder: Folder, out: str = "r", *words: str) -> Path:
    """An offline run."""
    done = folder.coach("run", "--out", folder.runs / out, *words)
    assert done.code == 0, done.err
    return folder.runs / out


def held(folder: Folder, text: str) -> None:
    """Writes the thresholds."""
    (folder.evals / "thresholds.toml").write_text(text)


UNREACHABLE = '[[floor]]\nsuite = "offline"\nsplit = "dev"\nmetric = "stage"\nat_least = 1.0\non = "interval"\n'


# Everything at once.


def test_everything_at_once_runs_reports_and_passes(folder: Folder) -> None:
    done = folder.coach("all", "--out", folder.runs / "x")
    assert done.code == 0, done
    assert done.out.startswith("# Eval report")
    assert {path.name for path in (folder.runs / "x").iterdir()} == {"offline", "report.md", "report.html", "junit.xml", "flips.csv"}
    assert (folder.runs / "x" / "report.md").read_text() in done.out
    assert len(read_run(folder.runs / "x" / "offline").results) == len(whole_set())


def test_without_a_word_it_does_the_same_in_a_new_folder(folder: Folder) -> None:
    done = folder.coach()
    assert done.code == 0, done
    (made,) = folder.runs.iterdir()
    assert (made / "report.html").is_file()


def test_a_gate_that_fails_is_exit_code_1(folder: Folder) -> None:
    held(folder, UNREACHABLE)
    done = folder.coach("all", "--out", folder.runs / "x")
    assert done.code == 1
    assert "offline: failed. dev stage right" in done.out.replace("\\", "")


def test_cases_that_lint_refuses_are_exit_code_2_and_nothing_runs(folder: Folder) -> None:
    eval_folder(folder.evals, no_data("copied"))
    done = folder.coach("all")
    assert done.code == 2
    assert "copied: has the same note as dev-no" in done.err or "dev-no: has the same note as copied" in done.err
    assert not folder.runs.exists()


def test_a_folder_that_holds_a_run_is_not_taken_for_a_new_one(folder: Folder) -> None:
    assert folder.coach("all", "--out", folder.runs / "x").code == 0
    before = (folder.runs / "x" / "offline" / "run.json").read_bytes()
    done = folder.coach("all", "--out", folder.runs / "x")
    assert done.code == 2
    assert "holds a run already" in done.err
    assert (folder.runs / "x" / "offline" / "run.json").read_bytes() == before


def test_in_ci_annotations_go_to_the_log_and_the_report_to_the_summary(folder: Folder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    (tmp_path / "summary.md").write_text("Before.\n")
    held(folder, UNREACHABLE)
    done = folder.coach("all", "--out", folder.runs / "x")
    assert [line for line in done.out.splitlines() if line.startswith("::")][0].startswith("::error::offline: dev stage right")  # noqa: RUF015
    assert (tmp_path / "summary.md").read_text() == "Before.\n" + (folder.runs / "x" / "report.md").read_text()


@pytest.mark.parametrize(("value", "refuses"), [("true", True), ("1", True), ("woodpecker", True), ("false", False), ("0", False), ("", False)])
def test_whatever_a_ci_calls_itself_it_does_not_bless(folder: Folder, monkeypatch: pytest.MonkeyPatch, value: str, refuses: bool) -> None:
    at = ran(folder)
    monkeypatch.setenv("CI", value)
    done = folder.coach("bless", at)
    assert (done.code, "CI does not bless" in done.err) == ((2, True) if refuses else (0, False)), done


# Running and judging.


def test_a_run_says_how_to_judge_it_and_judging_it_writes_its_report(folder: Folder) -> None:
    done = folder.coach("run", "--out", folder.runs / "r")
    assert done.out == f"{folder.runs / 'r'} holds the run. Judge it: coach eval gate {folder.runs / 'r'}\n"
    judged = folder.coach("gate", folder.runs / "r")
    assert judged.code == 0
    assert judged.out.endswith("passed\n")
    assert "report.html" in {path.name for path in (folder.runs / "r").iterdir()}


def test_a_run_can_be_judged_again_by_other_thresholds(folder: Folder) -> None:
    at = ran(folder)
    held(folder, UNREACHABLE)
    done = folder.coach("gate", at)
    assert done.code == 1
    assert "FAILS  dev stage right" in done.out
    assert "failed, exit code 1" in done.out
    held(folder, "")
    assert folder.coach("gate", at).code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "--case", "nobody"), "No case is called nobody"),
        (("run", "--tag", "no_such_tag"), "No case is left to run"),
        (("run", "--suite", "gone"), "No recordings of gone. There are: none."),
        (("run", "--suite", "authored", "--model", "m"), "Say either --model or --suite"),
        (("run", "--model", "m"), "No key and no server for a model"),
        (("run", "--split", "test"), "Invalid value for '--split'"),
        (("run", "--workers", "0"), "Invalid value for '--workers'"),
        (("run", "--resume", "gone"), "gone holds no run"),
        (("gate", "gone"), "gone holds no run"),
        (("compare", "gone", "gone"), "the same set-up"),
        (("bless", "gone"), "gone holds no run"),
        (("record", "--authored", "--case", "nobody"), "No case is called nobody"),
        (("export", "promptfoo"), "Missing option '--out'"),
        (("nonsense",), "No such command"),
    ],
)
def test_wrong_words_are_exit_code_2_and_a_sentence(folder: Folder, words: tuple[str, ...], said: str) -> None:
    done = folder.coach(*words)
    assert done.code == 2
    assert said in done.err, done.err


def test_thresholds_that_are_wrong_are_exit_code_2_with_their_line(folder: Folder) -> None:
    held(folder, "\n" + UNREACHABLE.replace('"stage"', '"stages"'))
    done = folder.coach("run")
    assert (done.code, done.err) == (2, "thresholds.toml:2: no metric is called stages. `coach eval metrics` lists them.\n")


def test_a_bad_case_is_exit_code_2_with_its_line(folder: Folder) -> None:
    path = folder.evals / "cases" / "dev-no.yaml"
    path.write_text(path.read_text().replace("lang: en", "lang: [en", 1))
    for words in (("run",), ("lint",), ("all",)):
        done = folder.coach(*words)
        assert done.code == 2
        assert re.match(r"dev-no\.yaml:\d+: not YAML\. Mend that line\.", done.err)


def test_cases_can_be_chosen_by_split_name_and_tag(folder: Folder) -> None:
    for at, (words, ids) in enumerate(
        [
            (("--split", "holdout"), ["held-no-inj", "held-no"]),
            (("--case", "dev-yes", "--case", "dev-no"), ["dev-no", "dev-yes"]),
            (("--tag", "injection", "--split", "dev"), ["dev-no-inj", "dev-no", "dev-yes"]),
        ]
    ):
        assert list(read_run(ran(folder, f"r{at}", *words)).by_case) == ids


def test_a_run_goes_on_from_where_it_was_cut_off_and_only_with_the_same_answerer(folder: Folder) -> None:
    at = ran(folder)
    (at / "run.json").unlink()
    lines = (at / "results.jsonl").read_bytes().splitlines(keepends=True)
    (at / "results.jsonl").write_bytes(b"".join(lines[:2]) + lines[2][:50])
    assert folder.coach("gate", at).code == 2
    assert folder.coach("run", "--resume", at).code == 0
    assert len(read_run(at).results) == len(whole_set())
    head = json.loads((at / "head.json").read_text())
    (at / "run.json").unlink()
    (at / "head.json").write_text(json.dumps({**head, "weights": "other"}))
    done = folder.coach("run", "--resume", at)
    assert done.code == 2
    assert "was begun with another answerer, prompts or weights" in done.err


def test_a_whole_run_that_is_resumed_is_left_as_it_is(folder: Folder) -> None:
    at = ran(folder)
    before = (at / "run.json").read_bytes()
    assert folder.coach("run", "--resume", at).code == 0
    assert (at / "run.json").read_bytes() == before


def test_two_runs_are_compared_in_words_and_holdout_cases_are_not_named(folder: Folder) -> None:
    a, b = ran(folder, "a"), ran(folder, "b")
    flipped = json.loads((b / "run.json").read_text())
    for one in flipped["results"]:
        if one["about"]["id"] in ("dev-no", "held-no"):
            one["answer"]["label"] = 2
            one["answer"]["quote"] = "yes\x1b[31m\n::error::x"
            one["scores"] = [{**score, "hits": 1 - score["hits"]} if score["metric"] in ("stage", "false_yes") else score for score in one["scores"]]
    (b / "run.json").write_text(json.dumps(flipped))
    done = folder.coach("compare", a, b)
    assert done.code == 0
    assert f"{len(whole_set())} cases in both. false yes: not enough data (2 clusters)" in done.out
    assert "FALSE YES dev-no: 1 -> 2, gold 1" in done.out
    assert "1 holdout cases flipped and are not named." in done.out
    assert "held-no" not in done.out
    assert "\x1b" not in done.out
    assert "\n::" not in done.out
    assert "0 holdout cases flipped" in folder.coach("compare", a, b, "--split", "dev").out


# Blessing.


def test_a_blessed_run_is_what_the_next_is_held_against(folder: Folder) -> None:
    at = ran(folder)
    done = folder.coach("bless", at)
    assert done.out == f"{folder.evals / 'baselines' / 'offline.json'} is the baseline now. Commit it with the change that it belongs to.\n"
    assert folder.coach("gate", at).out == "passed\n"
    run = json.loads((at / "run.json").read_text())
    for one in run["results"]:
        one["scores"] = [{**score, "hits": 0, "why": ["x"]} if score["metric"] == "stage" else score for score in one["scores"]]
    (at / "run.json").write_text(json.dumps(run))
    done = folder.coach("gate", at)
    assert done.code == 1
    assert "dev-no passed in the baseline and does not now: x" in done.out
    assert "held-no" not in done.out


def test_a_run_of_some_cases_is_not_blessed(folder: Folder) -> None:
    done = folder.coach("bless", ran(folder, "r", "--split", "dev"))
    assert done.code == 2
    assert "lacks 2 cases, first held-no" in done.err
    assert not (folder.evals / "baselines").exists()


def test_a_run_of_cases_that_changed_since_is_not_blessed(folder: Folder) -> None:
    at = ran(folder)
    path = folder.evals / "cases" / "dev-no.yaml"
    path.write_text(path.read_text().replace("version: 1", "version: 2", 1))
    done = folder.coach("bless", at)
    assert done.code == 2
    assert "1 cases changed since" in done.err


def test_a_run_without_some_of_its_answers_is_not_blessed(folder: Folder) -> None:
    at = ran(folder)
    run = json.loads((at / "run.json").read_text())
    run["results"][0].update(answer=None, error="The server failed.")
    (at / "run.json").write_text(json.dumps(run))
    done = folder.coach("bless", at)
    assert done.code == 2
    assert "1 cases of" in done.err


# Cases.


def test_lint_names_what_is_wrong_with_its_file(folder: Folder) -> None:
    assert folder.coach("lint").out == f"{len(whole_set())} cases, 0 findings\n"
    for path in (folder.evals / "cases").glob("dev-yes.yaml"):
        path.unlink()
    eval_folder(folder.evals, no_data("copied", tags=["plain_yse"], note=NO + "Dana: Bye.\n"))
    done = folder.coach("lint")
    assert done.code == 2
    assert f"{folder.evals / 'cases' / 'copied.yaml'}: unknown tag plain_yse" in done.out
    assert "\nthe set: 2 base cases of the type" in done.out


@pytest.mark.parametrize(
    ("note", "name"),
    [
        ((NO + "Dana: Bye.\n").replace("\n", "\r\n"), "Dana's call.txt"),
        ("Rep: So, how is it?\nSam (CFO): Fine. I sign it, we are buying ten.\n", "notes 3.md"),
        ("Call with Jo\u2028She said there is no money this year.   \n\n\tTabs\x85and odd breaks", "odd.txt"),
        ("Subject: yes\nFrom: Dana <dana@example.com>\nTo: me@example.com\n\nWe will take it, I sign tomorrow.", "mail.eml"),
    ],
)
def test_a_new_case_is_one_that_lint_accepts(folder: Folder, note: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(note.encode())
    done = folder.coach("new-case", tmp_path / name, "--stage", "1", "--why", "Marcus signs.", "--as-of", "2026-03-02", "--id", "fresh")
    assert done.code == 0, done
    case = load_case(folder.evals / "cases" / "fresh.yaml")
    assert (case.gold.stage, case.note, case.tags, case.source.origin) == (1, note, ("correction",), "correction")
    assert folder.coach("lint").code == 0
    assert folder.coach("run", "--case", "fresh", "--out", folder.runs / "r").code == 0


def test_a_new_case_takes_the_statuses_it_is_given(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "n.txt").write_text(NO + "Dana: Bye.\n")
    words = ("--stage", "undetermined", "--why", "x", "--status", "timeline=at_risk", "--status", "need=missing")
    assert folder.coach("new-case", tmp_path / "n.txt", *words).code == 0
    case = load_case(folder.evals / "cases" / "n.yaml")
    assert (case.gold.criteria["timeline"].status, case.gold.criteria["need"].quotes) == ("at_risk", ())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--status", "budget"), "write CRITERION=STATUS"),
        (("--status", "money=met"), "--status money: no such criterion. There are: need, "),
        (("--status", "budget=great"), "That makes no case"),
        (("--id", "Not An Id"), "That makes no case"),
        (("--id", "../../escape"), "That makes no case"),
        (("--id", "dev-no"), "dev-no.yaml is there already"),
    ],
)
def test_a_new_case_that_cannot_be_made_is_exit_code_2(folder: Folder, words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    (tmp_path / "n.txt").write_text(NO)
    before = sorted(folder.evals.rglob("*"))
    done = folder.coach("new-case", tmp_path / "n.txt", "--stage", "1", "--why", "x", *words)
    assert done.code == 2
    assert said in done.err, done.err
    assert sorted(folder.evals.rglob("*")) == before


# For other tools.


def test_cases_are_exported_for_promptfoo(folder: Folder, tmp_path: Path) -> None:
    done = folder.coach("export", "promptfoo", "--out", tmp_path / "p", "--model", "m")
    assert done.code == 0, done
    config = json.loads((tmp_path / "p" / "promptfooconfig.json").read_text())
    dev = [one["id"] for one in whole_set() if one["split"] == "dev"]
    assert [test["description"].split(":")[0] for test in config["tests"]] == sorted(dev, key="{}.yaml".format)
    assert config["providers"][0]["id"] == "openai:chat:m"
    for test in config["tests"]:
        messages = json.loads((tmp_path / "p" / test["vars"]["messages"].removeprefix("file://")).read_text())
        assert messages[0]["role"] == "system"
        assert "Mia (sales)" in messages[-1]["content"]
    assert {"type": "contains", "value": "Nothing is set aside this year", "metric": "key quotes"} in config["tests"][0]["assert"]
    assert not any("held" in path.name for path in (tmp_path / "p").rglob("*"))


@pytest.mark.parametrize("words", ["{{ env.OPENAI_API_KEY }}", "{% set a = 1 %}", "file://x.js", "package:x:y"])
def test_a_case_whose_words_promptfoo_would_run_is_left_out_and_named(folder: Folder, tmp_path: Path, words: str) -> None:
    data = next(one for one in whole_set() if one["split"] == "dev" and one.get("family", "base") == "base")
    data = {**data, "id": "acts", "note": f"{words}\n{data['note']}"}
    (folder.evals / "cases" / "acts.yaml").write_text(json.dumps(data, default=str), encoding="utf-8")
    done = folder.coach("export", "promptfoo", "--out", tmp_path / "p")
    assert done.code == 0, done
    assert "would run words of theirs as a template or a script: acts" in done.err
    assert not any(words in path.read_text(encoding="utf-8") for path in (tmp_path / "p").rglob("*.json"))


def test_the_metrics_are_listed_by_the_names_that_thresholds_use(folder: Folder) -> None:
    assert [line.split()[0] for line in folder.coach("metrics").out.splitlines()] == [metric.id for metric in METRICS]


def test_the_schema_is_that_of_a_case(folder: Folder) -> None:
    assert json.loads(folder.coach("schema").out) == EvalCase.model_json_schema()


def test_mutate_tells_how_many_defects_were_noticed(folder: Folder) -> None:
    done = folder.coach("mutate")
    assert done.code in (0, 1), done
    assert re.search(r"mutation score 100\.0%: (\d+) of \1 defects noticed", done.out), done.out


# A live model.

EXTRACT = {"selling": "Stands.", "sales": True, "deals": [], "claims": []}
JUDGE: dict[str, Any] = {"reason": "Nothing.", "commitments": [], "refusal": None, "opinion": "stage_1"}
SKEPTICAL = {"the_no": {"criterion": "need", "quote": None, "text": "Nobody needs it."}, "questions": [], "first": "Ask what hurts."}
ANSWERS = {"extract": EXTRACT, "judge": JUDGE, "skeptical": SKEPTICAL}
USED = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
GOOD = Say(lambda asked: completion(ANSWERS[asked["response_format"]["json_schema"]["name"]], usage=USED).body)
CALLS = 3  # of one case


@pytest.fixture
def live(folder: Folder, model: Model, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A model server that answers every request."""
    model.says(GOOD)
    monkeypatch.setenv("OPENAI_BASE_URL", model.url)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return folder


@pytest.mark.parametrize("workers", ["1", "3"])
def test_a_live_run_asks_the_server_and_writes_down_what_it_said(live: Folder, model: Model, workers: str) -> None:
    done = live.coach("run", "--model", "m", "--workers", workers, "--out", live.runs / "r")
    assert done.code == 0, done
    run = read_run(live.runs / "r")
    assert (run.source, run.model, run.suite) == ("live", "m", "m")
    assert sorted(run.by_case) == sorted(one["id"] for one in whole_set())
    assert [one.answer.calls for one in run.results if one.answer] == [CALLS] * len(whole_set())
    assert len(model.bodies) == CALLS * len(whole_set())
    assert live.coach("gate", live.runs / "r").code == 0
    for path in live.runs.rglob("*"):
        assert path.is_dir() or KEY not in path.read_text()


def test_a_server_that_fails_is_exit_code_4_and_asked_again_on_going_on(live: Folder, model: Model) -> None:
    model.says(fault(418))
    at = live.runs / "r"
    done = live.coach("run", "--model", "m", "--workers", "2", "--out", at)
    assert done.code == 4
    assert f"{len(whole_set())} of {len(whole_set())} cases got no answer, first dev-no-inj: The model's server failed (418)" in done.err
    assert live.coach("gate", at).code == 4
    assert "not judged, too many cases without an answer" in (at / "report.md").read_text()
    model.says(GOOD)
    assert live.coach("run", "--model", "m", "--resume", at).code == 0
    assert all(one.answer for one in read_run(at).results)
    assert live.coach("gate", at).code == 0


@pytest.mark.parametrize(("status", "said"), [(401, "The endpoint refused the key"), (404, "The endpoint does not serve m")])
def test_a_fault_that_no_further_case_would_mend_stops_the_run_at_once(live: Folder, model: Model, status: int, said: str) -> None:
    model.says(fault(status))
    done = live.coach("run", "--model", "m", "--workers", "1", "--out", live.runs / "r")
    assert done.code == 4
    assert said in done.err
    assert len(model.bodies) == 1


@pytest.mark.parametrize(
    ("most", "workers", "cases"),
    [("1", "1", 0), ("3", "1", 1), ("8", "1", 2), ("3", "4", 1), ("8", "4", 2), ("9", "4", 3)],
)
def test_a_budget_is_not_crossed_however_many_are_asked_at_once(live: Folder, model: Model, most: str, workers: str, cases: int) -> None:
    done = live.coach("run", "--model", "m", "--workers", workers, "--max-calls", most, "--out", live.runs / "r")
    assert done.code == 4
    assert f"{CALLS * cases} calls were made and {most} are allowed; {cases} of {len(whole_set())} cases are done. Raise --max-calls" in done.err
    assert len(list(RunFolder(live.runs / "r").lines())) == cases
    assert len(model.bodies) == CALLS * cases


def test_after_the_budget_was_raised_a_run_goes_on_without_paying_again(live: Folder, model: Model) -> None:
    at = live.runs / "r"
    assert live.coach("run", "--model", "m", "--max-calls", "6", "--out", at).code == 4
    assert live.coach("run", "--model", "m", "--max-calls", "6", "--resume", at).code == 4
    assert len(model.bodies) == 2 * CALLS
    assert live.coach("run", "--model", "m", "--max-calls", "100", "--resume", at).code == 0
    assert len(model.bodies) == CALLS * len(whole_set())
    assert len(read_run(at).results) == len(whole_set())


def test_calls_that_bring_no_answer_are_paid_from_the_budget_too(live: Folder, model: Model) -> None:
    model.says(completion("no JSON"))
    done = live.coach("run", "--model", "m", "--workers", "1", "--max-calls", "6", "--out", live.runs / "r")
    assert done.code == 4
    assert "4 calls were made and 6 are allowed" in done.err
    assert len(model.bodies) == 4


def test_a_model_is_recorded_and_replays_with_the_server_gone(live: Folder, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    done = live.coach("record", "--model", "m", "--case", "dev-no", "--case", "dev-yes", answer="y\n")
    assert done.code == 0, done
    assert "2 cases" in done.out
    assert "on this machine" in done.out
    asked = len(model.bodies)
    model.says(fault(500))
    monkeypatch.delenv("OPENAI_BASE_URL")
    monkeypatch.delenv("OPENAI_API_KEY")
    assert live.coach("run", "--suite", "m", "--workers", "1", "--out", live.runs / "r").code == 0
    run = read_run(live.runs / "r")
    assert (run.source, list(run.by_case), len(model.bodies)) == ("recorded live", ["dev-no", "dev-yes"], asked)
    for path in live.evals.rglob("*.json"):
        assert KEY not in path.read_text()
        assert "127.0.0.1" not in path.read_text()


def test_nothing_is_recorded_without_a_yes(live: Folder, model: Model) -> None:
    assert live.coach("record", "--model", "m", answer="n\n").code == 0
    assert not model.bodies
    assert not (live.evals / "recordings").exists()


def test_a_recording_that_fails_says_why_and_leaves_nothing(live: Folder, model: Model) -> None:
    model.says(fault(401))
    done = live.coach("record", "--model", "m", "--yes")
    assert done.code == 4
    assert "The endpoint refused the key" in done.err
    assert not list(live.evals.glob("recordings/**/*.json"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--max-calls", "4"), "3 calls were made and 4 are allowed"),
    ],
)
def test_a_recording_stops_before_the_case_that_could_cross_its_limit(live: Folder, model: Model, words: tuple[str, ...], said: str) -> None:
    done = live.coach("record", "--model", "m", "--yes", *words)
    assert done.code == 4
    assert said in done.err
    assert len(model.bodies) == CALLS
    assert live.coach("run", "--suite", "m", "--workers", "1", "--out", live.runs / "r").code == 0  # what was recorded is whole
    assert len(read_run(live.runs / "r").results) == 1


# Ctrl-C.


def started(folder: Folder, *words: str) -> "subprocess.Popen[str]":
    """The command in a process group of its own."""
    env = environment(COACH_EVALS=str(folder.evals), COACH_RUNS=str(folder.runs), **{k: v for k, v in os.environ.items() if k.startswith("OPENAI_")})
    command = [sys.executable, "-m", "coach.cli", "eval", "run", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, cwd=ROOT, start_new_session=True)


def until(true: "object", seconds: float = 120) -> None:
    """Waits until something is so."""
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "waited for nothing"
        time.sleep(0.02)


def test_ctrl_c_keeps_what_is_done_and_the_run_goes_on(live: Folder, model: Model) -> None:
    model.says(GOOD, GOOD, GOOD, GOOD, Say(wait=True))
    at = live.runs / "r"
    running = started(live, "--model", "m", "--workers", "1", "--out", str(at))
    until(lambda: len(model.bodies) >= 5)
    os.killpg(running.pid, signal.SIGINT)
    _, err = running.communicate(timeout=30)
    assert running.returncode == 2
    assert err.endswith(f"Stopped. What is done is kept. Go on with: coach eval run --resume {at}\n")
    assert "Traceback" not in err
    assert len(list(RunFolder(at).lines())) == 1
    model.over.set()
    model.says(GOOD)
    assert live.coach("run", "--model", "m", "--resume", at).code == 0
    assert len(read_run(at).results) == len(whole_set())


def test_ctrl_c_with_worker_processes_keeps_what_is_done_too(folder: Folder) -> None:
    many = [no_data(f"c{at:02}", note=NO + f"Dana: That is {at}.\n" + "Mia (sales): How do you mean that?\n" * 600) for at in range(24)]
    eval_folder(folder.evals, *many)
    at = folder.runs / "r"
    running = started(folder, "--workers", "2", "--out", str(at))
    until(lambda: (at / "results.jsonl").is_file() and (at / "results.jsonl").stat().st_size > 0)
    os.killpg(running.pid, signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 2
    assert f"Stopped. What is done is kept. Go on with: coach eval run --resume {at}\n" in err
    assert list(RunFolder(at).lines())
    assert not (at / "run.json").exists()
    assert folder.coach("run", "--resume", at).code == 0
    assert len(read_run(at).results) == len(whole_set()) + len(many)


def children(pid: int) -> list[int]:
    """Processes that a process started."""
    found = (path.read_text() for path in Path("/proc").glob(f"{pid}/task/*/children"))
    return [int(child) for text in found for child in text.split()]


def alive(pid: int) -> bool:
    """Whether a process is there, and not only its entry that nobody has asked for yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[-1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")
def test_no_worker_outlives_a_run_that_was_killed(folder: Folder) -> None:
    eval_folder(folder.evals, *(no_data(f"c{at:02}", note=NO + f"Dana: That is {at}.\n" + "Mia (sales): How do you mean?\n" * 300) for at in range(24)))
    at = folder.runs / "r"
    running = started(folder, "--workers", "2", "--out", str(at))
    until(lambda: (at / "results.jsonl").is_file() and (at / "results.jsonl").stat().st_size > 0)
    workers = children(running.pid)
    assert len(workers) >= 2
    running.kill()
    running.communicate(timeout=30)
    until(lambda: not any(map(alive, workers)))


def test_the_command_and_its_words_are_listed() -> None:
    done = CliRunner().invoke(main, ["eval", "--help"])
    for word in ("all", "bless", "compare", "export", "gate", "lint", "metrics", "mutate", "new-case", "record", "run", "schema"):
        assert f"  {word} " in done.stdout
    assert yaml.safe_load("a: 1") == {"a": 1}
