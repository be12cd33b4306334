"""Stopping what would go out by itself: the buttons of a scheduled card, and the kill switch."""

import asyncio

import pytest

from blocks import ids
from pipeline.case import Status
from pipeline.review import Move
from tests.blocks.cases import SCHEDULED
from tests.handlers.memory import MemoryCases
from tests.handlers.stage import CHANNEL, Stage, stage, until

OVER = "It is being sent by itself right now."


async def command(at: Stage, user: str, text: str) -> str:
    """What it answers; in a channel that everybody is in."""
    before = len(await at.slack.ephemerals(user, "general"))
    await at.slack.command(user, "general", text)

    async def more() -> list[dict[str, object]]:
        said = await at.slack.ephemerals(user, "general")
        return list(said[before:])

    return str((await until(more))[-1]["text"])


@pytest.mark.parametrize("card", ["root", "draft"])
async def test_hold_gives_it_to_a_person(card: str) -> None:
    async with stage() as at:
        ts = await at.place(SCHEDULED)
        await at.click("ana", ts[card], ids.HOLD)
        case = at.case()
        assert (case.status, case.note, case.outcome) == (Status.REVIEW, "Held by Ana Ruiz", None)
        assert [move.action for move in at.cases.moves] == ["hold"]
        await at.redraw()
        assert "Approve & send" in await at.drawn(ts["draft"])
        assert "Sends by itself" not in await at.drawn(ts["root"])


async def test_edit_holds_it_first_and_opens_the_form_on_what_is_held() -> None:
    async with stage() as at:
        ts = await at.place(SCHEDULED)
        await at.click("ana", ts["draft"], ids.EDIT)
        window = await at.window("ana")
        assert (at.case().status, at.case().note) == (Status.REVIEW, "Held by Ana Ruiz")
        ref = ids.read_form(window["private_metadata"])
        assert ref is not None
        assert ref.revision == at.case().revision


async def test_who_takes_it_over_answers_themselves() -> None:
    async with stage() as at:
        ts = await at.place(SCHEDULED)
        await at.click("ben", ts["draft"], ids.TAKE_OVER)
        assert at.case().status is Status.TAKEN_OVER


@pytest.mark.parametrize("button", [ids.HOLD, ids.EDIT])
async def test_who_comes_too_late_is_told(button: str) -> None:
    async with stage() as at:
        ts = await at.place(SCHEDULED)
        released = Move("release", "outbox", at.desk.clock(), Status.APPROVED, None, None, "", ())
        assert await at.cases.commit(at.case(), released) is not None
        await at.click("ana", ts["draft"], button)
        assert await at.whisper("ana") == OVER
        assert at.case().status is Status.APPROVED
        assert await at.slack.views("ana") == []


async def test_of_two_who_hold_it_one_holds_it() -> None:
    async with stage(cases=MemoryCases(slow=0.02), connections=2) as at:
        ts = await at.place(SCHEDULED)
        await asyncio.gather(at.click("ana", ts["root"], ids.HOLD), at.click("ben", ts["draft"], ids.EDIT))
        assert [move.action for move in at.cases.moves] == ["hold"]

        async def told() -> list[object]:
            return [*await at.slack.ephemerals("ana", CHANNEL), *await at.slack.ephemerals("ben", CHANNEL)]

        assert len(await until(told)) == 1


async def test_a_guest_holds_nothing() -> None:
    async with stage() as at:
        ts = await at.place(SCHEDULED)
        await at.click("gus", ts["root"], ids.HOLD)
        assert "Guests" in (await until(lambda: at.slack.messages("gus")))[-1]["text"]
        assert at.case().status is Status.SCHEDULED


async def test_an_approver_pauses_and_another_one_resumes() -> None:
    async with stage() as at:
        assert (await command(at, "ana", "/triage pause Prices are <!channel> wrong")).startswith("Paused: nothing goes out by itself")
        assert "Already paused: Ana Ruiz paused all" in await command(at, "ben", "/triage pause")
        told = await command(at, "ben", "/triage resume")
        assert told.startswith("Resumed. It was paused: Ana Ruiz paused all answers that go out by themselves: Prices are &lt;!channel&gt;")
        assert await command(at, "ana", "/triage resume") == "Nothing was paused."


@pytest.mark.parametrize("word", ["pause", "resume"])
async def test_who_approves_nothing_throws_no_switch(word: str) -> None:
    async with stage() as at:
        assert "Only an approver of an inbox" in await command(at, "chloe", f"/triage {word}")
        assert at.desk.switch.held is None  # type: ignore[attr-defined]  # the switch in memory
