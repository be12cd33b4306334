"""Sending: what is checked again before a reply goes out, and what is done when nobody knows whether it did."""

import asyncio
import os
import random
from dataclasses import dataclass, replace
from datetime import timedelta
from email.parser import BytesParser
from typing import Any

import pytest

from bot.mailbox.maildir import MaildirMailbox
from pipeline.case import Case, Status
from pipeline.effects import UpdateCard
from pipeline.errors import Permanent, Temporary
from pipeline.policy.content import Caps
from pipeline.ports import Mailbox, Whereabouts
from pipeline.review import Move, approve, edit, reject, take_over
from tests.bot.scene import ANA, BEN, INBOX, Scene, mail

ROUNDS = 100 if os.environ.get("TRIAGE_FULL") else 10


def uncapped(stage: Scene) -> Scene:
    """A mailbox that may send more in a minute than the rounds of a test."""
    sender = replace(stage.outbox.sender, caps=lambda: Caps(mailbox_minute=10 * ROUNDS))
    return replace(stage, outbox=replace(stage.outbox, sender=sender))


@pytest.mark.timeout(600)
async def test_fifty_clicks_at_once_send_one_reply(stage: Scene) -> None:
    stage = uncapped(stage)
    for number in range(ROUNDS):
        case = await stage.reviewed(f"m{number}")
        clickers = [random.Random(number * 50 + click).choice((ANA, BEN)) for click in range(50)]
        won = [after for after in await asyncio.gather(*(stage.approve(case, by) for by in clickers)) if after is not None]
        assert len(won) == 1
        await asyncio.gather(*(stage.outbox.step() for _ in range(4)))
        await stage.settle()
        after = await stage.case(case.id)
        assert (after.status, after.outcome and after.outcome.by) == (Status.SENT, won[0].outcome and won[0].outcome.by)
    answered = [str(BytesParser().parsebytes(raw)["in-reply-to"]) for raw in stage.sent()]
    assert sorted(answered) == sorted(f"<m{number}@customers.example>" for number in range(ROUNDS))


async def test_a_sent_reply_is_written_down_everywhere(stage: Scene) -> None:
    case = await stage.reviewed("a")
    await stage.approve(case)
    await stage.settle()
    row = "select status || outcome || handled_by || auto_sent::text || (closed_at is not null)::text from messages"
    assert await stage.value(row) == "sentsent_as_isU01ANAfalsetrue"
    assert await stage.value("select decision || approver from drafts") == "sent_as_isU01ANA"
    assert await stage.value("select state from sends") == "sent"
    steps = ["send_reserved", "send_drafted", "send_sending", "send_reply_done", "sent"]
    assert [action for action in await stage.audit(case.id) if action in steps] == steps
    assert stage.board.lines()[-1]["status"] == "sent"


async def test_a_reply_that_nobody_approved_says_so(stage: Scene) -> None:
    case = await stage.reviewed("a", text="Answer by itself.")
    after = await stage.case(case.id)
    assert after.outcome is not None
    assert (after.status, after.outcome.kind, after.outcome.by) == (Status.SENT, "auto_sent", "")
    assert BytesParser().parsebytes(stage.sent()[0])["auto-submitted"] == "auto-replied"
    assert await stage.value("select auto_sent from messages")


async def test_an_approver_who_was_removed_meanwhile_sends_nothing(stage: Scene) -> None:
    case = await stage.reviewed("a")
    await stage.approve(case)
    stage.staff.people[ANA.id] = replace(ANA, kind="deleted")
    await stage.settle()
    await _check_is_back(stage, case, "the approval does not count any more")
    await stage.approve(await stage.case(case.id), BEN)
    await stage.settle()
    assert (await stage.case(case.id)).status is Status.SENT
    assert len(stage.sent()) == 1


async def test_a_channel_that_was_shared_meanwhile_sends_nothing(stage: Scene) -> None:
    case = await stage.reviewed("a")
    await stage.approve(case)
    stage.staff.shared = True
    await stage.settle()
    await _check_is_back(stage, case, "shared with another organisation")


async def test_a_newer_mail_of_the_conversation_stops_the_reply_once(stage: Scene) -> None:
    case = await stage.reviewed("a")
    await stage.arrive(mail("b", thread="a", text="Never mind!"), "b")
    await stage.approve(case)
    await stage.settle()
    await _check_is_back(stage, case, "a newer mail arrived")
    await stage.approve(await stage.case(case.id))
    await stage.settle()
    assert (await stage.case(case.id)).status is Status.SENT


async def test_a_mail_that_waited_unread_while_the_card_was_drawn_counts_as_newer(stage: Scene) -> None:
    first = await stage.arrive(mail("a"), "a")
    await stage.arrive(mail("b", thread="a", text="Never mind!"), "b")
    await stage.settle()
    case = await stage.case(first)
    await stage.approve(case)
    await stage.settle()
    await _check_is_back(stage, case, "a newer mail arrived")
    await stage.approve(await stage.case(case.id))
    await stage.settle()
    assert (await stage.case(case.id)).status is Status.SENT


async def test_an_edit_does_not_hide_a_newer_mail(stage: Scene) -> None:
    case = await stage.reviewed("a")
    await stage.arrive(mail("b", thread="a"), "b")
    move = edit(case, case.revision, ANA, await stage.now(), "Re: hours", "At ten.", ())
    assert isinstance(move, Move)
    edited = await stage.cases.commit(case, move)
    assert edited is not None
    await stage.approve(edited)
    await stage.settle()
    await _check_is_back(stage, case, "a newer mail arrived")


async def test_two_cases_of_one_mail_send_one_reply(stage: Scene) -> None:
    first = await stage.reviewed("a")
    await stage.arrive(mail("a"), "second delivery")
    await stage.settle()
    waiting = await stage.cases.waiting([INBOX], 10)
    second = await stage.case(next(one.case for one in waiting if one.case != first.id))
    await stage.approve(first)
    await stage.approve(second)
    await stage.settle()
    assert len(stage.sent()) == 1
    states = [(await stage.case(case.id)).status for case in (first, second)]
    assert states == [Status.SENT, Status.HUMAN]
    assert "another case" in (await stage.case(second.id)).note


async def test_a_change_after_the_approval_was_written_down_sends_nothing(stage: Scene) -> None:
    case = await stage.reviewed("a")
    await stage.approve(case)
    approved = await stage.case(case.id)
    odd = Move("test", "test", await stage.now(), Status.APPROVED, None, approved.outcome, "", (UpdateCard(case.id, 3),))
    assert await stage.cases.commit(approved, odd) is not None
    await stage.settle()
    assert stage.sent() == []


@dataclass
class Faulty:
    """The Maildir with one fault in its sending: of `fault`'s effects the first `times` calls suffer."""

    real: MaildirMailbox
    fault: str
    times: int = 1
    id = INBOX

    @property
    def settles_within(self) -> timedelta:
        return self.real.settles_within

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    async def send_draft(self, draft_id: str) -> None:
        self.times -= 1
        if self.times < 0:
            return await self.real.send_draft(draft_id)
        match self.fault:
            case "lost before":
                raise Temporary("no answer", timedelta(0))
            case "lost after":
                await self.real.send_draft(draft_id)
                raise Temporary("no answer", timedelta(0))
            case "vanished":
                next((self.real.root / ".Drafts" / "cur").iterdir()).unlink()
                raise Temporary("no answer", timedelta(0))
            case "gone":
                next((self.real.root / ".Drafts" / "cur").iterdir()).unlink()
                raise Permanent("no such draft")
        raise Permanent("The recipient is refused.")

    async def find(self, draft_id: str, send_id: str) -> Whereabouts:
        return await self.real.find(draft_id, send_id)


def _with(stage: Scene, mailbox: Mailbox) -> Scene:
    return replace(stage, outbox=replace(stage.outbox, sender=replace(stage.outbox.sender, mailboxes={INBOX: mailbox})))


async def _approved(stage: Scene, fault: str, times: int = 1) -> Case:
    case = await stage.reviewed("a")
    await stage.approve(case)
    faulty = _with(stage, Faulty(stage.mailbox, fault, times))
    for _ in range(12):
        await faulty.settle()
        await faulty.wake()
    return await stage.case(case.id)


@pytest.mark.parametrize(("fault", "times"), [("lost before", 1), ("lost before", 4), ("lost after", 1)])
async def test_a_lost_answer_ends_in_one_reply(stage: Scene, fault: str, times: int) -> None:
    case = await _approved(stage, fault, times)
    assert case.status is Status.SENT
    assert len(stage.sent()) == 1


@pytest.mark.parametrize("fault", ["vanished", "gone"])
async def test_what_nobody_can_know_is_given_to_a_person_and_never_sent_again(stage: Scene, fault: str) -> None:
    case = await _approved(stage, fault)
    assert case.outcome is not None
    assert (case.status, case.outcome.kind) == (Status.UNKNOWN, "unknown")
    assert stage.sent() == []
    assert await stage.value("select state from sends") == "unknown"
    assert stage.board.lines()[-1]["status"] == "unknown"


async def test_a_refusal_is_told_to_a_person(stage: Scene) -> None:
    case = await _approved(stage, "refused")
    assert case.status is Status.HUMAN
    assert "The recipient is refused." in case.note
    assert await stage.value("select state from effects where type = 'send_reply'") == "dead"
    assert stage.sent() == []


async def test_after_an_unknown_end_nothing_is_sent_before_the_provider_has_settled(stage: Scene) -> None:
    object.__setattr__(stage.mailbox, "settles_within", timedelta(hours=1))
    case = await stage.reviewed("a")
    await stage.approve(case)
    faulty = _with(stage, Faulty(stage.mailbox, "lost before"))
    for _ in range(3):
        await faulty.settle()
        await faulty.wake()
    assert stage.sent() == []
    await stage.value("update sends set last_attempt_at = last_attempt_at - interval '1 hour'")
    await faulty.settle()
    assert len(stage.sent()) == 1


async def test_a_reply_that_cannot_be_sent_for_a_day_is_given_back(stage: Scene) -> None:
    case = await stage.reviewed("a")
    await stage.approve(case)
    await stage.value("update effects set created_at = created_at - interval '24 hours' where type = 'send_reply'")
    root = stage.mailbox.root
    (root / ".Drafts" / "tmp").rename(root / "away")
    await stage.settle()
    (root / "away").rename(root / ".Drafts" / "tmp")
    after = await stage.case(case.id)
    assert after.status is Status.HUMAN
    assert "23 hours" in after.note


async def test_reject_and_take_over_are_labels_of_the_draft(stage: Scene) -> None:
    first, second = await stage.reviewed("a"), await stage.reviewed("b")
    for case, move in (
        (first, reject(first, first.revision, ANA, await stage.now(), "wrong_answer", "no")),
        (second, take_over(second, second.revision, BEN, await stage.now())),
    ):
        assert isinstance(move, Move)
        assert await stage.cases.commit(case, move) is not None
        assert not isinstance(approve(case, case.revision + 1, ANA, await stage.now(), ""), Move)
    await stage.settle()
    assert stage.sent() == []
    labels = await stage.database.run(lambda connection: connection.fetch("select decision from drafts order by message_id"))
    assert [row["decision"] for row in labels] == ["rejected", "taken_over"]


async def _check_is_back(stage: Scene, case: Case, why: str) -> None:
    after = await stage.case(case.id)
    assert (after.status, after.outcome) == (Status.REVIEW, None)
    assert why in after.note
    assert stage.sent() == []
    assert stage.board.lines()[-1]["case"] is not None
    assert await stage.value("select approver from drafts where message_id = $1", case.id) is None
