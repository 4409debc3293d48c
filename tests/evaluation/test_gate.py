"""May this run pass? One row for each way to fail, and for what must not fail it."""

from pathlib import Path
from typing import Any

import pytest

from coach.errors import CaseError
from coach.evaluation.gate import Baseline, Finding, bless, exit_code, judge, read_baseline, unanswered
from coach.evaluation.metrics import METRICS
from coach.evaluation.results import Result, Run
from coach.evaluation.thresholds import Thresholds
from tests.core.builders import row
from tests.evaluation.builders import NOTHING_ASKED, result, run_of


def held(metric: str, *, suite: str = "offline", split: str = "dev", **more: object) -> Thresholds:
    """Thresholds with one floor."""
    return Thresholds.model_validate({"floor": [{"suite": suite, "split": split, "metric": metric, **more}]})


def fails(run: Run, thresholds: Thresholds = NOTHING_ASKED, baseline: Baseline | None = None) -> list[str]:
    """The texts of what fails."""
    return [one.text for one in judge(run, thresholds, baseline) if one.fails]


def blessed(*results: Result, path: Path) -> Baseline:
    """A baseline of these results, by way of its file."""
    bless(run_of(*results), path / "baseline.json")
    found = read_baseline(path / "baseline.json")
    assert found is not None
    return found


def many(right: int, wrong: int, **more: object) -> list[Result]:
    """So many right and wrong stage-1 cases."""
    return [result(f"c{at:03}", 1 if at < right else 2, 1, **more) for at in range(right + wrong)]  # type: ignore[arg-type]


def test_a_run_in_which_all_is_right_passes() -> None:
    found = judge(run_of(*many(3, 0)), NOTHING_ASKED, None)
    assert [(one.kind, one.fails) for one in found] == [("note", False)]
    assert exit_code(found) == 0


@pytest.mark.parametrize(
    ("thresholds", "right", "wrong", "fails_it"),
    [
        row("at least, and it is", held("stage", at_least=0.8), 8, 2, False),
        row("at least, and it is not", held("stage", at_least=0.81), 8, 2, True),
        row("at most, and it is", held("false_yes", at_most=0.2), 8, 2, False),
        row("at most, and it is not", held("false_yes", at_most=0.19), 8, 2, True),
        row("at least nothing is held by nothing right", held("stage", at_least=0.0), 0, 2, False),
        row("the low end of the interval is lower", held("stage", at_least=0.8, on="interval"), 8, 2, True),
        row("the low end of the interval is enough", held("stage", at_least=0.49, on="interval"), 8, 2, False),
        row("the high end of the interval is higher", held("false_yes", at_most=0.2, on="interval"), 8, 2, True),
        row("the high end of the interval is enough", held("false_yes", at_most=0.51, on="interval"), 8, 2, False),
        row("all right in ten is not all right", held("stage", at_least=0.9, on="interval"), 10, 0, True),
        row("a floor of another suite", held("stage", suite="other", at_least=0.81), 8, 2, False),
        row("a floor of all suites of a source", held("stage", suite="offline", at_least=0.81), 8, 2, True),
        row("a floor of a split in which nothing was counted", held("stage", split="holdout", at_least=0.1), 10, 0, True),
        row("a metric that nothing was counted for", held("missed_yes", at_most=1.0), 10, 0, True),
        row("a floor on the price", held("cost", at_most=0.9), 8, 2, True),
        row("a price that may be so high", held("cost", at_most=1.0), 8, 2, False),
    ],
)
def test_floors(thresholds: Thresholds, right: int, wrong: int, fails_it: bool) -> None:
    found = judge(run_of(*many(right, wrong)), thresholds, None)
    assert [one.kind for one in found if one.fails] == ["floor"] * fails_it
    assert exit_code(found) == fails_it


def test_a_floor_by_source_holds_a_suite_of_another_name() -> None:
    run = run_of(*many(8, 2), suite="gpt", source="live")
    assert fails(run, held("stage", suite="live", at_least=0.9))
    assert fails(run, held("stage", suite="gpt", at_least=0.9))


def test_a_floor_on_a_metric_that_is_gone_says_that_silence_does_not_reach_it() -> None:
    (text,) = fails(run_of(*many(3, 0)), held("q_open", at_least=0.5))
    assert text == "dev open (q_open): nothing was counted. A floor of 0.5 cannot be reached by silence."


def test_perfect_items_in_two_cases_do_not_reach_a_floor_on_the_interval() -> None:
    run = run_of(result("a", q_open=(5, 5)), result("b", q_open=(5, 5)))
    assert fails(run, held("q_open", at_least=0.5, on="interval"))
    assert not fails(run, held("q_open", at_least=0.5))


@pytest.mark.parametrize("metric", [metric.id for metric in METRICS if metric.exact])
def test_anything_but_perfect_fails_what_has_to_be_exact(metric: str) -> None:
    half: dict[str, Any] = {metric: (1.0, 2.0)}
    bad = result("bad", why="it stands on nothing", **half)
    found = judge(run_of(result("a"), bad), NOTHING_ASKED, None)
    assert [(one.kind, one.case, one.fails) for one in found if one.fails] == [("exact", "bad", True)]
    assert "1 of 2 do not. it stands on nothing" in found[0].text


def test_a_case_that_has_to_pass_fails_the_run_and_another_does_not() -> None:
    assert fails(run_of(result("a", 2, 1, gate="must_pass"))) == ["a has to pass and does not: said 2, gold 1"]
    assert fails(run_of(result("a", 2, 1))) == []
    assert fails(run_of(result("a", 2, 1, gate="report_only"))) == []


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        row("the same passes", [result("a", 1, 1)], [result("a", 1, 1)], []),
        row("what was wrong may stay wrong", [result("a", 2, 1)], [result("a", 2, 1)], []),
        row("what was wrong may be right", [result("a", 2, 1)], [result("a", 1, 1)], []),
        row(
            "what was right may not be wrong",
            [result("a", 1, 1)],
            [result("a", 2, 1)],
            ["dev stage right: 0.000, in the baseline 1.000", "dev false yes: 1.000, in the baseline 0.000", "a passed in the baseline and does not now"],
        ),
        row(
            "one mended does not pay for one broken",
            [result("a", 1, 1), result("b", 2, 1)],
            [result("a", 2, 1), result("b", 1, 1)],
            ["a passed in the baseline and does not now"],
        ),
        row(
            "one that is only reported may flip, and the figures may not",
            [result("a", 1, 1, gate="report_only")],
            [result("a", 2, 1, gate="report_only")],
            ["dev stage right", "dev false yes"],
        ),
        row(
            "one that changed is no flip",
            [result("a", 1, 1), result("b", 2, 1)],
            [result("a", 2, 1, digest="e"), result("b", 1, 1)],
            [],
        ),
        row("a case that is gone", [result("a"), result("b")], [result("a")], ["dev stage right: counted on 1, in the baseline on 2", "1 cases of the base"]),
        row("a case that is new", [result("a")], [result("a"), result("b")], []),
        row("worse in items", [result("a", q_open=(4, 5))], [result("a", q_open=(3, 5))], ["dev open: 0.600, in the baseline 0.800"]),
        row("better in items", [result("a", q_open=(4, 5))], [result("a", q_open=(5, 5))], []),
        row("a metric that is gone", [result("a", q_open=(4, 5))], [result("a")], ["dev open: nothing was counted, in the baseline 5 were"]),
        row("fewer gold quotes looked for", [result("a", evidence_recall=(2, 4))], [result("a", evidence_recall=(2, 3))], ["counted on 3"]),
        row("fewer statuses looked at", [result("a", status=(4, 6))], [result("a", status=(4, 5))], ["counted on 5"]),
        row("more statuses looked at", [result("a", status=(4, 6))], [result("a", status=(5, 7))], []),
        row("fewer questions, as good as before", [result("a", q_open=(4, 5))], [result("a", q_open=(4, 4))], []),
    ],
)  # fmt: skip
def test_against_the_baseline(before: list[Result], now: list[Result], said: list[str], tmp_path: Path) -> None:
    found = fails(run_of(*now), baseline=blessed(*before, path=tmp_path))
    for words in said:
        assert any(words in text for text in found), (words, found)
    assert bool(said) == bool(found), found


def test_a_missed_yes_that_is_mended_does_not_fail_the_run_for_having_fewer_questions(tmp_path: Path) -> None:
    before = [result("a", 1, 2, q_count=(1, 1)), result("b", 1, 1, q_count=(1, 1)), result("c", 2, 2, n_signer=(1, 1))]
    now = [result("a", 2, 2, n_signer=(1, 1)), *before[1:]]
    assert fails(run_of(*now), baseline=blessed(*before, path=tmp_path)) == []


def test_a_metric_that_nobody_knows_any_more_fails(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    bless(run_of(result("a")), path)
    path.write_text(path.read_text().replace('"stage"', '"stages"'))
    (text,) = fails(run_of(result("a")), baseline=read_baseline(path))
    assert text == "The baseline knows a metric that is gone: stages. Bless again."


def test_new_and_changed_cases_are_told_and_fail_nothing(tmp_path: Path) -> None:
    baseline = blessed(result("a"), result("b"), path=tmp_path)
    found = judge(run_of(result("a"), result("b", digest="e"), result("c")), NOTHING_ASKED, baseline)
    assert [(one.text, one.fails) for one in found] == [("1 cases are new and 1 changed since the baseline was blessed.", False)]


HIDDEN = "hidden-case"


@pytest.mark.parametrize(
    ("now", "said"),
    [
        row("it flips", [result(HIDDEN, 2, 1, split="holdout")], "1 holdout cases passed in the baseline and do not now"),
        row("it has to pass", [result(HIDDEN, 2, 1, split="holdout", gate="must_pass")], "1 holdout cases have to pass and do not"),
        row("it gets no answer", [result(HIDDEN, None, split="holdout")], "1 of 2 cases got no answer, one of them: The server failed."),
        row("it breaks what has to be exact", [result(HIDDEN, why="HUSH", split="holdout", x_inert=(0, 1))], "1 of 1 do not. Only in holdout cases"),
    ],
)  # fmt: skip
def test_a_holdout_case_is_counted_and_never_named(now: list[Result], said: str, tmp_path: Path) -> None:
    baseline = blessed(result(HIDDEN, split="holdout"), result("a"), path=tmp_path)
    found = judge(run_of(*now, result("a")), NOTHING_ASKED, baseline)
    assert any(said in one.text for one in found if one.fails), found
    assert not any(HIDDEN in one.text or "HUSH" in one.text or one.case == HIDDEN for one in found)


def test_dev_and_holdout_failures_are_both_told(tmp_path: Path) -> None:
    held_out = result(HIDDEN, split="holdout", x_inert=(0, 1))
    (one,) = [one for one in judge(run_of(held_out, result("a", x_inert=(0, 1))), NOTHING_ASKED, None) if one.fails]
    assert one.case == "a"
    assert "2 of 2 do not" in one.text


@pytest.mark.parametrize(("answered", "silent", "code"), [(49, 1, 0), (48, 2, 4), (0, 1, 4), (98, 2, 0), (97, 3, 4)])
def test_more_than_one_case_in_fifty_without_an_answer_makes_the_run_invalid(answered: int, silent: int, code: int) -> None:
    run = run_of(*many(answered, 0), *(result(f"s{at}", None) for at in range(silent)))
    assert exit_code(judge(run, NOTHING_ASKED, None)) == code
    assert exit_code(unanswered(run)) == code


def test_a_run_that_is_invalid_says_that_before_it_says_that_it_failed() -> None:
    run = run_of(result("a", None), result("b", 2, 1, gate="must_pass"))
    found = judge(run, NOTHING_ASKED, None)
    assert [one.kind for one in found if one.fails] == ["infrastructure", "must pass"]
    assert exit_code(found) == 4


def test_what_fails_stands_before_what_is_only_said() -> None:
    found = judge(run_of(result("a", 2, 1, gate="must_pass")), NOTHING_ASKED, None)
    assert [one.fails for one in found] == sorted((one.fails for one in found), reverse=True)
    assert exit_code([Finding("note", "x", False)]) == 0


def test_a_baseline_has_the_same_bytes_whatever_the_order_and_the_time(tmp_path: Path) -> None:
    one, two = run_of(result("a"), result("b", split="holdout")), run_of(result("b", split="holdout"), result("a"))
    bless(one, tmp_path / "x" / "one.json")
    bless(two.model_copy(update={"started": "later", "seconds": 99.0}), tmp_path / "two.json")
    assert (tmp_path / "x" / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_a_file_that_is_no_baseline_is_an_error_and_no_file_is_none(tmp_path: Path) -> None:
    assert read_baseline(tmp_path / "none.json") is None
    for text in (b"", b"{}", b"\xff"):
        (tmp_path / "b.json").write_bytes(text)
        with pytest.raises(CaseError, match=r"b\.json is not a baseline"):
            read_baseline(tmp_path / "b.json")
