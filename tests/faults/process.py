"""A whole bot as one process over a Maildir and PostgreSQL: ingest, worker and outbox, with a fuse in it."""

import asyncio
import logging
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

from bot.store import database as databases
from bot.store.database import Database
from pipeline.email import Email
from pipeline.errors import Temporary
from tests.bot.scene import read, scene
from tests.faults.fuse import Fuse, Point

LEASE = 0.5
SETTLES_WITHIN = 0.2
POLL = 0.05
HOLD = timedelta(seconds=0.4)
DONE = """
select count(*) filter (where status not in ('queued', 'working', 'review', 'scheduled', 'approved')) >= $1
   and count(*) filter (where status in ('queued', 'working', 'review', 'scheduled', 'approved')) = 0
   and not exists (select 1 from effects where state = 'pending')
from messages
"""

# A fork of a process that has imported everything: as real as any other, and there in a few milliseconds.
context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["tests.faults.process"])


@contextmanager
def running(dsn: str, folder: Path, mails: int, point: Point | None = None) -> Iterator[BaseProcess]:
    """A bot that works until `mails` mails are through, or its fuse blows; it does not outlive the block."""
    process = context.Process(target=_run, args=(dsn, folder, mails, point), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def _run(dsn: str, folder: Path, mails: int, point: Point | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(filename=folder / "bot.log", level=logging.INFO, format="%(process)d %(message)s")
    asyncio.run(_bot(dsn, folder, mails, Fuse(point)))


async def _bot(dsn: str, folder: Path, mails: int, fuse: Fuse) -> None:
    database = await databases.connect(dsn, name="faults", size=6, longest=timedelta(seconds=3))
    bot = scene(database, dsn, folder, lease=LEASE, settles_within=SETTLES_WITHIN, poll=POLL, wrap=fuse.wrap, hold=HOLD)
    if fuse.point is not None and fuse.point.name == "poison":
        bot = replace(bot, worker=replace(bot.worker, read=poisonous))
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for loop in (bot.ingest.run, bot.worker.run, bot.outbox.run):
            group.create_task(loop(stop))
        await through(database, mails)
        stop.set()
    await database.close()


async def through(database: Database, mails: int) -> None:
    """Return once this many mails came to an end and nothing is left to do."""
    done = False
    while not done:
        with suppress(Temporary):
            done = await database.run(lambda connection: connection.fetchval(DONE, mails))
        await asyncio.sleep(0.03)


async def poisonous(raw: bytes, source: str, received_at: datetime) -> Email:
    """A parser that a certain mail kills."""
    if b"poison" in raw:
        os.kill(os.getpid(), signal.SIGKILL)
    return await read(raw, source, received_at)
