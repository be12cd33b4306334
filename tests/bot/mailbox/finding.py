"""A process with a Gmail mailbox of its own, which looks for a draft as often as the shared budget lets it."""

import asyncio
import sys
import time
from dataclasses import replace
from pathlib import Path

from redis.asyncio import Redis

from bot.buckets import shared
from bot.budget import Account, gmail_units
from bot.mailbox.gmail import connect
from bot.mailbox.gmail_settings import GmailSettings
from bot.store import database as databases
from pipeline.errors import Temporary
from tests.gmail import INBOX, SEND_ID, Kept


async def _find(dsn: str, redis_url: str, settings: GmailSettings, until: float) -> int:
    database, looks = await databases.connect(dsn, name="finding", size=2), 0
    async with Redis.from_url(redis_url) as redis:
        limit = replace(gmail_units(settings.units_per_minute), trusting=True)
        mailbox = connect(settings, Kept(), Account(shared(redis, database), f"gmail:{INBOX}", limit))
        while time.time() < until:
            try:
                await mailbox.find("r-1/", SEND_ID)
                looks += 1
            except Temporary as later:
                await asyncio.sleep(later.retry_after.total_seconds() if later.retry_after else 0)
    await database.close()
    return looks


if __name__ == "__main__":
    dsn, redis_url, file, seconds = sys.argv[1:]
    settings = GmailSettings.model_validate_json(Path(file).read_text())
    print("ready", flush=True)  # noqa: T201  # the test starts all of us at once
    sys.stdin.readline()
    print(asyncio.run(_find(dsn, redis_url, settings, time.time() + float(seconds))))  # noqa: T201
