"""The whole text at once. In: a Reading. Out: the log odds that it ends in a yes that counts.

No single sentence settles that: a decided buyer also gives dates and money, an undecided one likes, asks for next steps
and talks of others. Learned beside the sentence classifier, from texts whose own sentences it had not seen. It gives the
analyst's opinion only: the rules and the quotes still decide, and of two opinions the skeptical one wins.
"""

from functools import cache
from typing import TYPE_CHECKING

from coach.textmodel import HEADS, WEIGHTS
from coach.textmodel.encoder import OPINIONS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from coach.llm.analyst.reading import Reading

NOTHING = -6.0  # log odds where there is nothing to look at
SPREAD = (
    "=verbal", "=signed", "=conditional", "=refused", "=interest", "=hope", "authority+", "authority-", "competition+", "competition-",
    "timeline+", "timeline-", "decision_process+", "decision_process-", "budget+", "budget-", "need+", "need-",
)  # fmt: skip
LATE = 0.5  # share of the text, from its end, in which words are late
FEW = 12  # units at the end that are late in any case


def looks(reading: "Reading") -> "NDArray[np.float64]":
    """What the opinion looks at: shape (len(SPREAD) + 11,)."""
    import numpy as np

    mine = [at for at, unit in enumerate(reading.units) if not unit.rep]
    if not mine:
        return np.full(len(SPREAD) + 11, NOTHING)
    odds = reading.odds[mine]
    left = len(reading.units) - np.array(mine)  # units to the end, this one counted

    def of(head: str) -> "NDArray[np.float64]":
        return odds[:, HEADS.index(head)].astype(np.float64)

    yes = np.maximum(of("=verbal"), of("=signed"))
    clear = yes - np.maximum(0, of("=refused")) / 2 - np.maximum(0, of("=conditional")) / 2
    best = int(np.argmax(clear))
    late = left <= max(len(reading.units) * LATE, FEW)
    top = np.sort(clear)[::-1][:3]
    spread = [float(np.log(np.exp(of(head)).mean() + 1e-4)) for head in SPREAD]
    return np.array(
        [
            *spread,
            float(top.mean()),
            float(top[0]),
            _most(clear[late]),
            _most(of("=signed")[late]),
            _most(of("=refused")[best + 1 :]),
            _most(of("=next_step")[late]),
            _most(of("=interest")[late]),
            float(np.log(len(mine))),
            *_by_stretch(reading.seen.stretches[:, OPINIONS.index("yes")].astype(np.float64)),
        ]
    )


def _by_stretch(yes: "NDArray[np.float64]") -> tuple[float, float, float]:
    """What the encoder thinks of the last stretch, of the likeliest, and of all together."""
    import numpy as np

    return float(yes[-1]), float(yes.max()), float(np.log(np.exp(yes).mean() + 1e-4))


def _most(values: "NDArray[np.float64]") -> float:
    return float(values.max()) if len(values) else NOTHING


@cache
def _learned() -> "tuple[NDArray[np.float64], ...]":
    import numpy as np

    with np.load(WEIGHTS) as stored:
        return tuple(stored[name].astype(np.float64) for name in ("whole_weights", "whole_bias", "whole_mean", "whole_scale"))


def real_yes(reading: "Reading") -> float:
    """Log odds that the text ends in a yes that counts."""
    weights, bias, mean, scale = _learned()
    return float(((looks(reading) - mean) / scale) @ weights + bias[0])
