"""Digests: every filed mail is told once, and a mail that was taken back is triaged anew."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from pipeline import plan
from pipeline.case import CaseId, Decision, History, Reason, Route, Status, Triaged
from pipeline.email import Email, MailboxId
from pipeline.review import Move, not_spam
from tests.bot.scene import ANA, BEN, Scene, mail
from tests.bot.scene import triage as answer

EVENTS = ["arrive", "claim", "triage", "not_spam", "claim", "triage"]
MINUTE = timedelta(minutes=1)


async def triage(email: Email, mailbox: MailboxId, history: History, now: datetime, case: CaseId) -> Triaged:
    """The text names what the mail is filed as; what was cleared, or names nothing, is answered."""
    kind = email.text.split()[0]
    if history.cleared or kind not in ("spam", "newsletter"):
        return await answer(email, mailbox, history, now, case)
    reasons = (Reason("prefilter", kind, Route.IGNORE, f"It is {kind}."),)
    return Triaged(Status.IGNORED, None, None, Decision(Route.IGNORE, Route.IGNORE, None, "s", "normal", None, reasons, ()), None)


def filing(stage: Scene) -> Scene:
    return replace(stage, worker=replace(stage.worker, triage=triage, plan=plan.effects))


async def filed(stage: Scene, *kinds: str) -> list[CaseId]:
    cases = [await stage.arrive(mail(f"{kind}{number}", text=f"{kind} {number}"), f"{kind}{number}") for number, kind in enumerate(kinds)]
    await stage.settle()
    return cases


def digests(stage: Scene) -> list[dict[str, object]]:
    return [line for line in stage.board.lines() if str(line["kind"]).startswith("digest")]


async def clear(stage: Scene, case: CaseId) -> object:
    held = await stage.case(case)
    move = not_spam(held, held.revision, ANA, await stage.now())
    assert isinstance(move, Move)
    return await stage.cases.commit(held, move)


async def test_every_filed_mail_is_told_once(stage: Scene) -> None:
    at = filing(stage)
    assert await at.outbox.digests.gather(await at.now()) == 0
    await filed(at, "newsletter", "spam", "question", "newsletter")
    now = await at.now()
    both = await asyncio.gather(at.outbox.digests.gather(now), at.outbox.digests.gather(now))
    assert sorted(both) == [0, 1]
    await at.settle()
    (told,) = digests(at)
    assert (told["kinds"], told["spam"]) == ({"newsletter": 2, "spam": 1}, ["When do you open?: It is spam."])
    assert await at.outbox.digests.gather(now + MINUTE) == 0
    assert await at.value("select count(*) from audit_log where action = 'digest' and message_id is null") == 1


async def test_what_was_taken_back_is_triaged_anew_and_gets_its_card(stage: Scene) -> None:
    at = filing(stage)
    (case,) = await filed(at, "spam")
    await at.outbox.digests.gather(await at.now())
    await at.settle()
    assert await at.cards.placed(case) == {}
    await clear(at, case)
    await at.settle()
    assert (await at.case(case)).status is Status.REVIEW
    assert set(await at.cards.placed(case)) == {"root", "draft"}
    assert digests(at)[-1]["spam"] == ["When do you open?: Ana"]
    assert await at.value("select verdict || ' ' || said_by from spam_labels where message_id = $1", case) == f"ham {ANA.id}"
    assert [action for action in await at.audit(case) if not action.endswith("_done")] == EVENTS
    assert await at.value("select array_agg(attempt order by attempt) from decisions") == [1, 2]
    assert await at.outbox.digests.gather(await at.now() + MINUTE) == 0


async def test_of_two_people_one_takes_it_back(stage: Scene) -> None:
    at = filing(stage)
    (case,) = await filed(at, "spam")
    held = await at.case(case)
    moves = [not_spam(held, held.revision, person, await at.now()) for person in (ANA, BEN)]
    done = await asyncio.gather(*(at.cases.commit(held, move) for move in moves if isinstance(move, Move)))
    assert sum(after is not None for after in done) == 1
    assert await at.value("select count(*) from spam_labels") == 1


async def test_a_mail_that_failed_often_before_gets_all_its_attempts_again(stage: Scene) -> None:
    at = filing(stage)
    (case,) = await filed(at, "spam")
    await at.value("update messages set attempts = 5 where id = $1", case)
    await clear(at, case)
    await at.settle()
    assert (await at.case(case)).status is Status.REVIEW


async def test_old_filed_mail_is_no_news(stage: Scene) -> None:
    at = filing(stage)
    (case,) = await filed(at, "spam")
    await at.value("update messages set decided_at = decided_at - interval '8 days' where id = $1", case)
    assert await at.outbox.digests.gather(await at.now()) == 0
