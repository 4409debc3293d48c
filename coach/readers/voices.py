"""How one who sells talks, and how one who buys. In: what one speaker said. Out: a score, the higher the more like selling.

`voice_of` is a sum of log odds over units, each bounded, from cues of talk and from the text model. Cues are ways of
speaking, not topics. `bearing_of` is a mean, of the text model alone, and counts what only a buyer can state of a deal: their need,
their money, who decides, a yes. Neither decides on its own: `people` asks for a clear difference.
"""

from collections.abc import Iterable

from coach.cues import BUYS, SELLS
from coach.textmodel import HEADS, log_odds

SHORT = 200  # characters beyond which a turn counts as more than one
ENOUGH = 30  # the longest utterances of a speaker say enough
BOUND = 1.2  # most that one utterance can say
SELLS_AT = HEADS.index("sells")
OF_A_BUYER = [at for at, head in enumerate(HEADS) if head[-1] in "+-" or head in ("=interest", "=conditional", "=verbal", "=signed", "=refused")]
WEIGHT = 0.2  # what the plainest statement of a buyer counts beside the mean of all: a seller repeats one, and sells around it
EVEN = -0.8  # log odds of the text model at which an utterance says nothing: fewer training rows sell than buy


def voice_of(texts: Iterable[str]) -> float:
    """Log odds of selling over buying, summed over what one speaker said."""
    texts = sorted(texts, key=len, reverse=True)[:ENOUGH]
    score = 0.0
    learned = log_odds([(text[-400:], "") for text in texts])[:, SELLS_AT]
    for text, odds in zip(texts, learned, strict=True):
        sells, buys = len(SELLS.findall(text)), len(BUYS.findall(text))
        cue = (min(sells, 2 + len(text) // SHORT) - min(buys, 2 + len(text) // SHORT)) * 0.5
        score += max(-BOUND, min(BOUND, cue + (float(odds) - EVEN) * 0.5))
    return score


def bearing_of(texts: Iterable[str]) -> float:
    """Mean log odds of selling, less what the plainest statement of a buyer weighs; below about -1 hardly anybody sells."""
    odds = log_odds([(text[-400:], "") for text in sorted(texts, key=len, reverse=True)[:ENOUGH]])
    return float(odds[:, SELLS_AT].mean() - WEIGHT * max(0.0, odds[:, OF_A_BUYER].max()))
