"""The watch on sent mail: a case that somebody answered from the mailbox itself is closed, and its draft never sent."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass

from bot.store.cases import PostgresCases
from pipeline.errors import Permanent, Temporary
from pipeline.ports import HandReply, SentMail
from pipeline.review import Refused, answered_by_hand

log = logging.getLogger(__name__)

AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class SentWatch:
    """Polls one mailbox's sent mail about every `seconds`."""

    sent: SentMail
    cases: PostgresCases
    seconds: float = 5.0

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until `stop` is set; while the mailbox or the database is away, try again."""
        while not stop.is_set():
            try:
                await self.look()
            except (Temporary, Permanent) as away:
                log.warning("The sent mail of %s cannot be read now: %s", self.sent.id, away)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self.seconds)

    async def look(self) -> int:
        """Close what was answered by hand since the last look; how many cases that were."""
        return sum([await self._close(reply) for reply in await self.sent.hand_replies(AT_ONCE)])

    async def _close(self, reply: HandReply) -> bool:
        """False where it answers no case of ours, or one that nobody waits for; a case that moves meanwhile is tried at the next look."""
        number = await self.cases.answered(self.sent.id, reply.in_reply_to, reply.thread_id)
        if number is None:
            await self.sent.noted(reply.source)
            return False
        case = await self.cases.load(number)
        if case is None:
            return False
        move = answered_by_hand(case, reply.by, reply.at, reply.text)
        closed = not isinstance(move, Refused) and await self.cases.commit(case, move) is not None
        if closed or isinstance(move, Refused):
            await self.sent.noted(reply.source)
        return closed
