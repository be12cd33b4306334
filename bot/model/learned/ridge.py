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
    """The rows learned from: how alike they are, and the lower half of the inverse of (likeness + STRICTNESS).

    `groups` holds the rows of each set of near-duplicates.
    """

    examples: Examples
    likeness: Vectors
    inverse: Vectors
    groups: tuple[Whole, ...]


def space(views: Views, group: Sequence[int]) -> Space:
    """Compare all rows with each other; memory is 8 bytes, time about n/3 operations, for each pair of them."""
    known = examples(views)
    likeness = known.seen_from(views)
    inverse = np.array(likeness, order="F")
    inverse[np.diag_indices(len(inverse))] += STRICTNESS
    lapack.spotrf(inverse, lower=1, overwrite_a=1)
    lapack.spotri(inverse, lower=1, overwrite_c=1)
    of: dict[int, list[int]] = {}
    for row, number in enumerate(group):
        of.setdefault(number, []).append(row)
    return Space(known, likeness, inverse, tuple(np.array(members) for members in of.values()))


def weights(inverse: Vectors, targets: Vectors) -> Vectors:
    """What each row says for each label: the score of a text is its likeness to the rows, times these."""
    return np.asarray(blas.ssymm(1.0, inverse, np.asfortranarray(targets, dtype=np.float32), lower=1), dtype=np.float32)


def unseen(known: Space, targets: Vectors, learned: Vectors) -> Vectors:
    """Each row's scores by the model that all rows but its group would make: exactly, from one inverse."""
    made = np.empty_like(targets)
    for members in known.groups:
        block = known.inverse[np.ix_(members, members)].astype(np.float64)
        block = np.tril(block) + np.tril(block, -1).T
        made[members] = targets[members] - np.linalg.solve(block, learned[members])
    return made
