"""Multinomial logistic regression over sparse and dense features together, and how sure it may say it is.

It takes both kinds of features as they come, in single precision; scikit-learn would want them joined into
one sparse matrix, in which every dense number costs twice. Everything starts from zero and nothing is drawn
by lot, so that the same sentences give the same model.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize, minimize_scalar

Array = np.ndarray


@dataclass(frozen=True)
class Examples:
    """Texts as features: a row each, sparse and dense; either may have no columns."""

    sparse: sp.csr_matrix
    dense: Array

    def of(self, rows: Array) -> "Examples":
        """The examples at these rows."""
        return Examples(self.sparse[rows], self.dense[rows])

    def __len__(self) -> int:
        return self.sparse.shape[0]


@dataclass(frozen=True)
class Weights:
    """What was learned: a column for each label."""

    sparse: Array
    dense: Array
    bias: Array

    def scores(self, examples: Examples) -> Array:
        """The score of each label (columns) for each text (rows)."""
        return examples.sparse @ self.sparse + examples.dense @ self.dense + self.bias


def learn(examples: Examples, labels: Array, count: int, belief: float, steps: int) -> Weights:
    """The weights under which the labels (numbers below `count`) are likeliest.

    `belief` is the inverse strength of the regularisation, scikit-learn's C; at most `steps` steps of L-BFGS.
    """
    wanted = np.zeros((len(examples), count), np.float32)
    wanted[np.arange(len(examples)), labels] = 1
    width, depth = examples.sparse.shape[1], examples.dense.shape[1]
    turned = examples.sparse.T.tocsr()
    pull = np.full((width + depth + 1, 1), 1 / belief, np.float32)
    pull[-1] = 0  # the bias is free

    def loss(flat: Array) -> tuple[float, Array]:
        rows = flat.reshape(-1, count).astype(np.float32)
        scores = Weights(rows[:width], rows[width:-1], rows[-1]).scores(examples)
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores)
        total = chances.sum(axis=1, keepdims=True)
        missed = np.log(total[:, 0]) - (scores * wanted).sum(axis=1)
        error = chances / total - wanted
        slope = np.concatenate([turned @ error, examples.dense.T @ error, error.sum(axis=0, keepdims=True)])
        slope += pull * rows
        strain = 0.5 * (pull * rows * rows).sum(dtype=np.float64)
        return float(missed.sum(dtype=np.float64) + strain), slope.ravel().astype(np.float64)

    start = np.zeros((width + depth + 1) * count)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": steps, "gtol": 1e-3})
    rows = found.x.reshape(-1, count).astype(np.float32)
    return Weights(rows[:width], rows[width:-1], rows[-1])


def parts(labels: Array, count: int) -> Iterator[tuple[Array, Array]]:
    """Splits the rows `count` times into those to learn from and to judge by, every label spread evenly."""
    shuffled = np.random.default_rng(20260305).permutation(len(labels))
    place = np.empty(len(labels), int)
    place[shuffled[np.argsort(labels[shuffled], kind="stable")]] = np.arange(len(labels)) % count
    for part in range(count):
        yield np.flatnonzero(place != part), np.flatnonzero(place == part)


def chances(scores: Array, sureness: float) -> Array:
    """The probability of each label, from scores stretched (above 1) or flattened (below) by `sureness`."""
    stretched = scores.astype(np.float64) * sureness
    stretched -= stretched.max(axis=-1, keepdims=True)
    grown = np.exp(stretched)
    return grown / grown.sum(axis=-1, keepdims=True)


def fitted_sureness(scores: Array, meant: Array, groups: Array) -> float:
    """The sureness under which the scores of texts not learned from tell best how often they are right.

    Probabilities are judged as they are used: `groups` gives each label (a column) its intent, whose labels
    are summed; `meant` is the intent of each text.
    """
    member = np.eye(groups.max() + 1)[groups]

    def surprise(power: float) -> float:
        given = (chances(scores, np.exp(power)) @ member)[np.arange(len(meant)), meant]
        return float(-np.log(np.maximum(given, 1e-12)).mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-1.5, 1.5), method="bounded").x))
