"""How sure the classifier may be of its best intent: a logistic regression over what tells right answers from wrong ones."""

from dataclasses import dataclass
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from bot.model.embedding import Vectors
from bot.model.learned.words import Floats

LEARNER = "sklearn.linear_model"
"""Imported only to learn: it takes more than a second."""
SHARPNESS = 10.0
"""Of the softmax over ridge scores, which lie about between 0 and 1."""
NEIGHBOURS = 10
TINY = 1e-4
Whole = NDArray[np.int64]
Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Trust:
    """Weights over standardised signs."""

    mean: Floats
    scale: Floats
    weights: Floats
    bias: float

    def of(self, signs: Floats) -> Floats:
        """The chance that the best intent is right, row by row."""
        chances: Floats = 1 / (1 + np.exp(-np.clip((signs - self.mean) / self.scale @ self.weights + self.bias, -30, 30)))
        return chances


def signs(scores: Vectors, likeness: Vectors, labels: Whole, stranger: int | None) -> tuple[Whole, Floats]:
    """The best intent of each row, and what speaks for it: one line a row.

    `labels` are those of the examples that `likeness` (0 where one must not be used) compares with; column `stranger` is "none of these".
    """
    ours = scores.astype(np.float64).copy()
    outside = ours[:, stranger].copy() if stranger is not None else np.zeros(len(ours))
    if stranger is not None:
        ours[:, stranger] = -np.inf
    order = np.argsort(-ours, axis=1)[:, :2]
    every = np.arange(len(ours))
    best, first = order[:, 0], ours[every, order[:, 0]]
    second = ours[every, order[:, 1]] if ours.shape[1] > 1 + (stranger is not None) else np.zeros(len(ours))
    odds = np.exp(SHARPNESS * (scores - scores.max(axis=1, keepdims=True)))
    chance = np.clip(odds[every, best] / odds.sum(axis=1), TINY, 1 - TINY)
    near = np.argpartition(-likeness, min(NEIGHBOURS, likeness.shape[1] - 1), axis=1)[:, :NEIGHBOURS]
    close = np.take_along_axis(likeness, near, axis=1)
    agree = labels[near] == best[:, None]
    share = (close * agree).sum(axis=1) / np.maximum(close.sum(axis=1), TINY)
    columns = [first, first - second, np.log(chance / (1 - chance)), outside, close.max(axis=1), close.mean(axis=1), share]
    columns.append((close * agree).max(axis=1))
    return best, np.stack(columns, axis=1).astype(np.float64)


def learn(signs: Floats, right: Truth, count: Floats) -> Trust:
    """Fit over rows that count so much each. With only right, or only wrong, rows it says their share."""
    mean, scale = signs.mean(axis=0), signs.std(axis=0) + TINY
    if right.all() or not right.any():
        return Trust(mean, scale, np.zeros(signs.shape[1]), 5.0 if right.all() else -5.0)
    model = import_module(LEARNER).LogisticRegression(C=1.0, max_iter=500).fit((signs - mean) / scale, right, sample_weight=count)
    return Trust(mean, scale, model.coef_[0], float(model.intercept_[0]))
