"""The work queue: what is kept once, claimed by one, in the order of its thread, and never written by a worker that lost its lease."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from bot.store.queue import MOST_ATTEMPTS, Queue
from bot.store.settling import case_of
from pipeline import plan
from pipeline.case import NO_HISTORY, CaseId, Status
from pipeline.ports import Arrival
from tests.bot.scene import INBOX, Scene, mail, peek, read, triage

LEASE = timedelta(seconds=30)
OVER = timedelta(seconds=-1)


async def test_a_mail_that_is_brought_twice_is_kept_once(stage: Scene) -> None:
    first = await stage.arrive(mail("a"), "1")
    again = await stage.queue.ingest(INBOX, Arrival("1", mail("a"), await stage.now()), peek(mail("a")))
    assert again is None
    assert await stage.value("select count(*) from messages") == 1
    assert await stage.audit(first) == ["arrive"]


async def test_a_claimed_mail_is_nobody_elses_until_the_lease_is_over(stage: Scene) -> None:
    await stage.arrive(mail("a"), "1")
    job = await stage.queue.claim(LEASE)
    assert job is not None
    assert (job.raw, job.attempt, job.sender) == (mail("a"), 1, "carla@customers.example")
    assert await stage.queue.claim(LEASE) is None
    assert await stage.queue.extend(job, OVER)
    second = await stage.queue.claim(LEASE)
    assert second is not None
    assert (second.case, second.attempt) == (job.case, 2)
    assert not await stage.queue.extend(job, LEASE)


async def test_a_worker_that_lost_its_lease_writes_nothing(stage: Scene) -> None:
    case = await stage.arrive(mail("a"), "1")
    job = await stage.queue.claim(OVER)
    assert job is not None
    assert await stage.queue.claim(LEASE) is not None
    email = await read(job.raw, job.source, job.received_at)
    triaged = await triage(email, INBOX, NO_HISTORY, job.now, job.case)
    assert not await stage.queue.settle(job, email, NO_HISTORY, triaged, ())
    assert not await stage.queue.fail(job, "late", timedelta(0))
    assert await stage.cases.load(case) is None
    assert await stage.audit(case) == ["arrive", "claim", "claim"]


async def test_one_mail_of_a_conversation_at_a_time_and_in_order(stage: Scene) -> None:
    for number in range(24):
        root = f"t{number % 3}"
        await stage.arrive(mail(root if number < 3 else f"m{number}", thread="" if number < 3 else root), str(number))
    busy: set[str] = set()
    done: dict[str, list[CaseId]] = {}

    async def work() -> None:
        while (job := await stage.queue.claim(LEASE)) is not None or sum(map(len, done.values())) < 24:
            if job is None:
                await asyncio.sleep(0.002)
                continue
            assert job.thread_id not in busy
            busy.add(job.thread_id)
            await asyncio.sleep(0.003)
            email = await read(job.raw, job.source, job.received_at)
            busy.discard(job.thread_id)
            done.setdefault(job.thread_id, []).append(job.case)
            assert await stage.queue.settle(job, email, NO_HISTORY, await triage(email, INBOX, NO_HISTORY, job.now, job.case), ())

    await asyncio.gather(*(work() for _ in range(8)))
    assert [len(cases) for cases in done.values()] == [8, 8, 8]
    assert all(cases == sorted(cases) for cases in done.values())


async def test_a_failed_mail_waits_and_after_five_attempts_is_given_to_a_person(stage: Scene) -> None:
    case = await stage.arrive(mail("a", subject="Odd one"), "1")

    async def refuse(*_: object) -> None:
        raise ValueError("customer's words")

    worker = replace(stage.worker, triage=refuse)  # type: ignore[arg-type]  # it never returns
    for attempt in range(1, 5):
        assert await worker.step()
        assert await worker.step() is False, "it is not due before its backoff is over"
        assert await stage.value("select attempts from messages") == attempt
        assert await stage.value("select last_error from messages") == "ValueError"
        await stage.wake()
    await worker.step()
    await stage.outbox.step()
    dead = await stage.case(case)
    assert (dead.status, dead.email.subject, dead.decision) == (Status.DEAD, "Odd one", None)
    assert "5 times" in (dead.email.quarantined or "")
    assert [line["status"] for line in stage.board.lines()] == ["dead", "dead"]


async def test_a_mail_given_back_at_the_end_of_the_program_has_not_failed(stage: Scene) -> None:
    await stage.arrive(mail("a"), "1")
    job = await stage.queue.claim(LEASE)
    assert job is not None
    assert await stage.queue.release(job)
    again = await stage.queue.claim(LEASE)
    assert again is not None
    assert again.attempt == 1


async def test_a_mail_that_kills_takes_no_other_along(stage: Scene) -> None:
    killer = await stage.arrive(mail("killer"), "1")
    others = {await stage.arrive(mail(name), name) for name in "ab"}
    seen: list[CaseId] = []
    for _ in range(MOST_ATTEMPTS + 1):
        while (job := await stage.queue.claim(LEASE)) is not None:
            seen.append(job.case)
        await stage.value("update messages set lease_until = clock_timestamp() - interval '1 s' where status = 'working'")
    assert seen == [killer, *sorted(others), *[killer] * MOST_ATTEMPTS]
    await stage.settle()
    assert {(await stage.case(case)).status for case in others} == {Status.REVIEW}
    assert (await stage.case(killer)).status is Status.DEAD


async def test_what_memory_says_of_a_mail(stage: Scene) -> None:
    first = await stage.reviewed("a")
    await stage.arrive(mail("a"), "again")
    await stage.arrive(mail("b", thread="a"), "reply")
    await stage.arrive(mail("a", text="other words"), "reused")
    seen = []
    for _ in range(3):
        job = await stage.queue.claim(LEASE)
        assert job is not None
        email = await read(job.raw, job.source, job.received_at)
        history = await stage.queue.history(job, email)
        seen.append((job.source, history.earlier, history.duplicate_of, history.id_reused))
        await stage.queue.settle(job, email, history, await triage(email, INBOX, history, job.now, job.case), ())
    assert seen == [("again", 1, first.id, False), ("reply", 2, None, False), ("reused", 3, None, True)]


async def test_what_was_settled_is_read_back_as_it_was(stage: Scene) -> None:
    nasty = mail("a", subject="Zero \u200b width and Grüße", text="Ümläute 🙂 \x0b\n")
    case = await stage.arrive(nasty, "1")
    job = await stage.queue.claim(LEASE)
    assert job is not None
    email = replace(await read(job.raw, job.source, job.received_at), text="nul \0 here", subject="nul \0 there")
    triaged = await triage(email, INBOX, NO_HISTORY, job.now, job.case)
    assert await stage.queue.settle(job, email, NO_HISTORY, triaged, ())
    loaded = await stage.case(case)
    assert (loaded.email, loaded.decision, loaded.draft, loaded.classification) == (
        email,
        triaged.decision,
        triaged.draft,
        triaged.classification,
    )
    assert await stage.value("select versions->>'intents' from decisions where message_id = $1", case) == "1"
    assert await stage.value("select intent || route || owner from messages") == "hoursreviewsupport"


async def test_effects_are_saved_with_the_case_or_not_at_all(stage: Scene) -> None:
    await stage.arrive(mail("a"), "1")
    job = await stage.queue.claim(LEASE)
    assert job is not None
    email = await read(job.raw, job.source, job.received_at)
    triaged = await triage(email, INBOX, NO_HISTORY, job.now, job.case)
    wrong = replace(triaged, decision=replace(triaged.decision, urgency="purple"))  # type: ignore[arg-type]  # that is the point
    with pytest.raises(asyncpg.CheckViolationError):
        await stage.queue.settle(job, email, NO_HISTORY, wrong, plan.effects(case_of(job, email, triaged)))
    assert await stage.value("select count(*) from effects") == 0
    assert await stage.value("select status from messages") == "working"


async def test_the_audit_log_can_only_grow(stage: Scene) -> None:
    case = await stage.arrive(mail("a"), "1")
    for sql in ("update audit_log set actor = 'nobody'", "delete from audit_log", "truncate audit_log"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await stage.value(sql)
    assert await stage.audit(case) == ["arrive"]


async def test_a_lease_is_a_token_not_a_number(stage: Scene) -> None:
    await stage.arrive(mail("a"), "1")
    job = await stage.queue.claim(LEASE)
    assert job is not None
    assert not await Queue(stage.database, stage.queue.codec).release(replace(job, token=uuid4()))
