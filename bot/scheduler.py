"""What happens by the clock: figures are rolled up, subscriptions to new mail kept alive, and a digest tells what was filed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from bot.store.database import Connection, Database
from bot.store.digests import Digests
from bot.store.figures import roll_up
from pipeline.errors import Temporary

log = logging.getLogger(__name__)

ROLL_UP_EVERY = timedelta(minutes=5)
RENEWALS_EVERY = timedelta(minutes=1)
Renewal = Callable[[], Awaitable[None]]
"""Looks whether something must be renewed, and renews it; it never raises what can pass."""


async def keep_time(database: Database, renewals: Sequence[Renewal], digests: Digests, digest_at: str, stop: asyncio.Event) -> None:
    """Run the jobs until `stop` (`digest_at` is a crontab line, in UTC); one that fails is logged and comes again at its next time."""
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1})
    scheduler.add_job(
        _roll_up,
        "interval",
        args=(database,),
        seconds=ROLL_UP_EVERY.total_seconds(),
        next_run_time=datetime.now(UTC) + timedelta(seconds=30),
    )
    for renewal in renewals:
        scheduler.add_job(renewal, "interval", seconds=RENEWALS_EVERY.total_seconds(), next_run_time=datetime.now(UTC))
    scheduler.add_job(_digest, CronTrigger.from_crontab(digest_at, timezone=UTC), args=(digests,))
    scheduler.start()
    try:
        await stop.wait()
    finally:
        scheduler.shutdown(wait=False)


async def _roll_up(database: Database) -> None:
    async def work(connection: Connection) -> None:
        today = datetime.now(UTC).date()
        await roll_up(connection, today - timedelta(days=1))
        await roll_up(connection, today)

    try:
        await database.run(work)
    except Temporary as error:
        log.warning("The daily figures were not rolled up: %s", error)


async def _digest(digests: Digests) -> None:
    """The minute names the digest: a second program whose clock strikes makes no second one."""
    try:
        await digests.gather(datetime.now(UTC).replace(second=0, microsecond=0))
    except Temporary as error:
        log.warning("The digest of filed mail was not written: %s", error)
