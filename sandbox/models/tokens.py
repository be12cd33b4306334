"""Counting tokens: with OpenAI's own vocabulary where a package that ships it is installed, else by a rule of thumb."""

import json
from collections.abc import Callable
from functools import cache

from sandbox.models.settings import Json

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


def schema_tokens(schema: Json | None) -> int:
    """Of a schema without blanks: so it stands in a prompt of OpenAI's published format (Harmony, "Response Formats")."""
    return count(json.dumps(schema, separators=(",", ":"))) if schema else 0
