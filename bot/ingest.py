"""Ingest: takes new mails from a mailbox into our memory, then tells the mailbox that they are safe."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from bot.doorbell import Doorbell
from bot.leases import wait_before
from bot.store.queue import Envelope
from pipeline.email import MailboxId
from pipeline.errors import Permanent, Temporary
from pipeline.ports import Arrival, Mailbox

log = logging.getLogger(__name__)

AT_ONCE = 50


class Accepts(Protocol):
    """Where fetched mails go: the ingestion queue (bot/intake.py), or `messages` at once (bot/store/queue.py)."""

    async def ingest(self, mailbox: MailboxId, arrival: Arrival, envelope: Envelope) -> object:
        """Return once the mail is safe; doing it twice is harmless."""
        ...


@dataclass(slots=True)
class Tide:
    """Up to when (monotonic) all mail of an inbox was taken."""

    low: float = float("-inf")

    def now_low(self) -> float:
        return self.low


async def _nothing_more(mailbox: MailboxId, arrival: Arrival) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Ingest:
    """Polls one mailbox about every `seconds`, or when its `bell` rings; `peek` looks at a mail's envelope and never raises.

    `revisit` looks at a mail that may have come before; False where it must come again.
    """

    queue: Accepts
    mailbox: Mailbox
    peek: Callable[[bytes], Envelope]
    seconds: float = 1.0
    bell: Doorbell = field(default_factory=Doorbell)
    tide: Tide = field(default_factory=Tide)
    revisit: Callable[[MailboxId, Arrival], Awaitable[bool]] = _nothing_more

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
                await self._pause(stop, failures)

    async def poll(self) -> int:
        """Take what is there, at most 50 mails; how many there were. A mail is released only after its commit."""
        began = time.monotonic()
        arrivals = await self.mailbox.arrivals(AT_ONCE)
        for arrival in arrivals:
            await self._take(arrival)
        if not arrivals:
            self.tide.low = began
        return len(arrivals)

    async def _take(self, arrival: Arrival) -> None:
        envelope = await asyncio.to_thread(self.peek, arrival.raw)
        await self.queue.ingest(self.mailbox.id, arrival, envelope)
        if await self.revisit(self.mailbox.id, arrival):
            await self.mailbox.taken(arrival.source)

    async def _pause(self, stop: asyncio.Event, failures: int) -> None:
        """Until the next poll is due. Where the last one failed the bell is not listened to."""
        waits = [asyncio.ensure_future(event) for event in (stop.wait(), *(() if failures else (self.bell.rung(),)))]
        try:
            await asyncio.wait(waits, timeout=self._wait(failures), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _wait(self, failures: int) -> float:
        jittered = self.seconds * random.uniform(0.8, 1.2)  # noqa: S311  # spreads polls, guards nothing
        return max(jittered, wait_before(failures).total_seconds()) if failures else jittered
