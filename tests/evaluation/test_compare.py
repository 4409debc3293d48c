"""Two runs side by side: the word for each difference, and what it rests on."""

from typing import Any

import pytest

from coach.errors import CaseError
from coach.evaluation.compare import Comparison, Row, compare
from coach.evaluation.metrics import METRICS, PRIMARY
from coach.evaluation.results import Result
from coach.evaluation.statistics import holm, mcnemar
from tests.core.builders import row
from tests.evaluation.builders import result, run_of


def runs(*pairs: tuple[int, int, int], **more: object) -> Comparison:
    """Stage-1 cases: (how many, what A said, what B said)."""
    a: list[Result] = []
    b: list[Result] = []
    for many, first, second in pairs:
        for _ in range(many):
            id = f"c{len(a):03}"
            a.append(result(id, first, 1, **more))  # type: ignore[arg-type]
            b.append(result(id, second, 1, **more))  # type: ignore[arg-type]
    return compare(run_of(*a), run_of(*b))


def of(found: Comparison, metric: str) -> Row:
    """The row of a metric."""
    return next(row for row in found.rows if row.metric.id == metric)


@pytest.mark.parametrize(
    ("pairs", "metric", "words"),
    [
        row("fewer false yeses are better", [(30, 1, 1), (10, 2, 1)], "false_yes", "better"),
        row("more of them are worse", [(30, 1, 1), (10, 1, 2)], "false_yes", "worse"),
        row("more right stages are better", [(30, 1, 1), (10, 2, 1)], "stage", "better"),
        row("a lower price is better", [(30, 1, 1), (10, 2, 1)], "cost", "better"),
        row("thirty cases are needed", [(19, 1, 1), (10, 2, 1)], "false_yes", "not enough data (29 clusters)"),
        row("the same in all", [(40, 1, 1)], "false_yes", "no detectable difference (could have missed up to 18 points)"),
    ],
)
def test_the_word_for_a_difference(pairs: list[tuple[int, int, int]], metric: str, words: str) -> None:
    assert of(runs(*pairs), metric).words == words


def test_where_nothing_was_detected_it_says_what_could_have_been_missed() -> None:
    found = of(runs((36, 1, 1), (2, 2, 1), (2, 1, 2)), "false_yes")
    points = round(100 * found.difference.could_miss)
    assert points == 18  # seven of forty, because four are looked at
    assert found.words == f"no detectable difference (could have missed up to {points} points)"


def test_what_could_have_been_missed_of_a_price_is_no_share() -> None:
    words = of(runs((36, 1, 1), (2, 2, 1), (2, 1, 2)), "cost").words
    assert words.startswith("no detectable difference (could have missed up to ")
    assert "points" not in words
    assert of(runs((40, 1, 1)), "cost").words == "no detectable difference (could have missed up to 0.17)"  # seven mistakes at a price of 1 in forty cases


def test_the_primary_metrics_are_corrected_for_being_four_and_the_others_are_not() -> None:
    found = runs((40, 1, 1), (6, 2, 1))
    alone = mcnemar(6, 0)
    assert of(found, "stage").difference.p == alone  # exploratory
    assert alone < 0.05
    assert of(found, "false_yes").difference.p > alone
    ps = {row.metric.id: row.difference.p for row in found.rows if row.primary}
    assert set(ps) == {"false_yes", "cost"}


def test_six_mended_of_fifty_two_are_not_enough_once_four_are_looked_at() -> None:
    assert mcnemar(6, 0) < 0.05 < 4 * mcnemar(6, 0)  # what the next line rests on
    found = of(runs((40, 1, 1), (6, 2, 1)), "false_yes")
    cost = of(runs((40, 1, 1), (6, 2, 1)), "cost")
    assert found.difference.p == pytest.approx(holm([mcnemar(6, 0), 0.0001, 1.0, 1.0])[0])
    assert cost.difference.p < 0.05  # the bootstrap sees no draw on the other side


def test_the_verdict_is_about_the_primary_metrics_alone() -> None:
    found = runs((30, 1, 1), (10, 2, 1))
    assert found.verdict == "false yes: better. mean price of an answer: better."
    assert all(row.primary == (row.metric.id in PRIMARY) for row in found.rows)


def test_only_cases_that_both_runs_answered_in_the_same_state_count() -> None:
    a = run_of(result("a"), result("b"), result("c"), result("d"))
    b = run_of(result("a"), result("b", digest="e"), result("c", None), result("x"))
    assert compare(a, b).cases == 1


@pytest.mark.parametrize(
    ("a", "b"),
    [
        row("no case in common", result("a"), result("b")),
        row("no case in the same state", result("a"), result("a", digest="e")),
        row("no case that both answered", result("a"), result("a", None)),
    ],
)
def test_runs_that_share_nothing_cannot_be_compared(a: Result, b: Result) -> None:
    with pytest.raises(CaseError, match="share no case"):
        compare(run_of(a), run_of(b))


def test_one_split_can_be_compared_alone() -> None:
    a, b = run_of(result("a"), result("h", split="holdout")), run_of(result("a", 2, 1), result("h", split="holdout"))
    assert len(compare(a, b, "dev").flips) == 1
    assert not compare(a, b, "holdout").flips


def test_flips_come_with_false_yeses_first_then_broken_moved_and_mended() -> None:
    stages: list[tuple[str, object, object, object]] = [
        ("mended", 2, 1, 1),
        ("moved", 1, "undetermined", 2),
        ("broken", 2, 1, 2),
        ("false", 1, 2, 1),
        ("same", 1, 1, 1),
    ]
    a = run_of(*(result(id, first, gold) for id, first, _, gold in stages))  # type: ignore[arg-type]
    b = run_of(*(result(id, second, gold) for id, _, second, gold in stages))  # type: ignore[arg-type]
    found = compare(a, b).flips
    assert [(flip.a.about.id, flip.way, flip.false_yes) for flip in found] == [
        ("false", "broken", True),
        ("broken", "broken", False),
        ("moved", "moved", False),
        ("mended", "mended", False),
    ]


def test_copies_count_only_where_a_metric_is_on_copies() -> None:
    changed = [result(f"p{at}", 1, 1, family="perturbed", of="a", cluster="a") for at in range(3)]
    found = compare(run_of(result("a"), *changed), run_of(result("a"), *changed))
    assert of(found, "stage").a.of == 1
    assert of(found, "holds").a.of == 3
    assert of(found, "holds").difference.clusters == 1


def test_every_metric_that_both_runs_counted_has_a_row() -> None:
    mine = ("stage", "sales", "false_yes", "cost", "missed_yes")
    both: dict[str, Any] = {metric.id: (1.0, 1.0) for metric in METRICS if "base" in metric.on and metric.id not in mine}
    found = compare(run_of(result("a", **both)), run_of(result("a", **both)))
    assert {row.metric.id for row in found.rows} == {*both, "stage", "sales", "false_yes", "cost"}


@pytest.mark.parametrize(
    ("pairs", "word"),
    [
        row("one primary figure is better", [(30, 1, 1), (10, 2, 1)], "better"),
        row("one is worse", [(30, 1, 1), (10, 1, 2)], "worse"),
        row("none moved", [(40, 1, 1)], "no detectable difference"),
        row("too few cases", [(10, 1, 2)], "not enough data"),
    ],
)
def test_all_of_it_in_a_word(pairs: list[tuple[int, int, int]], word: str) -> None:
    assert runs(*pairs).word == word


def test_better_here_and_worse_there_is_mixed() -> None:
    found = runs((30, 1, 1), (10, 2, 1))
    turned = [one._replace(difference=one.difference._replace(word="worse")) if one.metric.id == "cost" else one for one in found.rows]
    assert found._replace(rows=tuple(turned)).word == "mixed"
