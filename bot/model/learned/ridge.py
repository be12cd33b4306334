"""Kernel ridge regression, with the scores that each row would get from a model that never saw it or its near-duplicates."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import blas, lapack  # type: ignore[import-untyped]  # it ships no types

from bot.model.embedding import Vectors
from bot.model.learned.views import Examples, Views, examples

STRICTNESS = 0.1
"""What is added to the diagonal: how little one example may bend the answer."""

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Space:
    """The rows learned from: how alike they are above the diagonal, and the inverse of (likeness + STRICTNESS) from there down.

    `groups` holds the rows of each set of near-duplicates, in ascending order.
    """

    examples: Examples
    matrix: Vectors
    groups: tuple[Whole, ...]

    def likeness(self, start: int, end: int) -> Vectors:
        """How alike the rows from `start` to before `end` are to all rows; to themselves 0."""
        own = np.triu(self.matrix[start:end, start:end], 1)
        return np.concatenate([self.matrix[:start, start:end].T, own + own.T, self.matrix[start:end, end:]], axis=1)


def space(views: Views, group: Sequence[int]) -> Space:
    """Compare all rows with each other; memory is 4 bytes, time about n/3 operations, for each pair of them."""
    known = examples(views)
    matrix = known.seen_from(views).T  # symmetric; LAPACK works in place on columns
    matrix[np.diag_indices(len(matrix))] += STRICTNESS
    lapack.spotrf(matrix, lower=1, clean=0, overwrite_a=1)
    lapack.spotri(matrix, lower=1, overwrite_c=1)
    of: dict[int, list[int]] = {}
    for row, number in enumerate(group):
        of.setdefault(number, []).append(row)
    return Space(known, matrix, tuple(np.array(members) for members in of.values()))


def weights(known: Space, targets: Vectors) -> Vectors:
    """What each row says for each label: the score of a text is its likeness to the rows, times these."""
    return np.asarray(blas.ssymm(1.0, known.matrix, np.asfortranarray(targets, dtype=np.float32), lower=1), dtype=np.float32)


def unseen(known: Space, targets: Vectors, learned: Vectors) -> Vectors:
    """Each row's scores by the model that all rows but its group would make: exactly, from one inverse."""
    made = np.empty_like(targets)
    for members in known.groups:
        block = known.matrix[np.ix_(members, members)].astype(np.float64)
        block = np.tril(block) + np.tril(block, -1).T
        made[members] = targets[members] - np.linalg.solve(block, learned[members])
    return made
