"""The sent mail of an Outlook mailbox: what people answered from Outlook."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.mailbox.by_hand import by_hand
from bot.mailbox.graph.inbox import Inbox
from pipeline.email import MailboxId
from pipeline.ports import HandReply


@dataclass(slots=True)
class Sent:
    """Implements pipeline.ports.SentMail over Sent Items. `read` are answers that were read and not yet noted."""

    folder: Inbox
    read: dict[str, HandReply] = field(default_factory=dict)

    @property
    def id(self) -> MailboxId:
        return self.folder.graph.settings.address

    async def hand_replies(self, most: int) -> Sequence[HandReply]:
        """People's answers since our first look, oldest first. What can never be read answers nothing. Raises Temporary, Permanent."""
        for mail in await self.folder.arrivals(max(most - len(self.read), 1), self.read):
            reply = await asyncio.to_thread(by_hand, mail.raw, mail.source, mail.received_at)
            if reply is None:
                await self.folder.taken(mail.source)
            else:
                self.read[mail.source] = reply
        return sorted(self.read.values(), key=lambda reply: reply.at)[:most]

    async def noted(self, source: str) -> None:
        """The cursor moves once all of a round are noted."""
        self.read.pop(source, None)
        await self.folder.taken(source)
