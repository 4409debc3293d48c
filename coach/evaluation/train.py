"""Learns the weights of `coach.textmodel`. In: evals/sentences, the dev cases, an encoder. Out: weights.npz, and its figures printed.

    python -m coach.evaluation.train ENCODER [--check]

Sentences teach the linear heads. A fifth of the texts is left out of a second set of heads, and was left out of ENCODER, which
`coach.evaluation.finetune --without 0` writes: from it is learned how to weigh the two, and the opinions on whole texts.
`--check` prints how well they do on that fifth, without writing. Needs scikit-learn (the dev group).
"""

import argparse
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold

from coach.evaluation.cases import load_cases
from coach.evaluation.learned import case_text
from coach.evaluation.marked import SENTENCE_HEADS, Row, Text, marked_texts, sentence_rows
from coach.llm.analyst.units import said
from coach.llm.analyst.whole import looks
from coach.readers.planted import SURE
from coach.textmodel import HEADS, WEIGHTS
from coach.textmodel.encoder import OPINIONS, see
from coach.textmodel.features import SIZE, features

FOLDER = Path(__file__).parents[2] / "evals" / "sentences"
CASES = FOLDER.parent / "cases"
PLANTED = FOLDER.parent / "planted.jsonl"
STRENGTH = 6.0  # inverse of the regularisation of the heads
WHOLE_STRENGTH = 0.05  # and of the opinion on whole texts
BLEND_STRENGTH = 10.0  # and of how the two models are weighed
FOLDS = 5
HELD = 0  # the fold that neither of the two models that are weighed has seen
ENOUGH = 1e-3  # how near to its optimum a head is fitted
RARE = -9.0  # log odds of a head without rows


def matrix(rows: Iterable[tuple[str, str]]) -> csr_matrix:
    """Feature values: shape (rows, SIZE), rows of length one."""
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for text, before in rows:
        numbers, counts = np.unique(np.array(features(text, before), dtype=np.int64), return_counts=True)
        weight = 1 + np.log(counts)
        columns.extend(numbers)
        values.extend(weight / (np.sqrt((weight**2).sum()) or 1))
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(ends) - 1, SIZE))


Heads = tuple[NDArray[np.float32], NDArray[np.float32]]


def fit(rows: Sequence[Row], x: csr_matrix) -> Heads:
    """Weights (SIZE, heads) and bias (heads,) of every head."""
    weights = np.zeros((SIZE, len(HEADS)), dtype=np.float32)
    bias = np.full(len(HEADS), RARE, dtype=np.float32)
    for at, head in enumerate(HEADS):
        known = np.array([head in row.known for row in rows])
        y = np.array([head in row.labels for row in rows])[known]
        if y.sum() >= FOLDS:
            weight = "balanced" if head == "sales" else {0: 1.0, 1: 3.0}
            model = LogisticRegression(C=STRENGTH, solver="liblinear", tol=ENOUGH, max_iter=400, class_weight=weight).fit(x[known], y)
            weights[:, at], bias[at] = model.coef_[0], model.intercept_[0]
    return weights, bias


def planted_rows() -> list[Row]:
    """Sentences that speak to software: they say nothing on any head."""
    rows = (json.loads(line) for line in PLANTED.read_text(encoding="utf-8").splitlines())
    return [Row(row["text"], "", frozenset(), SENTENCE_HEADS, PLANTED.stem) for row in rows if row["planted"]]


class Corpus:
    """All that is learned from. Whole texts are dealt into folds by a hash, neighbours in a file and copies of a case together: they are often pairs."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.rows = [row for path in sorted(folder.glob("*.jsonl")) for row in sentence_rows(path)] + planted_rows()
        dealt = [(f"{path.stem} {at // 2}", text) for path in sorted(folder.glob("*.txt")) for at, text in enumerate(marked_texts(path))]
        dealt += [(case.cluster, case_text(case)) for case in load_cases(CASES, "dev") if case.family != "injected"]
        self.texts: list[Text] = [text for _, text in dealt]
        self.folds = [int(hashlib.sha256(group.encode()).hexdigest(), 16) % FOLDS for group, _ in dealt]

    def without(self, fold: int | None) -> list[Text]:
        """The texts but for those of a fold."""
        return [text for text, mine in zip(self.texts, self.folds, strict=True) if mine != fold]

    def of(self, fold: int) -> list[Text]:
        """The texts of a fold."""
        return [text for text, mine in zip(self.texts, self.folds, strict=True) if mine == fold]

    def heads(self, fold: int | None = None) -> Heads:
        """Heads learned without a fold, or from everything."""
        rows = self.rows + [row for text in self.without(fold) for row in text.rows]
        return fit(rows, matrix((row.text, row.before) for row in rows))


class Unseen:
    """What heads and an encoder that have not seen a text make of it."""

    def __init__(self, text: Text, heads: Heads, encoder: Path) -> None:
        weights, bias = heads
        reading = text.reading
        self.text = text
        self.seen = see(said(reading.conversation, reading.units), encoder)
        self.linear = np.asarray(matrix((unit.text, unit.before) for unit in reading.units) @ weights + bias, dtype=np.float32)
        windows = matrix((window, "") for window in reading.windows or [""]) @ weights + bias
        self.of_windows = float(np.asarray(windows)[:, HEADS.index("sales")].mean())
        self.of_stretches = float(self.seen.stretches[:, OPINIONS.index("sales")].mean())
        places = {(unit.text, unit.before): at for at, unit in enumerate(reading.units)}
        self.rows = [(places[row.text, row.before], row) for row in text.rows if (row.text, row.before) in places]

    @property
    def about_selling(self) -> bool | None:
        """Whether the text is known to be about selling."""
        return next(("sales" in row.labels for row in reversed(self.text.rows) if "sales" in row.known), None)


class Learned(NamedTuple):
    """How to weigh the two models, shape (3, heads), and for selling (3,); the opinion on whole texts, as `whole` has it."""

    blend: NDArray[np.float64]
    selling: NDArray[np.float64]
    opinion: tuple[NDArray[np.float64], ...]

    def odds(self, unseen: Unseen) -> NDArray[np.float32]:
        """Log odds of both models together."""
        linear, encoder, bias = self.blend
        return np.asarray(unseen.linear * linear + unseen.seen.passages * encoder + bias, dtype=np.float32)


def weigh(texts: Sequence[Unseen]) -> Learned:
    """Learns from texts that neither model has seen."""
    blend = np.zeros((3, len(HEADS)))
    blend[:2] = 0.5
    for at, head in enumerate(HEADS):
        x, y = of_head(texts, at, head)
        if y.sum() >= FOLDS:
            model = LogisticRegression(C=BLEND_STRENGTH, class_weight={0: 1.0, 1: 2.0}).fit(x, y)
            blend[:2, at], blend[2, at] = model.coef_[0], model.intercept_[0]
    known = [text for text in texts if text.about_selling is not None]
    selling = LogisticRegression(C=BLEND_STRENGTH, class_weight="balanced").fit(
        [(text.of_windows, text.of_stretches) for text in known], [text.about_selling for text in known]
    )
    learned = Learned(blend, np.array([*selling.coef_[0], *selling.intercept_]), ())
    for text in texts:
        text.text.reading.__dict__.update(seen=text.seen, odds=learned.odds(text))
    return learned._replace(opinion=whole([text.text for text in texts]))


def of_head(texts: Sequence[Unseen], at: int, head: str) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Log odds of both models for the units on which a head is known, shape (units, 2), and whether it holds."""
    found = [(text.linear[unit, at], text.seen.passages[unit, at], head in row.labels) for text in texts for unit, row in text.rows if head in row.known]
    table = np.array(found, dtype=np.float32).reshape(-1, 3)
    return table[:, :2], table[:, 2] > 0


def whole(texts: Sequence[Text]) -> tuple[NDArray[np.float64], ...]:
    """Weights, bias, mean and scale of the opinion on whole texts. The texts have their unseen scores."""
    known = [text for text in texts if text.real_yes is not None]
    x = np.array([looks(text.reading) for text in known])
    y = np.array([text.real_yes for text in known])
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    model = LogisticRegression(C=WHOLE_STRENGTH, max_iter=2000).fit((x - mean) / scale, y)
    return model.coef_[0], model.intercept_, mean, scale


class Planted:
    """Sentences that speak to software, sentences that come near, and everything that people say in the texts."""

    def __init__(self, corpus: Corpus) -> None:
        rows = [json.loads(line) for line in PLANTED.read_text(encoding="utf-8").splitlines()]
        others = [unit.text for text in corpus.texts for unit in text.reading.units] + [row.text for row in corpus.rows if row.source != PLANTED.stem]
        self.x = matrix([(row["text"], "") for row in rows] + [(other, "") for other in others])
        self.y = np.array([row["planted"] for row in rows] + [False] * len(others))
        self.near = ~self.y & (np.arange(len(self.y)) < len(rows))

    def fit(self, rows: NDArray[np.int64] | None = None) -> LogisticRegression:
        """A model of these rows, or of all."""
        rows = np.arange(len(self.y)) if rows is None else rows
        weights = np.where(self.y, 20.0, np.where(self.near, 10.0, 1.0))[rows]
        return LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=400).fit(self.x[rows], self.y[rows], sample_weight=weights)

    def check(self) -> None:
        """Prints what is found and what is flagged wrongly, each fifth by what the others taught."""
        found = np.zeros(len(self.y), dtype=bool)
        for taught, asked in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(self.x, self.y):
            found[asked] = self.fit(taught).decision_function(self.x[asked]) > SURE
        told = [f"{found[rows].sum()} of {rows.sum()} {name}" for name, rows in (("planted", self.y), ("near", self.near), ("others", ~self.y & ~self.near))]
        print("speaks to software: " + ", ".join(told))


def check(texts: Sequence[Unseen]) -> None:
    """Prints average precision of each head, and the area under the curve of the opinions, each fifth weighed by what the others taught."""
    learned = [weigh([text for at, text in enumerate(texts) if at % FOLDS != part]) for part in range(FOLDS)]
    odds = [learned[at % FOLDS].odds(text) for at, text in enumerate(texts)]
    print("average precision of the linear heads, the encoder, and both, on units of unseen texts")
    for at, head in enumerate(HEADS[: HEADS.index("sales")]):
        x, y = of_head(texts, at, head)
        together = [odds[place][unit, at] for place, text in enumerate(texts) for unit, row in text.rows if head in row.known]
        figures = [average_precision_score(y, scores) for scores in (x[:, 0], x[:, 1], together)]
        print(f"  {head:20} {y.sum():5} of {len(y):6}   " + "  ".join(f"{figure:.2f}" for figure in figures))
    ends, selling = [], []
    for at, text in enumerate(texts):
        mine = learned[at % FOLDS]
        if text.text.real_yes is not None:
            weights, bias, mean, scale = mine.opinion
            text.text.reading.__dict__["odds"] = odds[at]
            ends.append((text.text.real_yes, float(((looks(text.text.reading) - mean) / scale) @ weights + bias[0])))
        if text.about_selling is not None:
            selling.append((text.about_selling, float(np.array([text.of_windows, text.of_stretches, 1]) @ mine.selling)))
    for name, pairs in (("ends in a real yes", ends), ("about selling", selling)):
        print(f"{name}: area under the curve {roc_auc_score(*zip(*pairs, strict=True)):.2f} on {len(pairs)} texts")


def small(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Weights a byte each, and the scale of each column."""
    scale = np.abs(weights).max(axis=0) / 127 + 1e-9
    return np.round(weights / scale).astype(np.int8), np.asarray(scale, dtype=np.float32)


def learn(heads: Heads, learned: Learned, planted: LogisticRegression, path: Path = WEIGHTS) -> None:
    """Writes the weights."""
    weights, scale = small(heads[0])
    planted_weights, planted_scale = small(planted.coef_[0])
    whole_weights, whole_bias, whole_mean, whole_scale = learned.opinion
    np.savez_compressed(
        path,
        weights=weights,
        scale=scale,
        bias=heads[1],
        planted_weights=planted_weights,
        planted_scale=planted_scale,
        planted_bias=planted.intercept_,
        blend=learned.blend,
        selling=learned.selling,
        whole_weights=whole_weights,
        whole_bias=whole_bias,
        whole_mean=whole_mean,
        whole_scale=whole_scale,
    )
    print(f"{len(HEADS)} heads, {path.stat().st_size / 1e6:.1f} MB")


def main() -> None:
    """The command."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("encoder", type=Path)
    words.add_argument("--check", action="store_true")
    want = words.parse_args()
    corpus = Corpus()
    held = corpus.heads(HELD)
    texts = [Unseen(text, held, want.encoder) for text in corpus.of(HELD) if text.reading.units]
    planted = Planted(corpus)
    if want.check:
        check(texts)
        planted.check()
    else:
        learn(corpus.heads(), weigh(texts), planted.fit())


if __name__ == "__main__":
    main()
