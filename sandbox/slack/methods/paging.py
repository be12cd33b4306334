"""Cursors: where the next page of a list begins."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.slack.errors import Json, SlackError


@dataclass(frozen=True, slots=True)
class Page:
    entries: list[Json]
    cursor: str

    @property
    def metadata(self) -> Json:
        return {"response_metadata": {"next_cursor": self.cursor}}


def page(entries: list[Json], cursor: str, limit: int, key: Callable[[Json], str]) -> Page:
    """The entries from the cursor on; a cursor names the first entry of its page. Raises invalid_cursor."""
    start = 0
    if cursor:
        name = _read(cursor)
        start = next((index for index, entry in enumerate(entries) if key(entry) == name), -1)
        if start < 0:
            raise SlackError("invalid_cursor")
    rest = entries[start + limit :]
    return Page(entries[start : start + limit], _write(key(rest[0])) if rest else "")


def _write(name: str) -> str:
    return base64.b64encode(f"next:{name}".encode()).decode()


def _read(cursor: str) -> str:
    try:
        word, _, name = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise SlackError("invalid_cursor") from error
    if word != "next":
        raise SlackError("invalid_cursor")
    return name
