"""Reminders: written once by however many programs, and only for cases that a person is waited for."""

import asyncio
from datetime import timedelta

from bot.store.codec import PLAIN
from bot.store.deadlines import Deadlines
from pipeline.policy.rulebook import Reminder
from pipeline.review import Move, reject
from tests.bot.scene import ANA, Scene, mail

STEPS = (Reminder(minutes=-30), Reminder(minutes=0), Reminder(minutes=120, tell=("ops",)))


async def due(stage: Scene, name: str, left: timedelta) -> int:
    case = await stage.arrive(mail(name), name)
    await stage.settle()
    sql = "update messages set respond_by = clock_timestamp() + $2::interval where id = $1 returning id"
    return int(await stage.database.run(lambda connection: connection.fetchval(sql, case, left)))


async def test_each_step_is_said_once_in_the_thread_and_loud_when_it_is_late(stage: Scene) -> None:
    deadlines = Deadlines(stage.database, PLAIN)
    soon, late, far = [await due(stage, f"m{at}", timedelta(minutes=left)) for at, left in enumerate((20, -130, 60))]
    assert sum(await asyncio.gather(*(deadlines.remind(STEPS) for _ in range(3)))) >= 2
    assert await deadlines.remind(STEPS) == 0
    await stage.settle()
    told = [(line["case"], line["text"]) for line in stage.board.lines() if line["kind"] == "say"]
    assert sorted(told) == [
        (soon, "The answer is due in 20 min. Owner: support."),
        (late, "The answer is 2 h late. Owner: support. For the team ops."),
    ]
    assert far not in dict(told)


async def test_nobody_is_reminded_of_what_is_done(stage: Scene) -> None:
    number = await due(stage, "done", timedelta(minutes=-5))
    case = await stage.case(number)  # type: ignore[arg-type]
    move = reject(case, case.revision, ANA, await stage.now(), "no_reply_needed", "")
    assert isinstance(move, Move)
    assert await stage.cases.commit(case, move)
    assert await Deadlines(stage.database, PLAIN).remind(STEPS) == 0
