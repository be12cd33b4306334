"""A folder's new mails by delta query: the cursor moves only when everything before it is taken."""

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from bot.mailbox.graph.client import Graph, Json
from bot.mailbox.graph.errors import Expired, NotThere
from bot.mailbox.graph.kept import Cursor, Kept, later
from bot.mailbox.limits import MAX_BYTES
from pipeline.email import MailboxId
from pipeline.errors import Permanent, Temporary
from pipeline.ports import Arrival

log = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=7)
SAVE_EVERY = timedelta(minutes=10)
PAGE = "odata.maxpagesize=500"
MOST_TRIES = 5
FOR_A_REPLY = 20
"""Reading leaves so many requests of the budget for a reply that somebody waits for."""
REMEMBERED = 5000
FILTER_LIMIT = 5000
"""Graph returns no more than this from a delta query with a $filter, and does not say so when it stops."""


Folder = Literal["inbox", "junkemail", "sentitems"]


@dataclass(frozen=True, slots=True)
class Round:
    """What one walk from link to link found: ids with the time of receipt, the next link, and Graph's time when it began."""

    found: dict[str, datetime]
    link: str
    at: datetime


@dataclass(slots=True)
class Inbox:
    """Reads one folder. `_waiting` is found and not yet taken, oldest first; `_ahead` is the cursor after all of it."""

    graph: Graph
    kept: Kept
    folder: Folder = "inbox"
    filter_limit: int = FILTER_LIMIT
    _waiting: dict[str, datetime] = field(default_factory=dict)
    _ahead: Cursor | None = None
    _known: dict[str, None] = field(default_factory=dict)
    _tries: Counter[str] = field(default_factory=Counter)

    async def arrivals(self, most: int, besides: Container[str] = ()) -> Sequence[Arrival]:
        """New mails, oldest first; the same ones again until they are taken, but for those `besides`."""
        if sum(id not in besides for id in self._waiting) < most:
            await self._look()
        batch = [id for id in self._waiting if id not in besides][:most]
        raws = await asyncio.gather(*(self.raw(id) for id in batch), return_exceptions=True)
        arrivals = [self._arrival(id, raw) for id, raw in zip(batch, raws, strict=True)]
        read = [arrival for arrival in arrivals if arrival is not None]
        away = next((raw for raw in raws if isinstance(raw, Temporary)), None)
        if not read and away is not None:
            raise away
        return read

    async def taken(self, source: str) -> None:
        """The mail is safe; with the last one of a round the cursor is saved."""
        if self._waiting.pop(source, None) is None:
            return
        self._remember(source)
        if not self._waiting and self._ahead is not None:
            await self.kept.save_cursor(self._ahead, self.folder)
            self._ahead = None

    async def _look(self) -> None:
        """One round from the cursor; where it is too old, from a time before it."""
        saved = await self.kept.cursor(self.folder) or await self._begin()
        cursor = self._ahead or saved
        try:
            ended = cursor.filtered is not None and cursor.filtered * 2 >= self.filter_limit
            round, cursor = await self._afresh(cursor) if ended or not cursor.link else await self._onward(cursor)
        except Expired:
            log.warning(
                "%s: the cursor of %s has expired; mail from 7 days before %s on is looked through.", self._address, self.folder, saved.at
            )
            round, cursor = await self._afresh(cursor)
        new = {id: at for id, at in round.found.items() if id not in self._known and at >= cursor.began.replace(microsecond=0)}
        self._waiting = dict(sorted({**self._waiting, **new}.items(), key=lambda one: one[1]))
        self._ahead = cursor
        if not self._waiting and (round.found or cursor.at - saved.at > SAVE_EVERY or not saved.link):
            await self.kept.save_cursor(cursor, self.folder)

    async def _begin(self) -> Cursor:
        """The first connect: from now on, by Graph's own clock."""
        url = f"{self.graph.user}/mailFolders/{self.folder}"
        now = (await self.graph.call("reading the inbox", "GET", url, query={"$select": "id"})).at
        cursor = Cursor("", now, now, None)
        await self.kept.save_cursor(cursor, self.folder)
        return cursor

    async def _onward(self, cursor: Cursor) -> tuple[Round, Cursor]:
        round = await self._walk(cursor.link, None)
        return round, later(cursor, round.link, round.at, len(round.found))

    async def received(self, since: datetime) -> dict[str, datetime]:
        """What came since then and before our first connect: id and time of receipt."""
        began = (await self.kept.cursor() or await self._begin()).began.replace(microsecond=0)
        round, _ = await self._since(since)
        return {id: at for id, at in round.found.items() if since <= at < began}

    async def _afresh(self, cursor: Cursor) -> tuple[Round, Cursor]:
        """A new walk, from 7 days before the cursor but not before our first connect; without a filter where it would hide mails."""
        round, filtered = await self._since(max(cursor.at - LOOK_BACK, cursor.began))
        return round, replace(cursor, link=round.link, at=max(round.at, cursor.at), filtered=filtered)

    async def _since(self, since: datetime) -> tuple[Round, int | None]:
        """A new walk over what came since then, and how much its filter gave; None where it is better asked without."""
        first = {"$select": "receivedDateTime,isDraft", "changeType": "created"}
        round = await self._walk(self._delta, {**first, "$filter": f"receivedDateTime ge {since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"})
        if len(round.found) < self.filter_limit // 2:
            return round, len(round.found)
        round = await self._walk(self._delta, first)
        return replace(round, found={id: at for id, at in round.found.items() if at >= since.replace(microsecond=0)}), None

    @property
    def _address(self) -> MailboxId:
        return self.graph.settings.address

    @property
    def _delta(self) -> str:
        return f"{self.graph.user}/mailFolders/{self.folder}/messages/delta"

    async def _walk(self, url: str, query: dict[str, str] | None) -> Round:
        found: dict[str, datetime] = {}
        at: datetime | None = None
        while True:
            answer = await self.graph.call("reading the inbox", "GET", url, query=query, prefer=PAGE, leave=FOR_A_REPLY)
            page, at, query = answer.json(), at or answer.at, None
            found |= _mails(page.get("value", []), answer.at)
            if link := page.get("@odata.deltaLink"):
                return Round(found, str(link), at)
            following = str(page.get("@odata.nextLink", ""))
            if following in ("", url):
                raise Temporary(f"Microsoft's list of new mail for {self._address} has no end.")
            url = following

    async def raw(self, id: str) -> bytes:
        """The mail's bytes, at most one more than we read."""
        url = f"{self.graph.message(id)}/$value"
        return (await self.graph.call("reading a mail", "GET", url, most=MAX_BYTES + 1, leave=FOR_A_REPLY)).body

    def _arrival(self, id: str, raw: bytes | BaseException) -> Arrival | None:
        """None where it cannot be handed over now. What never can be read is handed over as a note that says so, for a person to see."""
        match raw:
            case bytes():
                return Arrival(id, raw, self._waiting[id])
            case NotThere():
                del self._waiting[id]
                return None
            case Permanent():
                return self._unreadable(id, raw)
            case Temporary():
                self._tries[id] += raw.retry_after is None
                return self._unreadable(id, raw) if self._tries[id] >= MOST_TRIES else None
            case _:
                raise raw

    def _unreadable(self, id: str, why: Exception) -> Arrival:
        log.warning("A mail of %s cannot be read and goes to a person: %s", self._address, why)
        return Arrival(id, _note(id), self._waiting[id])

    def _remember(self, id: str) -> None:
        """So that a mail which a round repeats is not fetched again; the database would refuse it anyway."""
        self._tries.pop(id, None)
        self._known[id] = None
        while len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]


def _note(id: str) -> bytes:
    """A mail without a sender: nobody can be answered."""
    name = hashlib.sha256(id.encode()).hexdigest()[:32]
    text = "A mail in this inbox could not be read. Open the mailbox in Outlook to see it."
    return f"Subject: {text[:42]}\r\nMessage-ID: <{name}@missing.invalid>\r\n\r\n{text}\r\n".encode()


def _mails(value: list[Json], now: datetime) -> dict[str, datetime]:
    """The mails of a page: neither what was removed nor drafts."""
    mails = (one for one in value if "@removed" not in one and not one.get("isDraft"))
    return {str(one["id"]): _received(one, now) for one in mails}


def _received(one: Json, now: datetime) -> datetime:
    try:
        return datetime.fromisoformat(str(one["receivedDateTime"]).replace("Z", "+00:00")).astimezone(UTC)
    except (KeyError, ValueError):
        return now
