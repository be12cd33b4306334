"""The one place that knows every part: settings in, a program of loops out."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from pydantic import SecretStr
from redis.asyncio import Redis
from slack_sdk.web.async_client import AsyncWebClient

from blocks.home import Health
from bot.authenticity.verify import Trust, verify
from bot.backlog import Backlog, tell
from bot.buckets import shared
from bot.budget import Budgets
from bot.checking import checked
from bot.cleared import Cleared
from bot.dns import DnsResolver, Resolver
from bot.doorbell import ring_on
from bot.embedded import Services
from bot.forwarding import Forwarder
from bot.gatekeeper import Gatekeeper
from bot.house import prices_of
from bot.ingest import Ingest
from bot.intake import Consumer, Intake
from bot.keyring import Keyring
from bot.mailbox import mime
from bot.mailbox.reader import Reader, reader
from bot.mailboxes import Opened, open_all, webhooks
from bot.model import choice, local
from bot.model.metrics import ModelMetrics
from bot.outbox import Outbox
from bot.policies.begin import folder_of, in_force_or_folder, publish_folder, tell_of_folder
from bot.policies.book import Book
from bot.policies.check import check_inboxes
from bot.policies.live import LivePolicies, Opener
from bot.policies.publish import Publisher
from bot.quality import Quality
from bot.queue import Deliveries
from bot.queue.choice import chosen
from bot.queue.recent import Recent
from bot.queue.spool import Spool
from bot.redaction.process import name_process
from bot.refit.live import LiveModel
from bot.refit.process import Refit
from bot.releasing import Releaser
from bot.scheduler import Chore, keep_time, schedule
from bot.sending import Sender
from bot.sent import SentWatch
from bot.settings import MailboxEntry, Settings
from bot.slack.app import SlackSettings, keeping_connections, patient_client, permalinks, posting_client
from bot.slack.board import SlackBoard
from bot.slack.connection import Connection
from bot.slack.directory import SlackDirectory
from bot.slack.pace import Pace
from bot.slack.rooms import Rooms
from bot.slack.seen import RedisSeen
from bot.sources import Sources, informed, opened
from bot.store.backlogs import Backlogs
from bot.store.bell import CASES, EFFECTS, Bell
from bot.store.cards import Cards
from bot.store.cases import PostgresCases, no_permalink
from bot.store.clearance import Clearance
from bot.store.codec import PLAIN
from bot.store.database import Database, connect
from bot.store.deadlines import Deadlines
from bot.store.digests import Digests
from bot.store.effects import EffectQueue
from bot.store.figures import roll_up_lately
from bot.store.labels import second
from bot.store.mailboxes import MailboxMemory
from bot.store.models import Models
from bot.store.policies import PolicyVersions
from bot.store.queue import Queue
from bot.store.records import PostgresRecords
from bot.store.rights import Switch, rights
from bot.store.secret import sampling_secret
from bot.store.sends import Sends
from bot.store.shelf import Shelf
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
from pipeline.policy.explain import near_rules
from pipeline.ports import HandReply, LanguageModel, NameFinder
from pipeline.prompt import Role
from pipeline.stages.lint import lint

log = logging.getLogger(__name__)

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
    counted = ModelMetrics.fresh()
    async with AsyncExitStack() as stack:
        names = await stack.enter_async_context(name_process())
        database = await connect(services.database_url, name="triage", size=16)
        stack.push_async_callback(database.close)
        versions = PolicyVersions(database)
        await publish_folder(versions, partial(folder_of, settings), _inboxes(settings))
        await tell_of_folder(versions, settings)
        asked = choice.of(settings, prices_of(await in_force_or_folder(versions, settings)))
        redis: Redis = Redis.from_url(services.redis_url)
        stack.push_async_callback(redis.aclose)
        budgets = shared(redis, database)
        mailboxes = open_all(settings, partial(MailboxMemory, database), budgets)
        for close in (opened.close for opened in mailboxes.values() if opened.close):
            stack.push_async_callback(close)
        model = await stack.enter_async_context(choice.connected(settings.models, asked, database, redis, counted))
        furnish = partial(_furnished, settings, names, model.by_role if model else {}, await asyncio.to_thread(opened, settings))
        opener = Opener(versions, furnish, partial(local.load, cache=settings.data / "cache"))
        first = await opener.first()
        deliveries = await stack.enter_async_context(chosen(settings, database, services.database_url, PLAIN))
        reading = await stack.enter_async_context(reader())
        links = await _links(slack)
        live = LiveModel(first.house.model, Models(database, PLAIN))
        await live.look()
        policies = LivePolicies(opener, first, live)
        ring = Keyring(lambda: policies.current, live, choice.names(asked))
        secret = await sampling_secret(database)
        parts = _Parts(
            settings, services.database_url, database, redis, budgets, deliveries, policies, ring, secret, mailboxes, slack, links, reading
        )
        connection = Connection(slack)
        desk = _desk(parts, connection)
        loops = _triage_loops(parts)
        subscriptions = [one.subscription for one in mailboxes.values() if one.subscription]
        chores = _chores(parts, Refit(live, Models(database, PLAIN), services.database_url, settings.policies))
        scheduler = schedule(chores, subscriptions, Digests(database, PLAIN), settings.digest_at)
        posting = posting_client(slack, await stack.enter_async_context(keeping_connections()))
        loops |= {name: outbox.run for name, outbox in _outboxes(parts, posting).items()}
        loops |= {"slack": partial(connection.listen, desk), "clock": partial(keep_time, scheduler), "policies": policies.watch}
        hooks = webhooks(settings.mailboxes, mailboxes)
        yield Program(loops, lambda: serving(settings.host, settings.port, database.pool, connection.connected, hooks, counted.registry))


def _chores(parts: "_Parts", refit: Refit) -> Sequence[Chore]:
    """What is done every so often, and how often: what people said of drafts counts within seconds."""
    database, due = parts.database, Deadlines(parts.database, PLAIN)
    return (
        Chore("figures", timedelta(minutes=5), partial(roll_up_lately, database, partial(_worth, parts)), soon=True),
        Chore("reminders", timedelta(minutes=1), lambda: due.remind(parts.house.rulebook.reminders), soon=True),
        Chore("second model", timedelta(seconds=20), Quality(parts.cases, parts.ring.house).look),
        Chore("live model", timedelta(seconds=30), refit.look),
        Chore("refit", timedelta(hours=1), refit.learn),
        Chore("gate", timedelta(seconds=15), parts.gatekeeper.look, soon=True),
    )


def _worth(parts: "_Parts") -> Mapping[str, int]:
    """Minutes of work that an answer of each intent saves."""
    return {name: intent.worth_minutes for name, intent in parts.house.intents.items()}


def _inboxes(settings: Settings) -> tuple[MailboxId, ...]:
    return tuple(MailboxId(entry.address) for entry in settings.mailboxes)


def _furnished(settings: Settings, names: NameFinder, asked: Mapping[Role, LanguageModel], known: Sources, house: House) -> House:
    """The house with all that no policy holds. Raises Misconfigured where the two do not fit."""
    check_inboxes(_inboxes(settings), house)
    believed = frozenset(MailboxId(entry.address) for entry in settings.mailboxes if entry.trust_spam_headers)
    return replace(informed(house, settings, known), spam_headers=believed, names=names, language_models=asked)


@dataclass(frozen=True, slots=True)
class _Parts:
    settings: Settings
    database_url: str
    database: Database
    redis: Redis
    budgets: Budgets
    deliveries: Deliveries
    policies: LivePolicies
    ring: Keyring
    secret: bytes
    mailboxes: Mapping[MailboxId, Opened]
    slack: SlackSettings
    permalink: Callable[[str, str], str]
    reader: Reader
    by_hand: dict[MailboxId, dict[CaseId, HandReply]] = field(default_factory=dict)
    """What the watches on sent mail have found that the outbox must know before it sends."""

    @property
    def cases(self) -> PostgresCases:
        return PostgresCases(self.database, PLAIN, self.permalink)

    @property
    def directory(self) -> SlackDirectory:
        return SlackDirectory(patient_client(self.slack))

    @property
    def gatekeeper(self) -> Gatekeeper:
        return Gatekeeper(self.database, PLAIN, self.ring.house, self.ring.asked)

    @property
    def house(self) -> House:
        """As the policies are now: ask at every use, and keep it for one mail."""
        return self.policies.current

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
        switch=Switch(parts.database),
        nearly=lambda case: near_rules(parts.house.rulebook, case),
        gate=parts.gatekeeper,
        second=partial(second, parts.database),
        policies=_book(parts),
    )


def _book(parts: _Parts) -> Book:
    rooms = Rooms(patient_client(parts.slack), parts.directory, parts.people)
    records = PostgresRecords(parts.database, PLAIN)
    publisher = Publisher(PolicyVersions(parts.database), records, _inboxes(parts.settings))
    return Book(publisher, partial(_card_links, parts), lambda: rooms.room(parts.people().policy_room()))


async def _card_links(parts: _Parts, cases: Sequence[CaseId]) -> Mapping[CaseId, str]:
    places = await Cards(parts.database).roots(cases)
    return {case: link for case, place in places.items() if (link := parts.permalink(place.channel, place.ts))}


def _triage_loops(parts: _Parts) -> dict[str, Loop]:
    queue, spool = Queue(parts.database, PLAIN), Spool(parts.database, PLAIN)
    intake = Intake(parts.deliveries, spool, Recent(parts.redis, parts.deliveries.name))
    consumer = Consumer(parts.deliveries, queue, spool, mime.peek)
    worker = Worker(
        queue=queue,
        bell=Bell(parts.database_url, CASES),
        read=partial(_read, parts.reader, frozenset(name for entry in parts.settings.mailboxes for name in entry.authserv_ids)),
        triage=partial(_triage, parts),
        plan=plan.effects,
        concurrency=parts.settings.workers,
        late_after=timedelta(minutes=parts.settings.backlog_minutes),
        authenticate=partial(_authenticate, _trusts(parts.settings.mailboxes), DnsResolver(tuple(map(str, parts.settings.dns_servers)))),
    )
    ingests = (_ingest(intake, one, parts.cases) for one in parts.mailboxes.values())
    watches = [SentWatch(one.sent, parts.cases, one.where, one.tide.now_low) for one in parts.mailboxes.values() if one.sent]
    parts.by_hand.update({watch.sent.id: watch.overtaking for watch in watches})
    loops: dict[str, Loop] = {"worker": worker.run, "intake": consumer.run}
    loops |= {f"ingest {ingest.mailbox.id}": _with_past(parts, queue, ingest) for ingest in ingests}
    loops["backlog"] = partial(tell, Shelf(parts.database, PLAIN, parts.settings.backlog_cards, worker.late_after or timedelta(0)))
    loops |= {f"sent {watch.sent.id}": watch.run for watch in watches}
    return loops | {f"news {mailbox}": partial(ring_on, one.news, one.bell) for mailbox, one in parts.mailboxes.items() if one.news}


def _ingest(intake: Intake, one: Opened, cases: PostgresCases) -> Ingest:
    reading = Ingest(intake, one.mailbox, mime.peek, one.seconds, one.bell, one.tide)
    return replace(reading, revisit=Cleared(cases, one.where).revisit) if one.where else reading


def _with_past(parts: _Parts, queue: Queue, ingest: Ingest) -> Loop:
    """New mail, and beside it the old mail that the operator asked for."""
    mailbox = ingest.mailbox.id
    days = next((entry.backlog_days for entry in parts.settings.mailboxes if entry.address == mailbox), 0)
    past = parts.mailboxes[mailbox].past
    if past is None or not days:
        return ingest.run
    return partial(Backlog(ingest.mailbox, past, days, Backlogs(parts.database), queue, mime.peek).before, ingest.run)


def _outboxes(parts: _Parts, client: AsyncWebClient) -> dict[str, Outbox]:
    """New cards, as many as Slack takes; and beside them whatever somebody is waiting for."""
    effects, cards, directory = EffectQueue(parts.database, PLAIN), Cards(parts.database), parts.directory
    digests = Digests(parts.database, PLAIN)
    providers = {mailbox: one.mailbox for mailbox, one in parts.mailboxes.items()}
    sender = Sender(
        effects=effects,
        cases=parts.cases,
        sends=Sends(parts.database, PLAIN),
        cards=cards,
        mailboxes=providers,
        people=parts.people,
        directory=directory,
        company=lambda: parts.house.company.name,
        caps=lambda: parts.house.company.caps,
        clearance=Clearance(parts.database, parts.ring.house),
        by_hand=parts.by_hand,
    )
    releaser = Releaser(sender.clearance, PLAIN, sender.caps)
    forwarder = Forwarder(effects, parts.cases, sender.sends, providers, parts.people, sender.company, sender.caps, sender.clearance)
    board = SlackBoard(client, Rooms(client, directory, parts.people), Pace(parts.budgets))
    types: dict[str, tuple[EffectType, ...]] = {
        "posts": ("post_card", "notify", "second_look", "announce", "post_digest"),
        "answers": ("send_reply", "release", "forward", "update_card", "update_digest"),
    }
    return {
        name: Outbox(effects, Bell(parts.database_url, EFFECTS), parts.cases, cards, digests, board, sender, forwarder, releaser, each)
        for name, each in types.items()
    }


async def _read(reading: Reader, authserv_ids: frozenset[str], raw: bytes, source: str, received_at: datetime) -> Email:
    return await reading.read(raw, source, received_at, authserv_ids)


def _trusts(entries: Sequence[MailboxEntry]) -> dict[MailboxId, Trust]:
    return {MailboxId(entry.address): Trust(frozenset(entry.authserv_ids), entry.dkim) for entry in entries}


async def _authenticate(trusts: Mapping[MailboxId, Trust], resolver: Resolver, email: Email, raw: bytes, mailbox: MailboxId) -> Email:
    """A mail of a mailbox that is no longer configured keeps nobody's word."""
    return await verify(email, raw, trusts.get(mailbox, Trust(frozenset())), resolver)


async def _triage(parts: _Parts, email: Email, mailbox: MailboxId, history: History, now: datetime, case: CaseId) -> Triaged:
    """Each mail by the rights, the rules and the model of this moment."""
    house = replace(parts.ring.house(), rights=await parts.database.look(rights))
    made = await flow.triage(email, mailbox, history, house, now, time.monotonic, case)
    return checked(made, email, house, parts.secret) if parts.settings.reviewer_checks and not history.dry_run else made


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


async def _health(parts: _Parts, connection: Connection) -> Sequence[Health]:
    stuck = await parts.database.run(lambda link: link.fetchval("select count(*) from effects where state = 'dead'"))
    waiting = await parts.database.run(lambda link: link.fetchval("select count(*) from messages where status in ('queued', 'working')"))
    connected = await connection.connected()
    return (
        Health("Slack", connected, "connected" if connected else "reconnecting"),
        Health("Mail", True, f"{len(parts.mailboxes)} inboxes, {waiting} mails to read"),
        Health("Policies", not parts.policies.trouble, parts.policies.trouble or f"version {parts.policies.version}"),
        Health("Outbox", stuck == 0, "nothing stuck" if stuck == 0 else f"{stuck} things could not be done: `triage doctor` names them"),
    )
