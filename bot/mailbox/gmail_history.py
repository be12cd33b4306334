"""What Gmail's history says has arrived, and how far we may say that we have read it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """Messages that bear one of `labels` and none of `never`. Those that only later get the label `moved` count too.

    `name` is that of its cursor in our memory.
    """

    name: str
    labels: tuple[str, ...]
    moved: str
    never: frozenset[str]

    def has(self, labels: Iterable[str]) -> bool:
        given = frozenset(labels)
        return bool(given.intersection(self.labels)) and not given & self.never


ARRIVALS = Kind("", ("INBOX", "SPAM"), "INBOX", frozenset(("DRAFT", "TRASH")))
"""A mail to ourselves is SENT and INBOX at once: whose it is, its headers say (prefilter). Out of SPAM a person moves it to INBOX."""
SENT = Kind("sent", ("SENT",), "SENT", frozenset(("DRAFT",)))
"""Deleting a sent mail does not call it back. Some have seen a draft that was sent keep its id, and only its label change."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A message that may be an arrival. `before` is a history id after which it is told of again.

    `sure`: its labels at the time say so already. `oldest`: it counts only if Gmail received it since then.
    """

    source: str
    before: int
    sure: bool
    oldest: datetime | None = None


@dataclass
class Backlog:
    """Messages found but not yet taken, oldest first; once all are, the history is read up to `end`, which was so `at` that time."""

    entries: dict[str, Entry]
    end: int
    at: datetime

    @property
    def cursor(self) -> int:
        return next((entry.before for entry in self.entries.values()), self.end)

    def drop(self, source: str) -> None:
        self.entries.pop(source, None)


def read(records: Iterable[Mapping[str, Any]], cursor: int, oldest: datetime, kind: Kind = ARRIVALS) -> tuple[dict[str, Entry], int]:
    """The messages of this kind among history records after `cursor`, and the last record's id.

    A message that was only given the label `kind.moved` (a person moved it there) counts if it came since `oldest`.
    """
    entries: dict[str, Entry] = {}
    for record in records:
        for added in record.get("messagesAdded", ()):
            _note(entries, kind, added["message"], cursor, None)
        for labelled in record.get("labelsAdded", ()):
            if kind.moved in labelled.get("labelIds", ()):
                _note(entries, kind, labelled["message"], cursor, oldest)
        cursor = max(cursor, int(record["id"]))
    return entries, cursor


def _note(entries: dict[str, Entry], kind: Kind, message: Mapping[str, Any], before: int, oldest: datetime | None) -> None:
    labels = message.get("labelIds")
    if labels is None or kind.has(labels):
        source = str(message["id"])
        entries.setdefault(source, Entry(source, before, labels is not None, oldest))


def internal_date(message: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(message["internalDate"]) / 1000, UTC)
