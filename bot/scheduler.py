"""What happens by the clock: figures are rolled up, subscriptions to new mail kept alive, and a digest tells what was filed."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.crontab import trigger
from bot.gatekeeper import Gatekeeper
from bot.refit.process import Refit
from bot.renewal import Subscription, look
from bot.store.database import Connection, Database
from bot.store.digests import Digests
from bot.store.figures import roll_up
from pipeline.errors import Temporary

log = logging.getLogger(__name__)

ROLL_UP_EVERY = timedelta(minutes=5)
LOOK_EVERY = timedelta(minutes=5)
LIVE_EVERY = timedelta(seconds=30)
"""So soon after one process learned, all others judge by what it learned."""
JUDGE_EVERY = timedelta(seconds=15)
"""So soon what people said of drafts counts for or against an intent."""
LEARN_EVERY = timedelta(hours=1)
AT_FIRST = timedelta(seconds=5)
"""Budgets that a new Redis counts have nothing to spend in their first seconds."""


async def keep_time(scheduler: AsyncIOScheduler, stop: asyncio.Event) -> None:
    """Run the jobs until `stop`; one that fails is logged and comes again at its next time."""
    scheduler.start()
    try:
        await stop.wait()
    finally:
        scheduler.shutdown(wait=False)


def schedule(
    database: Database,
    subscriptions: Sequence[Subscription],
    digests: Digests,
    digest_at: str,
    refit: Refit | None = None,
    gatekeeper: Gatekeeper | None = None,
) -> AsyncIOScheduler:
    """The jobs, none of them running; `digest_at` is a crontab line, in UTC. What a busy program is late for is done late, and once."""
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})
    soon = datetime.now(UTC) + AT_FIRST
    scheduler.add_job(_roll_up, "interval", args=(database,), seconds=ROLL_UP_EVERY.total_seconds(), next_run_time=soon)
    for each in subscriptions:
        scheduler.add_job(_look, "interval", args=(each,), seconds=LOOK_EVERY.total_seconds(), next_run_time=soon)
    scheduler.add_job(_digest, trigger(digest_at), args=(digests,), id="digest")
    if refit is not None:
        scheduler.add_job(refit.look, "interval", seconds=LIVE_EVERY.total_seconds(), id="live model")
        scheduler.add_job(refit.learn, "interval", seconds=LEARN_EVERY.total_seconds(), id="refit")
    if gatekeeper is not None:
        scheduler.add_job(gatekeeper.look, "interval", seconds=JUDGE_EVERY.total_seconds(), id="gate")
    return scheduler


async def _look(subscription: Subscription) -> None:
    await look(subscription, datetime.now(UTC))


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
