"""A process that spends a budget as fast as it may, and writes down every moment it was granted."""

import asyncio
import sys
import time
from pathlib import Path

from redis.asyncio import Redis

from bot.buckets import PostgresBucket, RedisBucket
from bot.budget import SECOND, Budgets, Limit
from bot.store.database import connect


async def _spend(dsn: str, redis_url: str, file: Path, seconds: float, limit: Limit) -> None:
    database, ends = await connect(dsn, name="spending", size=2), time.monotonic() + seconds
    async with Redis.from_url(redis_url) as redis:
        budgets, units = Budgets([RedisBucket(redis), PostgresBucket(database)]), 0
        with file.open("w") as written:
            while time.monotonic() < ends:
                units = units % limit.burst + 1
                answer = await budgets.take("gmail:support", limit, units)
                if answer is not None and answer.granted:
                    print(answer.now + answer.wait, units, file=written, flush=True)
                    await asyncio.sleep(answer.wait / SECOND)
                else:
                    await asyncio.sleep(0.005)
    await database.close()


if __name__ == "__main__":
    dsn, redis_url, file, seconds, every, burst, patience = sys.argv[1:]
    asyncio.run(_spend(dsn, redis_url, Path(file), float(seconds), Limit(int(every), int(burst), int(patience))))
