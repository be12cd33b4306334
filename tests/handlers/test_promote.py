"""A person promotes in Slack, takes the right away and starts over; nobody else can, and a test draft fools nobody into sending."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from blocks import ids
from bot.store.database import connect
from pipeline.case import Seeded, Status
from pipeline.effects import SendReply
from pipeline.gate.states import State, Suspected
from tests.blocks.cases import DRAFT, REVIEW
from tests.bot.gating import INTENT, Judging
from tests.bot.scene import scene
from tests.handlers.memory import MemoryCases
from tests.handlers.stage import CHANNEL, Stage, acting, said, stage, until
from tests.slack import local_slack

BAD = Seeded(DRAFT.text.replace("12 EUR", "21 EUR"), DRAFT.text.splitlines()[2].replace("12 EUR", "21 EUR"), "price")


@pytest.fixture
async def judging(database: str, tmp_path: Path) -> AsyncIterator[Judging]:
    pool = await connect(database, name="test")
    yield Judging(scene(pool, database, tmp_path))
    await pool.close()


async def opened(at: Stage, user: str, channel: str = CHANNEL) -> dict[str, Any]:
    """The evidence of INTENT, reached as a person reaches it."""
    await at.slack.command(user, channel, "/triage promote")
    overview = await at.window(user)
    assert "Not certified" in said(overview["blocks"])
    await at.slack.click_view(user, overview["id"], f"{ids.GATE_OPEN}.{INTENT}")
    return await evidence(at, user)


async def asked(at: Stage, user: str) -> dict[str, Any]:
    """The same by naming the intent, with every older window closed."""
    for view in reversed(await at.slack.views(user)):
        await at.slack.close(user, view["id"])
    await at.slack.command(user, CHANNEL, f"/triage promote {INTENT}")
    return await evidence(at, user)


async def evidence(at: Stage, user: str) -> dict[str, Any]:
    async def shown() -> dict[str, Any] | None:
        views = await at.slack.views(user)
        return dict(views[-1]) if views and views[-1]["callback_id"] == ids.GATE_FORM else None

    return dict(await until(shown))


async def test_from_evidence_to_the_right_and_back_by_people_alone(judging: Judging) -> None:
    async with local_slack() as slack, acting(slack, MemoryCases(), gate=judging.gatekeeper) as at:
        await judging.gatekeeper.look()
        learning = await opened(at, "ana")
        assert not learning.get("submit")
        await judging.labels(260)
        await judging.attentive()
        await judging.gatekeeper.look()
        window = await asked(at, "ana")
        assert "Certified: at least 98% are right" in said(window["blocks"])
        assert "260" in said(window["blocks"])
        await at.slack.submit("ana", window["id"])
        assert "support may answer by itself." in said((await at.window("ana"))["blocks"])
        assert await judging.state() is State.AUTO_SEND
        window = await asked(at, "ben")
        await at.slack.submit("ben", window["id"], {"why": "A customer called."})
        assert await judging.state() is State.DEMOTED
        await at.slack.submit("ben", (await asked(at, "ben"))["id"], {"why": "The template names the hours now."})
        assert await judging.state() is State.LEARNING
        actors = await judging.scene.value("select array_agg(actor <> '' order by id) from gate_changes")
        assert actors == [False, True, True, True]


async def test_a_window_that_is_out_of_date_promotes_nothing(judging: Judging) -> None:
    async with local_slack() as slack, acting(slack, MemoryCases(), gate=judging.gatekeeper) as at:
        await judging.eligible()
        window = await asked(at, "ana")
        await judging.labels(0, wrong=5, days=0)
        await judging.gatekeeper.look()
        await at.slack.submit("ana", window["id"])
        assert "Open it anew" in said((await at.window("ana"))["blocks"])
        assert await judging.state() is State.LEARNING


@pytest.mark.parametrize("user", ["gus", "jonas", "mia"])
async def test_who_may_not_decide_is_told_so_and_sees_nothing(user: str) -> None:
    async with stage() as at:
        await at.slack.command(user, CHANNEL, "/triage promote")
        assert await at.whisper(user)
        assert await at.slack.views(user) == []


async def test_approving_a_test_draft_sends_nothing_and_shows_the_true_one() -> None:
    async with stage() as at:
        ts = await at.place(replace(REVIEW, seeded=BAD))
        assert "21 EUR" in await at.drawn(ts["draft"])
        await at.click("ana", ts["draft"], ids.APPROVE)
        assert at.case().status is Status.REVIEW
        assert [effect for move in at.cases.moves for effect in move.effects if isinstance(effect, SendReply)] == []
        assert dict(at.cases.moves[0].detail)["seed"] == "missed"
        await at.redraw()
        shown = await at.drawn(ts["draft"])
        assert "This was a test draft" in shown
        assert "12 EUR" in shown
        await at.click("ana", ts["draft"], ids.APPROVE)
        assert at.case().status is Status.APPROVED
        assert [effect.sha256 for effect in at.cases.moves[1].effects if isinstance(effect, SendReply)] == [DRAFT.sha256]


@pytest.mark.parametrize(("price", "found"), [("12 EUR", "caught"), ("21 EUR", "missed")])
async def test_an_edit_catches_the_error_only_where_it_takes_it_away(price: str, found: str) -> None:
    async with stage() as at:
        ts = await at.place(replace(REVIEW, seeded=BAD))
        await at.click("ana", ts["draft"], ids.EDIT)
        window = await at.window("ana")
        assert "21 EUR" in str(window["blocks"])
        await at.slack.submit("ana", window["id"], {"text.0.0.3": BAD.text.replace("21 EUR", price) + "\n\nP.S. Thank you!"})
        assert dict(at.cases.moves[0].detail)["seed"] == found
        assert at.case().draft == DRAFT


async def test_words_over_a_test_draft_that_another_has_judged_meanwhile_never_become_the_reply() -> None:
    async with stage() as at:
        ts = await at.place(replace(REVIEW, seeded=BAD))
        await at.click("ana", ts["draft"], ids.EDIT)
        window = await at.window("ana")
        await at.click("ben", ts["draft"], ids.APPROVE)
        assert at.case().seeded is None
        await at.slack.submit("ana", window["id"], {"text.0.0.3": BAD.text + "\n\nP.S. Thank you!"})
        shown = await at.window("ana")
        assert shown["callback_id"] == ids.NOTICE_VIEW
        assert "test draft with an error" in said(shown["blocks"])
        assert "P.S. Thank you!" in said(shown["blocks"]), "nobody loses what they wrote"
        assert at.case().draft == DRAFT


async def test_rejecting_a_test_draft_catches_it_and_keeps_the_case() -> None:
    async with stage() as at:
        ts = await at.place(replace(REVIEW, seeded=BAD))
        await at.click("ana", ts["draft"], ids.REJECT)
        window = await at.window("ana")
        await at.slack.submit("ana", window["id"], {"why": "wrong_answer"})
        assert dict(at.cases.moves[0].detail)["seed"] == "caught"
        assert at.case().status is Status.REVIEW


async def test_the_second_look_is_asked_without_the_first_verdict_and_answered_once(judging: Judging) -> None:
    counted: list[tuple[int, bool]] = []

    async def second(case: int, by: str, wrong: bool) -> bool:
        counted.append((case, wrong))
        return len(counted) == 1

    cases = MemoryCases()
    async with local_slack() as slack, acting(slack, cases, second=second) as at:
        cases.add(REVIEW)
        await at.board.ask_second(REVIEW, DRAFT.text, "second:17", again=False)
        message = (await at.slack.messages(CHANNEL))[-1]
        assert "Ana" not in said(message["blocks"])
        await at.click("ben", message["ts"], ids.SECOND_WRONG)
        assert counted == [(REVIEW.id, True)]

        async def thanked() -> bool:
            return "Ben Okafor took a second look" in await at.drawn(message["ts"])

        assert await until(thanked)
        before = len(await at.slack.messages(CHANNEL))
        await at.board.ask_second(REVIEW, DRAFT.text, "second:17", again=True)
        assert len(await at.slack.messages(CHANNEL)) == before


async def test_a_suspicion_is_cleared_by_a_person_and_the_right_comes_back(judging: Judging) -> None:
    async with local_slack() as slack, acting(slack, MemoryCases(), gate=judging.gatekeeper) as at:
        await judging.promoted()
        await judging.gatekeeper.act(INTENT, 2, lambda seen: Suspected(17, "a price"))
        assert await judging.state() is State.SUSPENDED
        window = await asked(at, "ana")
        await at.slack.click_view("ana", window["id"], f"{ids.GATE_CLEAR}.17")

        async def restored() -> bool:
            return await judging.state() is State.AUTO_SEND

        assert await until(restored)
