"""The default ingestion queue: the `deliveries` table of the database that we have anyway."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from bot.queue import LEASE, MOST_ATTEMPTS, Delivery, Held
from bot.store.bell import Bell
from bot.store.codec import Codecs
from bot.store.database import Connection, Database
from pipeline.email import MailboxId

DELIVERIES = "triage_deliveries"
LARGEST = 64 * 1024 * 1024

PUT = """
insert into deliveries (mailbox_id, source, thread, received_at, traceparent, codec, data) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (mailbox_id, source) do nothing
"""

BURY = """
update deliveries set state = 'dead', lease_token = null, lease_until = null where id in (
    select id from deliveries where state = 'waiting' and attempts >= $1 and lease_until < statement_timestamp() for update skip locked)
"""

CLAIM = """
with due as (
    select d.id from deliveries d
    where d.state = $3 and (d.lease_until is null or d.lease_until < statement_timestamp())
      and not exists (select 1 from deliveries e where e.mailbox_id = d.mailbox_id and e.thread = d.thread and e.id < d.id and e.state = $3)
    order by d.id limit $1 for update of d skip locked
)
update deliveries d set attempts = attempts + 1, lease_token = gen_random_uuid(), lease_until = clock_timestamp() + $2
from due where d.id = due.id returning d.*
"""


@dataclass(frozen=True, slots=True)
class PostgresDeliveries:
    """Implements Deliveries; of one thread, one delivery is held at a time."""

    database: Database
    codec: Codecs
    bell: Bell
    lease: timedelta = LEASE
    name: str = "postgres"
    largest: int = LARGEST

    async def put(self, delivery: Delivery) -> None:
        data = None if delivery.raw is None else self.codec.encode(delivery.raw)
        key = (delivery.mailbox, delivery.source, delivery.thread)
        given = (*key, delivery.received_at, delivery.traceparent, self.codec.name, data)

        async def insert(connection: Connection) -> None:
            await connection.execute(PUT, *given)
            await connection.execute("select pg_notify($1, '')", DELIVERIES)

        await self.database.run(insert)

    async def receive(self, most: int, wait: float) -> Sequence[Held]:
        seen = self.bell.count
        found = await self._claim(most, "waiting")
        if not found and wait > 0:
            await self.bell.wait(seen, wait)
            found = await self._claim(most, "waiting")
        return found

    async def extend(self, held: Held, lease: timedelta) -> bool:
        sql = "update deliveries set lease_until = clock_timestamp() + $2 where lease_token = $1 returning id"
        return await self.database.run(lambda connection: connection.fetchval(sql, UUID(held.token), lease)) is not None

    async def done(self, held: Held) -> None:
        await self._end("delete from deliveries where lease_token = $1", held)

    async def give_back(self, held: Held) -> None:
        await self._end("update deliveries set lease_until = clock_timestamp() where lease_token = $1", held)

    async def buried(self, most: int) -> Sequence[Held]:
        return await self._claim(most, "dead")

    async def _claim(self, most: int, state: str) -> Sequence[Held]:
        async def claim(connection: Connection) -> Sequence[asyncpg.Record]:
            await connection.execute(BURY, MOST_ATTEMPTS)
            return await connection.fetch(CLAIM, most, self.lease, state)

        rows = await self.database.run(claim)
        return [self._held(row) for row in sorted(rows, key=lambda row: int(row["id"]))]

    async def _end(self, sql: str, held: Held) -> None:
        async def end(connection: Connection) -> None:
            await connection.execute(sql, UUID(held.token))
            await connection.execute("select pg_notify($1, '')", DELIVERIES)

        await self.database.run(end)

    def _held(self, row: asyncpg.Record) -> Held:
        raw = None if row["data"] is None else self.codec.decode(row["codec"], row["data"])
        mailbox, at = MailboxId(row["mailbox_id"]), row["received_at"]
        delivery = Delivery(mailbox, row["source"], row["thread"], raw, at, row["traceparent"])
        return Held(delivery, str(row["lease_token"]), row["attempts"], row["state"] == "dead")


@asynccontextmanager
async def connect(database: Database, dsn: str, codec: Codecs, *, lease: timedelta = LEASE) -> AsyncIterator[PostgresDeliveries]:
    """Over an open database; listens on `dsn` for what others put."""
    bell = Bell(dsn, DELIVERIES)
    listening = asyncio.ensure_future(bell.listen())
    try:
        yield PostgresDeliveries(database, codec, bell, lease)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
