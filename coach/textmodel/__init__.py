"""A small linear text classifier. In: a sentence (and the one before it). Out: a probability for each of `HEADS`.

The weights in weights.npz are learned by `python -m coach.evaluation.train` from labelled sentences in evals/sentences;
that command prints their figures again. Deterministic, no network, about 0.1 ms a sentence. It nominates only: what it
says goes through grounding and the rules like any answerer's word.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from coach.textmodel.features import features

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TOPICS = ("need", "budget", "authority", "timeline", "decision_process", "competition")
LEVELS = ("interest", "next_step", "conditional", "verbal", "signed", "refused")
HEADS = (*(topic + sign for topic in TOPICS for sign in "+-"), *("=" + level for level in LEVELS), "=hope", "sells", "sales")
"""`need+` supports, `need-` undermines; `=verbal` commits; `sells` is the rep's way of talking; `sales` is a text about selling."""
WEIGHTS = Path(__file__).with_name("weights.npz")


@cache
def _weights() -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
    import numpy as np

    with np.load(WEIGHTS) as stored:
        return stored["weights"].astype(np.float32) * stored["scale"], stored["bias"].astype(np.float32)


def log_odds(texts: Sequence[tuple[str, str]]) -> "NDArray[np.float32]":
    """Log odds of each head for each (sentence, sentence before): shape (sentences, heads)."""
    import numpy as np

    weights, bias = _weights()
    out = np.empty((len(texts), len(HEADS)), dtype=np.float32)
    for row, (text, before) in enumerate(texts):
        numbers, counts = np.unique(np.array(features(text, before), dtype=np.int64), return_counts=True)
        values = 1 + np.log(counts)
        length = float(np.sqrt((values * values).sum())) or 1.0
        out[row] = (values / length).astype(np.float32) @ weights[numbers] + bias if len(numbers) else bias
    return out

