"""The mailbox behind the stand-in: items in folders, the history of changes, and the ledger of what really left."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Literal

from sandbox.mail.graph.errors import GraphError, not_found
from sandbox.mail.graph.settings import Behaviour

LONGEST_HEAD = 256 * 1024
Folder = Literal["inbox", "drafts", "sentitems", "junkemail", "deleteditems"]
FOLDERS: dict[Folder, str] = {name: f"AAMkFolder-{name}" for name in ("inbox", "drafts", "sentitems", "junkemail", "deleteditems")}
ChangeKind = Literal["created", "updated", "removed"]


@dataclass(slots=True, eq=False)
class Item:
    """One message. `immutable` stays for ever, `ordinary` changes when it moves; `visible_from` hides a sent copy that is not there yet."""

    raw: bytes
    folder: Folder
    received: datetime
    draft: bool
    conversation: str
    immutable: str = field(default_factory=lambda: f"AAkALg{secrets.token_urlsafe(12)}")
    ordinary: str = field(default_factory=lambda: f"AAMkAD{secrets.token_urlsafe(12)}")
    visible_from: datetime | None = None
    version: int = 1
    _read: tuple[bytes, EmailMessage] | None = None

    @property
    def head(self) -> EmailMessage:
        """The headers."""
        if self._read is None or self._read[0] is not self.raw:
            self._read = self.raw, BytesParser(policy=default).parsebytes(self.raw[:LONGEST_HEAD], headersonly=True)
        return self._read[1]

    def header(self, name: str) -> str:
        return " ".join(str(self.head[name] or "").split())


@dataclass(frozen=True, slots=True)
class Change:
    """The mailbox's history, of which a delta query shows one folder's: the n-th change is at index n - 1."""

    kind: ChangeKind
    item: Item
    folder: Folder


@dataclass(slots=True)
class Mailbox:
    """One user's mailbox. `ledger` holds every mail that was submitted, once for each submission; `filing` has no sent copy yet."""

    address: str
    behaviour: Behaviour
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    items: dict[str, Item] = field(default_factory=dict)
    history: list[Change] = field(default_factory=list)
    ledger: list[bytes] = field(default_factory=list)
    filing: list[Item] = field(default_factory=list)

    def deliver(self, raw: bytes, folder: Folder = "inbox", received: datetime | None = None) -> Item:
        """A mail arrives."""
        item = Item(raw, folder, received or self.clock(), draft=False, conversation="")
        item.conversation = self._conversation(item)
        self._keep(item)
        return item

    def draft(self, raw: bytes, answers: Item | None) -> Item:
        """A draft lies in Drafts."""
        item = Item(raw, "drafts", self.clock(), draft=True, conversation="")
        item.conversation = answers.conversation if answers else self._conversation(item)
        self._keep(item)
        return item

    def submit(self, item: Item) -> None:
        """The draft leaves; its copy in Sent Items bears the same immutable id, as soon as there is one."""
        now = self.clock()
        if not item.draft and not (self.lags(item) and self.behaviour.lag_shows_draft):
            raise GraphError(400, "ErrorInvalidOperation", "The message is not a draft any more.")
        self.ledger.append(item.raw)
        self._note("removed", item)
        item.folder, item.draft = "sentitems", False
        item.ordinary, item.version = f"AAMkAD{secrets.token_urlsafe(12)}", item.version + 1
        item.received = now
        item.visible_from = now + self.behaviour.lag
        if self.behaviour.renames:
            item.raw = item.raw.replace(item.header("message-id").encode(), f"<{secrets.token_hex(8)}@prod.outlook.example>".encode(), 1)
        if self.behaviour.keeps_sent:
            self.filing.append(item)
            self.file()
        else:
            del self.items[item.immutable]

    def file(self) -> None:
        """Sent copies that are there by now enter the history."""
        for item in [item for item in self.filing if not self.lags(item)]:
            self.filing.remove(item)
            self._note("created", item)

    def move(self, item: Item, folder: Folder) -> None:
        """A person moves a message."""
        self._note("removed", item)
        item.folder, item.ordinary = folder, f"AAMkAD{secrets.token_urlsafe(12)}"
        self._note("created", item)

    def touch(self, item: Item) -> None:
        """A person reads a message: an update."""
        item.version += 1
        self._note("updated", item)

    def remove(self, item: Item) -> None:
        """A person deletes a message for good."""
        self._note("removed", item)
        del self.items[item.immutable]

    def find(self, id: str) -> Item:
        """By either kind of id. Raises GraphError 404, also for a sent copy that is not there yet."""
        for item in self.items.values():
            if id in (item.immutable, item.ordinary) and self.is_visible(item):
                return item
        raise not_found()

    def in_folder(self, folder: str | None) -> Iterator[Item]:
        """Visible items of a folder, or of all."""
        return (item for item in self.items.values() if folder in (None, item.folder) and self.is_visible(item))

    def is_visible(self, item: Item) -> bool:
        return self.lags(item) is False or self.behaviour.lag_shows_draft

    def lags(self, item: Item) -> bool:
        """The mail has left, and its copy in Sent Items is not there yet."""
        return item.visible_from is not None and self.clock() < item.visible_from

    def _keep(self, item: Item) -> None:
        self.items[item.immutable] = item
        self._note("created", item)

    def _note(self, kind: ChangeKind, item: Item) -> None:
        self.history.append(Change(kind, item, item.folder))

    def _conversation(self, item: Item) -> str:
        known = item.header("references").split() + item.header("in-reply-to").split()
        found = next((other.conversation for other in self.items.values() if other.header("message-id") in known), "")
        return found or f"AAQk{secrets.token_urlsafe(9)}"


def folder_named(name: str) -> Folder:
    """By its well-known name or its id. Raises GraphError 404."""
    found = next((known for known in FOLDERS if name in (known, FOLDERS[known])), None)
    if found is None:
        raise GraphError(404, "ErrorItemNotFound", "The folder was not found.")
    return found
