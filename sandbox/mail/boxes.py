"""The mailboxes as the page shows them: who there is, what they wrote and received, which mails belong together."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import Literal

from sandbox.mail.delivery import FAILED, SENT
from sandbox.mail.maildir import SENT_INFO, address_of, company, customers, find, key_of, mailbox, messages, move
from sandbox.mail.reading import Mail, read
from sandbox.mail.recipients import Undeliverable, is_address, recipients


@dataclass(frozen=True, slots=True)
class Item:
    """A message in a customer's mailbox; `at` is when it came there."""

    key: str
    way: Literal["sent", "received"]
    unread: bool
    at: datetime
    mail: Mail


@dataclass(frozen=True, slots=True)
class Customer:
    """One mailbox of the left column; `last` is its newest message."""

    address: str
    name: str
    unread: int
    received: int
    last: Item


@dataclass(frozen=True, slots=True)
class Failure:
    """A message of the product that could not be delivered, and the sentence that says why."""

    inbox: str
    key: str
    subject: str
    reason: str


class Boxes:
    """Reads the mailboxes under `data`; messages never change, so each is parsed once."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._parsed: dict[tuple[str, str], Mail] = {}

    def everybody(self) -> list[Customer]:
        """All customers with at least one message, the latest first."""
        found = (self._customer(box) for box in _folders(customers(self.data)))
        return sorted((one for one in found if one), key=lambda one: one.last.at, reverse=True)

    def items(self, address: str) -> list[Item]:
        """What one customer wrote and received, oldest first; nothing for an address without a mailbox."""
        box = mailbox(customers(self.data), address)
        return sorted(self._items(box), key=attrgetter("at", "key")) if is_address(address) else []

    def conversations(self, address: str) -> list[list[Item]]:
        """The same, what belongs together in one list; the conversation with the newest message first."""
        groups: list[tuple[set[str], list[Item]]] = []
        for item in self.items(address):
            ids, together = {item.mail.message_id, *item.mail.references} - {""}, [item]
            for group in [group for group in groups if group[0] & ids]:
                groups.remove(group)
                ids, together = ids | group[0], group[1] + together
            groups.append((ids, together))
        return sorted((items for _, items in groups), key=lambda items: items[-1].at, reverse=True)

    def failures(self) -> list[Failure]:
        """What could not be delivered, of all company mailboxes."""
        return [_failure(box, path) for box in _folders(company(self.data)) for path in messages(box / FAILED / "new")]

    def mark_read(self, address: str, key: str) -> None:
        """Move a message from new/ to cur/, as a mail client does when it is opened."""
        box = mailbox(customers(self.data), address)
        found = find(box, key)
        if found and found.parent.name == "new":
            move(found, box / "cur" / f"{key}{SENT_INFO}")

    def version(self) -> str:
        """Changes whenever any mailbox does."""
        watched = [box / part for box in _folders(customers(self.data)) for part in ("new", "cur", f"{SENT}/cur")]
        watched += [box / FAILED / "new" for box in _folders(company(self.data))]
        return f"{hash(tuple(_changed(folder) for folder in watched)):x}"

    def _customer(self, box: Path) -> Customer | None:
        items = sorted(self._items(box), key=attrgetter("at", "key"))
        if not items:
            return None
        received = [item for item in items if item.way == "received"]
        names = [item.mail.sender_name for item in items if item.way == "sent"]
        address = address_of(box)
        return Customer(
            address, names[-1] if names else address.split("@")[0], sum(item.unread for item in received), len(received), items[-1]
        )

    def _items(self, box: Path) -> Iterator[Item]:
        sent: set[str] = set()
        for path in messages(box / SENT / "cur"):
            item = self._item(box, path, "sent", unread=False)
            if item and item.mail.message_id not in sent:
                sent.add(item.mail.message_id)
                yield item
        for part in ("new", "cur"):
            for path in messages(box / part):
                if item := self._item(box, path, "received", unread=part == "new"):
                    yield item

    def _item(self, box: Path, path: Path, way: Literal["sent", "received"], *, unread: bool) -> Item | None:
        slot = (f"{box.name}/{way}", key_of(path))
        try:
            at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            if slot not in self._parsed:
                self._parsed[slot] = read(path.read_bytes())
        except FileNotFoundError:
            return None
        return Item(slot[1], way, unread, at, self._parsed[slot])


def _failure(box: Path, path: Path) -> Failure:
    raw = path.read_bytes()
    try:
        recipients(raw)
        reason = "It can be delivered now: move it back to .Outbox/new to try again."
    except Undeliverable as error:
        reason = str(error)
    return Failure(address_of(box), key_of(path), read(raw).subject, reason)


def _folders(home: Path) -> list[Path]:
    return sorted(path for path in home.iterdir() if path.is_dir()) if home.is_dir() else []


def _changed(folder: Path) -> tuple[str, int]:
    try:
        return str(folder), folder.stat().st_mtime_ns
    except FileNotFoundError:
        return str(folder), 0
