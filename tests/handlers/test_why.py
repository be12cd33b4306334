"""Why a case was decided so: shown to approvers, and before the verdict only to those who give up its weight."""

from dataclasses import replace

from blocks import ids
from blocks.why import HIDDEN, SHOW_ANYWAY
from pipeline.case import Status
from tests.blocks.cases import REVIEW, human, outcome
from tests.handlers.stage import Stage, said, stage, until


async def test_a_case_that_waits_for_a_verdict_shows_nothing_until_somebody_asks_twice() -> None:
    async with stage() as at:
        ts = await at.place()
        await at.click("ana", ts["draft"], ids.WHY)
        window = await at.window("ana")
        assert HIDDEN in said(window["blocks"])
        assert SHOW_ANYWAY in said(window["blocks"])
        assert "sent by itself" not in said(window["blocks"])
        assert at.cases.revealed == {}
        await at.slack.click_view("ana", window["id"], ids.REVEAL)
        await until(lambda: _shows(at, "Would have been: sent by itself"))
        assert list(at.cases.revealed) == [REVIEW.id]
        assert at.case() == REVIEW, "looking changes nothing"


async def _shows(at: Stage, text: str) -> bool:
    return text in said((await at.window("ana"))["blocks"])


async def test_a_decided_case_shows_every_voice_and_the_rules_that_nearly_spoke() -> None:
    async with stage() as at:
        ts = await at.place(replace(REVIEW, status=Status.SENT, outcome=outcome("sent_as_is")))
        await at.click("ana", ts["root"], ids.WHY)
        shown = said((await at.window("ana"))["blocks"])
        assert "Pricing questions may be answered by themselves" in shown
        assert "The intent pricing has not been promoted" in shown
        assert "Rules that nearly spoke vip prices    lacked: vip" in shown
        assert at.cases.revealed == {}


async def test_a_mail_for_a_person_says_why_at_once() -> None:
    async with stage() as at:
        ts = await at.place(human(REVIEW))
        await at.click("ben", ts["root"], ids.WHY)
        window = await at.window("ben")
        assert "The sender is a VIP: a person answers" in said(window["blocks"])
        assert HIDDEN not in said(window["blocks"])


async def test_who_may_not_act_may_not_look() -> None:
    async with stage() as at:
        ts = await at.place()
        await at.click("chloe", ts["draft"], ids.WHY)
        assert "not on the approver list" in await at.whisper("chloe")
        assert await at.slack.views("chloe") == []
