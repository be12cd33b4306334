"""Ingest: takes new mails from a mailbox into our memory, then tells the mailbox that they are safe."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.leases import wait_before
from bot.store.queue import Envelope, Queue
from pipeline.errors import Permanent, Temporary
from pipeline.ports import Arrival, Mailbox

log = logging.getLogger(__name__)

AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Ingest:
    """Polls one mailbox about every `seconds`; `peek` looks at a mail's envelope and never raises.

    `news`, where a mailbox has it, waits that long at most and returns as soon as there is new mail: a bell that may fail to ring.
    """

    queue: Queue
    mailbox: Mailbox
    peek: Callable[[bytes], Envelope]
    seconds: float = 1.0
    news: Callable[[float], Awaitable[None]] | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop` is set; while the mailbox or the database is away, less and less often."""
        failures = 0
        while not stop.is_set():
            try:
                taken = await self.poll()
                failures = 0
            except (Temporary, Permanent, OSError) as away:
                failures, taken = failures + 1, 0
                log.warning("%s cannot be read now: %s", self.mailbox.id, away)
            if taken < AT_ONCE:
                await _first(stop.wait(), self._rest(failures))

    async def poll(self) -> int:
        """Take what is there, at most 50 mails; how many there were. A mail is released only after its commit."""
        arrivals = await self.mailbox.arrivals(AT_ONCE)
        for arrival in arrivals:
            await self._take(arrival)
        return len(arrivals)

    async def _take(self, arrival: Arrival) -> None:
        envelope = await asyncio.to_thread(self.peek, arrival.raw)
        await self.queue.ingest(self.mailbox.id, arrival, envelope)
        await self.mailbox.taken(arrival.source)

    async def _rest(self, failures: int) -> None:
        seconds = self._wait(failures)
        if self.news is None or failures:
            await asyncio.sleep(seconds)
            return
        try:
            await self.news(seconds)
        except (Temporary, Permanent) as deaf:
            log.info("%s cannot be listened to now: %s", self.mailbox.id, deaf)
            await asyncio.sleep(seconds)

    def _wait(self, failures: int) -> float:
        jittered = self.seconds * random.uniform(0.8, 1.2)  # noqa: S311  # spreads polls, guards nothing
        return max(jittered, wait_before(failures).total_seconds()) if failures else jittered


async def _first(*waits: Awaitable[object]) -> None:
    """Return when the first of them is over; the others are cancelled."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
