"""The benchmark of throughput: a few mails through all of it, and its timers."""

import asyncio
import time
from pathlib import Path

import pytest

from benchmarks.throughput.rig import rig, working
from benchmarks.throughput.stages import REST, Stages
from bot.embedded import Services


async def test_a_batch_goes_through_every_stage(database: str, redis_url: str, tmp_path: Path) -> None:
    async with rig(Services(database, redis_url, ()), tmp_path) as made, working(made, 1, made.setup, warm=1) as ready:
        took = await ready.batch(3)
    assert took.calls == 2 * took.mails == 6
    assert 0 < took.decided < took.shown
    assert {"claim", "read (this side)", "history", "prompts", "two SDK calls", "settle", "card: post", REST} <= set(took.stages)
    assert all(seconds > 0 for seconds in took.stages.values())
    assert took.processes["product"] > 0


def burn(seconds: float) -> None:
    ends = time.thread_time() + seconds
    while time.thread_time() < ends:
        pass


async def test_two_tasks_in_turns_are_told_apart_and_nothing_is_counted_twice() -> None:
    stages = Stages()

    async def inner() -> None:
        burn(0.01)
        await asyncio.sleep(0)
        burn(0.01)

    timed = stages.timed(inner, "inner")

    async def outer() -> None:
        burn(0.005)
        await timed()

    await asyncio.gather(stages.timed(outer, "outer")(), timed())
    took = stages.taken()
    assert took["inner"] == pytest.approx(0.04, rel=0.2)
    assert took["outer"] == pytest.approx(0.005, rel=0.5)


async def test_errors_and_cancellations_pass_through_a_timer() -> None:
    ended: list[str] = []

    async def waits() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    task = asyncio.create_task(Stages().timed(waits, "waits")())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ValueError, match="invalid literal"):
        Stages().timed(lambda: int("no number", 10), "fails")()
    assert ended == ["cancelled"]
