"""One user's mailbox: messages, drafts, labels, and the history of what changed."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message as Headers
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from typing import Literal
from uuid import uuid4

from sandbox.mail.gmail.errors import GmailError, invalid, not_found

Change = Literal["messagesAdded", "messagesDeleted", "labelsAdded", "labelsRemoved"]
LABELS = ("INBOX", "SPAM", "TRASH", "UNREAD", "STARRED", "IMPORTANT", "SENT", "DRAFT")


@dataclass(slots=True)
class Message:
    """`internal_date` is in ms since 1970."""

    id: str
    thread_id: str
    labels: set[str]
    raw: bytes
    internal_date: int
    history_id: int = 0
    rfc822_id: str = field(init=False)

    def __post_init__(self) -> None:
        self.rfc822_id = str(self.headers["Message-ID"] or "").strip("<> ")

    @property
    def headers(self) -> "Headers[str, str]":
        return BytesHeaderParser().parsebytes(self.raw)


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of the history; `labels` are the message's at that time, `changed` those added or removed."""

    id: int
    change: Change
    message_id: str
    thread_id: str
    labels: tuple[str, ...]
    changed: tuple[str, ...] = ()


@dataclass
class Box:
    """`ledger` holds what really left the mailbox. `keeps_id`: a sent draft keeps its message id, as some have observed."""

    address: str
    messages: dict[str, Message] = field(default_factory=dict)
    drafts: dict[str, str] = field(default_factory=dict)
    history: list[Record] = field(default_factory=list)
    oldest: int = 1
    ledger: list[bytes] = field(default_factory=list)
    keeps_id: bool = False
    stale_since: int | None = None
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1000, 7))
    history_id: int = 900

    def add(self, raw: bytes, labels: set[str], at: int, thread_id: str | None = None) -> Message:
        """A new message, in the thread of the mail that it answers unless another is named."""
        id = uuid4().hex[:16]
        message = Message(id, thread_id or self._thread(raw) or id, set(labels), raw, at)
        self.messages[id] = message
        self._record("messagesAdded", message)
        return message

    def remove(self, message: Message) -> None:
        del self.messages[message.id]
        self._record("messagesDeleted", message)

    def label(self, id: str, add: set[str], remove: set[str]) -> None:
        """Change a message's labels, as a person does who archives it or says that it is no spam."""
        message = self.message(id)
        message.labels |= add
        message.labels -= remove
        for change, labels in (("labelsAdded", add), ("labelsRemoved", remove)):
            if labels:
                self._record("labelsAdded" if change == "labelsAdded" else "labelsRemoved", message, tuple(sorted(labels)))

    def message(self, id: str) -> Message:
        if id not in self.messages:
            raise not_found()
        return self.messages[id]

    def thread(self, id: str) -> list[Message]:
        found = [message for message in self.messages.values() if message.thread_id == id]
        if not found:
            raise not_found()
        return sorted(found, key=lambda message: message.internal_date)

    def draft(self, id: str) -> Message:
        if id not in self.drafts:
            raise not_found()
        return self.messages[self.drafts[id]]

    def create_draft(self, raw: bytes, thread_id: str | None, at: int) -> str:
        if thread_id is not None:
            self.thread(thread_id)
        id = f"r-{uuid4().int % 10**18}"
        self.drafts[id] = self.add(raw, {"DRAFT"}, at, thread_id).id
        return id

    def delete_draft(self, id: str) -> None:
        message = self.draft(id)
        del self.drafts[id]
        self.remove(message)

    def send_draft(self, id: str, at: int) -> Message:
        """The draft is deleted and a new message with the SENT label is made; a second time there is no such draft."""
        message = self.draft(id)
        recipients = getaddresses([str(value) for name in ("To", "Cc", "Bcc") for value in message.headers.get_all(name, [])])
        if not recipients:
            raise GmailError(400, "invalidArgument", "Recipient address required")
        self.ledger.append(message.raw)
        if self.keeps_id:
            del self.drafts[id]
            self.label(message.id, {"SENT"}, {"DRAFT"})
            return message
        self.delete_draft(id)
        own = {"INBOX", "UNREAD"} if any(address.lower() == self.address for _, address in recipients) else set()
        return self.add(message.raw, {"SENT", *own}, at, message.thread_id)

    def since(self, start: int) -> list[Record]:
        """The history after `start`; 404 where it reaches no further back."""
        if start < self.oldest:
            raise not_found()
        return [record for record in self.history if record.id > start]

    def expire_history(self) -> None:
        """What happened until now is not told any more."""
        self.oldest, self.history = self.history_id + 1, []
        self.history_id = next(self.numbers)

    def found(self, query: str, labels: set[str], include_spam_trash: bool) -> list[Message]:
        """Newest first. Where `stale_since` is set, a query sees nothing that came later, for search promises no freshness."""
        terms = [_term(word) for word in query.split()]
        hidden = set() if include_spam_trash else {"SPAM", "TRASH"} - labels - {word.upper() for kind, word in terms if kind == "in"}
        stale = self.stale_since if terms else None
        return [
            message
            for message in sorted(self.messages.values(), key=lambda message: (message.internal_date, message.history_id), reverse=True)
            if labels <= message.labels and not hidden & message.labels and all(_matches(message, *term) for term in terms)
            if stale is None or message.history_id <= stale
        ]

    def _thread(self, raw: bytes) -> str | None:
        headers = BytesHeaderParser().parsebytes(raw)
        named = f"{headers['In-Reply-To'] or ''} {headers['References'] or ''}".split()
        ids = {id.strip("<>") for id in named}
        return None if not ids else next((message.thread_id for message in self.messages.values() if message.rfc822_id in ids), None)

    def _record(self, change: Change, message: Message, changed: tuple[str, ...] = ()) -> None:
        self.history_id = message.history_id = next(self.numbers)
        self.history.append(Record(self.history_id, change, message.id, message.thread_id, tuple(sorted(message.labels)), changed))


def _term(word: str) -> tuple[str, str]:
    kind, colon, value = word.partition(":")
    if not colon or kind not in ("rfc822msgid", "in", "after"):
        raise invalid(f"This local Gmail does not search for {word!r}: it knows rfc822msgid:, in: and after:.")
    return kind, value


def _matches(message: Message, kind: str, value: str) -> bool:
    match kind:
        case "rfc822msgid":
            return message.rfc822_id == value.strip("<>")
        case "in":
            return value.upper() in message.labels
        case _:
            return message.internal_date >= int(value) * 1000
