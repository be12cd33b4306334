"""The buckets that bot/budget.py asks: Redis (shared, quick), Postgres (shared, durable), and one of this process alone."""

import asyncio
import time
from dataclasses import dataclass, field

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.budget import SECOND, Account, Answer, Budgets, Limit, decide
from bot.store.database import Connection, Database
from pipeline.errors import Temporary

REDIS_SECONDS = 0.3
POSTGRES_SECONDS = 2.0

TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local every, burst, units, leave = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local patience, cold = tonumber(ARGV[5]), tonumber(ARGV[6])
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
if cold > 0 then
    local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
    local kept_run, since = string.match(redis.call('GET', KEYS[2]) or '', '(%w+) (%d+)')
    if kept_run ~= run then
        since = now
        redis.call('SET', KEYS[2], run .. string.format(' %.0f', now))
    end
    due = math.max(due, since + cold)
    if ARGV[7] == '1' then due = math.max(due, now + cold) end
end
local wait = math.max(0, due + (units + leave) * every - every * burst - now)
local granted = wait <= patience
if granted then due = due + units * every end
redis.call('SET', KEYS[1], string.format('%.0f', due), 'PX', math.ceil((due - now) / 1000) + 60000)
return {granted and 1 or 0, wait, string.format('%.0f', now)}
"""
"""`decide` of bot/budget.py by Redis's clock; a server that was flushed or started anew may have forgotten, so its buckets are empty."""
MEMORY = "budget:memory"
"""The run of the server that its buckets are from, and since when."""


@dataclass(frozen=True, slots=True)
class RedisBucket:
    """The wait that all processes agree on."""

    redis: Redis

    async def take(self, name: str, limit: Limit, units: int, *, empty: bool, leave: int = 0) -> Answer | None:
        given = (limit.every, limit.burst, units, leave, limit.patience, limit.cold, int(empty))
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                answered = self.redis.eval(TAKE, 2, f"budget:{name}", MEMORY, *map(str, given))
                granted, wait, now = await answered
        except (RedisError, OSError, TimeoutError):
            return None
        return Answer(bool(granted), int(wait), int(now))


@dataclass(frozen=True, slots=True)
class PostgresBucket:
    """The same by the database's clock; a reservation whose COMMIT was not heard of counts as made."""

    database: Database

    async def take(self, name: str, limit: Limit, units: int, *, empty: bool, leave: int = 0) -> Answer | None:
        async def reserve(connection: Connection) -> Answer:
            await connection.execute("insert into budgets (name, due) values ($1, 0) on conflict do nothing", name)
            due = await connection.fetchval("select due from budgets where name = $1 for update", name)
            now = await connection.fetchval("select (extract(epoch from clock_timestamp()) * 1000000)::bigint")
            answer, due = decide(due, now, limit, units, empty=empty or due == 0, leave=leave)
            await connection.execute("update budgets set due = $2 where name = $1", name, due)
            return answer

        try:
            async with asyncio.timeout(POSTGRES_SECONDS):
                return await self.database.run(reserve)
        except (Temporary, TimeoutError):
            return None


@dataclass(slots=True)
class OwnBucket:
    """Counts for this process alone: only for limits whose breach costs a 429."""

    _due: dict[str, int] = field(default_factory=dict)

    async def take(self, name: str, limit: Limit, units: int, *, empty: bool, leave: int = 0) -> Answer | None:
        now = int(time.monotonic() * SECOND)
        answer, self._due[name] = decide(self._due.get(name, 0), now, limit, units, empty=empty, leave=leave)
        return answer


def shared(redis: Redis, database: Database) -> Budgets:
    """What all processes count together: in Redis, in Postgres while that is away, and nothing may be used while both are."""
    return Budgets([RedisBucket(redis), PostgresBucket(database)])


def alone(limit: Limit, name: str = "of this check") -> Account:
    """A budget of this process alone, for the few calls of a check."""
    return Account(Budgets([OwnBucket()]), name, limit)
