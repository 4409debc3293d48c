"""The statistics against published vectors and against sums done another way."""

import math
from fractions import Fraction
from itertools import product
from math import comb

import pytest

from coach.evaluation.statistics import (
    FEWEST_CLUSTERS,
    Counts,
    Difference,
    Interval,
    bootstrap,
    difference,
    fewest,
    holm,
    kappa,
    mcnemar,
    named,
    paired,
    upper,
    wilson,
)


def share(hits: float, of: int, per: int = 1) -> Counts:
    """So many clusters of `per` cases, the first of them all hits."""
    return {f"c{at:03}": (per if at < hits else 0, per) for at in range(of)}


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(45, 50, 0.786, 0.957), (90, 100, 0.826, 0.945), (180, 200, 0.851, 0.934), (270, 300, 0.861, 0.929), (50, 50, 0.929, 1.0), (0, 0, 0.0, 1.0)],
)
def test_wilson_gives_the_published_intervals(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=5e-4)


@pytest.mark.parametrize(("hits", "of"), [(0, 10), (3, 10), (9, 10), (10, 10), (1, 150), (77, 149)])
def test_wilson_is_where_the_score_test_just_rejects(hits: int, of: int) -> None:
    z = 1.959963984540054
    rate = hits / of
    centre = (rate + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(rate * (1 - rate) / of + z * z / (4 * of * of))
    assert wilson(hits, of) == pytest.approx((max(0.0, centre - half), min(1.0, centre + half)), abs=1e-9)


@pytest.mark.parametrize(("hits", "of", "bound"), [(0, 150, 0.0198), (1, 236, 0.0199), (0, 59, 0.0495), (0, 94, 0.0314), (1, 94, 0.0495), (1, 28, 0.159)])
def test_the_exact_upper_bound_gives_the_published_figures(hits: int, of: int, bound: float) -> None:
    assert upper(hits, of) == pytest.approx(bound, abs=5e-4)


@pytest.mark.parametrize(("hits", "of"), [(0, 7), (1, 20), (5, 30)])
def test_at_the_upper_bound_so_few_hits_have_a_chance_of_one_in_twenty(hits: int, of: int) -> None:
    p = upper(hits, of)
    assert sum(comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(hits + 1)) == pytest.approx(0.05, abs=1e-6)


def test_a_bound_on_nothing_is_everything() -> None:
    assert upper(0, 0) == 1.0
    assert upper(5, 5) == 1.0


@pytest.mark.parametrize(("gained", "lost", "p"), [(5, 0, 0.03125), (4, 0, 0.0625), (8, 2, 0.0654), (3, 3, 1.0), (0, 0, 1.0)])
def test_mid_p_of_mcnemar_gives_the_published_figures(gained: int, lost: int, p: float) -> None:
    assert mcnemar(gained, lost) == pytest.approx(p, abs=5e-5)
    assert mcnemar(lost, gained) == mcnemar(gained, lost)


@pytest.mark.parametrize(("gained", "lost"), [(1, 0), (7, 3), (20, 4), (11, 12)])
def test_mid_p_of_mcnemar_is_the_exact_sum_with_half_the_last_term(gained: int, lost: int) -> None:
    n, few = gained + lost, min(gained, lost)
    tail = sum(Fraction(comb(n, k), 2**n) for k in range(few)) + Fraction(comb(n, few), 2 ** (n + 1))
    assert mcnemar(gained, lost) == pytest.approx(float(min(Fraction(1), 2 * tail)), abs=1e-12)


def test_kappa_gives_the_published_figures() -> None:
    def raters(both_yes: int, first: int, second: int, both_no: int) -> list[tuple[object, object]]:
        return [*[(1, 1)] * both_yes, *[(1, 0)] * first, *[(0, 1)] * second, *[(0, 0)] * both_no]

    assert kappa(raters(45, 5, 5, 45)) == pytest.approx(0.80)
    assert kappa(raters(9, 9, 1, 81)) == pytest.approx(0.5902, abs=1e-3)  # a judge of 0.9 and 0.9 at a tenth: nine in ten right, and no better than this
    assert kappa([(1, 1)] * 5) == 1.0
    assert kappa([]) == 0.0
    assert kappa(raters(0, 5, 5, 0)) == pytest.approx(-1.0)


def test_fifty_pairs_that_lose_ten_in_a_hundred_give_the_published_interval() -> None:
    before: Counts = {f"c{at}": (2, 2) for at in range(50)}
    after: Counts = {f"c{at}": (1 if at < 10 else 2, 2) for at in range(50)}
    change, interval, p = paired(before, after)
    assert change == pytest.approx(-0.10)
    assert interval == pytest.approx((-0.16, -0.05), abs=0.011)
    assert p < 0.01


def test_the_bootstrap_of_three_clusters_is_the_one_that_counts_every_draw() -> None:
    counts: Counts = {"a": (4, 4), "b": (1, 4), "c": (0, 2)}
    draws = sorted(sum(counts[c][0] for c in drawn) / sum(counts[c][1] for c in drawn) for drawn in product("abc", repeat=3))
    found = bootstrap(counts)
    assert found.low == draws[0]  # one draw of twenty-seven is all of one cluster: more than the 2.5% that are cut off
    assert found.high == draws[-1]


def test_the_bootstrap_is_wider_where_the_same_items_come_in_fewer_clusters() -> None:
    alone, together = bootstrap(share(40, 80)), bootstrap(share(4, 8, per=10))
    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_the_same_counts_give_the_same_figures_in_whatever_order_they_come() -> None:
    counts = {"a": (3.0, 4.0), "b": (1.0, 4.0), "c": (2.0, 2.0)}
    assert bootstrap(counts) == bootstrap(dict(reversed(counts.items())))


def test_a_bootstrap_of_nothing_says_nothing() -> None:
    assert bootstrap({}) == (0.0, 1.0)
    assert bootstrap({"a": (0, 0)}) == (0.0, 1.0)
    assert paired({"a": (1, 1)}, {"b": (1, 1)}) == (0.0, (-1.0, 1.0), 1.0)


def test_holm_gives_the_textbook_figures_and_keeps_the_order() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_pairs_of_single_cases_are_tested_by_mcnemar_and_others_by_the_bootstrap() -> None:
    a, b = share(35, 40), share(40, 40)
    assert difference(a, b, "case").p == mcnemar(5, 0)
    assert difference(a, b, "item").p != mcnemar(5, 0)
    assert difference({**a, "two": (1, 2)}, {**b, "two": (2, 2)}, "case").p != mcnemar(5, 0)  # a cluster of two cases is no single case


def test_fewer_than_thirty_clusters_are_not_enough_data_whatever_they_say() -> None:
    few, enough = FEWEST_CLUSTERS - 1, FEWEST_CLUSTERS
    for of, word in ((few, "not enough data"), (enough, "better")):
        found = difference(share(0, of), share(of, of), "case")
        assert named(found, high=True, p=found.p).word == word


@pytest.mark.parametrize(
    ("change", "high", "p", "word"),
    [
        (0.1, True, 0.01, "better"),
        (0.1, False, 0.01, "worse"),
        (-0.1, True, 0.01, "worse"),
        (-0.1, False, 0.01, "better"),
        (0.1, True, 0.05, "no detectable difference"),
        (0.1, True, 0.0499, "better"),
    ],
)
def test_a_difference_is_named_by_its_sign_and_by_which_way_is_better(change: float, high: bool, p: float, word: str) -> None:
    assert named(Difference("no detectable difference", change, Interval(-1, 1), 0.0, 40), high, p).word == word


def test_what_could_have_been_missed_is_the_far_end_of_the_interval() -> None:
    assert Difference("no detectable difference", 0.0, Interval(-0.04, 0.02), 1.0, 40).could_miss == 0.04
    assert Difference("no detectable difference", 0.0, Interval(-0.01, 0.07), 1.0, 40).could_miss == 0.07


def test_where_nothing_differed_what_could_have_been_missed_is_the_exact_bound() -> None:
    same = share(20, 40)
    found = difference(same, same, "case")
    assert (found.change, found.p, found.could_miss) == (0.0, 1.0, 5 / 40)  # five that go one way are the fewest that can be seen
    assert found.interval.high == upper(0, 40)
    assert difference(same, same, "price").could_miss == 5 / 40  # at a price of 1


def test_the_fewest_changes_that_can_be_seen_are_those_of_the_test() -> None:
    assert [fewest(1), fewest(4)] == [5, 7]
    assert mcnemar(5, 0) < 0.05 <= mcnemar(4, 0)
    assert mcnemar(7, 0) < 0.05 / 4 <= mcnemar(6, 0)


def test_what_could_have_been_missed_is_never_nought() -> None:
    for clusters in (30, 363, 5_000):
        same = {str(at): (0.0, 1.0) for at in range(clusters)}
        for per in ("case", "item", "price"):
            assert difference(same, same, per).could_miss >= 5 / clusters > 0


def test_no_p_of_so_many_draws_is_nought() -> None:
    assert 0 < paired(share(0, 40), share(40, 40))[2] < 0.001
