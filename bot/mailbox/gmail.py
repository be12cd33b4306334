"""A Gmail mailbox: read by its history, answered by sending drafts whose ids are known."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.budget import Budget
from bot.mailbox.gmail_calls import GmailCalls, open_calls
from bot.mailbox.gmail_drafts import GmailDrafts
from bot.mailbox.gmail_errors import Missing, translated
from bot.mailbox.gmail_history import ARRIVALS, SENT, Backlog, Entry, internal_date
from bot.mailbox.gmail_memory import GmailMemory
from bot.mailbox.gmail_reading import FOR_A_REPLY, GmailReading
from bot.mailbox.gmail_sent import GmailSent
from bot.mailbox.gmail_settings import GmailSettings
from bot.mailbox.gmail_watch import GmailWatch
from bot.mailbox.shelf import labelled
from pipeline.email import MailboxId
from pipeline.errors import Temporary
from pipeline.ports import Arrival, Memory, Recalled, Whereabouts

AT_ONCE = 100 * 1024 * 1024


@dataclass
class GmailMailbox:
    """Implements pipeline.ports.Mailbox.

    A mail's source is Gmail's message id. Its first header, X-Gmail-Labels, is ours: the same name further down is the sender's.
    """

    id: MailboxId
    settles_within: timedelta
    calls: GmailCalls
    drafts: GmailDrafts
    memory: GmailMemory
    backlog: Backlog | None = field(default=None, repr=False)

    async def arrivals(self, most: int) -> Sequence[Arrival]:
        """Mails that came into the inbox or into spam since the last look; on the first look none: we start at now."""
        if (cursor := await self.memory.cursor()) is None:
            await self._reading.begin()
            return []
        if self.backlog is None or not self.backlog.entries:
            self.backlog = await self._reading.look(cursor)
            await self._reading.advance(self.backlog)
        return await self._fetch(self.backlog, most)

    async def taken(self, source: str) -> None:
        """The cursor moves up to the oldest mail that is not taken yet."""
        if self.backlog is not None:
            self.backlog.drop(source)
            await self._reading.advance(self.backlog)

    def sent(self) -> GmailSent:
        """The mailbox's sent mail."""
        return GmailSent(self.id, GmailReading(self.calls, self.memory, SENT))

    async def past(self, since: datetime) -> Sequence[str]:
        """The mails of the inbox and of spam since then, oldest first, without those that the history tells of as new."""
        return await self._reading.past(since)

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

    def watch(self, topic: str) -> GmailWatch:
        """The subscription that makes Gmail tell this Pub/Sub topic of new mail."""
        return GmailWatch(self.calls, self.memory, topic)

    @property
    def _reading(self) -> GmailReading:
        return GmailReading(self.calls, self.memory, ARRIVALS)

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
            if old or labels & ARRIVALS.never or not (entry.sure or ARRIVALS.has(labels)):
                return None
            return Arrival(entry.source, labelled(base64.urlsafe_b64decode(message["raw"]), labels), received)


def connect(settings: GmailSettings, memory: Memory, budget: Budget) -> GmailMailbox:
    """The mailbox as `settings` say; Google is not called yet. Raises Misconfigured for credentials that cannot be read."""
    calls = open_calls(settings, budget)
    mailbox = MailboxId(settings.address)
    return GmailMailbox(mailbox, settings.settles_within, calls, GmailDrafts(calls), GmailMemory(memory))
