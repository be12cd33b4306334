"""The watch on sent mail: a case that somebody answered from the mailbox itself is closed, and its draft never sent."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from bot.store.cases import PostgresCases
from pipeline.case import Case, CaseId, Status
from pipeline.email import MailboxId
from pipeline.errors import Permanent, Temporary
from pipeline.ports import HandReply, SentMail
from pipeline.review import Refused, answered_by_hand

log = logging.getLogger(__name__)

AT_ONCE = 50
ON_ITS_WAY = 120.0
"""So many seconds after the inbox was read empty, the mail that an answer answers has become a case, if it is ours at all."""
PASSING = frozenset({Status.QUEUED, Status.WORKING, Status.APPROVED})


def at_once() -> float:
    """Whoever does not say when the inbox was last empty waits for no mail."""
    return time.monotonic() + ON_ITS_WAY


@dataclass(frozen=True, slots=True)
class SentWatch:
    """Polls one mailbox's sent mail about every `seconds`. `where` names the program in which people answer, if it is known.

    `read_until` says up to when (monotonic) all mail of the inbox is in our hands: after an outage an answer may be found before the mail
    that it answers.
    """

    sent: SentMail
    cases: PostgresCases
    where: str = ""
    read_until: Callable[[], float] = at_once
    seconds: float = 5.0
    held: dict[str, float] = field(default_factory=dict)
    overtaking: dict[CaseId, HandReply] = field(default_factory=dict)
    """Answers by hand to cases whose own reply is approved and has not gone out: the outbox looks here before it sends."""

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
        overtaking: dict[CaseId, HandReply] = {}
        closed = sum([await self._close(reply, overtaking) for reply in await self.sent.hand_replies(AT_ONCE + len(self.held))])
        self.overtaking.clear()
        self.overtaking.update(overtaking)
        return closed

    async def _close(self, reply: HandReply, overtaking: dict[CaseId, HandReply]) -> bool:
        """False where it answers no case of ours, or one that nobody waits for; a case that moves meanwhile is tried at the next look."""
        number = await self.cases.answered(self.sent.id, reply.in_reply_to, reply.thread_id)
        if number is None:
            return await self._hold(reply)
        case = await self.cases.load(number)
        if case is None or case.status in PASSING:
            self.held.setdefault(reply.source, time.monotonic())
            if case is not None and case.status is Status.APPROVED and await self._answers(reply, case):
                overtaking[number] = reply
            return False
        if not await self._answers(reply, case):
            return await self._forget(reply)
        move = answered_by_hand(case, reply.by, reply.at, reply.text, self.where)
        if isinstance(move, Refused):
            return await self._forget(reply)
        if await self.cases.commit(case, move) is None:
            return False
        await self._forget(reply)
        return move.action == "answered_by_hand"

    async def _answers(self, reply: HandReply, case: Case) -> bool:
        return reaches(case, reply) and not await self.cases.sent_by_us(self.sent.id, reply.source, reply.message_id)

    async def _hold(self, reply: HandReply) -> bool:
        """Until the mail that it answers would have come."""
        if self.held.setdefault(reply.source, time.monotonic()) + ON_ITS_WAY <= self.read_until():
            await self._forget(reply)
        return False

    async def _forget(self, reply: HandReply) -> bool:
        await self.sent.noted(reply.source)
        self.held.pop(reply.source, None)
        return False


def reaches(case: Case, reply: HandReply) -> bool:
    """Whether it goes to somebody of the mail that it answers; one that was only forwarded to a colleague answers nobody."""
    email, ours = case.email, _domain(case.mailbox)
    people = {one.address for one in (email.sender, *email.reply_to, *email.to, *email.cc)}
    outside = {address for address in people if address.rpartition("@")[2] != ours} or {email.sender.address}
    return not reply.to or bool(outside.intersection(reply.to))


def _domain(mailbox: MailboxId) -> str:
    return mailbox.rpartition("@")[2]
