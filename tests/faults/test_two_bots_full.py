"""Kills at every point of a click, and a rolling restart: a minute each, so only where TRIAGE_FULL asks for them (make chaos)."""

import asyncio
import signal

import pytest

from tests.faults.clicking import Card, Crowd, check
from tests.faults.fuse import Point
from tests.faults.test_two_bots import crowd, two

__all__ = ["crowd"]

POINTS = (
    Point("directory.person", "before"),
    Point("cases.commit", "before"),
    Point("cases.commit", "after"),
    Point("socket.send_async_response", "after"),
    Point("sender.perform", "before"),
    Point("mailbox.send_draft", "before"),
    Point("mailbox.send_draft", "after"),
)
SEES = {"directory.person": {"notice"}, "cases.commit": {"notice"}, "socket.send_async_response": {"done"}}
"""What the person sees of a bot that dies there; the outbox may be as fast as the acknowledgement."""


@pytest.mark.parametrize("point", POINTS, ids=str)
async def test_a_click_that_kills_its_bot_has_its_effect_once_or_the_person_is_told(crowd: Crowd, point: Point) -> None:
    await two(crowd.house, point)
    for number in range(2):
        card = (await crowd.cards(1, start=number))[0]
        crowd.house.flag.touch()
        assert await crowd.does("eva", "approve", card) in SEES.get(point.name, {"done", "notice"})
        assert await crowd.insists("eva", card) in ("done", "no button")
        await crowd.settled()
        assert [bot.process.returncode for bot in crowd.house.bots].count(-signal.SIGKILL) == number + 1
        await check(crowd, [card])
        await crowd.house.start(point)


async def test_a_rolling_restart_loses_no_click_that_was_acknowledged(crowd: Crowd) -> None:
    await two(crowd.house)
    cards = await crowd.cards(12)
    clicking = asyncio.create_task(_one_after_the_other(crowd, cards))
    for old in list(crowd.house.bots):
        assert await old.stop() == 0, old.log.read_text()
        await crowd.house.start()
    await clicking
    await crowd.settled()
    await check(crowd, cards)
    assert await crowd.database.fetchval("select count(*) from messages where status = 'sent'") == len(cards)


async def _one_after_the_other(crowd: Crowd, cards: list[Card]) -> None:
    for card in cards:
        await crowd.insists("eva", card)
        await asyncio.sleep(1)
