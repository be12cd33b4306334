"""Replies on Outlook: our own bytes as a reply draft, sent once by its id, and found again after any doubt."""

import asyncio
from datetime import timedelta
from email.parser import BytesParser

import pytest

from pipeline.errors import Permanent, Temporary
from sandbox.mail.graph.faults import KINDS
from sandbox.mail.graph.settings import Behaviour
from tests.bot.outlook.office import mail, office, reply
from tests.bot.scene import until


async def test_a_reply_draft_holds_our_bytes_in_the_originals_conversation() -> None:
    async with office() as at:
        original = at.graph.deliver(mail("a"))
        draft = await at.box.create_draft(reply(), "s-1")
        item = at.graph.mailbox.find(draft)
        assert at.graph.faults.calls["create_reply"] == 1
        assert (item.raw, item.folder, item.conversation) == (reply(), "drafts", original.conversation)
        assert draft == item.immutable
        assert await at.box.find(draft, "s-1") == "draft"
        assert at.graph.ledger == []


async def test_without_the_original_a_plain_draft_keeps_the_thread_by_its_headers() -> None:
    async with office() as at:
        draft = await at.box.create_draft(reply(), "s-1")
        stored = BytesParser().parsebytes(at.graph.mailbox.find(draft).raw)
        assert stored["in-reply-to"] == stored["references"] == "<a@customers.example>"
        assert stored["x-triage-send-id"] == "s-1"
        assert (at.graph.faults.calls["create_reply"], at.graph.faults.calls["create"]) == (0, 1)


async def test_recipients_that_create_reply_would_change_stay_ours() -> None:
    async with office(Behaviour(redirects="evil@elsewhere.example")) as at:
        at.graph.deliver(mail("a"))
        draft = await at.box.create_draft(reply(), "s-1")
        assert at.graph.mailbox.find(draft).raw == reply()
        lying = [item for item in at.graph.mailbox.items.values() if item.folder == "drafts"]
        assert [item.immutable for item in lying] == [draft]
        await at.box.send_draft(draft)
        assert at.graph.ledger == [reply()]


async def test_a_draft_that_says_something_else_is_never_sent() -> None:
    async with office() as at:
        at.graph.faults.order("create", "error_before")
        with pytest.raises(Temporary):
            await at.box.create_draft(reply(), "s-1")
        with pytest.raises(Permanent, match="413"):
            await at.box.create_draft(reply() + b"x" * (5 * 1024 * 1024), "s-1")
        assert at.graph.ledger == []


async def test_a_draft_is_sent_once_and_found_in_sent_items() -> None:
    async with office() as at:
        draft = await at.box.create_draft(reply(), "s-1")
        ends = await asyncio.gather(*(at.box.send_draft(draft) for _ in range(12)), return_exceptions=True)
        assert [end for end in ends if end is None] == [None]
        assert all(isinstance(end, Permanent) for end in ends if end is not None)
        assert at.graph.ledger == [reply()]
        assert await at.box.find(draft, "s-1") == "sent"
        with pytest.raises(Permanent):
            await at.box.send_draft(draft)
        assert at.graph.ledger == [reply()]


async def test_what_was_never_there_cannot_be_sent() -> None:
    async with office() as at:
        with pytest.raises(Permanent, match="not in the Drafts folder"):
            await at.box.send_draft("AAkALgNothing")
        assert await at.box.find("AAkALgNothing", "s-1") == "gone"


@pytest.mark.parametrize("folder", ["deleteditems", "junkemail"])
async def test_a_draft_that_somebody_moved_away_is_not_ours_to_send(folder: str) -> None:
    async with office() as at:
        draft = await at.box.create_draft(reply(), "s-1")
        at.graph.mailbox.move(at.graph.mailbox.find(draft), folder)  # type: ignore[arg-type]  # one of its literals
        assert await at.box.find(draft, "s-1") == "gone"
        with pytest.raises(Permanent):
            await at.box.send_draft(draft)


async def test_a_copy_that_takes_its_time_is_found_when_it_is_there() -> None:
    async with office(Behaviour(lag=timedelta(seconds=0.4))) as at:
        draft = await at.box.create_draft(reply(), "s-1")
        await at.box.send_draft(draft)
        assert await at.box.find(draft, "s-1") == "gone"

        async def has_come() -> bool:
            return await at.box.find(draft, "s-1") == "sent"

        await until(has_come)


@pytest.mark.parametrize("renames", [False, True])
async def test_a_sent_reply_whose_id_is_lost_is_found_by_our_header(renames: bool) -> None:
    async with office(Behaviour(renames=renames)) as at:
        await at.box.send_draft(await at.box.create_draft(reply(), "s-1"))
        assert await at.box.find("AAkALgLost", "s-1") == "sent"
        assert await at.box.find("AAkALgLost", "s-2") == "gone"


async def test_a_draft_whose_answer_was_lost_is_replaced_not_left_lying() -> None:
    async with office() as at:
        at.graph.faults.order("create", "drop_after")
        with pytest.raises(Temporary):
            await at.box.create_draft(reply(), "s-1")
        draft = await at.box.create_draft(reply(), "s-1")
        lying = [item.immutable for item in at.graph.mailbox.items.values() if item.folder == "drafts"]
        assert lying == [draft]


@pytest.mark.parametrize("name", ["folder_messages", "create_reply", "get", "send"])
@pytest.mark.parametrize("kind", KINDS)
async def test_every_fault_while_sending_is_temporary(name: str, kind: str) -> None:
    async with office(timeout=timedelta(seconds=0.3)) as at:
        at.graph.deliver(mail("a"))
        at.graph.faults.order(name, kind, times=2, seconds=0.5, retry_after=9)  # type: ignore[arg-type]  # one of KINDS
        with pytest.raises(Temporary) as away:
            await at.box.send_draft(await at.box.create_draft(reply(), "s-1"))
        assert away.value.retry_after == (timedelta(seconds=9) if kind == "rate_limited" else None)
        assert len(at.graph.ledger) == (1 if name == "send" and kind in ("drop_after", "error_after", "hang", "reset") else 0)
        assert "support@larkspur.example" in str(away.value)
