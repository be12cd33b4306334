"""What was put into the queue lately: a memory in Redis that saves work; that nothing is done twice rests on Postgres."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.queue import Delivery
from bot.queue.wire import identity

KEPT = timedelta(hours=1)
SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Recent:
    """Remembers deliveries after they were put, never before: a crash between the two costs a duplicate, not a mail."""

    redis: Redis
    queue: str
    kept: timedelta = KEPT

    async def has(self, delivery: Delivery) -> bool:
        """False as well where Redis cannot be asked."""
        try:
            async with asyncio.timeout(SECONDS):
                return bool(await self.redis.exists(self._key(delivery)))
        except (RedisError, OSError, TimeoutError):
            return False

    async def add(self, delivery: Delivery) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                await self.redis.set(self._key(delivery), "1", px=self.kept)
        except (RedisError, OSError, TimeoutError):
            return

    def _key(self, delivery: Delivery) -> str:
        return f"put:{self.queue}:{identity(delivery)}"
