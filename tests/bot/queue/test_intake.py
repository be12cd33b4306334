"""From the mailbox through an ingestion queue into `messages`: nothing lost, nothing twice, whoever dies on the way."""

import asyncio
import os
import signal
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.intake import Consumer, Intake
from bot.mailbox.mime import peek
from bot.queue import MOST_ATTEMPTS, Deliveries
from bot.queue.recent import Recent
from bot.queue.spool import Spool
from bot.store.codec import PLAIN
from bot.store.database import Database, connect
from bot.store.queue import Queue
from pipeline.email import MailboxId
from pipeline.errors import Temporary
from pipeline.ports import Arrival
from tests.bot.queue.back_ends import KINDS, BackEnd, Kind
from tests.bot.queue.consuming import consuming
from tests.bot.scene import until as holds
from tests.faults.fuse import Point

FULL = bool(os.environ.get("TRIAGE_FULL"))
INBOX = MailboxId("support@larkspur.example")
AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
STEPS = ("deliveries.receive", "queue.ingest", "deliveries.done")
POINTS = [Point(step, when, nth) for step in STEPS for when in ("before", "after") for nth in (1, 3)]
SLICE: dict[Kind, Point] = {"postgres": Point("queue.ingest", "after", 3), "sqs": Point("deliveries.receive", "after")}
LARGE = 25_000_000 if FULL else 7_500_000
MAILS = 24
"""More than two receipts bring from any of the queues, so that whoever dies at the third leaves something undone."""
NOBODY_LISTENS = "redis://127.0.0.1:1"


def mail(name: str, thread: str, text: str = "Hello") -> bytes:
    return (
        f"From: carla@customers.example\r\nSubject: {name}\r\nMessage-ID: <{name}@x>\r\nReferences: <{thread}@x>\r\n\r\n{text}\r\n".encode()
    )


@dataclass(frozen=True, slots=True)
class World:
    """One queue with both ends."""

    database: Database
    deliveries: Deliveries
    intake: Intake
    consumer: Consumer

    async def put(self, name: str, raw: bytes) -> None:
        await self.intake.ingest(INBOX, Arrival(name, raw, AT), peek(raw))

    async def rows(self) -> list[tuple[str, str]]:
        """Source and thread of every case, in the order of their arrival."""
        rows = await self.database.run(lambda connection: connection.fetch("select source, thread_id from messages order by id"))
        return [(row["source"], row["thread_id"]) for row in rows]

    async def none(self, table: str) -> bool:
        return await self.value(f"select count(*) from {table}") == 0

    async def value(self, sql: str) -> object:
        return await self.database.run(lambda connection: connection.fetchval(sql))


@asynccontextmanager
async def world(back_end: BackEnd, redis_url: str = NOBODY_LISTENS) -> AsyncIterator[World]:
    database = await connect(back_end.dsn, name="test", size=6)
    async with back_end.open() as deliveries, Redis.from_url(redis_url) as redis:
        spool, queue = Spool(database, PLAIN), Queue(database, PLAIN)
        intake = Intake(deliveries, spool, Recent(redis, deliveries.name))
        yield World(database, deliveries, intake, Consumer(deliveries, queue, spool, peek, wait=0.2, buried_every=0.3))
    await database.close()


@asynccontextmanager
async def running(consumer: Consumer) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(consumer.run(stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await task


async def taken_in(world: World, cases: int) -> None:
    async def there() -> bool:
        return await world.value("select count(*) from messages") == cases

    await holds(there)


async def empty(world: World) -> None:
    """Wait until nothing is left to be taken in: whatever was not acknowledged came again, and changed nothing."""
    deadline = time.monotonic() + 1.1
    while time.monotonic() < deadline:
        assert not await world.deliveries.receive(1, 0.3)
    assert not await world.deliveries.buried(1)


async def test_mails_small_and_large_become_cases_once_and_keep_their_trace(back_end: BackEnd, redis_url: str) -> None:
    async with world(back_end, redis_url) as here, running(here.consumer):
        large = mail("large", "a", "x" * LARGE)
        for name, raw in (("first", mail("first", "a")), ("large", large), ("last", mail("last", "a"))):
            await here.put(name, raw)
            await here.put(name, raw)
        await taken_in(here, 3)
        assert await here.rows() == [("first", "a@x"), ("large", "a@x"), ("last", "a@x")]
        kept = await here.value("select data from bodies join messages m on m.id = message_id where m.source = 'large'")
        assert kept == large
        await holds(lambda: here.none("spool"))
        await holds(lambda: here.none("deliveries"))
        assert await here.value("select bool_and(received_at = '2026-03-01T09:30Z') from messages") is True
        assert await here.value("select count(distinct traceparent) from messages") == 3


async def test_duplicates_are_harmless_without_redis(back_end: BackEnd) -> None:
    async with world(back_end) as here:
        for _ in range(2):
            for number in range(6):
                await here.put(f"m{number}", mail(f"m{number}", f"t{number % 2}"))
        async with running(here.consumer):
            await taken_in(here, 6)
            await here.put("m0", mail("m0", "t0"))
            await here.put("end", mail("end", "t0"))
            await taken_in(here, 7)
        assert sorted(await here.rows()) == [("end", "t0@x"), *((f"m{number}", f"t{number % 2}@x") for number in range(6))]


CASES = [(kind, point) for kind in KINDS for point in POINTS] if FULL else list(SLICE.items())


@pytest.mark.parametrize(("back_end", "point"), CASES, indirect=["back_end"], ids=lambda value: str(value))
async def test_a_consumer_killed_on_the_way_loses_nothing_and_doubles_nothing(back_end: BackEnd, point: Point, tmp_path: Path) -> None:
    wanted = defaultdict[str, list[str]](list)
    async with world(back_end) as here:
        for number in range(MAILS):
            name, thread = f"m{number}", f"t{number % 3}"
            wanted[f"{thread}@x"].append(name)
            await here.put(name, mail(name, thread))
        async with consuming(back_end, tmp_path, point) as victim:
            await asyncio.to_thread(victim.join, 20)
            assert victim.exitcode == -signal.SIGKILL
            assert len(await here.rows()) < MAILS
        async with consuming(back_end, tmp_path) as second:
            await taken_in(here, MAILS)
            await asyncio.sleep(0.1)
            second.terminate()
            await asyncio.to_thread(second.join, 10)
            assert second.exitcode == 0
        found = defaultdict[str, list[str]](list)
        for source, thread in await here.rows():
            found[thread].append(source)
        assert found == wanted
        await empty(here)


class Away:
    """A `messages` that cannot be reached for a while."""

    def __init__(self, queue: Queue) -> None:
        self.queue, self.failures, self.asked = queue, 1, 0
        self.was_asked = asyncio.Event()

    async def ingest(self, *given: object) -> object:
        self.asked += 1
        self.was_asked.set()
        if self.asked <= self.failures:
            raise Temporary("The database did not answer.")
        return await self.queue.ingest(*given)  # type: ignore[arg-type]  # handed on as it came


@pytest.mark.parametrize("back_end", ["postgres"], indirect=True)
async def test_while_postgres_is_away_a_delivery_is_kept_not_counted_down(back_end: BackEnd) -> None:
    async with world(back_end) as here:
        away = Away(here.consumer.queue)
        await here.put("m", mail("m", "t"))
        consumer = replace(here.consumer, queue=away, lease=timedelta(seconds=0.6))  # type: ignore[arg-type]  # it stands in the way
        async with running(consumer):
            async with asyncio.timeout(10):
                while not await here.value("select count(*) from messages"):
                    assert await here.value("select coalesce(max(attempts), 1) from deliveries where attempts > 0") == 1
                    await asyncio.sleep(0.05)


@pytest.mark.parametrize("back_end", ["postgres"], indirect=True)
async def test_at_the_end_of_the_program_what_is_not_safe_is_given_back(back_end: BackEnd) -> None:
    async with world(back_end) as here:
        away = Away(here.consumer.queue)
        away.failures = 1000
        await here.put("m", mail("m", "t"))
        async with running(replace(here.consumer, queue=away)):  # type: ignore[arg-type]
            await away.was_asked.wait()
        [held] = await here.deliveries.receive(1, 0)
        assert held.attempt == 2


async def test_a_dead_letter_becomes_a_case_too_without_anybody_looking_into_it(back_end: BackEnd) -> None:
    async with world(back_end) as here:
        await here.put("killer", mail("killer", "t"))
        for _ in range(MOST_ATTEMPTS):
            [held] = await here.deliveries.receive(1, 1.0)
            await here.deliveries.give_back(held)
        assert not await here.deliveries.receive(1, 0.2)
        async with running(here.consumer):
            await taken_in(here, 1)
        assert (
            await here.value("select rfc822_message_id || '|' || thread_id || '|' || sender || '|' || subject from messages")
            == "killer|t@x||"
        )
        assert not await here.deliveries.buried(1)
