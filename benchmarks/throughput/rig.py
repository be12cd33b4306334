"""Databases, stand-ins and processes of the product, each a process of its own; and one batch of mails through all of it."""

import asyncio
import os
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.throughput.letters import INBOX, labels, letters
from benchmarks.throughput.processes import child, cpu, named, own_cpu, tell, told
from benchmarks.throughput.product import Setup
from bot.embedded import Services, services
from bot.mailbox import mime
from bot.migrate import migrate
from bot.settings import ROOT
from bot.store.codec import PLAIN
from bot.store.database import Database, connect
from bot.store.queue import Queue
from pipeline.email import MailboxId
from pipeline.ports import Arrival
from tests.oracle import oracle

WAITING = """
select (select count(*) from messages where status in ('queued', 'working')) + (select count(*) from effects where state = 'pending')
"""
TOOK = """
select extract(epoch from max(m.decided_at) - min(a.at))::float8 as decided,
       extract(epoch from max(e.done_at) - min(a.at))::float8 as shown,
       count(distinct m.id) as mails, count(distinct e.id) filter (where e.state = 'done') as cards,
       (select count(*) from calls where message_id > $1) as calls
from messages m
join audit_log a on a.message_id = m.id and a.action = 'claim'
left join effects e on e.message_id = m.id
where m.id > $1
"""


PATIENCE = 600.0


@dataclass(frozen=True, slots=True)
class Took:
    """One batch: seconds from the first claim to the last commit, and to the last card; CPU seconds by process and by stage."""

    mails: int
    decided: float
    shown: float
    calls: int
    processes: Mapping[str, float]
    stages: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Rig:
    """Everything that runs."""

    database: Database
    setup: Setup
    slack: Process
    products: Sequence[Process]

    async def batch(self, count: int) -> Took:
        """Put so many mails into the queue, let the product work, and see what it took. Fails where one was not decided, or has no card."""
        last = await self.database.pool.fetchval("select coalesce(max(id), 0) from messages")
        await _queued(self.database, count, last)
        before = self._cpu()
        stages = await self._worked()
        after = self._cpu()
        row = await self.database.pool.fetchrow(TOOK, last)
        assert row is not None
        assert row["mails"] == row["cards"] == count, dict(row)
        spent = {name: after[name] - before[name] for name in after}
        return Took(count, row["decided"], row["shown"], row["calls"], spent, stages)

    async def _worked(self) -> Mapping[str, float]:
        for process in self.products:
            tell(process, "go")
        await self._done()
        total: dict[str, float] = {}
        for process in self.products:
            tell(process, "stop")
            for stage, seconds in (await told(process)).items():
                total[stage] = total.get(stage, 0.0) + seconds
        return total

    async def _done(self) -> None:
        """Asked seldom, for each question is work for the machine that is measured."""
        async with asyncio.timeout(PATIENCE):
            while await self.database.pool.fetchval(WAITING):  # noqa: ASYNC110  # what is waited for happens in other processes
                await asyncio.sleep(0.2)

    def _cpu(self) -> Mapping[str, float]:
        me = os.getpid()
        return {
            "product": sum(own_cpu(each.pid) for each in self.products),
            "reading children": sum(cpu(each) for one in self.products for each in named(one.pid, "bot.mailbox.child")),
            "name finder": sum(cpu(each) for one in self.products for each in named(one.pid, "bot.redaction.child")),
            "PostgreSQL": sum(cpu(each) for each in named(me, "postgres")),
            "Valkey": sum(cpu(each) for each in named(me, "valkey")),
            "stand-in: models": sum(cpu(each) for each in named(me, "tests.oracle")),
            "stand-in: Slack": cpu(self.slack.pid),
        }


@asynccontextmanager
async def embedded(folder: Path) -> AsyncIterator[Services]:
    """Both databases as `triage run` starts them, with every table."""
    async with services(folder / "services", database_url=None, redis_url=None) as running:
        await migrate(running.database_url, ROOT / "migrations")
        yield running


@asynccontextmanager
async def rig(databases: Services, folder: Path) -> AsyncIterator[Rig]:
    """All of it but the product, which `working` starts."""
    async with AsyncExitStack() as stack:
        models = await stack.enter_async_context(oracle(labels()))
        slack = await stack.enter_async_context(child("bot", "sandbox", "slack", "--port", "0", "--die-with-parent"))
        database = await connect(databases.database_url, name="throughput rig", size=2)
        stack.push_async_callback(database.close)
        setup = Setup(databases.database_url, databases.redis_url, models, await told(slack), False, "patterns", str(folder / "cache"))
        yield Rig(database, setup, slack, ())


@asynccontextmanager
async def working(rig: Rig, processes: int, setup: Setup, warm: int = 20) -> AsyncIterator[Rig]:
    """The rig with so many processes of the product, connected and warm."""
    async with AsyncExitStack() as stack:
        products = [await stack.enter_async_context(child("benchmarks.throughput.product")) for _ in range(processes)]
        for process in products:
            tell(process, asdict(setup))
        for process in products:
            await told(process)
        ready = replace(rig, products=tuple(products))
        await ready.batch(warm)
        yield ready


async def _queued(database: Database, count: int, last: int) -> None:
    """Mails as the intake leaves them; nobody works yet."""
    queue = Queue(database, PLAIN)
    for source, raw in letters(count, last):
        await queue.ingest(MailboxId(INBOX), Arrival(source, raw, datetime.now(UTC) - timedelta(seconds=1)), mime.peek(raw))
