"""The bridge over the ingestion queue: fetched mails are put into it, and taken out of it into `messages`."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.crew import DRAIN
from bot.leases import keeping, wait_before
from bot.queue import LEASE, Deliveries, Delivery, Held
from bot.queue.recent import Recent
from bot.queue.spool import Spool
from bot.store import audit
from bot.store.effects import LeaseLost
from bot.store.queue import Envelope, Queue
from pipeline.email import MailboxId
from pipeline.errors import Permanent, Temporary
from pipeline.ports import Arrival

log = logging.getLogger(__name__)

AT_ONCE = 10
BURIED_EVERY = 60.0


@dataclass(frozen=True, slots=True)
class Intake:
    """Puts what a mailbox brought into the queue; stands where Ingest would write rows itself."""

    deliveries: Deliveries
    spool: Spool
    recent: Recent

    async def ingest(self, mailbox: MailboxId, arrival: Arrival, envelope: Envelope) -> None:
        """Return once the mail is safe in the queue (a large one: in the spool, and its name in the queue)."""
        given = (mailbox, arrival.source, envelope.thread_id, arrival.raw, arrival.received_at)
        delivery = Delivery(*given, audit.new_traceparent())
        if await self.recent.has(delivery):
            return
        if len(arrival.raw) > self.deliveries.largest:
            await self.spool.keep(delivery)
            delivery = replace(delivery, raw=None)
        await self.deliveries.put(delivery)
        await self.recent.add(delivery)


@dataclass(frozen=True, slots=True)
class Unread:
    """The envelope of a dead letter: nobody looks into what may have killed five consumers; the worker reads it with care."""

    message_id: str
    thread_id: str
    sender: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Consumer:
    """Takes deliveries into `messages`: threads side by side, a thread's mails one after the other."""

    deliveries: Deliveries
    queue: Queue
    spool: Spool
    peek: Callable[[bytes], Envelope]
    lease: timedelta = LEASE
    wait: float = 1.0
    drain: float = DRAIN
    buried_every: float = BURIED_EVERY

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then finish what is held within `drain` seconds; the rest comes again after its lease."""
        failures, due = 0, time.monotonic()
        while not stop.is_set():
            try:
                if time.monotonic() >= due:
                    await self._batch(await self.deliveries.buried(AT_ONCE), stop)
                    due = time.monotonic() + self.buried_every
                await self._batch(await self.deliveries.receive(AT_ONCE, self.wait), stop)
                failures = 0
            except (Temporary, Permanent, OSError) as away:
                failures += 1
                log.warning("The ingestion queue cannot be read now: %s", away)
                await _pause(stop, wait_before(failures).total_seconds())

    async def _batch(self, batch: Sequence[Held], stop: asyncio.Event) -> None:
        threads: dict[tuple[str, str], list[Held]] = defaultdict(list)
        for held in batch:
            threads[held.delivery.mailbox, held.delivery.thread].append(held)
        if threads:
            await _within(asyncio.gather(*(self._thread(thread, stop) for thread in threads.values())), stop, self.drain)

    async def _thread(self, thread: list[Held], stop: asyncio.Event) -> None:
        """What could not be taken keeps those behind it waiting: all of them come again, in their order."""

        async def extend() -> bool:
            for held in tuple(thread):
                if not await self.deliveries.extend(held, self.lease) and held in thread:
                    return False
            return True

        first = thread[0].delivery
        try:
            await keeping(extend, self.lease, self._take_all(thread, stop))
        except (Temporary, Permanent, LeaseLost) as lost:
            log.warning(
                "The delivery %s of %s was not taken in and comes again: %s", first.source, first.mailbox, lost or "its lease is over"
            )

    async def _take_all(self, thread: list[Held], stop: asyncio.Event) -> None:
        while thread:
            if not await self._take(thread[0], stop):
                break
            thread.pop(0)
        for left in reversed(thread):
            await self.deliveries.give_back(left)

    async def _take(self, held: Held, stop: asyncio.Event) -> bool:
        """Until Postgres has it, however long that takes: giving it back would only count against it. False where we stop before."""
        failures = 0
        while True:
            try:
                await self._ingest(held)
                break
            except Temporary as away:
                failures += 1
                log.warning("The delivery %s waits: %s", held.delivery.source, away)
                await _pause(stop, wait_before(failures).total_seconds())
                if stop.is_set():
                    return False
        await self.deliveries.done(held)
        return True

    async def _ingest(self, held: Held) -> None:
        delivery = held.delivery
        raw = await self.spool.raw(delivery)
        envelope = Unread(delivery.source, delivery.thread) if held.dead else await asyncio.to_thread(self.peek, raw)
        arrival = Arrival(delivery.source, raw, delivery.received_at)
        await self.queue.ingest(delivery.mailbox, arrival, envelope, delivery.traceparent)
        await self.spool.drop(delivery)


async def _within(work: "asyncio.Future[Any]", stop: asyncio.Event, drain: float) -> None:
    """Wait for the work, but not longer than `drain` seconds after `stop`."""
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({work}, timeout=drain)
    finally:
        stopping.cancel()
        work.cancel()
    with suppress(asyncio.CancelledError):
        await work


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
