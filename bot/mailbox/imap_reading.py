"""Reading a folder of an IMAP account: what came after the cursor, oldest first, nothing marked as read."""

import logging
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from imaplib import IMAP4

from bot.mailbox import imap_cursor
from bot.mailbox.imap_cursor import Cursor
from bot.mailbox.imap_line import Line
from bot.mailbox.imap_session import Item, Session
from bot.mailbox.limits import MAX_BYTES
from pipeline.errors import Temporary
from pipeline.ports import Arrival, Memory

log = logging.getLogger(__name__)

META = "(UID INTERNALDATE RFC822.SIZE)"
BODY = f"(UID INTERNALDATE BODY.PEEK[]<0.{MAX_BYTES + 1}>)"
MOST_BYTES = 64 * 1024 * 1024
"""Of one look, so that fifty huge mails do not fill the memory; a single mail may always come."""
LOOK_LASTS = 20.0
"""So many time-outs: 64 MB must come through a slow line, too."""
SLICE = 0.5


@dataclass(eq=False)
class Reading:
    """`line` fetches, `bell` waits for news. The cursor moves over a mail once that mail, and every one before it, was taken.

    A mail's source is its date of receipt and a hash of its bytes: the same whatever number the server gives it, after a restore too.
    """

    line: Line
    bell: Line
    folder: str
    memory: Memory
    cursor: Cursor | None = None
    listed: list[int] = field(default_factory=list)
    done: set[int] = field(default_factory=set)
    sources: dict[str, dict[int, datetime]] = field(default_factory=dict)
    reported: set[int] = field(default_factory=set)
    looked_to: int = 0
    """The UIDNEXT of the last look."""

    async def arrivals(self, most: int, without: Collection[str] = ()) -> Sequence[Arrival]:
        """At most `most` mails, and 64 MB; `without` are sources that the caller has and does not need again.

        A mail of more than 25 MB is cut one byte beyond, where its reader sees that it is too big.
        """
        known = self.cursor or imap_cursor.read(await self.memory.load(), self.folder)
        cursor, found = await self.line.run(
            partial(self._look, known, most, without), longest=self.line.settings.timeout_seconds * LOOK_LASTS
        )
        if known is None or known.uidvalidity != cursor.uidvalidity:
            await self.memory.save(imap_cursor.written(cursor, self.folder))
        self.cursor = cursor
        return found

    async def taken(self, source: str) -> None:
        """Every copy of this mail is done with. Saves the cursor where that moves it."""
        if self.cursor is None:
            return
        copies = self.sources.pop(source, {})
        self.done |= copies.keys()
        waiting = [uid for uid in self.listed if uid > self.cursor.uid and uid not in self.done]
        reached = min(waiting) - 1 if waiting else max(self.listed, default=self.cursor.uid)
        moved = self.cursor.passed(reached, max(copies.values(), default=self.cursor.seen_at))
        if moved != self.cursor:
            await self.memory.save(imap_cursor.written(moved, self.folder))
            self.cursor = moved
            self.done = {uid for uid in self.done if uid > moved.uid}

    async def wait_for_news(self, seconds: float) -> None:
        """Return when the server tells of a change, at once where it has mails that were not listed yet, or after `seconds`."""
        over = threading.Event()
        try:
            await self.bell.run(partial(self._idle, over, seconds), longest=seconds + self.line.settings.timeout_seconds)
        finally:
            over.set()

    def _look(self, known: Cursor | None, most: int, without: Collection[str], session: Session) -> tuple[Cursor, list[Arrival]]:
        folder = session.open(self.folder, readonly=True)
        cursor, self.looked_to = imap_cursor.opened(session, known, folder, datetime.now(UTC)), folder.uidnext
        if known is None or known.uidvalidity != cursor.uidvalidity:
            self._forget()
        self.listed = [uid for uid in session.search("UID", f"{cursor.uid + 1}:*") if uid > cursor.uid]
        had = {uid for source in without for uid in self.sources.get(source, ())}
        return cursor, self._fetch(session, cursor, [uid for uid in self.listed if uid not in self.done | had], most)

    def _forget(self) -> None:
        """Numbers of before mean nothing any more."""
        for kept in (self.listed, self.done, self.sources, self.reported):
            kept.clear()

    def _fetch(self, session: Session, cursor: Cursor, uids: Sequence[int], most: int) -> list[Arrival]:
        found: dict[str, Arrival] = {}
        size = 0
        for start in range(0, len(uids), most):
            chunk = uids[start : start + most]
            items = session.fetch(chunk, META)
            self.done |= set(chunk) - {item.uid for item in items if cursor.wants(item)}
            for item in (each for each in items if cursor.wants(each)):
                size += min(item.size, MAX_BYTES)
                if found and (len(found) >= most or size > MOST_BYTES):
                    return list(found.values())
                if (arrival := self._arrival(session, item)) is not None:
                    found.setdefault(arrival.source, arrival)
        return list(found.values())

    def _arrival(self, session: Session, item: Item) -> Arrival | None:
        """None where the mail cannot be read: the cursor waits before it, the others go on."""
        try:
            whole = session.fetch([item.uid], BODY)
        except (Temporary, IMAP4.error) as refused:
            if isinstance(refused, IMAP4.abort):
                raise
            self._report(item.uid, refused)
            return None
        if not whole:
            self.done.add(item.uid)
            return None
        received_at = whole[0].received_at or item.received_at or datetime.now(UTC)
        arrival = arrival_of(whole[0], received_at)
        self.sources.setdefault(arrival.source, {})[item.uid] = received_at
        return arrival

    def _report(self, uid: int, refused: Exception) -> None:
        if uid not in self.reported:
            self.reported.add(uid)
            log.warning("%s: mail %s cannot be read and is tried again: %s", self.line.settings.address, uid, refused)

    def _idle(self, over: threading.Event, seconds: float, session: Session) -> None:
        """In short pieces, so that whoever waits no longer is noticed. What arrived before we listened is found by its number."""
        folder = session.open(self.folder, readonly=True)
        if folder.uidnext != self.looked_to:
            return
        if "IDLE" not in session.capabilities:
            over.wait(seconds)
            return
        pieces = max(1, round(seconds / SLICE))
        with session.box.idle as idle:
            any(over.is_set() or b"EXISTS" in b"".join(idle.poll(min(SLICE, seconds))) for _ in range(pieces))


def arrival_of(whole: Item, received_at: datetime) -> Arrival:
    """The mail under the source that it has for ever."""
    return Arrival(f"{int(received_at.timestamp())}-{sha256(whole.literal).hexdigest()[:40]}", whole.literal, received_at)
