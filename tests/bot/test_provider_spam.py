"""What the provider put among its spam is filed and listed, taken back by a click or by a move, and triaged once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.mailbox import mime
from pipeline import plan
from pipeline.case import CaseId, Decision, History, Route, Status, Triaged
from pipeline.email import Email, MailboxId
from pipeline.screening.spam import Judge, spam
from tests.bot.hands import PROVIDERS, hands_at
from tests.bot.scene import Scene, mail
from tests.bot.scene import triage as answer
from tests.bot.test_answered_elsewhere import Desk, desk
from tests.bot.test_digests import clear, digests

NAMES = {"gmail": "Gmail's SPAM label", "outlook": "Outlook's Junk folder"}


async def read(raw: bytes, source: str, received_at: datetime) -> Email:
    return await asyncio.to_thread(mime.read, raw, source, received_at, frozenset())


async def triage(email: Email, mailbox: MailboxId, history: History, now: datetime, case: CaseId) -> Triaged:
    """The provider's word is believed; the rest is answered."""
    found = spam(email, history, Judge(None, headers=True))
    if found is None or found.at_most is not Route.IGNORE:
        return await answer(email, mailbox, history, now, case)
    return Triaged(Status.IGNORED, None, None, Decision(Route.IGNORE, Route.IGNORE, None, "s", "normal", None, (found,), ()), None)


@pytest.fixture(params=PROVIDERS)
async def at(request: pytest.FixtureRequest, stage: Scene, tmp_path: Path) -> AsyncIterator[Desk]:
    screened = replace(stage, worker=replace(stage.worker, read=read, triage=triage, plan=plan.effects))
    async with hands_at(request.param, tmp_path) as hands:
        yield await desk(hands, screened)


async def test_it_is_filed_listed_and_taken_back_by_a_click(at: Desk) -> None:
    at.hands.deliver(mail("a"), spam=True)
    await at.read()
    filed = await at.only()
    assert filed.status is Status.IGNORED
    await at.stage.outbox.digests.gather(await at.stage.now())
    await at.stage.settle()
    (told,) = digests(at.stage)
    assert told["spam"] == [f"When do you open?: Our mail provider calls this mail spam: {NAMES[at.hands.where.lower()]}."]
    await clear(at.stage, filed.id)
    await at.stage.settle()
    assert (await at.only()).status is Status.REVIEW


@pytest.mark.parametrize("restarts", [False, True])
async def test_what_a_person_takes_out_of_spam_is_triaged_once(at: Desk, restarts: bool) -> None:
    item = at.hands.deliver(mail("a"), spam=True)
    await at.read()
    at.hands.out_of_spam(item)
    at = await at.again() if restarts else at
    await at.read()
    case = await at.only()
    assert case.status is Status.REVIEW
    assert await at.stage.value("select said_name from spam_labels") == f"Somebody in {at.hands.where}"
    assert [line["kind"] for line in at.stage.board.lines()].count("root") == 1
    at.hands.expire()
    await at.read()
    assert (await at.only()).revision == case.revision
    assert await at.stage.value("select count(*) from messages") == 1


async def test_what_was_taken_out_before_we_looked_was_never_spam_to_us(at: Desk) -> None:
    item = at.hands.deliver(mail("a"), spam=True)
    at.hands.out_of_spam(item)
    await at.read()
    assert (await at.only()).status is Status.REVIEW
    assert await at.stage.value("select count(*) from messages") == 1
    assert await at.stage.value("select count(*) from spam_labels") == 0


async def test_what_is_taken_out_while_it_is_being_read_comes_again(at: Desk) -> None:
    item = at.hands.deliver(mail("a"), spam=True)
    assert await at.ingest.poll() == 1
    at.hands.out_of_spam(item)
    assert await at.ingest.poll() == 1
    await at.read()
    assert (await at.only()).status is Status.REVIEW
    assert await at.stage.value("select count(*) from spam_labels") == 1


async def test_the_other_way_round_nothing_happens(at: Desk) -> None:
    """A person calls spam what has its card: the case is theirs to close."""
    item = await at.arrived()
    before = await at.only()
    if at.hands.where == "Outlook":
        at.hands.graph.mailbox.move(item, "junkemail")  # type: ignore[attr-defined]  # AtOutlook
    else:
        at.hands.world.gmail.box.label(item.id, {"SPAM"}, {"INBOX"})  # type: ignore[attr-defined]  # AtGmail
    await at.read()
    assert await at.only() == before


async def test_spam_and_mail_of_one_time_all_come_and_each_once(at: Desk) -> None:
    for number in range(12):
        at.hands.deliver(mail(f"m{number}"), spam=number % 3 == 0)
    at.hands.expire()
    await at.read()
    rows = await at.stage.database.run(lambda link: link.fetch("select status, count(*) from messages group by status"))
    assert {row["status"]: row["count"] for row in rows} == {"ignored": 4, "review": 8}
