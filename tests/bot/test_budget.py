"""Budgets: never more than the limit in any window, whichever bucket counts, whatever dies."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.buckets import OwnBucket, PostgresBucket, RedisBucket
from bot.budget import GRAPH, SECOND, Account, Answer, Bucket, Budgets, Limit, decide, gmail_units, within
from bot.store.database import Database, connect
from pipeline.errors import Temporary
from tests.bot.servers import ROOT, holding, urls

FULL = bool(os.environ.get("TRIAGE_FULL"))
NOBODY_LISTENS = "redis://127.0.0.1:1"
QUICK = Limit(every=10_000, burst=5, patience=100_000)
TOLD = timedelta(seconds=1)
LIMITS = [(gmail_units(6000), 4500, 60), (GRAPH, 7500, 600), (within(10, TOLD, burst=3), 10, 1)]


@pytest.fixture
async def store(database: str) -> AsyncIterator[Database]:
    pool = await connect(database, name="test", size=4)
    yield pool
    await pool.close()


def most_within(grants: Sequence[tuple[int, int]], window: int) -> int:
    """The most units granted in any window of so many µs; grants are (moment, units)."""
    ordered, start, inside, most = sorted(grants), 0, 0, 0
    for moment, units in ordered:
        inside += units
        while ordered[start][0] <= moment - window:
            inside -= ordered[start][1]
            start += 1
        most = max(most, inside)
    return most


def exceeded(grants: Sequence[tuple[int, int]], limit: Limit) -> list[tuple[int, int]]:
    """Windows in which more was granted than the limit allows, with the units that were."""
    windows = (limit.full, 10 * limit.every, 50 * limit.every, 100 * limit.every)
    found = [(window, most_within(grants, window)) for window in windows]
    return [(window, units) for window, units in found if units > limit.burst + window // limit.every]


@given(st.lists(st.tuples(st.integers(0, 60_000), st.integers(1, 5), st.integers(0, 4), st.booleans()), min_size=1, max_size=200))
@settings(max_examples=2000 if FULL else 150, deadline=None)
def test_the_rule_never_grants_more_than_the_budget_in_any_window(asked: list[tuple[int, int, int, bool]]) -> None:
    """Also where some leave units for others, and the bucket is emptied again and again, as after a change from one to another."""
    now, due, grants = 10**15, 0, []
    for pause, units, leave, empty in asked:
        now += pause
        answer, due = decide(due, now, QUICK, units, empty=empty, leave=min(leave, QUICK.burst - units))
        if answer.granted:
            assert answer.wait <= QUICK.patience
            grants.append((now + answer.wait, units))
    assert not exceeded(grants, QUICK)


@given(st.lists(st.tuples(st.integers(0, 60_000), st.integers(1, 5), st.integers(0, 1), st.booleans()), min_size=1, max_size=200))
@settings(max_examples=2000 if FULL else 150, deadline=None)
def test_going_from_bucket_to_bucket_grants_no_more_than_one(asked: list[tuple[int, int, int, bool]]) -> None:
    """Each of two buckets is away at times, and forgets at times, as Redis does when it is flushed."""
    now, dues, last, grants = 10**15, [0, 0], 0, []
    for pause, units, which, forgets in asked:
        now += pause
        answer, dues[which] = decide(0 if forgets else dues[which], now, QUICK, units, empty=forgets or which != last)
        last = which
        if answer.granted:
            grants.append((now + answer.wait, units))
    assert not exceeded(grants, QUICK)


@pytest.mark.parametrize(("limit", "units", "window"), LIMITS)
def test_a_named_limit_is_the_providers_figure(limit: Limit, units: int, window: int) -> None:
    assert limit.burst + window * SECOND // limit.every <= units
    assert limit.burst + window * SECOND // (limit.every - 1) >= units


async def test_redis_postgres_and_the_rule_itself_agree(redis_url: str, store: Database) -> None:
    """The Lua says what the Python says, to the µs."""
    limit, due = Limit(every=7_001, burst=9, patience=50_000), 0
    async with Redis.from_url(redis_url) as redis:
        warm = Limit(limit.every, limit.burst, limit.patience, trusting=True)
        for number in range(120):
            units, empty = number % 9 + 1, number % 17 == 3
            leave = number % 4 if units < 6 else 0
            chosen = limit if number > 40 else warm
            answer = await RedisBucket(redis).take("x", chosen, units, empty=empty, leave=leave)
            assert answer is not None
            memory = await redis.get("budget:memory")
            cold = int(memory.split()[1]) + limit.cold if memory and not chosen.trusting else 0
            expected, due = decide(max(due, cold), answer.now, chosen, units, empty=empty, leave=leave)
            assert answer == expected
    second = await PostgresBucket(store).take("x", limit, 1, empty=False)
    assert second is not None
    assert (second.granted, second.wait) == (False, limit.patience + limit.every), "a bucket that was never asked is empty"


async def test_without_redis_postgres_counts_for_all_and_without_both_nothing_is_spent(store: Database) -> None:
    async with Redis.from_url(NOBODY_LISTENS) as redis:
        one, other = (Budgets([RedisBucket(redis), PostgresBucket(store)]) for _ in range(2))
        grants = await _spend_for(0.5, (one, other))
        assert len(grants) > 10
        assert not exceeded(grants, QUICK)
        await store.close()
        account = Account(one, "gmail:support@larkspur.example", QUICK)
        with pytest.raises(Temporary, match="Neither Redis nor Postgres") as refused:
            await account.spend(3)
        assert refused.value.retry_after is not None


async def _spend_for(seconds: float, all_budgets: Sequence[Budgets]) -> list[tuple[int, int]]:
    grants: list[tuple[int, int]] = []

    async def spend(budgets: Budgets) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            answer = await budgets.take("x", QUICK)
            assert answer is not None
            if answer.granted:
                grants.append((answer.now + answer.wait, 1))
            await asyncio.sleep(answer.wait / SECOND if answer.granted else 0.005)

    await asyncio.gather(*(spend(each) for each in all_budgets))
    return grants


async def test_spending_waits_and_says_when_to_come_again() -> None:
    account = Account(Budgets([OwnBucket()]), "model", Limit(every=20_000, burst=2, patience=50_000))
    started = time.monotonic()
    await asyncio.gather(*(account.spend() for _ in range(4)))
    assert time.monotonic() - started >= 0.039
    with pytest.raises(Temporary, match="budget model is used up") as refused:
        await asyncio.gather(*(account.spend() for _ in range(9)))
    assert timedelta(0) < (refused.value.retry_after or TOLD) < timedelta(milliseconds=200)
    for units, leave in ((3, 0), (1, 2), (0, 1)):
        with pytest.raises(ValueError, match="holds 2"):
            await account.spend(units, leave)


@given(st.lists(st.integers(0, 60_000), min_size=1, max_size=60), st.integers(1, 4))
def test_what_may_wait_leaves_room_for_what_may_not(pauses: list[int], urgent: int) -> None:
    """However much is read, so many urgent units as were left are granted, and wait for no longer than the reader does."""
    now, due, reading = 10**15, 0, 0
    for pause in pauses:
        now += pause
        read, due = decide(due, now, QUICK, 1, empty=False, leave=urgent)
        reading = now + read.wait if read.granted else reading
        reply, _ = decide(due, now, QUICK, urgent, empty=False)
        assert reply.granted
        assert reply.wait <= max(0, reading - now)


class Silent:
    """A bucket that cannot be asked while `away`."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket, self.away, self.emptied = bucket, False, 0

    async def take(self, name: str, limit: Limit, units: int, *, empty: bool, leave: int = 0) -> Answer | None:
        self.emptied += empty
        return None if self.away else await self.bucket.take(name, limit, units, empty=empty, leave=leave)


async def test_a_bucket_that_was_not_asked_lately_starts_empty() -> None:
    first, second = Silent(OwnBucket()), Silent(OwnBucket())
    budgets = Budgets([first, second])
    for away, emptied in ((False, (0, 0)), (True, (0, 1)), (True, (1, 1)), (False, (2, 1)), (False, (2, 1))):
        first.away = away
        await budgets.take("x", QUICK)
        assert (first.emptied, second.emptied) == emptied


async def test_two_processes_stay_within_the_budget_while_redis_is_flushed_and_killed(database: str, tmp_path: Path) -> None:
    """Redis forgets, dies (kill -9, started anew on its files by its keeper), and dies for good; every window is within the limit."""
    seconds, files = (12.0 if FULL else 1.8), [tmp_path / "one", tmp_path / "two"]
    with holding(tmp_path / "data", start_new_session=True) as keeper:
        servers = await asyncio.to_thread(urls, keeper)
        spenders = [_spender(database, servers.redis_url, file, seconds) for file in files]
        try:
            await _trouble(servers.redis_url, seconds, keeper)
            for spender in spenders:
                assert await asyncio.to_thread(spender.wait, 30) == 0
        finally:
            for spender in spenders:
                spender.kill()
                spender.wait()
    written = [[tuple(map(int, line.split())) for line in file.read_text().splitlines()] for file in files]
    assert all(len(grants) > 10 for grants in written), "both had their part"
    assert not exceeded([(moment, units) for grants in written for moment, units in grants], QUICK)


def _spender(dsn: str, redis_url: str, file: Path, seconds: float) -> "subprocess.Popen[bytes]":
    limit = (QUICK.every, QUICK.burst, QUICK.patience)
    command = [sys.executable, "-m", "tests.bot.spending", dsn, redis_url, file, seconds, *limit]
    return subprocess.Popen([str(word) for word in command], cwd=ROOT)


async def _trouble(redis_url: str, seconds: float, keeper: "subprocess.Popen[str]") -> None:
    """Flush and kill in turn until two thirds are over, then end the keeper and its Redis."""
    async with Redis.from_url(redis_url, retry=Retry(NoBackoff(), 0)) as redis:
        for turn in range(round(seconds / 0.6)):
            await asyncio.sleep(0.4)
            with suppress(RedisError, OSError):
                if turn % 2 and turn < 8:
                    os.kill((await redis.info("server"))["process_id"], signal.SIGKILL)
                else:
                    await redis.flushall()
    keeper.terminate()
