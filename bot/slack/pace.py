"""One message a second and channel, with a burst of three: a budget that all processes share."""

import asyncio
from dataclasses import dataclass, field

from redis.asyncio import Redis

from bot.buckets import OwnBucket, PostgresBucket, RedisBucket
from bot.budget import SECOND, UNANSWERED, Bucket, Budgets, Limit, retry_after
from bot.store.database import Database
from pipeline.errors import Temporary

EVERY_MS = 1000
BURST = 3
PATIENCE_MS = 5000


@dataclass(slots=True)
class Pace:
    """Waits until a channel may have another message; Temporary where that would take more than 5 s.

    While Redis is away Postgres counts. Without a `database` each process counts for itself then: a message too many costs a 429.
    """

    redis: Redis | None
    every_ms: int = EVERY_MS
    burst: int = BURST
    patience_ms: int = PATIENCE_MS
    database: Database | None = None
    _limit: Limit = field(init=False)
    _budgets: Budgets = field(init=False)

    def __post_init__(self) -> None:
        self._limit = Limit(self.every_ms * 1000, self.burst, self.patience_ms * 1000, trusting=True)
        shared: list[Bucket] = [RedisBucket(self.redis)] if self.redis is not None else []
        self._budgets = Budgets([*shared, OwnBucket() if self.database is None else PostgresBucket(self.database)])

    async def wait(self, channel: str) -> None:
        answer = await self._budgets.take(f"slack:{channel}", self._limit)
        if answer is None:
            raise Temporary(f"Nobody can say when the channel {channel} may have another message. Check Redis and PostgreSQL.", UNANSWERED)
        if not answer.granted:
            raise Temporary(f"More messages wait for the channel {channel} than Slack takes.", retry_after(answer, self._limit))
        await asyncio.sleep(answer.wait / SECOND)
