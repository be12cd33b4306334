"""Two views of a text, its meaning and its words, and how alike two texts are in both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # it ships no types

from bot.model.embedding import Embedder, Vectors
from bot.model.learned.words import Floats, counts, of_one_length

SHARPNESS = 2.0
"""Of the Gaussian kernel over embeddings of length 1."""
WORDS = 0.3
"""The share of the words in how alike two texts are."""
CHUNK = 256


@dataclass(frozen=True, slots=True)
class Views:
    """Texts, row by row: embeddings of length 1, and how often each bucket of words is in them."""

    meaning: Vectors
    words: csr_matrix

    def take(self, rows: NDArray[np.int64]) -> "Views":
        return Views(self.meaning[rows], self.words[rows])


@dataclass(frozen=True, slots=True)
class Examples:
    """Texts that others are compared with: embeddings, weighed words (one column a text), and what a bucket weighs: the rarer, the more."""

    meaning: Vectors
    words: csr_matrix
    rarity: Floats

    def seen_from(self, views: Views) -> Vectors:
        """How alike each of these is to each example, in [0, 1]."""
        words = _weighed(views.words, self.rarity)
        meant = views.meaning @ self.meaning.T
        meant -= 1
        meant *= 2 * SHARPNESS
        np.exp(meant, out=meant)
        meant *= 1 - WORDS
        for start in range(0, len(meant), CHUNK):
            meant[start : start + CHUNK] += WORDS * (words[start : start + CHUNK] @ self.words).toarray()
        return np.asarray(meant, dtype=np.float32)


def examples(views: Views) -> Examples:
    """Texts made ready to be compared with."""
    seen = np.bincount(views.words.indices, minlength=views.words.shape[1])
    rarity: Floats = np.log((1 + len(views.meaning)) / (1 + seen)) + 1
    return Examples(views.meaning, _weighed(views.words, rarity).T.tocsr(), rarity)


def views(letters: Sequence[Sequence[str]], embedder: Embedder, progress: Callable[[int], None] = lambda _: None) -> Views:
    """Read letters, each in parts short enough for the embedder; `progress` hears how many were read since it was last told."""
    read = []
    for start in range(0, len(letters), CHUNK):
        chunk = [parts or [" "] for parts in letters[start : start + CHUNK]]
        meant = embedder.pooled([part for parts in chunk for part in parts])
        starts = np.cumsum([0, *(len(parts) for parts in chunk[:-1])])
        whole = np.add.reduceat(meant, starts, axis=0)
        read.append(whole / np.linalg.norm(whole, axis=1, keepdims=True))
        progress(len(chunk))
    return Views(np.concatenate(read).astype(np.float32), counts([" ".join(parts) for parts in letters]))


def _weighed(words: csr_matrix, rarity: Floats) -> csr_matrix:
    heavy = csr_matrix((words.data * rarity[words.indices], words.indices, words.indptr), words.shape)
    return of_one_length(heavy).astype(np.float32)
