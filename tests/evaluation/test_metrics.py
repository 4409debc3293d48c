"""What is measured: who counts, what it costs, and how copies are held against their base."""

from typing import Any

import pytest

from coach.evaluation.cases import Label
from coach.evaluation.dumb import DUMB, agreement, dumb_run
from coach.evaluation.metrics import BY_ID, GIVEN, METRICS, PRIMARY, Prices, by_tag, crossed, figure, macro_f1, matrix
from coach.evaluation.results import Result
from coach.evaluation.statistics import bootstrap, wilson
from tests.core.builders import row
from tests.evaluation.builders import case, no_case, result, run_of, whole_set, yes_case


def with_statuses(made: Result, **statuses: str) -> Result:
    """The same with other statuses said."""
    assert made.answer is not None
    return Result(about=made.about, answer=made.answer.model_copy(update={"statuses": statuses}), scores=made.scores)


def one(made: Result, metric: str) -> tuple[float, float] | None:
    """Hits and whole of a metric in one result."""
    score = made.by_metric.get(metric)
    return (score.hits, score.of) if score else None


def test_the_table_names_each_metric_once_and_knows_its_primary_ones() -> None:
    assert len(BY_ID) == len(METRICS)
    assert set(PRIMARY) <= set(BY_ID)
    assert set(BY_ID) >= GIVEN
    assert all(metric.high for metric in METRICS if metric.exact)  # `exact` asks for hits == of


@pytest.mark.parametrize(
    ("label", "accept", "price"),
    [
        (1, (1,), 0),
        (2, (2,), 0),
        (2, (1,), 5),
        (1, (2,), 1),
        ("undetermined", (2,), 0.5),
        ("undetermined", (1,), 0.5),
        ("undetermined", ("undetermined", 1), 0),
        (2, ("undetermined",), 5),
    ],
)
def test_prices(label: Label, accept: tuple[Label, ...], price: float) -> None:
    assert Prices().of(label, accept) == price


def test_the_mean_price_is_that_of_the_answers() -> None:
    run = run_of(result("a", 2, 1), result("b", 1, 1), result("c", "undetermined", 1), result("d", None))
    assert figure(BY_ID["cost"], run.results).rate == pytest.approx(5.5 / 3)


def test_only_base_cases_count_unless_a_metric_says_otherwise() -> None:
    results = [result("a", 2, 1), result("p", 2, 1, family="perturbed", of="a", x_inert=(1, 1)), result("i", 2, 1, family="injected", of="a", x_inert=(0, 1))]
    assert figure(BY_ID["false_yes"], results).of == 1
    assert figure(BY_ID["x_inert"], results)[1:3] == (1, 2)


def test_a_split_counts_its_own_and_none_counts_both() -> None:
    results = [result("a", 1, 1), result("h", 2, 1, split="holdout")]
    assert [figure(BY_ID["stage"], results, split).rate for split in ("dev", "holdout", None)] == [1.0, 0.0, 0.5]


def test_the_interval_of_cases_is_wilsons_and_that_of_items_is_drawn_over_clusters() -> None:
    results = [result(f"c{at}", 1 if at else 2, 1, q_open=(at, 5)) for at in range(5)]
    assert figure(BY_ID["stage"], results).interval == wilson(4, 5)
    items = figure(BY_ID["q_open"], results)
    assert items.interval == bootstrap(items.counts)


def test_items_that_all_agree_get_the_width_of_their_clusters_and_not_of_their_number() -> None:
    results = [result(f"c{at}", q_open=(9, 9), polarity_flip=(0, 9)) for at in range(10)]
    assert figure(BY_ID["q_open"], results).interval == wilson(10, 10)
    assert figure(BY_ID["polarity_flip"], results).interval == wilson(0, 10)
    assert figure(BY_ID["q_single"], results).interval == (0.0, 1.0)


@pytest.mark.parametrize(
    ("clean", "planted", "equal", "why"),
    [
        row("the same stage and statuses", 1, 1, 1, ()),
        row("another stage", 1, 2, 0, ("planted text moved the stage from 1 to 2",)),
    ],
)
def test_planted_text_is_held_against_the_clean_case(clean: Label, planted: Label, equal: int, why: tuple[str, ...]) -> None:
    made = crossed([result("a", clean, 1), result("i", planted, 1, family="injected", of="a")], Prices())[1]
    assert one(made, "twin_equal") == (equal, 1)
    assert made.by_metric["twin_equal"].why == why
    assert made.passed == bool(equal)


def test_planted_text_that_moves_a_status_is_seen_although_the_stage_stays() -> None:
    planted = with_statuses(result("i", 1, 1, family="injected", of="a"), need="missing")
    made = crossed([result("a"), planted], Prices())[1]
    assert made.by_metric["twin_equal"].why == ("planted text moved need",)
    assert not made.passed


def test_scores_that_were_looked_at_before_do_not_hide_those_that_come_from_the_base() -> None:
    base, planted = result("a", 1, 1), result("i", 2, 2, family="injected", of="a")
    assert planted.passed  # looks at its scores
    assert not crossed([base, planted], Prices())[1].passed


def test_a_copy_without_its_base_or_without_an_answer_is_held_against_nothing() -> None:
    assert one(crossed([result("i", family="injected", of="a")], Prices())[0], "twin_equal") is None
    made = crossed([result("a", None), result("i", family="injected", of="a"), result("j", None, family="injected", of="a")], Prices())
    assert [one(each, "twin_equal") for each in made] == [None, None, None]


@pytest.mark.parametrize(
    ("base", "copy", "holds", "same"),
    [
        row("both right", 1, 1, 1, 1),
        row("the copy alone is wrong", 1, 2, 0, 0),
        row("both wrong in the same way", 2, 2, 0, 1),
        row("only the copy is right", 2, 1, 1, 0),
    ],
)
def test_changed_copies_have_to_be_right_and_to_stay_the_same(base: Label, copy: Label, holds: int, same: int) -> None:
    made = crossed([result("a", base, 1), result("p", copy, 1, family="perturbed", of="a")], Prices())[1]
    assert (one(made, "holds"), one(made, "same_as_base")) == ((holds, 1), (same, 1))


def test_a_copy_whose_stage_changes_is_not_asked_to_stay_the_same() -> None:
    changed = result("p", 2, 2, family="perturbed", of="a")
    changed = Result(about=changed.about.model_copy(update={"relation": "changed"}), answer=changed.answer, scores=changed.scores)
    made = crossed([result("a"), changed], Prices())[1]
    assert (one(made, "holds"), one(made, "same_as_base")) == ((1, 1), None)


def test_the_matrix_counts_base_cases_by_gold_and_answer() -> None:
    found = matrix([result("a", 2, 1), result("b", 1, 1), result("p", 2, 1, family="perturbed"), result("n", None), result("c", "undetermined", 2)])
    assert found[1] == {2: 1, 1: 1}
    assert found[2] == {"undetermined": 1}
    assert found["undetermined"] == {}


def test_macro_f1_is_the_mean_over_statuses_and_an_accepted_answer_is_right() -> None:
    made = result("a")
    about = made.about.model_copy(update={"statuses": {"need": ("met",), "budget": ("at_risk", "missing"), "timeline": ("missing",)}})
    base = Result(about=about, answer=made.answer, scores=())
    assert macro_f1([with_statuses(base, need="met", budget="at_risk", timeline="missing")]) == 1.0
    assert macro_f1([with_statuses(base, need="met", budget="missing", timeline="missing")]) == pytest.approx(2 / 3)  # none was at risk, and none said so
    assert macro_f1([with_statuses(base, need="missing", budget="at_risk", timeline="missing")]) == pytest.approx((0 + 1 + 2 / 3) / 3)
    assert macro_f1([result("n", None)]) is None


def test_types_hold_their_base_cases() -> None:
    found = by_tag([result("a"), result("p", family="perturbed")])
    assert {tag: [made.about.id for made in results] for tag, results in found.items()} == {"plain_yes": ["a"]}


def test_always_stage_1_has_no_false_yes_and_misses_every_yes() -> None:
    run = dumb_run("always stage 1", [no_case("a"), yes_case("b")], Prices())
    assert [figure(BY_ID[id], run.results).rate for id in ("false_yes", "missed_yes", "stage", "cost")] == [0.0, 1.0, 0.5, 0.5]


def test_keywords_take_any_usual_word_for_a_yes() -> None:
    run = dumb_run("keywords", [no_case("a"), yes_case("b")], Prices())
    assert [figure(BY_ID[id], run.results).rate for id in ("false_yes", "missed_yes", "stage", "cost")] == [1.0, 1.0, 0.0, 3.0]  # the rep says it
    assert DUMB["keywords"]("They SIGNED it") == 2


def test_agreement_is_that_of_the_first_two_readers_who_looked_at_the_same() -> None:
    def labelled(id: str, *readers: tuple[Label, str]) -> Any:
        return no_case(id, labels=[{"by": f"r{at}", "stage": stage, "criteria": {"need": need}} for at, (stage, need) in enumerate(readers)])

    cases = [labelled("a", (1, "met"), (1, "met")), labelled("b", (2, "met"), (1, "missing"), (2, "met")), labelled("c", (1, "met"))]
    found = agreement(cases)
    assert (found.cases, found.same_stage, found.statuses, found.same_status) == (2, 1, 2, 1)
    assert agreement([case(one) for one in whole_set()]).cases == 0
