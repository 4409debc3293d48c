"""A case of a run, opened: the stored review where there is one, else a new one that says so."""

from pathlib import Path

import pytest

from coach.evaluation.bench import Bench, run_suite, set_up
from coach.evaluation.chosen import Chosen, planned
from coach.evaluation.opened import CHANGED, KEPT_NONE, STORED, STORED_NONE, opened, stored_review
from coach.evaluation.results import Run
from coach.settings import load
from tests.evaluation.runs import small_folder


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bench, Run, Path]:
    """Two cases and a run of them."""
    folder = tmp_path_factory.mktemp("opened")
    settings = load().model_copy(update={"evals": small_folder(folder / "evals", 2, 0), "runs": folder / "runs"})
    bench = set_up(settings)
    run = run_suite(bench, planned(bench, Chosen(), folder / "runs" / "one"), folder / "runs" / "one", lambda _done, _of: True)
    assert run is not None
    return bench, run, folder / "runs" / "one"


def test_the_stored_review_is_the_one_that_was_scored(done: tuple[Bench, Run, Path]) -> None:
    bench, run, folder = done
    for case in bench.cases:
        found = opened(bench, case, run.by_case[case.id], folder, run.playbook)
        answer = run.by_case[case.id].answer
        assert answer is not None
        assert found.whence == STORED
        assert (found.review.verdict.rule, found.review.source.name) == (answer.rule, case.id)
        assert found.conversation.source == case.note


def test_a_changed_case_a_baseline_and_a_run_without_reviews_are_reviewed_anew_and_say_so(done: tuple[Bench, Run, Path], tmp_path: Path) -> None:
    bench, run, folder = done
    case = bench.cases[0]
    result = run.by_case[case.id]
    changed = case.model_copy(update={"note": case.note + "\nOne more line."})
    changed.__dict__.pop("digest", None)
    assert opened(bench, changed, result, folder, run.playbook).whence == CHANGED
    assert opened(bench, case, result, None, "").whence == KEPT_NONE
    assert opened(bench, case, result, tmp_path, run.playbook).whence == STORED_NONE


def test_a_stored_review_whose_quotes_are_not_of_the_note_is_never_shown(done: tuple[Bench, Run, Path], tmp_path: Path) -> None:
    bench, run, folder = done
    for case in bench.cases:
        lines = (folder / "results.jsonl").read_text(encoding="utf-8")
        for old, new in (('"turn": ', '"turn": 9'), ('"start": ', '"start": 1'), ('"evidence": [0', '"evidence": [99')):
            assert old in lines
            (tmp_path / "results.jsonl").write_text(lines.replace(old, new), encoding="utf-8")
            assert opened(bench, case, run.by_case[case.id], tmp_path, run.playbook).whence == STORED_NONE


def test_a_playbook_that_is_gone_is_stood_in_for_by_the_default(done: tuple[Bench, Run, Path]) -> None:
    bench, run, folder = done
    assert opened(bench, bench.cases[0], run.by_case[bench.cases[0].id], folder, "gone").playbook.id == "default"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "no json, but “some-case”\n",
        '{"result": {"about": {"id": "some-case"}}, "review": null}\n',
        '{"result": "some-case"}\n',
        '"some-case"',
        '{"result": {"about": {"id": "some-case"}}, "review": {"verdict": "x"}}\n',
        '"some-case" ' + "[" * 100_000 + "\n",
    ],
)
def test_a_line_that_holds_no_review_gives_none(tmp_path: Path, line: str) -> None:
    (tmp_path / "results.jsonl").write_text(line, encoding="utf-8")
    assert stored_review(tmp_path, "some-case") is None
