"""Which mails are nearly the same: no group of them may stand on both sides of a split."""

import re
import zlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.model.spam.features import topic

SHINGLE, BANDS, ROWS = 4, 16, 4
"""Words of a shingle; bands of min-hashes, and how many of them must agree: about half of all shingles in common."""
FEWEST_WORDS, SHORTEST_SUBJECT = 8, 9
_WORD = re.compile(r"\w+")


def groups(texts: Sequence[str], subjects: Sequence[str]) -> list[int]:
    """A group's number for each mail: mails with about the same text or the same subject, and all that hang together by that."""
    parent = list(range(len(texts)))
    first: dict[object, int] = {}

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for number, pair in enumerate(zip(texts, subjects, strict=True)):
        for key in _keys(*pair):
            parent[root(number)] = root(first.setdefault(key, number))
    return [root(number) for number in range(len(texts))]


def _keys(text: str, subject: str) -> Iterator[object]:
    words, about = _WORD.findall(text.lower()), topic(subject).strip().lower()
    if len(about) >= SHORTEST_SUBJECT:
        yield about
    if len(words) >= FEWEST_WORDS:
        least = _least(words)
        yield from ((band, *least[band * ROWS : (band + 1) * ROWS].tolist()) for band in range(BANDS))


def _least(words: Sequence[str]) -> NDArray[np.uint64]:
    """The least of the shingles' hashes under each of 64 hash functions."""
    shingles = {zlib.crc32(" ".join(words[at : at + SHINGLE]).encode("utf-8", "replace")) for at in range(len(words) - SHINGLE + 1)}
    random = np.random.default_rng(1)
    factor, shift = (random.integers(1, 1 << 31, BANDS * ROWS, dtype=np.uint64) for _ in range(2))
    hashes = np.array(sorted(shingles), dtype=np.uint64)[:, None] * (factor | np.uint64(1)) + shift
    least: NDArray[np.uint64] = ((hashes >> np.uint64(16)) & np.uint64(0xFFFFFFFF)).min(axis=0)
    return least
