"""What Slack has already delivered: a memory in Redis for speed; what must be right rests on Postgres."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

KEPT = timedelta(hours=1)
"""Slack repeats an event at once, after a minute and after five."""
SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class RedisSeen:
    """Implements handlers.desk.Seen."""

    redis: Redis
    kept: timedelta = KEPT

    async def first(self, key: str) -> bool:
        """True for the first caller; True as well where Redis cannot be asked, for a repeated move is refused by its revision."""
        try:
            async with asyncio.timeout(SECONDS):
                return bool(await self.redis.set(f"seen:{key}", "1", nx=True, px=self.kept))
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("Redis could not be asked whether a delivery is new (%s); it is treated as new.", type(error).__name__)
            return True
