"""One message a second and channel, with a burst of three: a bucket in Redis for all processes, one of our own where Redis is away."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from pipeline.errors import Temporary

EVERY_MS = 1000
BURST = 3
PATIENCE_MS = 5000
ASKING_SECONDS = 0.3

TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local wait = math.max(0, due - (ARGV[2] - 1) * ARGV[1] - now)
if wait > tonumber(ARGV[3]) then return -wait end
redis.call('SET', KEYS[1], due + ARGV[1], 'PX', ARGV[2] * ARGV[1] + wait + 60000)
return wait
"""
"""Reserves the next free moment and answers the ms until then; negative, and nothing reserved, where that is too far away."""


@dataclass(slots=True)
class Pace:
    """Waits until a channel may have another message; Temporary where that would take more than 5 s."""

    redis: Redis | None
    every_ms: int = EVERY_MS
    burst: int = BURST
    patience_ms: int = PATIENCE_MS
    _due: dict[str, int] = field(default_factory=dict)

    async def wait(self, channel: str) -> None:
        answer = await self._shared(channel)
        wait = self._own(channel) if answer is None else answer
        if wait < 0:
            raise Temporary(
                f"More messages wait for the channel {channel} than Slack takes.", timedelta(milliseconds=-wait - self.patience_ms // 2)
            )
        await asyncio.sleep(wait / 1000)

    async def _shared(self, channel: str) -> int | None:
        """The wait that all processes agree on, or None where Redis cannot be asked."""
        if self.redis is None:
            return None
        try:
            async with asyncio.timeout(ASKING_SECONDS):
                taken = self.redis.eval(TAKE, 1, f"pace:{channel}", str(self.every_ms), str(self.burst), str(self.patience_ms))
                return int(await taken)
        except (RedisError, OSError, TimeoutError):
            return None

    def _own(self, channel: str) -> int:
        now = int(time.monotonic() * 1000)
        due = max(self._due.get(channel, 0), now)
        wait = max(0, due - (self.burst - 1) * self.every_ms - now)
        if wait > self.patience_ms:
            return -wait
        self._due[channel] = due + self.every_ms
        return wait
