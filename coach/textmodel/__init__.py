"""A small linear text classifier. In: a sentence (and the one before it). Out: log odds for each of `HEADS`.

The weights in weights.npz are learned by `python -m coach.evaluation.train` from labelled sentences in evals/sentences;
that command prints their figures again. Deterministic, no network, about 0.1 ms a sentence. Beside it stands `encoder`, which
reads sentences in their context; `both` weighs the two. They nominate only: what they say goes through grounding and the
rules like any answerer's word.
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
    return _scores(texts, *_weights())


def to_software(texts: Sequence[str]) -> "NDArray[np.float32]":
    """Log odds that each sentence speaks to software instead of to people: shape (sentences,)."""
    weights, scale, bias = _learned("planted_weights"), _learned("planted_scale"), _learned("planted_bias")
    return _scores([(text, "") for text in texts], (weights * scale)[:, None], bias)[:, 0]


def _scores(texts: Sequence[tuple[str, str]], weights: "NDArray[np.float32]", bias: "NDArray[np.float32]") -> "NDArray[np.float32]":
    import numpy as np

    out = np.empty((len(texts), weights.shape[1]), dtype=np.float32)
    for row, (text, before) in enumerate(texts):
        numbers, counts = np.unique(np.array(features(text, before), dtype=np.int64), return_counts=True)
        values = 1 + np.log(counts)
        length = float(np.sqrt((values * values).sum())) or 1.0
        out[row] = (values / length).astype(np.float32) @ weights[numbers] + bias if len(numbers) else bias
    return out


def both(linear: "NDArray[np.float32]", encoder: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """Log odds of the heads by the linear model and the encoder together, weighed as was learned from texts that neither had seen."""
    import numpy as np

    of_linear, of_encoder, bias = _learned("blend")
    return np.asarray(linear * of_linear + encoder * of_encoder + bias, dtype=np.float32)


def selling(linear: float, encoder: float) -> float:
    """Log odds that a text is about selling, from the mean log odds of both."""
    of_linear, of_encoder, bias = _learned("selling")
    return float(linear * of_linear + encoder * of_encoder + bias)


@cache
def _learned(name: str) -> "NDArray[np.float32]":
    import numpy as np

    with np.load(WEIGHTS) as stored:
        return np.asarray(stored[name], dtype=np.float32)
