"""The sent mail of an IMAP account: what people answered from any mail program that files its mails there."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.mailbox.by_hand import by_hand
from bot.mailbox.imap_drafts import Drafts
from bot.mailbox.imap_reading import Reading
from pipeline.email import MailboxId
from pipeline.ports import HandReply


@dataclass(eq=False)
class ImapSent:
    """Implements pipeline.ports.SentMail over the folder that `drafts` knows as Sent, read like the inbox: from now on, behind a cursor."""

    id: MailboxId
    drafts: Drafts
    reads: Callable[[str], Reading]
    reading: Reading | None = None
    open: dict[str, HandReply] = field(default_factory=dict)
    """Found and not noted yet."""
    others: set[str] = field(default_factory=set)
    """Sent by us, or no answers: to be passed over."""

    async def hand_replies(self, most: int) -> Sequence[HandReply]:
        """Answers in Sent that do not carry our X-Triage-Send-Id. Raises Temporary."""
        if len(self.open) < most:
            await self._look(most - len(self.open))
        return sorted(self.open.values(), key=lambda reply: reply.at)[:most]

    async def noted(self, source: str) -> None:
        """Let the cursor move over the reply. Raises Temporary."""
        if self.reading is not None:
            await self.reading.taken(source)
        self.open.pop(source, None)

    async def _look(self, most: int) -> None:
        if self.reading is None:
            self.reading = self.reads((await self.drafts.folders_found()).sent)
        for sent in await self.reading.arrivals(most, {*self.open, *self.others}):
            reply = await asyncio.to_thread(by_hand, sent.raw, sent.source, sent.received_at)
            if reply is None:
                self.others.add(sent.source)
            else:
                self.open[sent.source] = reply
        for source in tuple(self.others):
            await self.reading.taken(source)
            self.others.remove(source)
