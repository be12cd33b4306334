"""Keeps providers notifying us: each subscription is renewed daily, and its near end is an alarm."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from pipeline.errors import Misconfigured, Permanent, Temporary

log = logging.getLogger(__name__)

DAILY = timedelta(days=1)
LOOK_EVERY = timedelta(minutes=10)
ALARM = timedelta(days=2)

Renew = Callable[[], Awaitable[datetime]]


@dataclass
class Renewal:
    """One subscription: `renew` gives the time until which it now holds. What fails is tried again at the next look."""

    name: str
    renew: Renew
    every: timedelta = DAILY
    renewed: datetime | None = field(default=None, init=False)
    until: datetime | None = field(default=None, init=False)

    async def look(self, now: datetime) -> None:
        """Renew if it is due; an error in the log once the end is nearer than two days, or nobody knows it."""
        if self.renewed is not None and now - self.renewed < self.every:
            return
        try:
            self.until = await self.renew()
            self.renewed = now
        except (Temporary, Permanent, Misconfigured) as failed:
            ends = "has not begun" if self.until is None else f"ends at {self.until:%Y-%m-%d %H:%M} UTC"
            near = self.until is None or self.until - now < ALARM
            log.log(logging.ERROR if near else logging.WARNING, "Being notified of new mail in %s %s: %s", self.name, ends, failed)


async def keep_renewed(renewals: Mapping[str, Renew], stop: asyncio.Event) -> None:
    """Renew at once, and daily from then on, until `stop`. Meanwhile polling finds what nobody tells."""
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1})
    for name, renew in renewals.items():
        scheduler.add_job(
            _look, "interval", args=(Renewal(name, renew),), seconds=LOOK_EVERY.total_seconds(), next_run_time=datetime.now(UTC)
        )
    scheduler.start()
    try:
        await stop.wait()
    finally:
        scheduler.shutdown(wait=False)


async def _look(renewal: Renewal) -> None:
    await renewal.look(datetime.now(UTC))
