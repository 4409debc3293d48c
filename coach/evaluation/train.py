"""Learns the weights of `coach.textmodel`. In: labelled rows of evals/sentences. Out: weights.npz, and its figures printed.

    python -m coach.evaluation.train [--check]

`--check` learns on four fifths five times over and prints average precision a head, without writing. Needs the `train`
dependency group (scikit-learn). The same rows give the same weights.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import KFold, cross_val_predict

from coach.evaluation.marked import Row, marked_rows, sentence_rows
from coach.textmodel import HEADS, WEIGHTS
from coach.textmodel.features import SIZE, features

FOLDER = Path(__file__).parents[2] / "evals" / "sentences"
STRENGTH = 6.0  # inverse of the regularisation
FOLDS = 5


def rows_of(folder: Path) -> list[Row]:
    """All labelled rows, in order of their files."""
    rows = [row for path in sorted(folder.glob("*.jsonl")) for row in sentence_rows(path)]
    rows += [row for path in sorted(folder.glob("*.txt")) for row in marked_rows(path)]
    return rows


def matrix(texts: Sequence[tuple[str, str]]) -> csr_matrix:
    """Feature values: shape (texts, SIZE), rows of length one."""
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for text, before in texts:
        numbers, counts = np.unique(np.array(features(text, before), dtype=np.int64), return_counts=True)
        weight = 1 + np.log(counts)
        columns.extend(numbers)
        values.extend(weight / (np.sqrt((weight**2).sum()) or 1))
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(texts), SIZE))


def _model(head: str = "") -> LogisticRegression:
    weight = "balanced" if head == "sales" else {0: 1.0, 1: 3.0}
    return LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=400, class_weight=weight)


def check(rows: list[Row], x: csr_matrix) -> None:
    """Prints average precision of each head over held-out folds."""
    for head in HEADS:
        known = np.array([head in row.known for row in rows])
        y = np.array([head in row.labels for row in rows])[known]
        if y.sum() < FOLDS:
            print(f"{head:20} too few rows")
            continue
        scores = cross_val_predict(_model(head), x[known], y, cv=KFold(FOLDS, shuffle=True, random_state=0), method="decision_function")
        print(f"{head:20} {int(y.sum()):5} of {len(y):5}   average precision {average_precision_score(y, scores):.2f}")


def learn(rows: list[Row], x: csr_matrix, path: Path = WEIGHTS) -> None:
    """Fits every head and writes the weights, a byte each."""
    weights = np.zeros((SIZE, len(HEADS)), dtype=np.float32)
    bias = np.full(len(HEADS), -9.0, dtype=np.float32)
    for at, head in enumerate(HEADS):
        known = np.array([head in row.known for row in rows])
        y = np.array([head in row.labels for row in rows])[known]
        if y.sum() >= FOLDS:
            model = _model(head).fit(x[known], y)
            weights[:, at], bias[at] = model.coef_[0], model.intercept_[0]
    scale = np.abs(weights).max(axis=0) / 127 + 1e-9
    np.savez_compressed(path, weights=np.round(weights / scale).astype(np.int8), scale=scale.astype(np.float32), bias=bias)
    print(f"{len(rows)} rows, {len(HEADS)} heads, {path.stat().st_size / 1e6:.1f} MB")


def main(words: Sequence[str]) -> None:
    """The command."""
    rows = rows_of(FOLDER)
    x = matrix([(row.text, row.before) for row in rows])
    if "--check" in words:
        check(rows, x)
    else:
        learn(rows, x)


if __name__ == "__main__":
    main(sys.argv[1:])
