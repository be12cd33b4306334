"""How every command speaks: results on stdout, everything else on stderr, and a sentence instead of a traceback."""

import asyncio
import json
import sys
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from rich.console import Console

T = TypeVar("T")

errors = Console(stderr=True, highlight=False)

FOUND, MISUSE = 1, 2
"""Exit codes beside 0: a problem was found; the call or the set-up is wrong."""


def say(text: str) -> None:
    """A message for a person, on stderr."""
    errors.print(text, markup=False, soft_wrap=True)


def out(value: object) -> None:
    """One line of JSON on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def table(title: str, headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """A table for a person, on stderr."""
    from rich.table import Table

    drawn = Table(title=title, title_justify="left", header_style="bold")
    for heading in headings:
        drawn.add_column(heading)
    for row in rows:
        drawn.add_row(*row)
    errors.print(drawn)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run the coroutine to its end in a fresh event loop."""
    return asyncio.run(work)
