"""Several people, several deliveries, several programs: one decision."""

import asyncio
import os
from functools import partial

from blocks import ids
from pipeline.case import Status
from sandbox.slack.local import LocalSlack
from tests.blocks.cases import REVIEW
from tests.handlers.memory import MemoryCases
from tests.handlers.stage import CHANNEL, ForgetfulSeen, acting, stage, until
from tests.slack import local_slack

ROUNDS = 100 if os.environ.get("TRIAGE_FULL") else 10


async def test_of_two_people_clicking_at_once_one_wins_and_the_other_is_told() -> None:
    async with stage(cases=MemoryCases(slow=0.01), connections=2) as at:
        for number in range(ROUNDS):
            at.cases.cases.clear()
            at.cases.placed.clear()
            at.cases.moves.clear()
            ts = await at.place()
            await asyncio.gather(at.click("ana", ts["draft"], ids.APPROVE), at.click("ben", ts["draft"], ids.TAKE_OVER))
            assert len(at.cases.moves) == 1
            told = await until(partial(sentences, at.slack, number + 1))
            assert len(told) == number + 1
            assert told[-1].startswith(("Already approved by Ana Ruiz", "Ben Okafor took this over"))


async def sentences(slack: LocalSlack, least: int) -> list[str]:
    told = [*await told_to(slack, "ana"), *await told_to(slack, "ben")]
    return told if len(told) >= least else []


async def told_to(slack: LocalSlack, user: str) -> list[str]:
    return [str(message["text"]) for message in await slack.ephemerals(user, CHANNEL)]


async def test_fifty_clicks_on_one_draft_make_one_move() -> None:
    async with stage(cases=MemoryCases(slow=0.01)) as at:
        ts = await at.place()
        await asyncio.gather(*(at.click(("ana", "ben")[number % 2], ts["draft"], ids.APPROVE) for number in range(50)))
        assert [move.action for move in at.cases.moves] == ["approve"]


async def test_a_click_delivered_twice_is_done_once_and_answered_without_a_complaint() -> None:
    async with stage(connections=2) as at:
        ts = await at.place()
        at.slack.faults.duplicate("interactive")
        await at.click("ana", ts["draft"], ids.APPROVE)
        await at.slack.command("ana", CHANNEL, "/triage")
        await until(lambda: at.slack.ephemerals("ana", CHANNEL))
        assert [move.action for move in at.cases.moves] == ["approve"]
        assert not any("Already" in sentence for sentence in await told_to(at.slack, "ana"))


async def test_without_redis_a_click_delivered_twice_is_still_done_once() -> None:
    async with stage(seen=ForgetfulSeen()) as at:
        ts = await at.place()
        at.slack.faults.duplicate("interactive")
        await at.click("ana", ts["draft"], ids.APPROVE)
        assert await at.whisper("ana") == "Already approved by Ana Ruiz at 10:42 UTC."
        assert [move.action for move in at.cases.moves] == ["approve"]


async def test_a_restart_between_click_and_work_loses_nothing() -> None:
    async with local_slack() as slack:
        cases = MemoryCases()
        async with acting(slack, cases) as before:
            ts = await before.place()
            await before.click("ana", ts["draft"], ids.EDIT)
            window = await before.window("ana")
            await before.click("ben", ts["draft"], ids.TAKE_OVER)
        async with acting(slack, cases) as after:
            assert after.case().status is Status.TAKEN_OVER
            await slack.submit("ana", window["id"], {"text.0.0.3": "Written before the restart."})
            assert "Ben Okafor took this over at 10:42 UTC." in str(await slack.views("ana"))
            await after.redraw()
            assert "took it over" in await after.drawn(ts["root"])
            assert len(await slack.thread(CHANNEL, ts["root"])) == 3


async def test_a_form_opened_before_a_restart_is_saved_after_it() -> None:
    async with local_slack() as slack:
        cases = MemoryCases()
        async with acting(slack, cases) as before:
            ts = await before.place()
            await before.click("ana", ts["draft"], ids.EDIT)
            window = await before.window("ana")
        async with acting(slack, cases) as after:
            await slack.submit("ana", window["id"], {"text.0.0.3": "Written before the restart, saved after it."})
            assert after.case().revision == REVIEW.revision + 1
            await after.redraw()
            await after.click("ana", ts["draft"], ids.APPROVE)
            assert after.case().status is Status.APPROVED
