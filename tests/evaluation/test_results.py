"""What a run leaves behind: whole runs, runs that were cut off, and going on with them."""

import json
from pathlib import Path
from typing import Any

import pytest

from coach.errors import CaseError
from coach.evaluation.bench import OFFLINE_SUITE
from coach.evaluation.cases import EvalCase
from coach.evaluation.results import PASSING, Head, Result, RunFolder, about, read_run, runs_in
from coach.evaluation.runner import Plan, head_of, run
from coach.evaluation.scorers import Score
from tests.core.builders import playbook
from tests.evaluation.builders import no_case, result, run_of, yes_case

HEAD = Head(suite="s", source="offline", model="m", prompts=None, playbook="default", weights="w", started="then")


@pytest.fixture(scope="module")
def cases() -> list[EvalCase]:
    return [no_case("a"), yes_case("b"), no_case("c", family="perturbed", of="a", relation="same", cluster="a")]


def plan_of(cases: list[EvalCase]) -> Plan:
    return Plan(OFFLINE_SUITE, cases, playbook(), workers=1)


def without_seconds(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert data.pop("seconds") >= 0
    return data


def cut_off(folder: Path, cases: list[EvalCase], after: int) -> None:
    """A run that somebody stopped after so many cases."""
    assert run(plan_of(cases), RunFolder(folder), head_of(plan_of(cases), "then"), lambda done, _of: done < after) is None


@pytest.mark.parametrize("after", [1, 2])
def test_a_run_that_goes_on_gives_the_same_as_one_that_was_never_cut_off(cases: list[EvalCase], after: int, tmp_path: Path) -> None:
    plan = plan_of(cases)
    run(plan, RunFolder(tmp_path / "whole"), head_of(plan, "then"))
    cut_off(tmp_path / "cut", cases, after)
    told: list[tuple[int, int]] = []

    def tell(done: int, of: int) -> bool:
        told.append((done, of))
        return True

    run(plan, RunFolder(tmp_path / "cut"), head_of(plan, "then"), tell)
    assert told == [(n, 3) for n in range(after + 1, 4)]  # what was done is not done again
    assert without_seconds(tmp_path / "cut") == without_seconds(tmp_path / "whole")
    assert read_run(tmp_path / "cut").by_case["c"].by_metric["same_as_base"].hits == 1  # copies are held against their base also over the cut


def test_a_run_that_was_cut_off_is_no_whole_run(cases: list[EvalCase], tmp_path: Path) -> None:
    cut_off(tmp_path, cases, 1)
    assert not RunFolder(tmp_path).whole
    with pytest.raises(CaseError, match="was cut off half way"):
        read_run(tmp_path)


@pytest.mark.parametrize("left", [1, 40, -1])
def test_a_half_written_last_line_is_left_out_and_done_again(cases: list[EvalCase], left: int, tmp_path: Path) -> None:
    cut_off(tmp_path, [no_case("a", title="Ünïcödé 🚲 " * 40), *cases[1:]], 2)
    path = tmp_path / "results.jsonl"
    first, second, _ = path.read_bytes().split(b"\n")
    path.write_bytes(first + b"\n" + second[:left])
    assert [one.about.id for one, _ in RunFolder(tmp_path).lines()] == ["a"]
    changed = [no_case("a", title="Ünïcödé 🚲 " * 40), *cases[1:]]
    done = run(plan_of(changed), RunFolder(tmp_path), head_of(plan_of(changed), "then"))
    assert done is not None
    assert [one.about.id for one in done.results] == ["a", "b", "c"]
    assert path.read_bytes().count(b"\n") == 3


def test_a_last_line_that_ends_within_a_character_can_still_be_read(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.begin(HEAD)
    folder.add(result("a", quote="é" * 10), None)
    with (tmp_path / "results.jsonl").open("ab") as file:
        file.write("é".encode()[:1])
    assert [one.about.id for one, _ in folder.lines()] == ["a"]


def test_a_line_that_is_damaged_is_named(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.begin(HEAD)
    folder.add(result("a"), None)
    with (tmp_path / "results.jsonl").open("a") as file:
        file.write('{"result": 3}\n')
    with pytest.raises(CaseError, match=r"results\.jsonl:2: is damaged"):
        list(folder.lines())


def test_a_case_that_changed_since_refuses_to_go_on(cases: list[EvalCase], tmp_path: Path) -> None:
    cut_off(tmp_path, cases, 1)
    other = [no_case("a", title="Another title"), *cases[1:]]
    with pytest.raises(CaseError, match="a changed since"):
        run(plan_of(other), RunFolder(tmp_path), head_of(plan_of(other), "then"))


def test_a_case_without_an_answer_is_asked_again_when_a_run_goes_on(cases: list[EvalCase], tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.begin(head_of(plan_of(cases), "then"))
    folder.add(result("a", None).model_copy(update={"about": about(cases[0])}), None)
    done = run(plan_of(cases), folder, head_of(plan_of(cases), "then"))
    assert done is not None
    assert all(one.answer for one in done.results)


def test_a_file_that_is_no_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="holds no run"):
        read_run(tmp_path)
    for text in ("", "{}", "[]", '{"version": 1}', "\udcff"):
        (tmp_path / "run.json").write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(CaseError, match="is not a run that this version can read"):
            read_run(tmp_path)
    (tmp_path / "run.json").write_text(run_of(result()).model_copy(update={"version": 99}).model_dump_json())
    with pytest.raises(CaseError, match="another version"):
        read_run(tmp_path)


def test_a_head_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="holds no run"):
        RunFolder(tmp_path).head()


@pytest.mark.parametrize("suite", ["../../notes", "/etc/notes", "..", "a\\b", "a\x1b[2J", ""])
def test_a_run_whose_suite_leads_elsewhere_is_no_run(tmp_path: Path, suite: str) -> None:
    data = {**json.loads(run_of(result("a", 1)).model_dump_json()), "suite": suite}
    (tmp_path / "run.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(CaseError, match="is not a run"):
        read_run(tmp_path)


def test_runs_come_newest_first(tmp_path: Path) -> None:
    for name in ("20260301-offline", "20260302/offline", "20260228-x"):
        RunFolder(tmp_path / name).begin(HEAD)
    assert [path.relative_to(tmp_path).as_posix() for path in runs_in(tmp_path)] == ["20260302/offline", "20260301-offline", "20260228-x"]


@pytest.mark.parametrize("metric", PASSING)
def test_a_case_passes_only_if_all_that_has_to_be_right_is(metric: str) -> None:
    assert with_score(metric, 1).passed
    assert not with_score(metric, 0).passed


def with_score(metric: str, hits: float) -> Result:
    """A case that is right but for one score."""
    right = result()
    others = [one for one in right.scores if one.metric != metric]
    return Result(about=right.about, answer=right.answer, scores=(*others, Score(metric=metric, hits=hits, of=1)))


def test_a_case_without_an_answer_does_not_pass() -> None:
    assert not result("a", None).passed
