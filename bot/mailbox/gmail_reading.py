"""How far Gmail's history is read: by records after a cursor, or, where Gmail has forgotten those, by what lies under the labels."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.mailbox.gmail_calls import GmailCalls, Json
from bot.mailbox.gmail_errors import Missing, translated
from bot.mailbox.gmail_history import Backlog, Entry, Kind, internal_date, read
from bot.mailbox.gmail_memory import GmailMemory

log = logging.getLogger(__name__)

BACK = timedelta(days=7)
"""How far before the last look a mailbox is read again when Gmail has forgotten its history."""
QUIET = timedelta(days=1)
"""After so long without an arrival the cursor moves on all the same, lest it expire; not sooner, lest it overtake a record."""
SKEW = timedelta(minutes=5)
FOR_A_REPLY = 200
"""Reading leaves so many units of the quota for a reply that somebody waits for."""


@dataclass(frozen=True, slots=True)
class GmailReading:
    """One kind of a mailbox's messages, with its own cursor in the memory that all kinds share."""

    calls: GmailCalls
    memory: GmailMemory
    kind: Kind

    async def begin(self) -> None:
        """The first connect: from now on."""
        await self.memory.keep(self.kind.name, cursor=await self._head(), at=_now(), started=_now())

    async def look(self, cursor: int) -> Backlog:
        """What came after the cursor."""
        at = _now()
        try:
            records, head = await self._history(cursor)
        except Missing:
            return await self._resync(at)
        with translated(self.calls.address):
            entries, last = read(records, cursor, max(await self._first(), at - BACK), self.kind)
        if not records and at - await self.memory.at(self.kind.name) > QUIET:
            last = head
        return Backlog(entries, last, at)

    async def advance(self, backlog: Backlog) -> None:
        """Save how far everything is taken."""
        if backlog.cursor != await self.memory.cursor(self.kind.name):
            await self.memory.keep(self.kind.name, cursor=backlog.cursor, **({} if backlog.entries else {"at": backlog.at}))

    async def past(self, since: datetime) -> list[str]:
        """The messages since then, oldest first, without those that the history tells of as new."""
        found = [id for label in self.kind.labels async for id in self._labelled(label, since)]
        cursor = await self.memory.cursor(self.kind.name) or await self._head()
        try:
            records, _ = await self._history(cursor)
        except Missing:
            records = []
        with translated(self.calls.address):
            new, _ = read(records, cursor, since, self.kind)
        return [id for id in reversed(dict.fromkeys(found)) if id not in new]

    async def _history(self, cursor: int) -> tuple[list[Json], int]:
        """Every record after the cursor, and the mailbox's newest history id at the first page."""
        records: list[Json] = []
        given: Json = {"startHistoryId": str(cursor), "historyTypes": ["messageAdded", "labelAdded"], "maxResults": 500}
        head, token = 0, None
        while True:
            page = await self.calls.call("history.list", FOR_A_REPLY, **given, **({"pageToken": token} if token else {}))
            with translated(self.calls.address):
                records += page.get("history", [])
                head = head or int(page["historyId"])
            if not (token := page.get("nextPageToken")):
                return records, head

    async def _resync(self, at: datetime) -> Backlog:
        """What lies under the labels since a week before the last look. No search is asked, for it may lag behind."""
        since = max(await self.memory.at(self.kind.name) - BACK, await self._first())
        address, labels = self.calls.address, " and ".join(self.kind.labels)
        log.warning("%s: Gmail does not tell its history any more; the mails in %s since %s are read again.", address, labels, since.date())
        end = await self._head()
        before = await self.memory.cursor(self.kind.name) or 0
        found = [id for label in self.kind.labels async for id in self._labelled(label, since)]
        return Backlog({id: Entry(id, before, True, since) for id in reversed(dict.fromkeys(found))}, end, at)

    async def _labelled(self, label: str, since: datetime) -> AsyncIterator[str]:
        """The ids of a label's messages, newest first, page by page until one ends before `since`."""
        token = None
        while True:
            given: Json = {"labelIds": [label], "includeSpamTrash": True, "maxResults": 50}
            page = await self.calls.call("messages.list", FOR_A_REPLY, **given, **({"pageToken": token} if token else {}))
            with translated(self.calls.address):
                _ = page["resultSizeEstimate"]  # what is no list of messages must not pass for an empty one
                ids = [str(message["id"]) for message in page.get("messages", [])]
                token = page.get("nextPageToken")
            for id in ids:
                yield id
            if token is None or not ids or await self._received(ids[-1]) < since:
                return

    async def _received(self, source: str) -> datetime:
        """When Gmail received a message; now where it is gone, so that the search for older ones goes on."""
        try:
            message = await self.calls.call("messages.get", FOR_A_REPLY, id=source, format="minimal")
        except Missing:
            return _now()
        with translated(self.calls.address):
            return internal_date(message)

    async def _first(self) -> datetime:
        """When we started; somewhat earlier, for Google's clock and ours may differ."""
        return await self.memory.started(self.kind.name) - SKEW

    async def _head(self) -> int:
        profile = await self.calls.call("getProfile")
        with translated(self.calls.address):
            return int(profile["historyId"])


def _now() -> datetime:
    return datetime.now(UTC)
