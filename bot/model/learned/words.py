"""The words of a text as counts in hashed buckets: its words, pairs of words, and runs of letters."""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]  # it ships no types

WORD_BUCKETS, LETTER_BUCKETS = 1 << 15, 1 << 16
RUNS = (3, 4, 5)
_WORD = re.compile(r"\w\w+")
Floats = NDArray[np.float64]


def counts(texts: Sequence[str]) -> csr_matrix:
    """One row a text; words and letters weigh the same."""
    halves = [_half(texts, _words, WORD_BUCKETS), _half(texts, _letters, LETTER_BUCKETS)]
    return hstack(halves).tocsr()


def of_one_length(rows: csr_matrix) -> csr_matrix:
    """The same rows, each of length 1; an empty row stays empty."""
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    length = np.sqrt(np.bincount(row, rows.data**2, rows.shape[0]))
    return csr_matrix((rows.data / length[row], rows.indices, rows.indptr), rows.shape)


def _half(texts: Sequence[str], grams: Callable[[str], Iterator[str]], buckets: int) -> csr_matrix:
    found = [_buckets(grams(text.lower()), buckets) for text in texts]
    starts = np.cumsum([0, *(len(places) for places, _ in found)])
    places, seen = (np.concatenate(column) for column in zip(*found, strict=True))
    return of_one_length(csr_matrix((1 + np.log(seen), places, starts), (len(texts), buckets)))


def _buckets(grams: Iterable[str], buckets: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    places = np.array([zlib.crc32(gram.encode("utf-8", "replace")) % buckets for gram in grams], dtype=np.int64)
    return np.unique(places, return_counts=True)


def _words(text: str) -> Iterator[str]:
    words = _WORD.findall(text)
    yield from words
    yield from (f"{one} {other}" for one, other in pairwise(words))


def _letters(text: str) -> Iterator[str]:
    """Runs of letters within words, whose ends count as letters."""
    for word in text.split():
        ended = f" {word} "
        for length in RUNS:
            yield from (ended[at : at + length] for at in range(max(1, len(ended) - length + 1)))
