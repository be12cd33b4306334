"""Counting tokens: with OpenAI's own vocabulary where a package that ships it is installed, else by a rule of thumb."""

from collections.abc import Callable
from functools import cache

PIECE = 4
"""Characters of an English token, on average."""


@cache
def counter() -> tuple[Callable[[str], int], str]:
    """A function that counts, and what it counts with: "o200k_base", or "about 4 characters a token"."""
    try:
        import bpe_openai  # type: ignore[import-untyped]  # it ships no types
    except ModuleNotFoundError:
        return lambda text: -(-len(text) // PIECE), "about 4 characters a token"
    encoding = bpe_openai.get_encoding("o200k_base")
    return lambda text: len(encoding.encode_ordinary(text)), "o200k_base"


def count(text: str) -> int:
    return counter()[0](text)
