"""Intervals and tests. In: counts per case. Out: numbers, and the words for a difference between two runs.

Rates of cases get a Wilson interval, and rare mishaps an exact upper bound; rates of items (quotes, questions) are
clustered by case and get a bootstrap over clusters. A pair of runs gets the mid-p McNemar test and a paired bootstrap.
Random numbers come from a fixed seed, so the same counts give the same figures. scipy is the `eval` extra.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from coach.errors import CaseError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEVEL = 0.95
ALPHA = 0.05  # p from which a difference is none; `1 - LEVEL` is a little more than that
DRAWS = 5_000
AT_ONCE = 250  # of the draws
SEED = 20_260_302
FEWEST_CLUSTERS = 30
Word = Literal["better", "worse", "no detectable difference", "not enough data"]
Counts = Mapping[str, tuple[float, float]]
"""Hits and whole of each cluster."""


class Interval(NamedTuple):
    """A 95% interval."""

    low: float
    high: float


class Difference(NamedTuple):
    """How B differs from A. `change` and `interval` are B minus A, in shares, or in the unit of a price.

    `smallest` is the smallest difference that could have been seen at all: one that goes one way in just enough clusters.
    """

    word: Word
    change: float
    interval: Interval
    p: float
    clusters: int
    smallest: float = 0.0

    @property
    def could_miss(self) -> float:
        """The largest difference, either way, that the interval still holds, and never less than could be seen."""
        return max(abs(self.interval.low), abs(self.interval.high), self.smallest)


def _scipy() -> tuple[Any, Any]:
    try:
        from scipy import stats
    except ImportError:
        raise CaseError("Statistics need scipy. Install it with the `eval` extra: pip install 'call-note-coach[eval]'.") from None
    return stats.binomtest, stats.binom


def wilson(hits: float, of: float) -> Interval:
    """Interval of a rate of cases; (0, 1) without cases."""
    if not of:
        return Interval(0.0, 1.0)
    binomtest, _ = _scipy()
    found = binomtest(round(hits), round(of)).proportion_ci(LEVEL, method="wilson")
    return Interval(float(found.low), float(found.high))


def upper(hits: float, of: float) -> float:
    """Exact one-sided 95% upper bound of a rate (Clopper and Pearson)."""
    if not of:
        return 1.0
    binomtest, _ = _scipy()
    return float(binomtest(round(hits), round(of), alternative="less").proportion_ci(LEVEL, method="exact").high)


def mcnemar(gained: int, lost: int) -> float:
    """Two-sided mid-p of McNemar's test on pairs that changed (Fagerland, Lydersen and Laake 2013)."""
    n = gained + lost
    if not n or gained == lost:
        return 1.0
    _, binom = _scipy()
    few = min(gained, lost)
    return float(min(1.0, 2 * binom.cdf(few, n, 0.5) - binom.pmf(few, n, 0.5)))


def bootstrap(counts: Counts) -> Interval:
    """Percentile interval of a ratio of sums, drawn over clusters; (0, 1) without items."""
    hits, of = _columns(counts)
    if not of.sum():
        return Interval(0.0, 1.0)
    return _percentiles(_ratios(hits, of))


def clustered(counts: Counts) -> Interval:
    """Interval of a rate of items: the bootstrap, or Wilson's over the clusters where all items agree, because every draw is the same then."""
    hits, of = sum(hits for hits, _ in counts.values()), sum(of for _, of in counts.values())
    some = sum(1 for _, whole in counts.values() if whole)
    return bootstrap(counts) if 0 < hits < of else wilson(some if hits else 0, some)


def paired(a: Counts, b: Counts) -> tuple[float, Interval, float]:
    """Change of a ratio of sums from A to B, its interval and two-sided p, drawn over the clusters that both have."""
    both = sorted(set(a) & set(b))
    a_hits, a_of = _columns({name: a[name] for name in both})
    b_hits, b_of = _columns({name: b[name] for name in both})
    if not a_of.sum() or not b_of.sum():
        return 0.0, Interval(-1.0, 1.0), 1.0
    change = float(b_hits.sum() / b_of.sum() - a_hits.sum() / a_of.sum())
    draws = _ratios(b_hits, b_of) - _ratios(a_hits, a_of)
    rarer = min(int((draws <= 0).sum()), int((draws >= 0).sum()))
    p = min(1.0, 2 * (rarer + 1) / (DRAWS + 1))  # never nought: there were only so many draws (Davison and Hinkley 1997)
    return change, _percentiles(draws), p


def holm(ps: Sequence[float]) -> list[float]:
    """P-values corrected for how many were looked at (Holm 1979), in the order given."""
    order = sorted(range(len(ps)), key=lambda at: ps[at])
    corrected, least = [0.0] * len(ps), 0.0
    for rank, at in enumerate(order):
        least = max(least, min(1.0, (len(ps) - rank) * ps[at]))
        corrected[at] = least
    return corrected


def fewest(looked_at: int = 1) -> int:
    """How many pairs have to change, all of them one way, before McNemar's test sees it among so many that are looked at: 5 alone, 7 of four."""
    return next(n for n in range(1, 64) if mcnemar(n, 0) < ALPHA / looked_at)


def difference(a: Counts, b: Counts, per: Literal["case", "item", "price"], looked_at: int = 1) -> Difference:
    """How B differs from A; `word` says only whether anything can be said, `named` says which way. One case a cluster gets McNemar's p.

    Where no cluster differs, every draw is nought; shares then get the exact bound on clusters that could have differed unseen.
    Of a price the smallest difference is counted in steps of the lowest price that was paid, or of 1 if none was.
    """
    both = set(a) & set(b)
    change, interval, p = paired(a, b)
    if per != "price" and both and interval.low == interval.high == 0:
        interval = Interval(-upper(0, len(both)), upper(0, len(both)))
    if per == "case" and all(a[name][1] == b[name][1] == 1 for name in both):
        p = mcnemar(sum(b[name][0] > a[name][0] for name in both), sum(b[name][0] < a[name][0] for name in both))
    step = min((hits for side in (a, b) for name in both if (hits := side[name][0]) > 0), default=1.0) if per == "price" else 1.0
    smallest = min(step, step * fewest(looked_at) / len(both)) if both else step
    return Difference("not enough data" if len(both) < FEWEST_CLUSTERS else "no detectable difference", change, interval, p, len(both), smallest)


def named(found: Difference, high: bool, p: float) -> Difference:
    """The difference with its word, given its p after correction and which way is better."""
    if found.word == "not enough data" or p >= ALPHA:
        return found._replace(p=p)
    return found._replace(p=p, word="better" if (found.change > 0) == high else "worse")


def kappa(pairs: Sequence[tuple[object, object]]) -> float:
    """Cohen's kappa of two raters' answers; 1 if they agree on everything, 0 without answers."""
    if not pairs:
        return 0.0
    n = len(pairs)
    agreed = sum(a == b for a, b in pairs) / n
    answers = {answer for pair in pairs for answer in pair}
    chance = sum(sum(a == x for a, _ in pairs) * sum(b == x for _, b in pairs) for x in answers) / n**2
    return 1.0 if chance == 1 else (agreed - chance) / (1 - chance)


def _columns(counts: Counts) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    import numpy as np

    rows = [counts[name] for name in sorted(counts)]
    return np.array([hits for hits, _ in rows], dtype=float), np.array([of for _, of in rows], dtype=float)


def _ratios(hits: "NDArray[np.float64]", of: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Ratios of the sums of `DRAWS` draws of clusters. The same draws for the same number of clusters, so that A and B draw the same ones."""
    import numpy as np

    dice, ratios = np.random.default_rng(SEED), np.zeros(DRAWS)
    for at in range(0, DRAWS, AT_ONCE):  # all draws at once would take memory that grows with the cases
        drawn = dice.integers(len(hits), size=(AT_ONCE, len(hits)), dtype=np.uint32)
        above, below = hits.take(drawn).sum(axis=1), of.take(drawn).sum(axis=1)
        np.divide(above, below, out=ratios[at : at + AT_ONCE], where=below > 0)
    return ratios


def _percentiles(draws: "NDArray[np.float64]") -> Interval:
    import numpy as np

    low, high = np.percentile(draws, [100 * (1 - LEVEL) / 2, 100 * (1 + LEVEL) / 2])
    return Interval(float(low), float(high))
