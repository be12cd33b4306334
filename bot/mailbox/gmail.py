"""A Gmail mailbox: read by its history, answered by sending drafts whose ids are known."""

import base64
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.mailbox.budget import Budget
from bot.mailbox.gmail_calls import GmailCalls, Json, open_calls
from bot.mailbox.gmail_drafts import GmailDrafts
from bot.mailbox.gmail_errors import Missing, translated
from bot.mailbox.gmail_history import NEVER, Backlog, Entry, arrives, internal_date, marked, read
from bot.mailbox.gmail_memory import GmailMemory
from bot.mailbox.gmail_settings import GmailSettings
from pipeline.email import MailboxId
from pipeline.errors import Misconfigured, Temporary
from pipeline.ports import Arrival, Memory, Recalled, Whereabouts

log = logging.getLogger(__name__)

BACK = timedelta(days=7)
"""How far before the last look a mailbox is read again when Gmail has forgotten its history."""
QUIET = timedelta(days=1)
"""After so long without an arrival the cursor moves on all the same, lest it expire; not sooner, lest it overtake a record."""
SKEW = timedelta(minutes=5)
FOR_A_REPLY = 200
"""Reading leaves so many units of the quota for a reply that somebody waits for."""
AT_ONCE = 100 * 1024 * 1024


@dataclass
class GmailMailbox:
    """Implements pipeline.ports.Mailbox, and `renew` for the notifications.

    A mail's source is Gmail's message id. Its first header, X-Gmail-Labels, is ours: the same name further down is the sender's.
    """

    id: MailboxId
    settles_within: timedelta
    calls: GmailCalls
    drafts: GmailDrafts
    memory: GmailMemory
    topic: str | None = None
    backlog: Backlog | None = field(default=None, repr=False)

    async def arrivals(self, most: int) -> Sequence[Arrival]:
        """Mails that came into the inbox or into spam since the last look; on the first look none: we start at now."""
        if (cursor := await self.memory.cursor()) is None:
            await self._begin()
            return []
        if self.backlog is None or not self.backlog.entries:
            self.backlog = await self._look(cursor)
            await self._advance(self.backlog)
        return await self._fetch(self.backlog, most)

    async def taken(self, source: str) -> None:
        """The cursor moves up to the oldest mail that is not taken yet."""
        if self.backlog is not None:
            self.backlog.drop(source)
            await self._advance(self.backlog)

    async def past(self, since: datetime) -> Sequence[str]:
        """The mails of the inbox and of spam since then, oldest first, without those that the history tells of as new."""
        found = [id for label in ("INBOX", "SPAM") async for id in self._labelled(label, since)]
        cursor = await self.memory.cursor() or await self._head()
        try:
            records, _ = await self._history(cursor)
        except Missing:
            records = []
        with translated(self.id):
            new, _ = read(records, cursor, since)
        return [id for id in reversed(dict.fromkeys(found)) if id not in new]

    async def recall(self, reference: str) -> Recalled | None:
        """Whether it was answered is not asked: that would cost more than the mail."""
        arrival = await self._arrival(Entry(reference, 0, True))
        return None if arrival is None else Recalled(arrival, answered=False)

    async def create_draft(self, mail: bytes, send_id: str) -> str:
        """Store the draft in the thread of the mail that it answers, unless one with this `send_id` can be found."""
        return await self.drafts.create(mail, send_id)

    async def send_draft(self, draft_id: str) -> None:
        """Send exactly this draft. Permanent where there is none, or Gmail refuses it."""
        await self.drafts.send(draft_id)

    async def find(self, draft_id: str, send_id: str) -> Whereabouts:
        """By the draft's id, then by our header on the sent mails of its thread, then by search."""
        return await self.drafts.find(draft_id, send_id)

    async def renew(self) -> datetime:
        """Ask Gmail to notify our topic for seven more days; until when it does. To be called daily."""
        if self.topic is None:
            raise Misconfigured(f"topic of {self.id}", "it is not set. Name the Pub/Sub topic, or leave the mailbox to polling.")
        body = {"topicName": self.topic, "labelIds": ["INBOX", "SPAM"], "labelFilterBehavior": "include"}
        answer = await self.calls.call("watch", body=body)
        with translated(self.id):
            until = datetime.fromtimestamp(int(answer["expiration"]) / 1000, UTC)
        await self.memory.keep(watched_until=until)
        return until

    async def _begin(self) -> None:
        await self.memory.keep(cursor=await self._head(), at=_now(), started=_now())

    async def _look(self, cursor: int) -> Backlog:
        at = _now()
        try:
            records, head = await self._history(cursor)
        except Missing:
            return await self._resync(at)
        with translated(self.id):
            entries, last = read(records, cursor, max(await self._first(), at - BACK))
        if not records and at - await self.memory.at() > QUIET:
            last = head
        return Backlog(entries, last, at)

    async def _history(self, cursor: int) -> tuple[list[Json], int]:
        """Every record after the cursor, and the mailbox's newest history id at the first page."""
        records: list[Json] = []
        given: Json = {"startHistoryId": str(cursor), "historyTypes": ["messageAdded", "labelAdded"], "maxResults": 500}
        head, token = 0, None
        while True:
            page = await self.calls.call("history.list", FOR_A_REPLY, **given, **({"pageToken": token} if token else {}))
            with translated(self.id):
                records += page.get("history", [])
                head = head or int(page["historyId"])
            if not (token := page.get("nextPageToken")):
                return records, head

    async def _resync(self, at: datetime) -> Backlog:
        """What lies in the inbox and in spam since a week before the last look. No search is asked, for it may lag behind."""
        since = max(await self.memory.at() - BACK, await self._first())
        log.warning("%s: Gmail does not tell its history any more; the mails since %s are read again.", self.id, since.date())
        end = await self._head()
        before = await self.memory.cursor() or 0
        found = [id for label in ("INBOX", "SPAM") async for id in self._labelled(label, since)]
        return Backlog({id: Entry(id, before, True, since) for id in reversed(dict.fromkeys(found))}, end, at)

    async def _labelled(self, label: str, since: datetime) -> AsyncIterator[str]:
        """The ids of a label's messages, newest first, page by page until one ends before `since`."""
        token = None
        while True:
            given: Json = {"labelIds": [label], "includeSpamTrash": True, "maxResults": 50}
            page = await self.calls.call("messages.list", FOR_A_REPLY, **given, **({"pageToken": token} if token else {}))
            with translated(self.id):
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
        with translated(self.id):
            return internal_date(message)

    async def _first(self) -> datetime:
        """When we started; somewhat earlier, for Google's clock and ours may differ."""
        return await self.memory.started() - SKEW

    async def _head(self) -> int:
        profile = await self.calls.call("getProfile")
        with translated(self.id):
            return int(profile["historyId"])

    async def _fetch(self, backlog: Backlog, most: int) -> list[Arrival]:
        """The oldest mails of the backlog; fewer where the quota or the connection ends in the middle."""
        arrivals: list[Arrival] = []
        for entry in list(backlog.entries.values()):
            if len(arrivals) == most or sum(len(arrival.raw) for arrival in arrivals) > AT_ONCE:
                break
            try:
                arrival = await self._arrival(entry)
            except Temporary:
                if not arrivals:
                    raise
                break
            if arrival is None:
                await self.taken(entry.source)
            else:
                arrivals.append(arrival)
        return arrivals

    async def _arrival(self, entry: Entry) -> Arrival | None:
        """The mail as it is now; None where it is deleted, or no arrival."""
        try:
            message = await self.calls.call("messages.get", FOR_A_REPLY, id=entry.source, format="raw")
        except Missing:
            return None
        with translated(self.id):
            labels, received = frozenset(map(str, message.get("labelIds", ()))), internal_date(message)
            old = entry.oldest is not None and received < entry.oldest
            if old or labels & NEVER or not (entry.sure or arrives(labels)):
                return None
            return Arrival(entry.source, marked(base64.urlsafe_b64decode(message["raw"]), labels), received)

    async def _advance(self, backlog: Backlog) -> None:
        if backlog.cursor != await self.memory.cursor():
            await self.memory.keep(cursor=backlog.cursor, **({} if backlog.entries else {"at": backlog.at}))


def _now() -> datetime:
    return datetime.now(UTC)


def connect(settings: GmailSettings, memory: Memory, budget: Budget | None = None) -> GmailMailbox:
    """The mailbox as `settings` say; Google is not called yet. Raises Misconfigured for credentials that cannot be read."""
    calls = open_calls(settings, budget)
    mailbox = MailboxId(settings.address)
    return GmailMailbox(mailbox, settings.settles_within, calls, GmailDrafts(calls), GmailMemory(memory), settings.topic)
