"""Two real bots on one Slack: every click is handled once, whichever of them gets it, and whichever of them dies of it."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import asyncpg
import pytest

from tests.faults.clicking import Card, Crowd, check
from tests.faults.fuse import Point
from tests.faults.two_bots import House, house

FULL = bool(os.environ.get("TRIAGE_FULL"))


@pytest.fixture
async def crowd(database: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Crowd]:
    connection = await asyncpg.connect(database)
    async with house(tmp_path, database, redis_url) as shared:
        yield Crowd(shared, connection)
    await connection.close()


async def two(shared: House, point: Point | None = None) -> None:
    """The first alone, so that the second finds what it has fitted."""
    await shared.start(point)
    await shared.start(point)


async def test_a_crowd_clicks_and_one_bot_is_killed_and_the_other_stopped(crowd: Crowd) -> None:
    each, random = (12, Random()) if FULL else (3, Random(6))
    await two(crowd.house, Point("cases.commit", "after"))
    cards = await crowd.cards(each)
    await crowd.plays(cards[::2], random)
    assert not [deed for deed in crowd.deeds if deed.saw == "notice"]
    assert len({record.connection for record in crowd.house.slack.journal.envelopes if record.type == "interactive"}) > 2
    await crowd.settled()
    await _one_dies_of(crowd, cards[1])
    await crowd.plays(cards[3::2], random)
    await crowd.settled()
    await check(crowd, cards)
    assert await crowd.house.living[0].stop() == 0


async def _one_dies_of(crowd: Crowd, card: Card) -> None:
    """The click is committed, never acknowledged; whoever clicks again is told by the other bot that it was done."""
    crowd.house.flag.touch()
    assert await crowd.does("eva", "approve", card) == "notice"
    assert [bot.process.returncode for bot in crowd.house.bots].count(-signal.SIGKILL) == 1
    assert await crowd.does("eva", "approve", card) in ("done", "no button")
