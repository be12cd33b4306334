"""The checks of `triage doctor`: every part of the set-up by itself, each with what to do next."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, assert_never

import asyncpg
import yaml
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot import sources
from bot.buckets import alone
from bot.budget import GRAPH
from bot.embedded import Services
from bot.house import policies_of, shipped_examples
from bot.mailbox import imap, maildir, outlook
from bot.mailbox.gmail_settings import GmailSettings
from bot.mailbox.imap_settings import ImapSettings
from bot.mailboxes import check_gmail
from bot.migrate import pending
from bot.model import choice, local
from bot.model.learned import kept
from bot.policies.begin import folder_of, in_force_or_folder, standing
from bot.policies.bundle import Bundle
from bot.policies.check import sound
from bot.queue.choice import chosen
from bot.settings import ROOT, MailboxEntry, MaildirEntry, OutlookEntry, Settings
from bot.slack.app import SlackSettings, patient_client
from bot.slack.directory import SlackDirectory
from bot.slack.errors import translated
from bot.slack.rooms import Rooms
from bot.store.codec import PLAIN
from bot.store.database import Database, connect
from bot.store.models import FEWEST, Models
from bot.store.policies import PolicyVersions
from bot.store.rights import pause
from pipeline.email import MailboxId
from pipeline.errors import Misconfigured, Permanent, Temporary
from pipeline.gate.makings import moving
from pipeline.people import People

NEEDED_TABLES = (
    *("messages", "bodies", "drafts", "decisions", "effects", "sends", "outgoing", "cards", "metrics", "audit_log"),
    *("mailboxes", "deliveries", "spool", "budgets", "calls", "model_spend", "models", "model_mails", "gates", "gate_changes", "pauses"),
    *("policy_texts", "policy_versions", "policy_files", "policy_verdicts", "policy_publishings"),
)
NOTHING_EARNED = (
    "No intent can earn the right to answer by itself with {}: such a model changes under its name. Set names with the day of a snapshot "
    "under [models] classify and draft (docs/models.md)."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: whether it holds, and a sentence that names what it looked at or what to do."""

    check: str
    ok: bool
    sentence: str


async def findings(settings: Settings, services: Services, slack: SlackSettings | None) -> AsyncIterator[Finding]:
    """Every check in turn; none stops the next."""
    yield await _try("database", partial(_database, services.database_url, settings.migrations))
    yield await _try("sending by itself", partial(_switch, services.database_url))
    yield await _try("valkey", partial(_valkey, services.redis_url))
    if settings.queue != "postgres":
        yield await _try(f"queue {settings.queue}", partial(_queue, settings, services.database_url))
    house = await _try("policies", partial(_policies, settings, services.database_url))
    yield house
    yield await _try("policy files", partial(_policy_files, settings, services.database_url))
    yield await _try("local model", partial(_local_model, settings, services.database_url))
    async for finding in _models(settings):
        yield finding
    for name, look in sources.checks(settings):
        yield await _try(name, look)
    for entry in settings.mailboxes:
        yield await _try(f"mailbox {entry.address}", partial(_mailbox, entry, settings))
    if not settings.mailboxes:
        yield Finding("mailboxes", False, "None is configured. Add a [[mailboxes]] table to triage.toml: `triage config --example`.")
    if slack is None:
        yield Finding("slack", False, 'SLACK_BOT_TOKEN and SLACK_APP_TOKEN are not both set. README, "Run it with a real Slack".')
        return
    yield await _try("slack", partial(_scopes, slack))
    yield await _try("socket mode", partial(_socket, slack))
    if house.ok:
        people = policies_of(await _in_force(settings, services.database_url)).people
        for inbox in people.inboxes:
            yield await _try(f"channel of {inbox}", partial(_channel, slack, people, MailboxId(inbox)))


async def _try(check: str, look: Callable[[], Awaitable[str]]) -> Finding:
    try:
        async with asyncio.timeout(15):
            return Finding(check, True, await look())
    except (Misconfigured, Permanent, Temporary) as error:
        return Finding(check, False, str(error))
    except asyncpg.UndefinedTableError as missing:
        return Finding(check, False, f"The database is not at this version ({missing}). Run `triage migrate`.")
    except TimeoutError:
        return Finding(check, False, "It did not answer within 15 s.")


async def _database(url: str, migrations: Path) -> str:
    if missing := await pending(url, migrations):
        raise Misconfigured("database", f"it lacks {', '.join(missing)}. Run `triage migrate`.")
    connection = await asyncpg.connect(url)
    try:
        for name in NEEDED_TABLES:
            if await connection.fetchval("select to_regclass($1)", name) is None:
                raise Misconfigured("database", f"the table {name} is missing though its migration was applied. Restore it from a backup.")
        stuck = await connection.fetch("select key, last_error from effects where state = 'dead' order by id desc limit 5")
    finally:
        await connection.close()
    if stuck:
        raise Misconfigured("outbox", "; ".join(f"{row['key']} was given up: {row['last_error']}" for row in stuck))
    return "It answers and is at this version."


async def _switch(url: str) -> str:
    """A pause is meant, so it is no fault; but whoever wonders why nothing goes out finds it here."""
    database = await connect(url, name="doctor", size=1)
    try:
        held = await database.run(pause)
    except asyncpg.UndefinedTableError as missing:
        raise Misconfigured("sending by itself", "the database lacks its tables. Run `triage migrate`.") from missing
    finally:
        await database.close()
    return f"Paused by {held.by} since {held.at:%Y-%m-%d %H:%M} UTC{f': {held.why}' if held.why else ''}." if held else "Not paused."


async def _valkey(url: str) -> str:
    redis: Redis = Redis.from_url(url, socket_timeout=5)
    try:
        await redis.get("doctor")
    except (RedisError, OSError) as error:
        raise Temporary(f"REDIS_URL does not answer ({type(error).__name__}). Check the address and that the server runs.") from error
    finally:
        await redis.aclose()
    return "It answers."


async def _queue(settings: Settings, url: str) -> str:
    async with _connected(url) as database, chosen(settings, database, url, PLAIN):
        return "It answers, keeps the order of a thread, and buries what nobody can take."


async def _policies(settings: Settings, url: str) -> str:
    """Those in force, as the program would use them."""
    house = sound(await _in_force(settings, url), [MailboxId(entry.address) for entry in settings.mailboxes])
    return f"{len(house.intents)} intents, {len(house.rulebook.rules)} rules, {len(house.people.inboxes)} inboxes."


async def _in_force(settings: Settings, url: str) -> Bundle:
    async with _connected(url) as database:
        return await in_force_or_folder(PolicyVersions(database), settings)


async def _policy_files(settings: Settings, url: str) -> str:
    """Whether somebody changed files that nobody reads."""
    async with _connected(url) as database:
        found = await standing(PolicyVersions(database), folder_of(settings))
    if not found.ok:
        raise Misconfigured("policies", found.sentence)
    return found.sentence


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Database]:
    database = await connect(url, name="doctor", size=2)
    try:
        yield database
    finally:
        await database.close()


async def _local_model(settings: Settings, url: str) -> str:
    """Which classifier judges, and that its bytes can be read."""
    shipped = local.version_of(shipped_examples(policies_of(await _in_force(settings, url))))
    async with _connected(url) as database:
        live = await Models(database, PLAIN).live(shipped)
        data = await Models(database, PLAIN).fitted(live.version) if live else None
    if live is None or data is None:
        return f"{shipped}, of the examples in policies; {FEWEST} reviewed mails are needed to learn from them."
    kept.checked(data, live.version)
    return f"{live.version}, learned from {live.labels} reviewed mails, since {live.since:%Y-%m-%d %H:%M} UTC."


async def _models(settings: Settings) -> AsyncIterator[Finding]:
    """What is used for what; then each model by itself, without a call that costs."""
    try:
        picks = choice.of(settings)
    except Misconfigured as error:
        yield Finding("models", False, str(error))
        return
    yield Finding("models", True, choice.told(picks, settings.models))
    if unsure := moving(choice.names(picks)):
        yield Finding("right to answer", True, NOTHING_EARNED.format(unsure))
    for pick in choice.distinct(picks):
        yield await _try(f"model {pick.name}", partial(_model, pick, settings))


async def _model(pick: choice.Pick, settings: Settings) -> str:
    model = choice.adapter(pick, settings.models)
    try:
        return await model.probe()
    finally:
        await model.close()


async def _mailbox(entry: MailboxEntry, settings: Settings) -> str:
    match entry:
        case MaildirEntry():
            maildir.connect(MailboxId(entry.address), entry.path)
            return f"{entry.path} can be read and written."
        case GmailSettings():
            return await check_gmail(entry)
        case ImapSettings():
            return await _imap(entry)
        case OutlookEntry():
            return await outlook.check(outlook.app_of(entry, settings.outlook_client_secret), alone(GRAPH))
        case _ as never:
            assert_never(never)


async def _imap(settings: ImapSettings) -> str:
    mailbox = imap.connect(settings, imap.Forgetful())
    try:
        return await mailbox.probe()
    finally:
        mailbox.close()


async def _scopes(slack: SlackSettings) -> str:
    """Slack lists the token's scopes in a header of every answer."""
    with translated("auth.test"):
        answer: Any = await patient_client(slack).auth_test()
    held = {scope.strip() for scope in answer.headers.get("x-oauth-scopes", "").split(",")}
    wanted = yaml.safe_load((ROOT / "app_manifest.yml").read_text())["oauth_config"]["scopes"]["bot"]
    if missing := sorted(set(wanted) - held):
        raise Misconfigured(
            "slack", f"the bot token lacks {', '.join(missing)}. Update the app from app_manifest.yml and install it again."
        )
    return f"{answer['team']} as {answer['user']}, with every scope."


async def _socket(slack: SlackSettings) -> str:
    with translated("apps.connections.open"):
        await patient_client(slack).apps_connections_open(app_token=slack.app_token.get_secret_value())
    return "SLACK_APP_TOKEN may open connections."


async def _channel(slack: SlackSettings, people: People, inbox: MailboxId) -> str:
    client = patient_client(slack)
    room = await Rooms(client, SlackDirectory(client), lambda: people).room(inbox)
    with translated(room):
        channel: Any = await client.conversations_info(channel=room)
    if not channel["channel"].get("is_member"):
        raise Misconfigured(f"#{people.inboxes[inbox].channel}", "the bot is not in this channel. Invite it with /invite @triage.")
    return f"#{people.inboxes[inbox].channel} is there, and the bot is in it."
