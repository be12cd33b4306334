"""The providers' quotas are shared: by all processes, over Redis or PostgreSQL; while both are away nothing is sent."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.buckets import shared
from bot.budget import GRAPH, SECOND, Account, Limit, gmail_units
from bot.mailbox import outlook
from bot.store.database import Database, connect
from pipeline.errors import Temporary
from sandbox.mail.gmail.quota import UNITS
from tests.bot.outlook.office import office
from tests.bot.outlook.office import reply as outlook_reply
from tests.bot.servers import ROOT
from tests.gmail import INBOX, SEND_ID, World, gmail_world, mail, reply

NOBODY_LISTENS = "redis://127.0.0.1:1"
SECONDS = 10.0 if os.environ.get("TRIAGE_FULL") else 2.0
PER_MINUTE = 20_000


@pytest.fixture
async def store(database: str) -> AsyncIterator[Database]:
    pool = await connect(database, name="test", size=4)
    yield pool
    await pool.close()


@pytest.fixture
async def no_redis() -> AsyncIterator[Redis]:
    async with Redis.from_url(NOBODY_LISTENS) as redis:
        yield redis


def quick(limit: Limit) -> Limit:
    """The same without the seconds in which a new bucket fills: these tests are about who counts."""
    return replace(limit, trusting=True)


async def test_without_redis_postgres_counts_and_without_both_gmail_sends_nothing(tmp_path: Path, store: Database, no_redis: Redis) -> None:
    async with gmail_world(tmp_path) as world:
        world.gmail.deliver(mail("a"))
        mailbox = world.mailbox(Account(shared(no_redis, store), f"gmail:{INBOX}", quick(gmail_units(6000))))
        draft = await mailbox.create_draft(reply("a"), SEND_ID)
        assert await store.run(lambda link: link.fetchval("select due from budgets where name = $1", f"gmail:{INBOX}")) > 0
        await store.close()
        calls = list(world.gmail.faults.calls)
        for act in (mailbox.send_draft(draft), mailbox.create_draft(reply("a"), SEND_ID), mailbox.arrivals(50)):
            with pytest.raises(Temporary, match="Neither Redis nor Postgres") as refused:
                await act
            assert refused.value.retry_after is not None
        assert world.gmail.faults.calls == calls
        assert world.gmail.box.ledger == []
        assert len(world.gmail.box.drafts) == 1


async def test_without_redis_postgres_counts_and_without_both_outlook_sends_nothing(store: Database, no_redis: Redis) -> None:
    async with office() as at:
        at.graph.deliver(mail("a"))
        account = Account(shared(no_redis, store), f"graph:{INBOX}", quick(GRAPH))
        box = outlook.connect(at.settings, at.notebook, account)
        draft = await box.create_draft(outlook_reply(), "s-1")
        assert await store.run(lambda link: link.fetchval("select due from budgets where name = $1", f"graph:{INBOX}")) > 0
        await store.close()
        calls = at.graph.faults.calls.copy()
        for act in (box.send_draft(draft), box.create_draft(outlook_reply(), "s-1"), box.arrivals(50)):
            with pytest.raises(Temporary, match="Neither Redis nor Postgres"):
                await act
        assert at.graph.faults.calls == calls
        assert at.graph.ledger == []
        await box.close()


async def test_outlook_reads_no_further_than_a_reply_needs(redis_url: str, store: Database) -> None:
    async with office() as at, Redis.from_url(redis_url) as redis:
        account = Account(shared(redis, store), f"graph:{INBOX}", Limit(every=3 * SECOND, burst=30, trusting=True))
        box = outlook.connect(at.settings, at.notebook, account)
        await box.arrivals(5)
        for number in range(30):
            at.graph.deliver(mail(f"m{number}"))
        assert 0 < len(await box.arrivals(50)) < 12
        await box.send_draft(await box.create_draft(outlook_reply(answers="m1"), "s-1"))
        assert len(at.graph.ledger) == 1
        await box.close()


async def test_two_processes_share_one_mailboxs_quota(tmp_path: Path, database: str, redis_url: str) -> None:
    """Each could use all of it; together they use it once."""
    async with gmail_world(tmp_path) as world:
        (tmp_path / "settings.json").write_text(world.settings(units_per_minute=PER_MINUTE).model_dump_json())
        looks = await asyncio.gather(*(_finder(each) for each in await _started(database, redis_url, tmp_path / "settings.json")))
        assert min(looks) > 3, "both had their part"
        _check(world)


def _check(world: World) -> None:
    """What came in is what one bucket gives in that time (and in the second that a call may be on its way), and most of it."""
    spent, limit = world.gmail.quota.spent, gmail_units(PER_MINUTE)
    assert set(world.gmail.faults.calls) <= {"token", *UNITS}
    units, seconds = sum(units for _, units in spent), spent[-1][0] - spent[0][0]
    a_second = SECOND / limit.every
    assert 0.5 * seconds * a_second < units <= limit.burst + (seconds + 1) * a_second
    assert 2 * (limit.burst + seconds * a_second) > limit.burst + (seconds + 1) * a_second, "two buckets would have given more"


async def _started(dsn: str, redis_url: str, file: Path) -> list["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "tests.bot.mailbox.finding", dsn, redis_url, str(file), str(SECONDS)]
    processes = [_start(command) for _ in range(2)]
    for each in processes:
        assert each.stdout is not None
        assert await asyncio.to_thread(each.stdout.readline) == "ready\n"
    return processes


def _start(command: list[str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


async def _finder(process: "subprocess.Popen[str]") -> int:
    """Let it begin; how often it looked."""
    try:
        told, _ = await asyncio.to_thread(process.communicate, "\n", 60)
        return int(told)
    finally:
        process.kill()
        process.wait()
