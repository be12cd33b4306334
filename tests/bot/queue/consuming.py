"""A consumer as a process of its own, with a fuse in it."""

import asyncio
import logging
import multiprocessing
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

from bot.intake import Consumer
from bot.mailbox.mime import peek
from bot.queue.spool import Spool
from bot.store.codec import PLAIN
from bot.store.database import connect
from bot.store.queue import Queue
from tests.bot.queue.back_ends import LEASE, BackEnd
from tests.faults.fuse import Fuse, Point

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["tests.bot.queue.consuming"])


@asynccontextmanager
async def consuming(back_end: BackEnd, folder: Path, point: Point | None = None) -> AsyncIterator[BaseProcess]:
    """Takes deliveries in until its fuse blows, or SIGTERM, which it obeys from the start; it does not outlive the block."""
    listening = context.Event()
    process = context.Process(target=_run, args=(back_end, folder, point, listening), daemon=True)
    process.start()
    try:
        assert await asyncio.to_thread(listening.wait, 20), "the consumer did not start: its error stands above"
        yield process
    finally:
        process.kill()
        process.join()


def _run(back_end: BackEnd, folder: Path, point: Point | None, listening: Event) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(filename=folder / "consumer.log", level=logging.INFO, format="%(process)d %(message)s")
    asyncio.run(_consume(back_end, Fuse(point), listening))


async def _consume(back_end: BackEnd, fuse: Fuse, listening: Event) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    listening.set()
    database = await connect(back_end.dsn, name="consumer", size=4)
    async with back_end.open() as deliveries:
        queue, spool = fuse.wrap("queue", Queue(database, PLAIN)), Spool(database, PLAIN)
        consumer = Consumer(fuse.wrap("deliveries", deliveries), queue, spool, peek, lease=LEASE, buried_every=0.3)
        await consumer.run(stop)
    await database.close()
