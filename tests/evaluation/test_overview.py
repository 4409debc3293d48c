"""Two sides held against each other: what is counted, what a baseline cannot say, and what is never made up."""

from pathlib import Path

import pytest

from coach.evaluation.gate import bless
from coach.evaluation.metrics import Prices
from coach.evaluation.overview import ALL_CRITERIA, NO_WORD, THE_SAME, Count, criteria, key_figures, stages
from coach.evaluation.sides import Cut, of_baseline, of_run, shared, within
from tests.evaluation.runs import case, result, run

YES, NO, GERMAN = case("yes", 2), case("no"), case("german", lang="de", split="holdout", tags=("rep_hope",))
WHOLE = Cut()


def test_false_and_missed_yeses_are_counted_apart_and_with_bounds() -> None:
    found = stages(of_run("a", run(result(YES, 1), result(NO, 2), result(GERMAN, 1))))
    assert found.rows == ((1, (1, 1, 0)), (2, (1, 0, 0)), ("undetermined", (0, 0, 0)))
    assert (found.false_yes.hits, found.false_yes.of) == (1, 2)
    assert (found.missed_yes.hits, found.missed_yes.of) == (1, 1)
    assert found.false_yes.low < 0.5 < found.false_yes.high < found.false_yes.bound < 1


@pytest.mark.parametrize(
    ("cut", "ids"),
    [
        (Cut(), ["yes", "no", "german"]),
        (Cut(split="dev"), ["yes", "no"]),
        (Cut(tag="rep_hope"), ["german"]),
        (Cut(lang="de"), ["german"]),
        (Cut(kind="email"), []),
        (Cut(split="dev", lang="de"), []),
    ],
)
def test_a_cut_keeps_the_cases_that_it_is_about(cut: Cut, ids: list[str]) -> None:
    side = of_run("a", run(result(YES, 2), result(NO, 1), result(GERMAN, 1)))
    side.run.by_case  # noqa: B018 - a run that has been looked at before
    assert list(within(side, cut).run.by_case) == ids


def test_only_cases_that_both_answered_in_the_same_state_are_shared() -> None:
    changed = case("no", digest="another")
    a, b, left_out = shared(
        of_run("a", run(result(YES, 2), result(NO, 1), result(GERMAN, None))), of_run("b", run(result(YES, 1), result(changed, 1), result(GERMAN, 1)))
    )
    assert [one.about.id for one in (*a.run.results, *b.run.results)] == ["yes", "yes"]
    assert left_out == 2


def test_a_baseline_gives_stages_and_totals_and_no_single_criterion(tmp_path: Path) -> None:
    side = of_baseline(bless(run(result(YES, 2, need="missing"), result(NO, 2)), tmp_path / "b.json"), [YES, NO], Prices())
    now = of_run("b", run(result(YES, 2), result(NO, 1)))
    assert stages(side).rows[0] == (1, (0, 1, 0))
    need, every = criteria(side, now, WHOLE)
    assert need.a is None
    assert need.b is not None
    assert every.id == ALL_CRITERIA
    found = {one.id: one for one in key_figures(side, now, WHOLE)}
    assert found["status"].words == NO_WORD
    assert found["status"].a is not None
    assert (found["status"].a.value, found["status"].a.low) == (0.5, None)


def test_a_baselines_totals_are_left_out_where_they_are_about_other_cases(tmp_path: Path) -> None:
    side = of_baseline(bless(run(result(YES, 2), result(GERMAN, 1)), tmp_path / "b.json"), [YES, GERMAN], Prices())
    cut = Cut(lang="de")
    found = {one.id: one for one in key_figures(within(side, cut), within(of_run("b", run(result(YES, 2), result(GERMAN, 1))), cut), cut)}
    assert found["status"].a is None
    assert found["status"].words == ""
    assert found["stage"].a is not None


def test_a_case_that_changed_since_the_blessing_is_not_the_baselines(tmp_path: Path) -> None:
    blessed = bless(run(result(YES, 2), result(NO, 1)), tmp_path / "b.json")
    assert list(of_baseline(blessed, [case("yes", 2, digest="another"), NO], Prices()).run.by_case) == ["no"]


def test_planted_text_is_not_judged_on_a_baselines_stages_alone(tmp_path: Path) -> None:
    twin = case("no-inj", family="injected", of="no", cluster="no")
    side = of_baseline(bless(run(result(NO, 1), result(twin, 1)), tmp_path / "b.json"), [NO, twin], Prices())
    assert all("twin_equal" not in one.by_metric for one in side.run.results)


def test_two_runs_that_agree_everywhere_are_called_the_same_and_not_undetected() -> None:
    many = run(*(result(case(f"c{n}"), 1) for n in range(40)))
    found = {one.id: one for one in key_figures(of_run("a", many), of_run("b", many), WHOLE)}
    assert found["false_yes"].words == THE_SAME
    assert found["false_yes"].decides


def test_a_clear_change_is_named_better_or_worse() -> None:
    abouts = [case(f"c{n}") for n in range(60)]
    wrong, right = run(*(result(about, 2) for about in abouts)), run(*(result(about, 1) for about in abouts))
    better = {one.id: one.words for one in key_figures(of_run("a", wrong), of_run("b", right), WHOLE)}
    worse = {one.id: one.words for one in key_figures(of_run("a", right), of_run("b", wrong), WHOLE)}
    assert (better["false_yes"], worse["false_yes"]) == ("better", "worse")


def test_criteria_count_overclaims_and_misses_on_what_could_be_one() -> None:
    open_need = case("open", statuses={"need": ("missing",)})
    rows = criteria(None, of_run("b", run(result(open_need, 1, need="met"), result(NO, 1, need="missing"))), WHOLE)
    need = rows[0].b
    assert need is not None
    assert (need.right, need.overclaimed, need.missed) == (Count(0, 2), Count(1, 1), Count(1, 1))


def test_two_sides_that_share_nothing_get_no_words() -> None:
    assert all(one.words == "" for one in key_figures(of_run("a", run()), of_run("b", run(result(NO, 1))), WHOLE))
