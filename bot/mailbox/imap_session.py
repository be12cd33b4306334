"""One signed-in IMAP connection: the few commands we need, as typed values, with nothing marked as read and nobody's mail expunged."""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from imaplib import Internaldate2tuple
from typing import Any

from imap_tools import BaseMailBox
from imap_tools.utils import encode_folder

from pipeline.errors import Permanent, Temporary

UID = re.compile(rb"\bUID (\d+)")
SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)")
MODSEQ = re.compile(rb"\bMODSEQ \((\d+)\)")
INTERNALDATE = re.compile(rb'INTERNALDATE "[^"]+"')
AT_ONCE = 500
"""Messages named in one command: its line must not grow beyond what servers read."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as it was opened: `keywords` says that it keeps keywords of our own."""

    uidvalidity: int
    uidnext: int
    keywords: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One message of a FETCH answer; what was not asked for is empty."""

    uid: int
    size: int
    received_at: datetime | None
    flags: frozenset[str]
    modseq: int | None
    literal: bytes


@dataclass(frozen=True, slots=True)
class Session:
    """Raises what imaplib and imap-tools raise; bot/mailbox/imap_line.py translates it. `capabilities` are those after the sign-in."""

    box: BaseMailBox
    capabilities: frozenset[str]

    def open(self, name: str, *, readonly: bool) -> Folder:
        self.box.folder.set(name, readonly)
        validity, uidnext = self._code("UIDVALIDITY"), self._code("UIDNEXT")
        if validity is None:
            raise Permanent(f"The folder {name} has no UIDVALIDITY, so its mails cannot be told apart. This mail server cannot be used.")
        following = int(uidnext) if uidnext else max(self.search("ALL"), default=0) + 1
        return Folder(int(validity), following, rb"\*" in (self._code("PERMANENTFLAGS") or b""))

    def search(self, *criteria: str) -> list[int]:
        """UIDs in the open folder, ascending."""
        typ, data = self._client.uid("SEARCH", *criteria)
        _expect(typ, data, "SEARCH")
        return sorted({int(uid) for line in data if line for uid in line.split()})

    def fetch(self, uids: Sequence[int], what: str) -> list[Item]:
        """What the server still has of these messages, in the order of their UIDs."""
        found: dict[int, Item] = {}
        for start in range(0, len(uids), AT_ONCE):
            typ, data = self._client.uid("FETCH", ",".join(map(str, uids[start : start + AT_ONCE])), what)
            _expect(typ, data, "FETCH")
            found |= {item.uid: item for item in _items(data)}
        return [found[uid] for uid in sorted(found) if uid in set(uids)]

    def store(self, uid: int, change: str, flags: str, *, unless_after: int | None = None) -> bool:
        """Change flags; False where the message changed after `unless_after` (its MODSEQ), and then it is left alone."""
        guard = () if unless_after is None else (f"(UNCHANGEDSINCE {unless_after})",)
        typ, data = self._client.uid("STORE", str(uid), *guard, change, f"({flags})")
        _expect(typ, data, "STORE")
        return self._code("MODIFIED") is None

    def move(self, uid: int, to: str) -> bool:
        """False where somebody else moved or deleted it first (as far as the server says)."""
        copies = "UIDPLUS" in self.capabilities
        if "MOVE" in self.capabilities:
            typ, data = self._client.uid("MOVE", str(uid), encode_folder(to))
            _expect(typ, data, "MOVE")
            return not copies or self._code("COPYUID") is not None
        typ, data = self._client.uid("COPY", str(uid), encode_folder(to))
        _expect(typ, data, "COPY")
        copied = not copies or self._code("COPYUID") is not None
        self.remove(uid)
        return copied

    def remove(self, uid: int) -> None:
        """Delete this one message. Without UIDPLUS it stays, marked: a plain EXPUNGE would take along what others have marked."""
        self.store(uid, "+FLAGS", r"\Deleted")
        if "UIDPLUS" in self.capabilities:
            typ, data = self._client.uid("EXPUNGE", str(uid))
            _expect(typ, data, "EXPUNGE")

    def append(self, folder: str, mail: bytes, *flags: str) -> None:
        self.box.append(mail, folder, flag_set=flags)

    @property
    def _client(self) -> Any:
        return self.box.client

    def _code(self, name: str) -> bytes | None:
        """A response code such as [UIDNEXT 7] of the last answers; reading it forgets it."""
        found = self._client.response(name)[1][-1]
        return found if found is None else bytes(found)


def _expect(typ: str, data: Sequence[object], command: str) -> None:
    if typ != "OK":
        said = next((part.decode("utf-8", "replace") for part in data if isinstance(part, bytes)), "")
        raise Temporary(f"The mail server answered {typ} to {command}: {plain(said)}")


def plain(text: str) -> str:
    """A server's words as one short line."""
    return re.sub(r"[^\x20-\x7e]+", " ", text).strip()[:200]


def _items(data: Sequence[Any]) -> Iterator[Item]:
    """Put together what imaplib takes apart: an item's attributes may stand before and after its literal."""
    texts: list[bytes] = []
    literals: list[bytes] = []
    in_literal = False
    for part in data:
        if isinstance(part, tuple):
            texts.append(part[0])
            literals.append(part[1])
        elif isinstance(part, bytes) and in_literal:
            texts[-1] += b" " + part
        elif isinstance(part, bytes):
            texts.append(part)
            literals.append(b"")
        in_literal = isinstance(part, tuple)
    return (item for text, literal in zip(texts, literals, strict=True) if (item := _item(text, literal)) is not None)


def _item(text: bytes, literal: bytes) -> Item | None:
    uid, size, flags, modseq = (pattern.search(text) for pattern in (UID, SIZE, FLAGS, MODSEQ))
    if uid is None:
        return None
    return Item(
        uid=int(uid[1]),
        size=int(size[1]) if size else 0,
        received_at=_received(text),
        flags=frozenset(flags[1].decode("ascii", "replace").lower().split()) if flags else frozenset(),
        modseq=int(modseq[1]) if modseq else None,
        literal=literal,
    )


def _received(text: bytes) -> datetime | None:
    found = INTERNALDATE.search(text)
    local = Internaldate2tuple(found[0]) if found else None
    return None if local is None else datetime.fromtimestamp(time.mktime(local), UTC)
