"""What nobody has to look at: it waits for its time, anybody can stop it, and everything is looked at once more before it leaves."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from email.parser import BytesParser
from typing import Any

import pytest
from asyncpg import InsufficientPrivilegeError

from bot.mailbox.maildir import MaildirMailbox
from bot.store.rights import Switch
from pipeline.case import Case, Status, Triaged
from pipeline.email import Authentication, Email
from pipeline.policy.content import Caps
from pipeline.policy.rulebook import Rulebook
from pipeline.review import Move, answered_by_hand, hold, standing, take_over
from tests.bot.scene import ANA, BEN, HOLD, HOUSE, PARTNERS, Scene, mail, promote, publish

ROUNDS = 100 if os.environ.get("TRIAGE_FULL") else 8
Change = Callable[[Scene, Case], Awaitable[object]]


def housed(stage: Scene, **change: Any) -> Scene:
    """The same outbox where the company has changed."""
    outbox = stage.outbox
    clearance = replace(outbox.releaser.clearance, house=lambda: replace(HOUSE, **change))
    sender, releaser = replace(outbox.sender, clearance=clearance), replace(outbox.releaser, clearance=clearance)
    forwarder = replace(outbox.forwarder, clearance=clearance)
    return replace(stage, outbox=replace(outbox, sender=sender, releaser=releaser, forwarder=forwarder))


async def ended(stage: Scene, case: Case) -> Case:
    assert await stage.soon()
    await stage.settle()
    return await stage.case(case.id)


async def held(stage: Scene, case: Case) -> Case | None:
    move = hold(case, case.revision, ANA, await stage.now())
    assert isinstance(move, Move)
    return await stage.cases.commit(case, move)


async def test_it_waits_for_its_time_and_goes_out_once(stage: Scene) -> None:
    case = await stage.scheduled("a", text="Answer by itself, dear partner.")
    assert (case.status, case.outcome) == (Status.SCHEDULED, None)
    due = "select e.available_at = m.sends_at from effects e join messages m on m.id = e.message_id where e.type = 'release'"
    assert await stage.value(due) is True
    assert case.sends_at is not None
    assert timedelta(0) < case.sends_at - await stage.now() <= HOLD
    assert not await stage.outbox.step()
    assert stage.sent() == []
    assert {str(line["status"]) for line in stage.board.lines()} == {"scheduled"}

    after = await ended(stage, case)
    assert (after.status, after.outcome and after.outcome.kind, after.outcome and after.outcome.by) == (Status.SENT, "auto_sent", "")
    gone = {str(one["to"]): one["auto-submitted"] for one in map(BytesParser().parsebytes, stage.sent())}
    assert gone == {"Carla Customer <carla@customers.example>": "auto-replied", PARTNERS: "auto-generated"}
    assert len(stage.sent()) == 2
    assert await stage.value("select auto_sent from messages")
    steps = ["triage", "release_done", "release", "send_reserved", "send_drafted", "send_sending", "sent"]
    assert [action for action in await stage.audit(case.id) if action in steps] == steps


async def test_the_time_that_reading_takes_is_not_taken_from_those_who_may_hold_it(stage: Scene) -> None:
    read = stage.worker.read

    async def slow(*given: Any) -> Email:
        await asyncio.sleep(0.2)
        return await read(*given)

    stage = replace(stage, worker=replace(stage.worker, read=slow))
    await stage.scheduled("a")
    assert await stage.value("select sends_at - decided_at > $1::interval from messages", HOLD - timedelta(seconds=0.15))


async def demote(stage: Scene, case: Case) -> None:
    await promote(stage.database, "demoted")


async def suspend(stage: Scene, case: Case) -> None:
    await promote(stage.database, "suspended")


async def rekey(stage: Scene, case: Case) -> None:
    await promote(stage.database, key="another")


async def forget(stage: Scene, case: Case) -> None:
    await stage.value("delete from gates")


async def pause(stage: Scene, case: Case) -> None:
    await Switch(stage.database).pause(ANA.id, ANA.name, "the prices are wrong")


async def write_again(stage: Scene, case: Case) -> None:
    await stage.arrive(mail("b", thread="a", text="Never mind."), "b")


async def lose_the_card(stage: Scene, case: Case) -> None:
    await stage.value("delete from cards where kind = 'root'")


OBJECTIONS: dict[str, tuple[Change, str]] = {
    "demoted": (demote, "lost the right"),
    "suspended": (suspend, "doubtful answer"),
    "another gate key": (rekey, "not what earned the right"),
    "never promoted": (forget, "not yet earned the right"),
    "paused": (pause, "Ana paused all answers that go out by themselves: the prices are wrong."),
    "newer mail": (write_again, "a newer mail arrived"),
    "no card": (lose_the_card, "nobody could have stopped it"),
}


@pytest.mark.parametrize("name", OBJECTIONS)
async def test_what_changed_meanwhile_gives_it_to_a_person_with_the_reason(stage: Scene, name: str) -> None:
    change, sentence = OBJECTIONS[name]
    case = await stage.scheduled("a")
    await change(stage, case)
    await _check_stopped(stage, await ended(stage, case), sentence)


async def test_a_cap_that_is_reached_meanwhile_gives_it_to_a_person(stage: Scene) -> None:
    for name in ("x", "y", "z"):
        assert (await ended(stage, await stage.scheduled(name))).status is Status.SENT
    await _check_stopped(stage, await ended(stage, await stage.scheduled("last")), "got 3 answers by itself", sent=3)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"rulebook": Rulebook()}, "This is a dry run"), ({"keys": {"hours": "new"}}, "what answers was changed")],
    ids=["dry run", "the house's key"],
)
async def test_a_company_that_changed_meanwhile_gives_it_to_a_person(stage: Scene, change: dict[str, Any], sentence: str) -> None:
    case = await stage.scheduled("a")
    await _check_stopped(stage, await ended(housed(stage, **change), case), sentence)


@pytest.mark.parametrize(
    ("mail_change", "draft_change", "sentence"),
    [
        ({"authentication": Authentication("none", "", "")}, {}, "nobody vouches for"),
        ({}, {"to": ("carla@customers.example", "mallory@evil.example")}, "names other recipients"),
        ({}, {"cc": ("mallory@evil.example",)}, "names other recipients"),
    ],
    ids=["nobody vouches", "two recipients", "a copy"],
)
async def test_it_goes_to_the_authenticated_sender_and_to_nobody_else(
    stage: Scene, mail_change: dict[str, Any], draft_change: dict[str, Any], sentence: str
) -> None:
    triage, read = stage.worker.triage, stage.worker.read

    async def misled(*given: Any) -> Triaged:
        made = await triage(*given)
        assert made.draft is not None
        return replace(made, draft=replace(made.draft, **draft_change))

    async def changed(*given: Any) -> Email:
        return replace(await read(*given), **mail_change)

    stage = replace(stage, worker=replace(stage.worker, triage=misled, read=changed))
    await _check_stopped(stage, await ended(stage, await stage.scheduled("a")), sentence)


@pytest.mark.parametrize("name", ["demoted", "suspended", "another gate key", "never promoted", "paused", "newer mail"])
async def test_what_changes_after_its_release_still_stops_it(stage: Scene, name: str) -> None:
    change, sentence = OBJECTIONS[name]
    case = await stage.scheduled("a")
    await _release(stage, case)
    await change(stage, case)
    await stage.settle()
    await _check_stopped(stage, await stage.case(case.id), sentence)


@pytest.mark.parametrize("name", ["demoted", "paused", "newer mail"])
async def test_what_changes_while_its_draft_is_made_still_stops_it(stage: Scene, name: str) -> None:
    change, sentence = OBJECTIONS[name]
    case = await stage.scheduled("a")

    class Slow:
        """A mailbox that takes its time over a draft."""

        def __init__(self, own: MaildirMailbox) -> None:
            self.own, self.settles_within = own, own.settles_within

        async def create_draft(self, raw: bytes, send_id: str) -> str:
            made = await self.own.create_draft(raw, send_id)
            await change(stage, case)
            return made

        def __getattr__(self, what: str) -> Any:
            return getattr(self.own, what)

    mailboxes: Any = {case.mailbox: Slow(stage.mailbox)}
    slow = replace(stage, outbox=replace(stage.outbox, sender=replace(stage.outbox.sender, mailboxes=mailboxes)))
    await _check_stopped(stage, await ended(slow, case), sentence)
    assert await stage.value("select state from sends") == "cancelled"


async def test_a_pause_between_the_answer_and_its_forward_keeps_the_mail_here(stage: Scene) -> None:
    case = await stage.scheduled("a", text="Answer by itself, dear partner.")
    await _release(stage, case)
    while (await stage.case(case.id)).status is not Status.SENT:
        assert await stage.outbox.step()
    await pause(stage, case)
    await stage.settle()
    assert [str(one["to"]) for one in map(BytesParser().parsebytes, stage.sent())] == ["Carla Customer <carla@customers.example>"]
    told = [str(line["text"]) for line in stage.board.lines() if line["kind"] == "say"]
    assert any(text.startswith(f"The mail was not handed on to {PARTNERS}: Ana paused all answers") for text in told)
    assert await stage.value("select state from sends where reply_slot = 1") == "cancelled"


async def test_a_program_with_yesterdays_policies_sends_nothing_by_itself(stage: Scene) -> None:
    """Another one has published meanwhile, perhaps a dry run: what this one believes of the policies does not count."""
    case = await stage.scheduled("a")
    await publish(stage.database, 2)
    stopped = housed(stage, versions=(("policy", "1"),))
    await _check_stopped(stopped, await ended(stopped, case), "this program has not taken them up")
    again = housed(stage, versions=(("policy", "2"),))
    assert (await ended(again, await again.scheduled("b"))).status is Status.SENT


async def test_what_a_person_approves_goes_out_while_it_is_paused(stage: Scene) -> None:
    await pause(stage, await stage.scheduled("a"))
    case = await stage.reviewed("b")
    await stage.approve(case)
    await stage.settle()
    assert (await stage.case(case.id)).status is Status.SENT


async def test_who_held_it_decides_at_once_and_its_time_changes_nothing(stage: Scene) -> None:
    case = await stage.scheduled("a")
    now = await held(stage, case)
    assert now is not None
    assert (now.status, now.note) == (Status.REVIEW, "Held by Ana")
    while await stage.outbox.step():
        pass
    assert stage.board.lines()[-1]["status"] == "review"
    await stage.approve(now, BEN)
    while await stage.outbox.step():
        pass
    assert (await stage.case(case.id)).status is Status.SENT, "an approval does not wait behind the release"
    assert (await ended(stage, case)).outcome == (await stage.case(case.id)).outcome
    assert len(stage.sent()) == 1
    assert await stage.value("select last_error from effects where type = 'release'") == "the case is not scheduled any more"
    assert await stage.value("select actor from audit_log where action = 'hold'") == ANA.id


async def test_of_a_hold_and_the_release_exactly_one_wins(stage: Scene) -> None:
    many = Caps(sender_day=999, domain_hour=999, mailbox_minute=999)
    sender, releaser = replace(stage.outbox.sender, caps=lambda: many), replace(stage.outbox.releaser, caps=lambda: many)
    stage = replace(stage, outbox=replace(stage.outbox, sender=sender, releaser=releaser))
    won: list[bool] = []
    for number in range(ROUNDS):
        case = await stage.scheduled(f"m{number}")
        await stage.soon()
        clicks = [(ANA, BEN)[click % 2] for click in range(6)]
        moves = [hold(case, case.revision, by, await stage.now()) for by in clicks]
        steps = [stage.outbox.step() for _ in range(2)]
        found = await asyncio.gather(*steps, *(stage.cases.commit(case, move) for move in moves if isinstance(move, Move)))
        holders = [one for one in found[2:] if one is not None]
        after = await stage.case(case.id)
        assert len(holders) == (after.status is Status.REVIEW)
        won.append(bool(holders))
        if not holders:
            assert standing(after) in ("It is being sent by itself right now.", f"Already sent{_at(after)}.")
        await stage.settle()
    assert len(stage.sent()) == won.count(False)
    assert await stage.value("select count(*) from messages where status = 'review'") == won.count(True)


async def test_who_answers_by_hand_or_takes_it_over_stops_it(stage: Scene) -> None:
    one, other = await stage.scheduled("a"), await stage.scheduled("b")
    by_hand = answered_by_hand(one, "Ben", await stage.now(), "We open at nine.")
    taken = take_over(other, other.revision, BEN, await stage.now())
    for case, move in ((one, by_hand), (other, taken)):
        assert isinstance(move, Move)
        assert await stage.cases.commit(case, move) is not None
    await ended(stage, one)
    assert [(await stage.case(case.id)).status for case in (one, other)] == [Status.SENT, Status.TAKEN_OVER]
    assert stage.sent() == []


async def test_a_release_that_cannot_be_judged_comes_to_a_person(stage: Scene) -> None:
    case = await stage.scheduled("a")
    await stage.value("alter table gates rename to away")
    for _ in range(6):
        await stage.value("update effects set available_at = clock_timestamp() where type = 'release'")
        await stage.outbox.step()
    await stage.value("alter table away rename to gates")
    await stage.settle()
    await _check_stopped(stage, await stage.case(case.id), "failed 5 times in a row")


async def test_a_mail_that_waits_for_a_digest_is_never_scheduled(stage: Scene) -> None:
    stage = replace(stage, worker=replace(stage.worker, late_after=timedelta(seconds=-1)))
    case = await stage.scheduled("a")
    assert (case.status, case.sends_at) == (Status.REVIEW, None)
    assert not await stage.soon()


async def test_the_switch_is_kept_and_cannot_be_rewritten(stage: Scene) -> None:
    switch = Switch(stage.database)
    assert await asyncio.gather(*(switch.pause(ANA.id, ANA.name, "why") for _ in range(2))) != [None, None]
    already = await switch.pause(BEN.id, BEN.name, "")
    assert already is not None
    assert (already.by, already.why) == (ANA.name, "why")
    ended_by = await switch.resume(BEN.id, BEN.name)
    assert ended_by == already
    assert await switch.resume(BEN.id, BEN.name) is None
    assert await stage.value("select string_agg(action || actor, ' ' order by id) from audit_log") == f"pause{ANA.id} resume{BEN.id}"
    with pytest.raises(InsufficientPrivilegeError):
        await stage.value("delete from pauses")


async def _release(stage: Scene, case: Case) -> None:
    """Its time has come, and nothing has been sent yet."""
    assert await stage.soon()
    while (await stage.case(case.id)).status is Status.SCHEDULED:
        assert await stage.outbox.step()
    assert (await stage.case(case.id)).status is Status.APPROVED


def _at(case: Case) -> str:
    return f" at {case.outcome.at:%H:%M} UTC" if case.outcome else ""


async def _check_stopped(stage: Scene, case: Case, sentence: str, sent: int = 0) -> None:
    """With a person, the reason on its card and in its thread, and nothing went out."""
    assert case.status is Status.REVIEW
    assert case.note.startswith("Not sent by itself: ")
    assert sentence in case.note
    assert len(stage.sent()) == sent
    told = [line for line in stage.board.lines() if line["case"] == case.id]
    assert case.note in [line["text"] for line in told if line["kind"] == "say"]
    assert [line["note"] for line in told if line["kind"] == "root"][-1] == case.note
