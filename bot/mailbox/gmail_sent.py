"""The sent mail of a Gmail mailbox: what people answered from Gmail, under their own name or an alias."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.mailbox.by_hand import by_hand
from bot.mailbox.gmail_errors import Missing, translated
from bot.mailbox.gmail_history import SENT, Backlog, Entry, internal_date
from bot.mailbox.gmail_reading import FOR_A_REPLY, GmailReading
from pipeline.email import MailboxId
from pipeline.errors import Temporary
from pipeline.ports import HandReply


@dataclass
class GmailSent:
    """Implements pipeline.ports.SentMail by a second cursor in the history. `read` are answers that were read and not yet noted."""

    id: MailboxId
    reading: GmailReading
    backlog: Backlog | None = field(default=None, repr=False)
    read: dict[str, HandReply] = field(default_factory=dict, repr=False)

    async def hand_replies(self, most: int) -> Sequence[HandReply]:
        """People's answers since the last look; on the first look none: we start at now. Raises Temporary, Permanent."""
        if (cursor := await self.reading.memory.cursor(SENT.name)) is None:
            await self.reading.begin()
            return []
        await self._look(cursor)
        assert self.backlog is not None
        for entry in [entry for source, entry in self.backlog.entries.items() if source not in self.read]:
            if len(self.read) >= most or not await self._read(entry):
                break
        return [self.read[source] for source in self.backlog.entries if source in self.read][:most]

    async def noted(self, source: str) -> None:
        """The cursor moves up to the oldest answer that is not noted yet."""
        self.read.pop(source, None)
        if self.backlog is not None:
            self.backlog.drop(source)
            await self.reading.advance(self.backlog)

    async def _look(self, cursor: int) -> None:
        """What is not noted yet stays before what is new."""
        before = self.backlog
        found = await self.reading.look(cursor if before is None else before.end)
        if before is not None:
            found = replace(found, entries={**before.entries, **found.entries})
        self.backlog = found
        await self.reading.advance(found)

    async def _read(self, entry: Entry) -> bool:
        """False where the quota or the connection ended, and answers that were read before are to be told first."""
        try:
            reply = await self._answer(entry)
        except Temporary:
            if not self.read:
                raise
            return False
        if reply is None:
            await self.noted(entry.source)
        else:
            self.read[entry.source] = reply
        return True

    async def _answer(self, entry: Entry) -> HandReply | None:
        try:
            message = await self.reading.calls.call("messages.get", FOR_A_REPLY, id=entry.source, format="raw")
        except Missing:
            return None
        with translated(self.id):
            labels, at = frozenset(map(str, message.get("labelIds", ()))), internal_date(message)
            if (entry.oldest is not None and at < entry.oldest) or not SENT.has(labels):
                return None
            raw = base64.urlsafe_b64decode(message["raw"])
        return await asyncio.to_thread(by_hand, raw, entry.source, at)
