"""An outbox over one mailbox with the settings that ship: in this process, or in one that dies at a point."""

import asyncio
import logging
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from bot.buckets import alone
from bot.budget import GRAPH, gmail_units
from bot.crew import POLL
from bot.leases import LEASE
from bot.mailbox import imap, maildir, outlook
from bot.mailbox.gmail_settings import GmailSettings
from bot.mailbox.imap_settings import ImapSettings
from bot.outbox import Outbox
from bot.store import database as databases
from bot.store.database import Database
from pipeline.ports import Mailbox
from tests.bot.scene import INBOX, Scene, Wrap, scene, untouched
from tests.faults.fuse import Fuse, Point
from tests.mail.account import Kept

DIES_WITHIN = 60.0
Open = Callable[[], AbstractAsyncContextManager[Mailbox]]
"""Connects to a mailbox as a new process would; a process that is given it can do so too."""


@asynccontextmanager
async def open_gmail(settings: GmailSettings) -> AsyncIterator[Mailbox]:
    from bot.mailbox import gmail

    yield gmail.connect(settings, Kept(), alone(gmail_units(settings.units_per_minute)))


@asynccontextmanager
async def open_outlook(settings: outlook.OutlookSettings) -> AsyncIterator[Mailbox]:
    mailbox = outlook.connect(settings, Kept(), alone(GRAPH))
    try:
        yield mailbox
    finally:
        await mailbox.close()


@asynccontextmanager
async def open_imap(settings: ImapSettings, password: str) -> AsyncIterator[Mailbox]:
    os.environ[settings.password_env] = password
    mailbox = imap.connect(settings, Kept())
    try:
        yield mailbox
    finally:
        mailbox.close()


@asynccontextmanager
async def open_maildir(folder: Path) -> AsyncIterator[Mailbox]:
    yield maildir.connect(INBOX, folder)


async def database(dsn: str) -> Database:
    """One connection a bot: many of them share the server."""
    return await databases.connect(dsn, name="waits", size=1)


def bot(database: Database, dsn: str, folder: Path, wrap: Wrap = untouched, poll: float = POLL) -> Scene:
    return scene(database, dsn, folder, lease=LEASE.total_seconds(), poll=poll, wrap=wrap)


def outbox(stage: Scene, mailbox: Mailbox) -> Outbox:
    """The scene's outbox over this mailbox."""
    return replace(stage.outbox, sender=replace(stage.outbox.sender, mailboxes={INBOX: mailbox}))


async def dies(dsn: str, folder: Path, open_mailbox: Open, point: Point) -> None:
    """Let an outbox work in a process of its own until it is killed at the point."""
    context = multiprocessing.get_context("forkserver")
    process = context.Process(target=_run, args=(dsn, folder, open_mailbox, point), daemon=True)
    process.start()
    try:
        async with asyncio.timeout(DIES_WITHIN):
            while process.is_alive():  # noqa: ASYNC110  # another process ends
                await asyncio.sleep(0.05)
    finally:
        process.kill()
        process.join()
    assert process.exitcode == -signal.SIGKILL, (folder / "bot.log").read_text()


def _run(dsn: str, folder: Path, open_mailbox: Open, point: Point) -> None:
    logging.basicConfig(filename=folder / "bot.log", level=logging.INFO, format="%(process)d %(message)s")
    asyncio.run(_work(dsn, folder, open_mailbox, Fuse(point)))


async def _work(dsn: str, folder: Path, open_mailbox: Open, fuse: Fuse) -> None:
    async with open_mailbox() as mailbox:
        stage = bot(await database(dsn), dsn, folder, fuse.wrap)
        await outbox(stage, fuse.wrap("mailbox", mailbox)).run(asyncio.Event())
