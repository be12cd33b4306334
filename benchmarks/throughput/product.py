"""`python -m benchmarks.throughput.product`: one process of the product, its worker and its outbox, as bot/wiring.py puts them together.

Reads its settings as a line of JSON, then "go" and "stop" on standard input; after each "stop" it says what its stages took.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from pydantic import SecretStr
from redis.asyncio import Redis

from benchmarks.throughput.letters import SERVER
from benchmarks.throughput.seams import timers
from benchmarks.throughput.stages import Stages
from bot.authenticity import verify
from bot.buckets import shared
from bot.budget import Limit
from bot.dns import DnsResolver
from bot.forwarding import Forwarder
from bot.garbage import set_apart
from bot.house import load, read_model_prices, read_policies, read_prompts, read_voice
from bot.mailbox.reader import reader
from bot.model import choice
from bot.model.metrics import ModelMetrics
from bot.model.settings import ModelKeys, ModelsSettings
from bot.model.spam import filter as spam
from bot.outbox import Outbox
from bot.redaction.process import name_process
from bot.releasing import Releaser
from bot.sending import Sender
from bot.settings import ROOT
from bot.slack.app import SlackSettings, keeping_connections, patient_client, posting_client
from bot.slack.board import SlackBoard
from bot.slack.directory import SlackDirectory
from bot.slack.pace import Pace
from bot.slack.rooms import Rooms
from bot.store.bell import CASES, EFFECTS, Bell
from bot.store.cards import Cards
from bot.store.cases import PostgresCases
from bot.store.clearance import Clearance
from bot.store.codec import PLAIN
from bot.store.database import Database, connect
from bot.store.digests import Digests
from bot.store.effects import EffectQueue
from bot.store.queue import Queue
from bot.store.rights import rights
from bot.store.sends import Sends
from bot.worker import Worker
from pipeline import flow, plan
from pipeline.case import CaseId, History, Triaged
from pipeline.effects import EffectType
from pipeline.email import Email, MailboxId
from pipeline.gate.makings import keyed
from pipeline.house import House, assemble
from pipeline.policy.rulebook import Redaction
from pipeline.ports import IntentScore, LanguageModel

UNPACED = Limit(every=1, burst=1000, trusting=True)
"""Asked like Slack's, and never in the way."""
HANDS = 12


@dataclass(frozen=True, slots=True)
class Setup:
    """What a process is told. `cascade`: the local model reads first, as it ships; otherwise each mail is the language model's."""

    database_url: str
    redis_url: str
    models_url: str
    slack: Mapping[str, str]
    cascade: bool
    redaction: Redaction
    cache: str
    hands: int = HANDS


@dataclass(frozen=True, slots=True)
class Undecided:
    """Stands where the local model would, and has no opinion."""

    version: str = "undecided"
    languages: frozenset[str] = frozenset({"en"})

    async def rank(self, subject: str, text: str) -> Sequence[IntentScore]:
        return ()


@asynccontextmanager
async def product(setup: Setup) -> AsyncIterator[tuple[Worker, Outbox]]:
    """Connected, and not yet at work."""
    async with AsyncExitStack() as stack:
        database = await connect(setup.database_url, name="throughput", size=16)
        stack.push_async_callback(database.close)
        redis: Redis = Redis.from_url(setup.redis_url)
        stack.push_async_callback(redis.aclose)
        picked, settings = _picked(setup)
        model = await stack.enter_async_context(choice.connected(settings, picked, database, redis, ModelMetrics.fresh()))
        assert model is not None
        house = await _house(setup, model.by_role)
        if setup.redaction == "full":
            house = replace(house, names=await stack.enter_async_context(name_process()))
        reading = await stack.enter_async_context(reader())
        trust, resolver = verify.Trust(frozenset({SERVER}), "off"), DnsResolver()
        worker = Worker(
            queue=Queue(database, PLAIN),
            bell=Bell(setup.database_url, CASES),
            read=lambda raw, source, at: reading.read(raw, source, at, trust.authserv_ids),
            triage=partial(_triage, database, keyed(house, {})),
            plan=plan.effects,
            concurrency=setup.hands,
            authenticate=lambda email, raw, mailbox: verify.verify(email, raw, trust, resolver),
        )
        session = await stack.enter_async_context(keeping_connections())
        yield worker, _outbox(setup, database, redis, house, session)


async def _triage(
    database: Database, house: House, email: Email, mailbox: MailboxId, history: History, now: datetime, case: CaseId
) -> Triaged:
    """As bot/wiring.py does it: with the rights of this moment."""
    ours = replace(house, rights=await database.look(rights))
    return await flow.triage(email, mailbox, history, ours, now, time.monotonic, case)


def _picked(setup: Setup) -> tuple[Mapping[Any, tuple[choice.Pick, ...]], ModelsSettings]:
    """OpenAI as `triage run` connects it where only its key is set; no budget of a day stops the benchmark."""
    settings = ModelsSettings(openai_url=setup.models_url, daily_dollars=1000, qa=(), summary=())
    keys = ModelKeys(openai=SecretStr("sk-local"))
    return choice.picks(settings, keys, read_model_prices(ROOT / "policies")), settings


async def _house(setup: Setup, models: Mapping[Any, LanguageModel]) -> House:
    house = await load(ROOT / "policies", ROOT / "templates", Path(setup.cache)) if setup.cascade else _undecided()
    rulebook = house.rulebook.model_copy(update={"redaction_for_models": setup.redaction})
    return replace(house, rulebook=rulebook, language_models=models)


def _undecided() -> House:
    """The house without its local model."""
    read = read_policies(ROOT / "policies")
    return assemble(read, read_voice(ROOT / "templates", read), Undecided(), spam.load(), read_prompts(ROOT / "templates"))


def _outbox(setup: Setup, database: Database, redis: Redis, house: House, session: ClientSession) -> Outbox:
    """As bot/wiring.py makes the one that posts cards."""
    slack = SlackSettings(SecretStr(setup.slack["bot_token"]), SecretStr(setup.slack["app_token"]), setup.slack["api_url"])
    effects, cards, cases = EffectQueue(database, PLAIN), Cards(database), PostgresCases(database, PLAIN)
    client, directory = posting_client(slack, session), SlackDirectory(patient_client(slack))
    people, company = (lambda: house.people), house.company
    sends, name, caps = Sends(database, PLAIN), (lambda: company.name), (lambda: company.caps)
    clearance = Clearance(database, lambda: house)
    sender = Sender(effects, cases, sends, cards, {}, people, directory, name, caps, clearance)
    forwarder = Forwarder(effects, cases, sends, {}, people, name, caps, clearance)
    board = SlackBoard(client, Rooms(client, directory, people), Pace(shared(redis, database), UNPACED))
    types: tuple[EffectType, ...] = ("post_card", "notify", "post_digest")
    bell, digests = Bell(setup.database_url, EFFECTS), Digests(database, PLAIN)
    return Outbox(effects, bell, cases, cards, digests, board, sender, forwarder, Releaser(clearance, PLAIN, caps), types)


async def _serve() -> None:
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    setup, stages = Setup(**json.loads(await lines.readline())), Stages()
    timers(stages)
    async with product(setup) as (worker, outbox):
        set_apart()
        _say("ready")
        while await lines.readline():
            stop = asyncio.Event()
            stages.taken()
            working = asyncio.gather(worker.run(stop), outbox.run(stop))
            await lines.readline()
            taken = stages.taken()
            stop.set()
            await working
            _say(taken)


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve())
