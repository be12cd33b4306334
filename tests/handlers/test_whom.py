"""Choosing who gets a reply, through the real Bolt app and the boxes of a real window."""

from dataclasses import replace
from typing import Any

from blocks import ids
from pipeline.case import Status
from pipeline.effects import Forward, SendReply
from tests.blocks.cases import DRAFT, MAIL, REVIEW, STATES
from tests.handlers.stage import Stage, said, stage

CHOSEN = STATES["review-chosen"]
FRESH = replace(CHOSEN, draft=replace(DRAFT, forward_to="partners@larkspur.example"))


async def boxes(at: Stage) -> dict[str, dict[str, Any]]:
    """The window's groups of boxes, by block id."""
    window = await at.window("ana")
    return {block["block_id"]: block["element"] for block in window["blocks"] if block.get("element", {}).get("type") == "checkboxes"}


def on(element: dict[str, Any]) -> list[str]:
    return [option["text"]["text"] for option in element.get("initial_options", [])]


def ticks(element: dict[str, Any], *wanted: str) -> dict[str, Any]:
    options = [option for option in element["options"] if option["text"]["text"] in wanted]
    return {element["action_id"]: {"type": "checkboxes", "selected_options": options}}


async def test_the_window_offers_the_mails_addresses_and_ticks_from_alone() -> None:
    async with stage() as at:
        ts = await at.place(FRESH)
        assert "Draft reply to nora@northwind.example " in f"{await at.drawn(ts['draft'])} "
        assert "They ask for answers at orders@elsewhere.example" in await at.drawn(ts["draft"])
        assert "will also be forwarded to partners@larkspur.example" in await at.drawn(ts["draft"])
        await at.click("ana", ts["draft"], ids.EDIT)
        shown = await boxes(at)
        assert [on(element) for element in shown.values()] == [["nora@northwind.example"], [], ["To partners@larkspur.example"]]
        assert "support@larkspur.example" not in said(list(shown.values()))


async def test_ticked_addresses_become_the_drafts_recipients_and_are_what_is_approved() -> None:
    async with stage() as at:
        ts = await at.place(FRESH)
        await at.click("ana", ts["draft"], ids.EDIT)
        shown = await boxes(at)
        wanted = ("nora@northwind.example", "orders@elsewhere.example", "ceo@northwind.example")
        values = {"whom.0.4": ticks(shown["whom.0.4"], *wanted), "forward.4": ticks(shown["forward.4"])}
        answer = await at.slack.submit("ana", (await at.window("ana"))["id"], values)
        assert not answer.get("errors")
        draft = at.case().draft
        assert draft is not None
        assert (draft.to, draft.cc) == (wanted[:2], wanted[2:])
        assert (draft.forward_to, draft.text) == ("", DRAFT.text)
        await at.redraw()
        drawn = await at.drawn(ts["draft"])
        assert "Draft reply to nora@northwind.example, orders@elsewhere.example, cc ceo@northwind.example" in drawn
        assert "forwarded" not in drawn
        await at.click("ben", ts["draft"], ids.APPROVE)
        [send] = [effect for effect in at.cases.moves[-1].effects if isinstance(effect, SendReply)]
        assert send.sha256 == draft.sha256
        assert not any(isinstance(effect, Forward) for effect in at.cases.moves[-1].effects)


async def test_approving_a_referral_also_forwards_it() -> None:
    async with stage() as at:
        ts = await at.place(FRESH)
        await at.click("ana", ts["draft"], ids.APPROVE)
        assert at.case().status is Status.APPROVED
        assert [effect.to for effect in at.cases.moves[0].effects if isinstance(effect, Forward)] == ["partners@larkspur.example"]


async def test_nobody_or_only_copies_is_refused_at_the_boxes() -> None:
    async with stage() as at:
        ts = await at.place(FRESH)
        await at.click("ana", ts["draft"], ids.EDIT)
        shown, window = await boxes(at), (await at.window("ana"))["id"]
        nobody = {"whom.0.4": ticks(shown["whom.0.4"])}
        assert "whom.0.4" in (await at.slack.submit("ana", window, nobody))["errors"]
        copies = {"whom.0.4": ticks(shown["whom.0.4"], "ceo@northwind.example")}
        assert "Tick at least one" in str((await at.slack.submit("ana", window, copies))["errors"])
        assert at.case() == FRESH


async def test_a_mail_that_names_nobody_else_offers_no_choice() -> None:
    async with stage() as at:
        ts = await at.place(REVIEW)
        await at.click("ana", ts["draft"], ids.EDIT)
        assert await boxes(at) == {}
        assert MAIL.reply_to == ()
