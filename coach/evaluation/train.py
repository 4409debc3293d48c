"""Learns the weights of `coach.textmodel`. In: evals/sentences and the dev cases. Out: weights.npz, and its figures printed.

    python -m coach.evaluation.train [--check]

Sentences teach the heads; whole texts teach the opinion of `coach.llm.analyst.whole`, each from scores that heads gave
which had not seen it. `--check` prints how well both do on held-out fifths, without writing. Needs scikit-learn (the dev
group). The same rows give the same weights.
"""

import hashlib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score

from coach.evaluation.cases import load_cases
from coach.evaluation.learned import case_text
from coach.evaluation.marked import Row, Text, marked_texts, sentence_rows
from coach.llm.analyst.whole import looks
from coach.textmodel import HEADS, WEIGHTS
from coach.textmodel.features import SIZE, features

FOLDER = Path(__file__).parents[2] / "evals" / "sentences"
CASES = FOLDER.parent / "cases"
STRENGTH = 6.0  # inverse of the regularisation of the heads
WHOLE_STRENGTH = 0.05  # and of the opinion on whole texts
FOLDS = 5
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


def _matrix(rows: Sequence[Row]) -> csr_matrix:
    return matrix((row.text, row.before) for row in rows)


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


class Corpus:
    """All that is learned from. Whole texts are dealt into folds by a hash, neighbours in a file and copies of a case together: they are often pairs."""

    def __init__(self) -> None:
        self.rows = [row for path in sorted(FOLDER.glob("*.jsonl")) for row in sentence_rows(path)]
        dealt = [(f"{path.stem} {at // 2}", text) for path in sorted(FOLDER.glob("*.txt")) for at, text in enumerate(marked_texts(path))]
        dealt += [(case.cluster, case_text(case)) for case in load_cases(CASES, "dev") if case.family != "injected"]
        self.texts: list[Text] = [text for _, text in dealt]
        self.x = _matrix(self.rows)
        self.xs = [_matrix(text.rows) for text in self.texts]
        self.folds = [int(hashlib.sha256(group.encode()).hexdigest(), 16) % FOLDS for group, _ in dealt]

    def heads(self) -> list[Heads]:
        """Heads learned without each fold in turn, and last those learned from everything; as many at a time as there are cores."""
        found: list[Heads] = Parallel(n_jobs=-1)(delayed(fit)(*self._without(fold)) for fold in (*range(FOLDS), None))
        return found

    def _without(self, fold: int | None) -> tuple[list[Row], csr_matrix]:
        kept = [at for at in range(len(self.texts)) if self.folds[at] != fold]
        rows = self.rows + [row for at in kept for row in self.texts[at].rows]
        return rows, vstack([self.x, *(self.xs[at] for at in kept)]).tocsr()

    def score_unseen(self, heads: Sequence[Heads]) -> None:
        """Gives each text the scores of heads that did not see it."""
        for text, fold in zip(self.texts, self.folds, strict=True):
            weights, bias = heads[fold]
            units, windows = text.reading.units, text.reading.windows
            text.reading.__dict__["odds"] = np.asarray(matrix((u.text, u.before) for u in units) @ weights + bias, dtype=np.float32)
            scores = matrix((w, "") for w in windows) @ weights + bias if windows else np.full((1, len(HEADS)), -1.0)
            text.reading.__dict__["sales"] = float(np.asarray(scores)[:, HEADS.index("sales")].mean())


def whole(texts: Sequence[Text]) -> tuple[NDArray[np.float64], ...]:
    """Weights, bias, mean and scale of the opinion on whole texts. The texts have their unseen scores."""
    known = [text for text in texts if text.real_yes is not None]
    x = np.array([looks(text.reading) for text in known])
    y = np.array([text.real_yes for text in known])
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    model = LogisticRegression(C=WHOLE_STRENGTH, max_iter=2000).fit((x - mean) / scale, y)
    return model.coef_[0], model.intercept_, mean, scale


def check(corpus: Corpus) -> None:
    """Prints average precision of each head, and the area under the curve of the opinion and of `sales`, on unseen texts."""
    pairs = [(text.reading, row, unit) for text in corpus.texts for unit, row in _aligned(text)]
    print("heads, on units of unseen texts")
    for head in HEADS[: HEADS.index("sells")]:
        known = [(reading.odds[at, HEADS.index(head)], head in row.labels) for reading, row, at in pairs if head in row.known]
        y = [label for _, label in known]
        print(f"  {head:20} {sum(y):5} of {len(y):6}   average precision {average_precision_score(y, [score for score, _ in known]):.2f}")
    known_texts = [text for text in corpus.texts if text.real_yes is not None]
    scores = np.empty(len(known_texts))
    for fold in range(FOLDS):
        out = [at for at, text in enumerate(known_texts) if corpus.folds[corpus.texts.index(text)] == fold]
        weights, bias, mean, scale = whole([text for at, text in enumerate(known_texts) if at not in out])
        for at in out:
            scores[at] = ((looks(known_texts[at].reading) - mean) / scale) @ weights + bias[0]
    print(f"ends in a real yes: area under the curve {roc_auc_score([t.real_yes for t in known_texts], scores):.2f} on {len(known_texts)} texts")
    sells = [("sales" in row.labels, text.reading.sales) for text in corpus.texts for row in text.rows[-1:] if "sales" in row.known]
    print(f"about selling: area under the curve {roc_auc_score([s for s, _ in sells], [x for _, x in sells]):.2f} on {len(sells)} texts")


def _aligned(text: Text) -> list[tuple[int, Row]]:
    """Units of a text with their rows."""
    places = {(unit.text, unit.before): at for at, unit in enumerate(text.reading.units)}
    return [(places[row.text, row.before], row) for row in text.rows if (row.text, row.before) in places]


def learn(corpus: Corpus, heads: Heads, path: Path = WEIGHTS) -> None:
    """Fits everything and writes the weights, those of the heads a byte each."""
    opinion, opinion_bias, mean, deviation = whole(corpus.texts)
    weights, bias = heads
    scale = np.abs(weights).max(axis=0) / 127 + 1e-9
    np.savez_compressed(
        path,
        weights=np.round(weights / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        bias=bias,
        whole_weights=opinion,
        whole_bias=opinion_bias,
        whole_mean=mean,
        whole_scale=deviation,
    )
    print(f"{len(corpus.rows)} sentences and {len(corpus.texts)} texts, {len(HEADS)} heads, {path.stat().st_size / 1e6:.1f} MB")


def main(words: Sequence[str]) -> None:
    """The command."""
    corpus = Corpus()
    heads = corpus.heads()
    corpus.score_unseen(heads)
    if "--check" in words:
        check(corpus)
    else:
        learn(corpus, heads[-1])


if __name__ == "__main__":
    main(sys.argv[1:])
