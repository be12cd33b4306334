"""What Gmail's history says has arrived, and how far we may say that we have read it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.mailbox.headers import unwrapped
from bot.mailbox.limits import MAX_BYTES

ARRIVES = frozenset(("INBOX", "SPAM"))
NEVER = frozenset(("DRAFT", "TRASH"))
LABELS_HEADER = b"X-Gmail-Labels"


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


def arrives(labels: Iterable[str]) -> bool:
    """INBOX or SPAM. A mail to ourselves is SENT and INBOX at once: whose it is, its headers say (prefilter)."""
    given = frozenset(labels)
    return bool(given & ARRIVES) and not given & NEVER


def read(records: Iterable[Mapping[str, Any]], cursor: int, oldest: datetime) -> tuple[dict[str, Entry], int]:
    """The arrivals among history records after `cursor`, and the last record's id.

    A message that was only given the INBOX label (a person moved it there) counts if it came since `oldest`.
    """
    entries: dict[str, Entry] = {}
    for record in records:
        for added in record.get("messagesAdded", ()):
            _note(entries, added["message"], cursor, None)
        for labelled in record.get("labelsAdded", ()):
            if "INBOX" in labelled.get("labelIds", ()):
                _note(entries, labelled["message"], cursor, oldest)
        cursor = max(cursor, int(record["id"]))
    return entries, cursor


def _note(entries: dict[str, Entry], message: Mapping[str, Any], before: int, oldest: datetime | None) -> None:
    labels = message.get("labelIds")
    if labels is None or arrives(labels):
        source = str(message["id"])
        entries.setdefault(source, Entry(source, before, labels is not None, oldest))


def marked(raw: bytes, labels: frozenset[str]) -> bytes:
    """The mail with its labels as its first header; one that is too big is cut where its reader sees that."""
    shown = ",".join(sorted(label for label in labels if label.isascii() and label.replace("_", "").isalnum()))
    return b"%s: %s\r\n%s" % (LABELS_HEADER, shown.encode(), unwrapped(raw[: MAX_BYTES + 1]))


def internal_date(message: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(message["internalDate"]) / 1000, UTC)
