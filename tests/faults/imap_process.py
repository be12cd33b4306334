"""A whole bot as one process over an IMAP account, an SMTP server and PostgreSQL, with a fuse in it."""

import asyncio
import logging
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from bot.mailbox.imap import ImapMailbox, connect
from bot.mailbox.imap_settings import ImapSettings
from bot.store import database as databases
from bot.store.database import Database
from bot.store.mailboxes import MailboxMemory
from pipeline.ports import Mailbox
from tests.bot.scene import INBOX, Scene, Wrap, scene
from tests.faults.fuse import Fuse, Point
from tests.faults.process import HOLD, LEASE, POLL, SETTLES_WITHIN, through

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["tests.faults.imap_process"])


@contextmanager
def running(dsn: str, folder: Path, settings: ImapSettings, password: str, point: Point | None = None) -> Iterator[BaseProcess]:
    """A bot that works until one mail is through, or its fuse blows; it does not outlive the block."""
    process = context.Process(target=_run, args=(dsn, folder, settings, password, point), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def _run(dsn: str, folder: Path, settings: ImapSettings, password: str, point: Point | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(filename=folder / "bot.log", level=logging.INFO, format="%(process)d %(message)s")
    os.environ[settings.password_env] = password
    asyncio.run(_bot(dsn, folder, settings, Fuse(point)))


async def _bot(dsn: str, folder: Path, settings: ImapSettings, fuse: Fuse) -> None:
    database = await databases.connect(dsn, name="faults", size=6, longest=timedelta(seconds=3))
    mailbox = wrapped(connect(settings, fuse.wrap("memory", MailboxMemory(database, INBOX))), fuse.wrap)
    bot = over(scene(database, dsn, folder, lease=LEASE, poll=POLL, wrap=fuse.wrap, hold=HOLD), fuse.wrap("mailbox", mailbox))
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for loop in (bot.ingest.run, bot.worker.run, bot.outbox.run):
            group.create_task(loop(stop))
        await through(database, 1)
        stop.set()
    mailbox.close()
    await database.close()


def wrapped(mailbox: ImapMailbox, wrap: Wrap) -> ImapMailbox:
    """The mailbox with a fuse round its inner parts."""
    settles = timedelta(seconds=SETTLES_WITHIN)
    return replace(
        mailbox, settles_within=settles, drafts=wrap("drafts", mailbox.drafts), submission=wrap("submission", mailbox.submission)
    )


def over(bot: Scene, mailbox: Mailbox | Any) -> Scene:
    """The scene with another mailbox than its Maildir."""
    sender = replace(bot.outbox.sender, mailboxes={INBOX: mailbox})
    return replace(bot, ingest=replace(bot.ingest, mailbox=mailbox), outbox=replace(bot.outbox, sender=sender))


async def first_look(database: Database, settings: ImapSettings) -> None:
    """Let reading begin at now, as the first start does."""
    mailbox = connect(settings, MailboxMemory(database, INBOX))
    await mailbox.arrivals(1)
    mailbox.close()
