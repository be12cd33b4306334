"""What happens by the clock: chores every so often, subscriptions kept alive, and a digest of what was filed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.crontab import trigger
from bot.renewal import Subscription, look
from bot.store.digests import Digests
from pipeline.errors import Temporary

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(minutes=5)
AT_FIRST = timedelta(seconds=5)
"""Budgets that a new Redis counts have nothing to spend in their first seconds."""


@dataclass(frozen=True, slots=True)
class Chore:
    """Work that is done every so often; `soon`: for the first time right after the start."""

    name: str
    every: timedelta
    work: Callable[[], Awaitable[object]]
    soon: bool = False


async def keep_time(scheduler: AsyncIOScheduler, stop: asyncio.Event) -> None:
    """Run the jobs until `stop`; one that fails is logged and comes again at its next time."""
    scheduler.start()
    try:
        await stop.wait()
    finally:
        scheduler.shutdown(wait=False)


def schedule(chores: Sequence[Chore], subscriptions: Sequence[Subscription], digests: Digests, digest_at: str) -> AsyncIOScheduler:
    """The jobs, none of them running; `digest_at` is a crontab line, in UTC. What a busy program is late for is done late, and once."""
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})
    soon = datetime.now(UTC) + AT_FIRST
    for chore in chores:
        first = {"next_run_time": soon} if chore.soon else {}
        scheduler.add_job(_tend, "interval", args=(chore,), seconds=chore.every.total_seconds(), id=chore.name, **first)
    for each in subscriptions:
        scheduler.add_job(_look, "interval", args=(each,), seconds=LOOK_EVERY.total_seconds(), next_run_time=soon)
    scheduler.add_job(_digest, trigger(digest_at), args=(digests,), id="digest")
    return scheduler


async def _tend(chore: Chore) -> None:
    try:
        await chore.work()
    except Temporary as error:
        log.warning("Not done now, but at the next time (%s): %s", chore.name, error)


async def _look(subscription: Subscription) -> None:
    await look(subscription, datetime.now(UTC))


async def _digest(digests: Digests) -> None:
    """The minute names the digest: a second program whose clock strikes makes no second one."""
    try:
        await digests.gather(datetime.now(UTC).replace(second=0, microsecond=0))
    except Temporary as error:
        log.warning("The digest of filed mail was not written: %s", error)
