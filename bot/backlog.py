"""The past of a mailbox, read in a dry run beside the new mail; and the loop that tells of mail whose cards are held back."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from bot.leases import wait_before
from bot.store.backlogs import Backlogs
from bot.store.queue import Envelope, Queue
from bot.store.shelf import Shelf
from pipeline.errors import Permanent, Temporary
from pipeline.ports import Mailbox, Past

log = logging.getLogger(__name__)

AT_ONCE = 10
GATHER_EVERY = 2.0

Loop = Callable[[asyncio.Event], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Backlog:
    """Reads the last `days` of one mailbox, once."""

    mailbox: Mailbox
    past: Past
    days: int
    backlogs: Backlogs
    queue: Queue
    peek: Callable[[bytes], Envelope]

    async def before(self, new_mail: Loop, stop: asyncio.Event) -> None:
        """List what is old before any new mail is taken, so that nothing counts as both; then read both side by side."""
        await self._until(self.ask, stop)
        await asyncio.gather(new_mail(stop), self._until(self.read, stop))

    async def ask(self) -> bool:
        """List the past, unless that was done before; the mailbox looks first, which fixes where new mail begins."""
        if await self.backlogs.since(self.mailbox.id) is None:
            await self.mailbox.arrivals(1)
            since = await self.backlogs.start(self.days)
            await self.backlogs.ask(self.mailbox.id, self.days, since, await self.past.past(since))
        return True

    async def read(self) -> bool:
        """Keep the next few mails; True where none is left."""
        since, left = await self.backlogs.since(self.mailbox.id), await self.backlogs.left(self.mailbox.id, AT_ONCE)
        for reference in left:
            await self._keep(reference, since)
            await self.backlogs.read(self.mailbox.id, reference)
        if not left:
            await self.backlogs.finish(self.mailbox.id)
        return not left

    async def _keep(self, reference: str, since: datetime | None) -> None:
        try:
            found = await self.past.recall(reference)
        except Permanent as never:
            log.warning("A mail of %s from before it was connected cannot be read and is left out: %s", self.mailbox.id, never)
            return
        if found is not None and since is not None and found.arrival.received_at >= since:
            await self.queue.recall(self.mailbox.id, found, await asyncio.to_thread(self.peek, found.arrival.raw))

    async def _until(self, step: Callable[[], Awaitable[bool]], stop: asyncio.Event) -> None:
        """Again and again until it is done; what cannot be listed at all must not keep new mail waiting."""
        failures = 0
        while not stop.is_set():
            try:
                if await step():
                    return
                failures = 0
            except (Temporary, OSError) as away:
                failures += 1
                log.warning("%s cannot be read now: %s", self.mailbox.id, away)
                await _pause(stop, wait_before(failures).total_seconds())
            except Permanent as never:
                log.error("The past of %s cannot be read: %s", self.mailbox.id, never)
                return


async def tell(shelf: Shelf, stop: asyncio.Event) -> None:
    """Gather until `stop`."""
    while not stop.is_set():
        try:
            await shelf.gather()
        except Temporary as away:
            log.warning("%s", away)
        await _pause(stop, GATHER_EVERY)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
