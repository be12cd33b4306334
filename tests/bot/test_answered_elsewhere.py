"""A person answers in Gmail or Outlook: the case is closed, its card says so, its draft is never sent; nothing is lost or counted twice."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cleared import Cleared
from bot.ingest import Ingest
from bot.mailbox import mime
from bot.sent import ON_ITS_WAY, SentWatch
from pipeline.case import Case, CaseId, Status
from pipeline.errors import Temporary
from pipeline.ports import HandReply, SentMail
from pipeline.review import Refused, approve
from tests.bot.hands import PROVIDERS, Hands, hands_at
from tests.bot.scene import ANA, INBOX, Scene, mail, promote
from tests.bot.test_sent import ANSWER

OURS = "X-Triage-Send-Id: 1\n"


@dataclass
class Desk:
    """A program over one provider: its inbox, its sent mail, its outbox."""

    hands: Hands
    stage: Scene
    ingest: Ingest
    watch: SentWatch

    async def read(self) -> None:
        """All new mail becomes cases, and their cards are shown."""
        for _ in range(20):
            found = await self.ingest.poll()
            await self.stage.settle()
            if not found:
                return
        raise AssertionError("it never came to an end")

    async def again(self) -> "Desk":
        """The program after a crash: what it remembers is what it saved."""
        return await desk(self.hands, self.stage)

    async def only(self) -> Case:
        return await self.stage.case(CaseId(1))

    async def arrived(self, name: str = "a") -> object:
        item = self.hands.deliver(mail(name))
        await self.read()
        assert (await self.only()).status is Status.REVIEW
        return item


async def desk(hands: Hands, stage: Scene) -> Desk:
    mailbox, sent = await hands.open()
    sender = replace(stage.outbox.sender, mailboxes={INBOX: mailbox})
    with_it = replace(stage, outbox=replace(stage.outbox, sender=sender))
    cleared = Cleared(stage.cases, hands.where)
    made = Desk(hands, with_it, Ingest(stage.queue, mailbox, mime.peek, revisit=cleared.revisit), SentWatch(sent, stage.cases, hands.where))
    await made.read()
    assert await made.watch.look() >= 0
    return made


@pytest.fixture(params=PROVIDERS)
async def at(request: pytest.FixtureRequest, stage: Scene, tmp_path: Path) -> AsyncIterator[Desk]:
    async with hands_at(request.param, tmp_path) as hands:
        yield await desk(hands, stage)


async def test_an_answer_closes_the_case_and_its_card_and_draft(at: Desk) -> None:
    item = await at.arrived()
    before = await at.only()
    at.hands.answer(item, "We open at nine. Do come by!")
    assert await at.watch.look() == 1
    await at.stage.settle()
    closed = await at.only()
    assert (closed.status, closed.draft) == (Status.SENT, before.draft)
    assert closed.outcome is not None
    assert (closed.outcome.kind, closed.outcome.by_name, closed.outcome.why) == ("answered_by_hand", "Ben Okafor", at.hands.where)
    assert 0.0 < closed.outcome.similarity < 1.0
    assert at.stage.board.lines()[-1]["status"] == "sent"
    late = approve(closed, before.revision, ANA, datetime.now(UTC), "")
    assert isinstance(late, Refused)
    assert late.sentence.startswith(f"Already answered by Ben Okafor in {at.hands.where}")
    assert await at.stage.value("select decision from drafts") == "answered_by_hand"
    assert len(at.hands.ledger) == 1


async def test_an_alias_is_a_person_too_and_so_is_who_writes_in_the_name_of_others(at: Desk) -> None:
    item = await at.arrived()
    at.hands.answer(item, by="Larkspur Billing <billing@larkspur.example>")
    assert await at.watch.look() == 1
    outcome = (await at.only()).outcome
    assert outcome is not None
    assert outcome.by_name == "Larkspur Billing"


async def test_what_is_ours_or_a_machines_or_goes_to_colleagues_closes_nothing(at: Desk) -> None:
    item = await at.arrived()
    answer = ANSWER.format(answered="a@customers.example")
    at.hands.send((OURS + answer).encode())
    at.hands.send(("Auto-Submitted: auto-replied\n" + answer).encode())
    at.hands.send(answer.replace("In-Reply-To", "X-Other").replace("References", "X-More").encode())
    at.hands.answer(item, "Can you take this one?", to="colleague@larkspur.example")
    assert await at.watch.look() == 0
    assert (await at.only()).status is Status.REVIEW
    assert at.watch.held == {}


async def test_our_reply_without_our_header_is_still_ours(at: Desk) -> None:
    """A provider may drop the header: then the Message-ID, or the draft's id, tells."""
    await at.arrived()
    case = await at.only()
    await at.stage.approve(case)
    await at.stage.settle()
    send_id = await at.stage.value("select send_id from sends")
    await at.stage.value("update messages set status = 'unknown'")
    at.hands.send(ANSWER.format(answered="a@customers.example").replace("by-hand-1", str(send_id)).encode())
    assert await at.watch.look() == 0
    assert (await at.only()).status is Status.UNKNOWN


async def test_an_answer_while_we_were_away_is_found_also_without_a_cursor(at: Desk) -> None:
    item = await at.arrived()
    at.hands.answer(item)
    at.hands.expire()
    after = await at.again()
    assert (await after.only()).status is Status.SENT
    assert await at.stage.value("select count(*) from audit_log where action = 'answered_by_hand'") == 1


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_what_was_sent_before_the_first_connect_is_none_of_ours(tmp_path: Path, provider: str) -> None:
    async with hands_at(provider, tmp_path) as hands:
        hands.answer(hands.deliver(mail("before")))
        hands.an_hour_passes()
        _, sent = await hands.open()
        assert await sent.hand_replies(50) == []
        assert await sent.hand_replies(50) == []


async def test_an_answer_found_before_its_mail_waits_for_it(at: Desk) -> None:
    low = [time.monotonic()]
    watch = replace(at.watch, read_until=lambda: low[0])
    item = at.hands.deliver(mail("a"))
    at.hands.answer(item)
    strange = at.hands.deliver(mail("never ours"))
    at.hands.answer(strange)
    assert await watch.look() == 0
    assert len(watch.held) == 2
    await at.read()
    await at.stage.value("delete from bodies where message_id = 2")
    await at.stage.value("delete from messages where id = 2")
    assert await watch.look() == 1
    low[0] += ON_ITS_WAY + 60
    assert await watch.look() == 0
    assert watch.held == {}


@dataclass
class Dying:
    """Sent mail of a program that dies at `noted`: before the provider's cursor moves."""

    sent: SentMail

    @property
    def id(self) -> str:
        return self.sent.id

    async def hand_replies(self, most: int) -> list[HandReply]:
        return list(await self.sent.hand_replies(most))

    async def noted(self, source: str) -> None:
        raise KeyboardInterrupt(source)


async def test_a_crash_between_seeing_and_noting_neither_loses_nor_counts_twice(at: Desk) -> None:
    item = await at.arrived()
    at.hands.answer(item)
    assert len(await at.watch.sent.hand_replies(50)) == 1
    again = await at.again()
    assert (await again.only()).status is Status.SENT
    at.hands.answer(item, "One more thing.")
    died = replace(again.watch, sent=Dying(again.watch.sent))  # type: ignore[arg-type]  # the port, but for the type of its id
    with pytest.raises(KeyboardInterrupt):
        await died.look()
    third = await at.again()
    assert await third.watch.look() == 0
    assert await at.stage.value("select count(*) from audit_log where action = 'answered_by_hand'") == 1
    assert await third.watch.sent.hand_replies(50) == []


async def test_a_crash_after_the_commit_is_no_second_answer(at: Desk) -> None:
    item = await at.arrived()
    at.hands.answer(item)
    died = replace(at.watch, sent=Dying(at.watch.sent))  # type: ignore[arg-type]  # the port, but for the type of its id
    with pytest.raises(KeyboardInterrupt):
        await died.look()
    again = await at.again()
    closed = await again.only()
    assert (closed.status, closed.note) == (Status.SENT, "")
    told = await again.stage.audit(closed.id)
    assert [action for action in told if not action.endswith("_done")] == ["arrive", "claim", "triage", "answered_by_hand"]


async def test_a_fault_while_reading_costs_a_look(at: Desk) -> None:
    item = await at.arrived()
    at.hands.answer(item)
    at.hands.break_reading()
    with pytest.raises(Temporary):
        await at.watch.look()
    assert await at.watch.look() == 1


async def test_an_approval_that_came_first_sends_one_reply_and_the_card_tells_of_both(at: Desk) -> None:
    item = await at.arrived()
    await at.stage.approve(await at.only())
    at.hands.answer(item)
    assert await at.watch.look() == 0
    assert (await at.only()).status is Status.APPROVED
    await at.stage.settle()
    assert await at.watch.look() == 0
    await at.stage.settle()
    case = await at.only()
    assert case.outcome is not None
    assert (case.status, case.outcome.kind, case.outcome.by_name) == (Status.SENT, "sent_as_is", "Ana")
    assert case.note.startswith(f"Ben Okafor answered by hand as well in {at.hands.where}")
    assert at.stage.board.lines()[-1]["note"] == case.note
    assert len([raw for raw in at.hands.ledger if b"X-Triage-Send-Id" in raw]) == 1
    at.hands.answer(item, "And again.")
    assert await at.watch.look() == 0
    assert (await at.only()).revision == case.revision


async def test_an_answer_that_is_seen_before_the_approved_reply_goes_out_stops_it(at: Desk) -> None:
    sender = replace(at.stage.outbox.sender, by_hand={INBOX: at.watch.overtaking})
    stage = replace(at.stage, outbox=replace(at.stage.outbox, sender=sender))
    item = await at.arrived()
    await stage.approve(await at.only())
    at.hands.answer(item)
    assert await at.watch.look() == 0
    assert list(at.watch.overtaking) == [CaseId(1)]
    await stage.settle()
    cancelled = await at.only()
    assert cancelled.status is Status.REVIEW
    assert cancelled.note.startswith("Not sent: Ben Okafor answered by hand at ")
    assert await at.watch.look() == 1
    assert at.watch.overtaking == {}
    await stage.settle()
    case = await at.only()
    assert case.outcome is not None
    assert (case.status, case.outcome.kind) == (Status.SENT, "answered_by_hand")
    assert [raw for raw in at.hands.ledger if b"X-Triage-Send-Id" in raw] == []


async def test_an_answer_that_is_seen_before_one_goes_out_by_itself_stops_it(at: Desk) -> None:
    """Released, its sending put off by the mailbox, and meanwhile somebody answers: the customer gets one answer, the person's."""
    await promote(at.stage.database)
    sender = replace(at.stage.outbox.sender, by_hand={INBOX: at.watch.overtaking})
    stage = replace(at.stage, outbox=replace(at.stage.outbox, sender=sender))
    item = at.hands.deliver(mail("a", text="Answer by itself."))
    while await at.ingest.poll() or await stage.worker.step() or await stage.outbox.step():
        pass
    assert await stage.soon()
    while (await at.only()).status is Status.SCHEDULED:
        assert await stage.outbox.step()
    at.hands.answer(item)
    assert await at.watch.look() == 0
    await stage.settle()
    held = await at.only()
    assert (held.status, held.note.split(" at ")[0]) == (Status.REVIEW, "Not sent by itself: Ben Okafor answered by hand")
    assert await at.watch.look() == 1
    await stage.settle()
    assert (await at.only()).status is Status.SENT
    assert [raw for raw in at.hands.ledger if b"X-Triage-Send-Id" in raw] == []


async def test_of_a_click_and_an_answer_at_once_one_wins(at: Desk) -> None:
    item = await at.arrived()
    at.hands.answer(item)
    await asyncio.gather(at.stage.approve(await at.only()), at.watch.look())
    await at.stage.settle()
    await at.watch.look()
    await at.stage.settle()
    case, ours = await at.only(), [raw for raw in at.hands.ledger if b"X-Triage-Send-Id" in raw]
    assert case.status is Status.SENT
    assert case.outcome is not None
    by_hand = case.outcome.kind == "answered_by_hand"
    assert len(ours) == (0 if by_hand else 1)
    assert by_hand or "answered by hand as well" in case.note
