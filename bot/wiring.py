"""The one place that knows every part: settings in, a program of loops out."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from pydantic import SecretStr
from redis.asyncio import Redis

from blocks.home import Health
from bot.embedded import Services
from bot.house import load as load_house
from bot.ingest import Ingest
from bot.mailbox import maildir, mime
from bot.mailbox.language import language
from bot.outbox import Outbox
from bot.scheduler import keep_time
from bot.sending import Sender
from bot.settings import MaildirEntry, Settings
from bot.slack.app import SlackSettings, patient_client, permalinks, posting_client
from bot.slack.board import SlackBoard
from bot.slack.connection import Connection
from bot.slack.directory import SlackDirectory
from bot.slack.pace import Pace
from bot.slack.rooms import Rooms
from bot.slack.seen import RedisSeen
from bot.store.bell import CASES, EFFECTS, Bell
from bot.store.cards import Cards
from bot.store.cases import PostgresCases, no_permalink
from bot.store.codec import PLAIN
from bot.store.database import Database, connect
from bot.store.digests import Digests
from bot.store.effects import EffectQueue
from bot.store.queue import Queue
from bot.store.sends import Sends
from bot.web import serving
from bot.worker import Worker
from handlers.desk import Desk
from pipeline import flow, plan
from pipeline.case import CaseId, History, Triaged
from pipeline.effects import EffectType
from pipeline.email import Email, MailboxId
from pipeline.errors import Misconfigured, Temporary
from pipeline.house import House
from pipeline.people import People
from pipeline.ports import Mailbox
from pipeline.stages.lint import lint

log = logging.getLogger(__name__)

WARM = "The first mail must not wait until the language model is read from the disk."
Loop = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Program:
    """`loops` run side by side until their event is set; `web` serves health and metrics and gives its port."""

    loops: Mapping[str, Loop]
    web: Callable[[], AbstractAsyncContextManager[int]]


@asynccontextmanager
async def wired(settings: Settings, services: Services) -> AsyncIterator[Program]:
    """Connect every part; nothing works yet. Raises Misconfigured for what an operator forgot, Permanent for what Slack refuses."""
    slack = _slack(settings)
    mailboxes = _mailboxes(settings.mailboxes)
    believed = frozenset(MailboxId(entry.address) for entry in settings.mailboxes if entry.trust_spam_headers)
    house = replace(await load_house(settings.policies, settings.templates, settings.data / "cache"), spam_headers=believed)
    await asyncio.to_thread(language, WARM)
    _check_inboxes(mailboxes, house)
    async with AsyncExitStack() as stack:
        database = await connect(services.database_url, name="triage", size=16)
        stack.push_async_callback(database.close)
        redis: Redis = Redis.from_url(services.redis_url)
        stack.push_async_callback(redis.aclose)
        parts = _Parts(settings, services.database_url, database, redis, house, mailboxes, slack, await _links(slack))
        connection = Connection(slack)
        desk = _desk(parts, connection)
        loops = _triage_loops(parts)
        loops |= {name: outbox.run for name, outbox in _outboxes(parts).items()}
        loops |= {
            "slack": partial(connection.listen, desk),
            "clock": partial(keep_time, database, Digests(database, PLAIN), settings.digest_at),
        }
        yield Program(loops, lambda: serving(settings.host, settings.port, database.pool, connection.connected))


@dataclass(frozen=True, slots=True)
class _Parts:
    settings: Settings
    database_url: str
    database: Database
    redis: Redis
    house: House
    mailboxes: Mapping[MailboxId, Mailbox]
    slack: SlackSettings
    permalink: Callable[[str, str], str]

    @property
    def cases(self) -> PostgresCases:
        return PostgresCases(self.database, PLAIN, self.permalink)

    @property
    def directory(self) -> SlackDirectory:
        return SlackDirectory(patient_client(self.slack))

    def people(self) -> People:
        return self.house.people


def _desk(parts: _Parts, connection: Connection) -> Desk:
    return Desk(
        cases=parts.cases,
        people=parts.people,
        directory=parts.directory,
        clock=lambda: datetime.now(UTC),
        lint=lambda draft, email: lint(draft, email, parts.house),
        health=partial(_health, parts, connection),
        seen=RedisSeen(parts.redis),
    )


def _triage_loops(parts: _Parts) -> dict[str, Loop]:
    queue = Queue(parts.database, PLAIN)
    worker = Worker(
        queue=queue,
        bell=Bell(parts.database_url, CASES),
        read=partial(_read, frozenset(name for entry in parts.settings.mailboxes for name in entry.authserv_ids)),
        triage=partial(_triage, parts.house),
        plan=plan.effects,
        concurrency=parts.settings.workers,
    )
    ingests = (Ingest(queue, mailbox, mime.peek, parts.settings.poll_seconds) for mailbox in parts.mailboxes.values())
    return {"worker": worker.run, **{f"ingest {ingest.mailbox.id}": ingest.run for ingest in ingests}}


def _outboxes(parts: _Parts) -> dict[str, Outbox]:
    """New cards, as many as Slack takes; and beside them whatever somebody is waiting for."""
    effects, cards, directory = EffectQueue(parts.database, PLAIN), Cards(parts.database), parts.directory
    client, digests = posting_client(parts.slack), Digests(parts.database, PLAIN)
    sender = Sender(
        effects=effects,
        cases=parts.cases,
        sends=Sends(parts.database, PLAIN),
        cards=cards,
        mailboxes=parts.mailboxes,
        people=parts.people,
        directory=directory,
        company=parts.house.company.name,
    )
    board = SlackBoard(client, Rooms(client, directory, parts.people), Pace(parts.redis))
    types: dict[str, tuple[EffectType, ...]] = {
        "posts": ("post_card", "notify", "post_digest"),
        "answers": ("send_reply", "update_card", "update_digest"),
    }
    return {
        name: Outbox(effects, Bell(parts.database_url, EFFECTS), parts.cases, cards, digests, board, sender, each)
        for name, each in types.items()
    }


def _read(authserv_ids: frozenset[str], raw: bytes, source: str, received_at: datetime) -> Email:
    return mime.read(raw, source, received_at, authserv_ids)


async def _triage(house: House, email: Email, mailbox: MailboxId, history: History, now: datetime, case: CaseId) -> Triaged:
    return await flow.triage(email, mailbox, history, house, now, time.monotonic, case)


def _slack(settings: Settings) -> SlackSettings:
    bot_token = _token("SLACK_BOT_TOKEN", settings.slack_bot_token, "xoxb-")
    app_token = _token("SLACK_APP_TOKEN", settings.slack_app_token, "xapp-")
    return SlackSettings(bot_token, app_token, settings.slack_api_url)


def _token(name: str, token: SecretStr | None, shape: str) -> SecretStr:
    if token is None:
        raise Misconfigured(
            name, f'it is not set. Copy the {shape}... token from your Slack app\'s page: README, "Run it with a real Slack".'
        )
    if not token.get_secret_value().startswith(shape):
        raise Misconfigured(name, f"it does not start with {shape}. Were the two tokens swapped?")
    return token


async def _links(slack: SlackSettings) -> Callable[[str, str], str]:
    """How to link to a card; without links while Slack is away, for mail must be read all the same."""
    try:
        return await permalinks(patient_client(slack))
    except Temporary as away:
        log.warning("%s The Home tab will not link to cards until the next start.", away)
        return no_permalink


def _mailboxes(entries: Sequence[MaildirEntry]) -> dict[MailboxId, Mailbox]:
    if not entries:
        raise Misconfigured(
            "mailboxes", "none is configured. Add a [[mailboxes]] table to triage.toml; `triage config --example` shows one."
        )
    return {
        MailboxId(entry.address): maildir.connect(MailboxId(entry.address), entry.path, sendmail=entry.sendmail, create=entry.create)
        for entry in entries
    }


def _check_inboxes(mailboxes: Mapping[MailboxId, Mailbox], house: House) -> None:
    for mailbox in mailboxes:
        if house.people.inbox(mailbox) is None:
            raise Misconfigured(
                "people.json", f"it has no entry for the mailbox {mailbox}. Name its channel and its approvers under inboxes."
            )


async def _health(parts: _Parts, connection: Connection) -> Sequence[Health]:
    stuck = await parts.database.run(lambda link: link.fetchval("select count(*) from effects where state = 'dead'"))
    waiting = await parts.database.run(lambda link: link.fetchval("select count(*) from messages where status in ('queued', 'working')"))
    connected = await connection.connected()
    return (
        Health("Slack", connected, "connected" if connected else "reconnecting"),
        Health("Mail", True, f"{len(parts.mailboxes)} inboxes, {waiting} mails to read"),
        Health("Outbox", stuck == 0, "nothing stuck" if stuck == 0 else f"{stuck} things could not be done: `triage doctor` names them"),
    )
