"""Two views of a text, its meaning and its words, and how alike two texts are in both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack  # type: ignore[import-untyped]  # it ships no types
from sklearn.feature_extraction.text import HashingVectorizer  # type: ignore[import-untyped]  # it ships no types
from sklearn.preprocessing import normalize  # type: ignore[import-untyped]  # it ships no types

from bot.model.embedding import Embedder, Vectors

SHARPNESS = 2.0
"""Of the Gaussian kernel over embeddings of length 1."""
WORDS = 0.3
"""The share of the words in how alike two texts are."""
WORD_BUCKETS, LETTER_BUCKETS = 1 << 15, 1 << 16
CHUNK = 256
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Views:
    """Texts, row by row: embeddings of length 1, and counts of hashed words, word pairs and runs of 3 to 5 letters."""

    meaning: Vectors
    words: csr_matrix

    def take(self, rows: NDArray[np.int64]) -> "Views":
        return Views(self.meaning[rows], self.words[rows])


@dataclass(frozen=True, slots=True)
class Rarity:
    """What each bucket of words weighs: the rarer, the more."""

    weights: Floats

    def weigh(self, words: csr_matrix) -> csr_matrix:
        return normalize(words @ diags(self.weights), copy=False).astype(np.float32)


def views(letters: Sequence[Sequence[str]], embedder: Embedder, progress: Callable[[int], None] = lambda _: None) -> Views:
    """Read letters, each in parts short enough for the embedder; `progress` hears how many were read since it was last told."""
    read = []
    for start in range(0, len(letters), CHUNK):
        chunk = [parts or [" "] for parts in letters[start : start + CHUNK]]
        meant = embedder.pooled([part for parts in chunk for part in parts])
        starts = np.cumsum([0, *(len(parts) for parts in chunk[:-1])])
        read.append(normalize(np.add.reduceat(meant, starts, axis=0)))
        progress(len(chunk))
    return Views(np.concatenate(read).astype(np.float32), _counts([" ".join(parts) for parts in letters]))


def _counts(texts: Sequence[str]) -> csr_matrix:
    words = HashingVectorizer(n_features=WORD_BUCKETS, ngram_range=(1, 2), alternate_sign=False, norm=None)
    letters = HashingVectorizer(n_features=LETTER_BUCKETS, analyzer="char_wb", ngram_range=(3, 5), alternate_sign=False, norm=None)
    halves = [vectorizer.transform(texts) for vectorizer in (words, letters)]
    for half in halves:
        half.data = 1 + np.log(half.data)
    return hstack([normalize(half) for half in halves]).tocsr()


def rarity(words: csr_matrix) -> Rarity:
    seen = np.bincount(words.indices, minlength=words.shape[1])
    return Rarity(np.log((1 + words.shape[0]) / (1 + seen)) + 1)


def alike(some: Views, others: Views) -> Vectors:
    """How alike each of `some` is to each of `others`, in [0, 1]; the words are weighed already."""
    meant = some.meaning @ others.meaning.T
    meant -= 1
    meant *= 2 * SHARPNESS
    np.exp(meant, out=meant)
    meant *= 1 - WORDS
    for start in range(0, len(meant), CHUNK):
        meant[start : start + CHUNK] += WORDS * (some.words[start : start + CHUNK] @ others.words.T).toarray()
    return np.asarray(meant, dtype=np.float32)
