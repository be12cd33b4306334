"""What people say of an answer after it was sent, through the real Bolt app."""

from dataclasses import replace

from blocks import ids, wrong
from pipeline.case import Case, Status
from tests.blocks.cases import REVIEW, outcome
from tests.handlers.stage import stage

SENT = replace(REVIEW, status=Status.SENT, outcome=outcome("auto_sent", name=""))


async def test_right_is_one_click_and_stands_on_the_card() -> None:
    async with stage() as at:
        ts = await at.place(SENT)
        assert "It was right" in await at.drawn(ts["draft"])
        await at.click("ben", ts["draft"], ids.WAS_RIGHT)
        await at.redraw()
        shown = await at.drawn(ts["draft"])
        assert "Ben" in shown
        assert "looked at it: it was right." in shown
        assert "It was wrong…" in shown, "who learns better can still say so"
        assert [move.action for move in at.cases.moves] == ["confirm"]


async def test_wrong_asks_what_and_stands_on_the_card() -> None:
    async with stage() as at:
        ts = await at.place(SENT)
        await at.click("ana", ts["draft"], ids.WAS_WRONG)
        window = await at.window("ana")
        empty = await at.slack.submit("ana", window["id"], {})
        assert empty["response_action"] == "errors"
        await at.slack.submit("ana", window["id"], {wrong.WHAT: "invented_price"})
        looked = at.case().looked
        assert looked is not None
        assert (looked.by_name, looked.fault) == ("Ana Ruiz", "invented_price")
        await at.redraw()
        shown = await at.drawn(ts["draft"])
        assert "held it wrong: it names a price that is not ours" in shown
        assert "It was wrong…" not in shown


async def test_two_who_judge_at_once_are_told_apart() -> None:
    async with stage() as at:
        ts = await at.place(SENT)
        await at.click("ana", ts["draft"], ids.WAS_WRONG)
        await at.click("ben", ts["draft"], ids.WAS_RIGHT)
        answer = await at.slack.submit("ana", (await at.window("ana"))["id"], {wrong.WHAT: "tone"})
        assert answer["response_action"] == "update"
        looked = at.case().looked
        assert looked is not None
        assert looked.fault is None


async def test_what_a_person_approved_can_be_held_wrong_and_not_right() -> None:
    async with stage() as at:
        case: Case = replace(SENT, outcome=outcome("sent_as_is"))
        ts = await at.place(case)
        assert "It was right" not in await at.drawn(ts["draft"])
        assert "It was wrong…" in await at.drawn(ts["draft"])
