"""Working under a lease: keeping it alive while the work lasts, and how long to wait before the next try."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any

from bot.store.effects import LeaseLost
from pipeline.errors import Temporary

LEASE = timedelta(seconds=30)
LONGEST_WAIT = 64.0


async def keeping(extend: Callable[[], Awaitable[bool]], lease: timedelta, work: Coroutine[Any, Any, None]) -> None:
    """Do the work and renew the lease three times in its span. Raises LeaseLost (and cancels the work) where it was lost."""
    task = asyncio.ensure_future(work)
    beat = asyncio.ensure_future(_beat(extend, lease.total_seconds() / 3))
    try:
        await asyncio.wait({task, beat}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise LeaseLost
        task.result()
    finally:
        for one in (task, beat):
            one.cancel()
        await asyncio.gather(task, beat, return_exceptions=True)


async def _beat(extend: Callable[[], Awaitable[bool]], seconds: float) -> None:
    """Return once the lease is lost; a database that does not answer is asked again, the token decides in the end."""
    held = True
    while held:
        await asyncio.sleep(seconds)
        try:
            held = await extend()
        except Temporary:
            continue


def wait_before(attempt: int) -> timedelta:
    """Exponential backoff with jitter: about 2, 4, 8, ... seconds, at most 64."""
    return timedelta(seconds=min(2.0 ** min(attempt, 10) * random.uniform(0.5, 1.0), LONGEST_WAIT))  # noqa: S311  # spreads retries, guards nothing
