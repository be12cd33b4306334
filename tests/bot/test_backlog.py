"""Mail without a card each: the backlog after an outage, and the dry run over a mailbox's past."""

import asyncio
import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.backlog import Backlog
from bot.mailbox.maildir_past import MaildirPast
from bot.store.backlogs import Backlogs
from bot.store.codec import PLAIN
from bot.store.shelf import Shelf
from pipeline import plan
from pipeline.case import CaseId, Classification, Decision, History, Reason, Route, Status, Triaged
from pipeline.email import Email, MailboxId
from pipeline.ports import Arrival
from pipeline.review import answered_by_hand
from tests.bot.scene import ANA, INBOX, Scene, mail, peek
from tests.bot.scene import triage as answer

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def triage(email: Email, mailbox: MailboxId, history: History, now: datetime, case: CaseId) -> Triaged:
    """The text names the urgency, or that it is a newsletter; a dry run goes to a person, as the flow has it."""
    triaged = await answer(email, mailbox, history, now, case)
    assert triaged.classification is not None
    word = email.text.split()[0]
    if word == "newsletter":
        reasons = (Reason("prefilter", "newsletter", Route.IGNORE, "It is."),)
        return Triaged(Status.IGNORED, None, None, Decision(Route.IGNORE, Route.IGNORE, None, "s", "normal", None, reasons, ()), None)
    status = Status.HUMAN if history.dry_run else triaged.status
    if word != "urgent":
        return replace(triaged, status=status)
    classification: Classification = replace(triaged.classification, urgency="urgent")
    return replace(triaged, status=status, classification=classification, decision=replace(triaged.decision, urgency="urgent"))


def running(stage: Scene) -> Scene:
    return replace(stage, worker=replace(stage.worker, triage=triage, plan=plan.effects, late_after=HOUR))


def shelf(stage: Scene, few: int = 3, quiet: float = 0.0) -> Shelf:
    return Shelf(stage.database, PLAIN, few, HOUR, timedelta(seconds=quiet))


async def came(at: Scene, ago: timedelta, *words: str) -> list[CaseId]:
    """Mails received so long ago that are found now."""
    when, cases = await at.now() - ago, []
    for number, word in enumerate(words):
        raw = mail(f"{word}{number}-{ago.total_seconds()}", subject=f"{word} {number}", text=f"{word} mail")
        case = await at.queue.ingest(INBOX, Arrival(f"{word}{number}-{ago}", raw, when), peek(raw))
        assert case is not None
        cases.append(case)
    return cases


def cards(at: Scene) -> set[object]:
    return {line["case"] for line in at.board.lines() if line["kind"] == "root"}


def piles(at: Scene) -> list[dict[str, object]]:
    return [line for line in at.board.lines() if str(line["kind"]).startswith("pile")]


async def test_a_backlog_comes_as_one_digest_and_the_urgent_ones_as_cards(stage: Scene) -> None:
    at = running(stage)
    (urgent, *others) = await came(at, 3 * HOUR, "urgent", "hours", "hours", "hours", "newsletter")
    (new,) = await came(at, timedelta(0), "new")
    await at.settle()
    assert cards(at) == {new}
    await asyncio.gather(shelf(at).gather(), shelf(at).gather())
    await at.settle()
    assert cards(at) == {new, urgent}
    assert await at.value("select count(*) from digests") == 1
    (told,) = piles(at)
    assert (told["kind"], told["mails"], told["shelved"]) == ("pile late", 4, ["hours 1", "hours 2", "hours 3"])
    assert {one.case for one in await at.cases.waiting([INBOX], 10)} == {new, urgent, *others[:3]}
    assert await shelf(at).gather() == 0


async def test_a_few_late_mails_get_their_cards(stage: Scene) -> None:
    at = running(stage)
    late = await came(at, 2 * HOUR, "hours", "hours", "hours")
    await at.settle()
    assert cards(at) == set()
    assert await shelf(at).gather() == 1
    await at.settle()
    assert (cards(at), piles(at)) == (set(late), [])


async def test_a_pile_is_told_when_it_is_whole(stage: Scene) -> None:
    at = running(stage)
    await came(at, 2 * HOUR, "hours", "hours")
    assert await at.worker.step()
    assert await shelf(at).gather() == 0
    assert await at.worker.step()
    assert await shelf(at, quiet=60).gather() == 0
    assert await shelf(at).gather() == 1


async def test_a_held_back_case_is_opened_once_and_the_digest_says_so(stage: Scene) -> None:
    at = running(stage)
    held = (await came(at, 2 * HOUR, *["hours"] * 5))[2]
    await at.settle()
    await shelf(at).gather()
    await at.settle()
    assert sorted(await asyncio.gather(at.cases.open(held, ANA.id), at.cases.open(held, ANA.id))) == [False, True]
    await at.settle()
    assert cards(at) == {held}
    assert "hours 2" not in str(piles(at)[-1]["shelved"])
    assert "open" in await at.audit(held)
    await at.approve(await at.case(held))
    await at.settle()
    assert (await at.case(held)).status is Status.SENT


async def test_a_held_back_case_that_was_answered_by_hand_gets_no_card(stage: Scene) -> None:
    at = running(stage)
    held = (await came(at, 2 * HOUR, *["hours"] * 5))[0]
    await at.settle()
    case = await at.case(held)
    move = answered_by_hand(case, "Ben", await at.now(), "At nine.")
    assert not isinstance(move, str)
    assert await at.cases.commit(case, move) is not None  # type: ignore[arg-type]  # an open case may be answered
    await at.settle()
    assert cards(at) == set()


def put(root: Path, name: str, text: str, ago: timedelta, now: datetime, flags: str = "S") -> None:
    path = root / "cur" / f"{name}:2,{flags}"
    path.write_bytes(mail(name, subject=f"{text} {name}", text=f"{text} mail"))
    os.utime(path, ((now - ago).timestamp(),) * 2)


def past(at: Scene, days: int = 7) -> Backlog:
    return Backlog(at.mailbox, MaildirPast(at.mailbox.root), days, Backlogs(at.database), at.queue, peek)


async def worked_off(backlog: Backlog) -> None:
    assert await backlog.ask()
    while not await backlog.read():
        pass


async def test_the_past_is_read_once_in_a_dry_run_and_told_of_in_one_message(stage: Scene) -> None:
    at, now = running(stage), await stage.now()
    for number, (word, ago) in enumerate(
        [("hours", DAY), ("urgent", 6 * DAY), ("newsletter", DAY), ("by itself", 2 * DAY), ("old", 8 * DAY)]
    ):
        put(at.mailbox.root, f"m{number}", word, ago, now, "RS" if word == "hours" else "S")
    await worked_off(past(at))
    assert await shelf(at).gather() == 0
    await at.settle()
    assert await shelf(at).gather() == 1
    await at.settle()
    (told,) = piles(at)
    assert (told["kind"], told["mails"], told["filed"]) == ("pile first", 3, 1)
    assert told["shelved"] == ["urgent m1", "by itself m3", "hours m0"]
    assert (cards(at), at.sent()) == (set(), [])
    assert await at.value("select count(*) from effects where type <> 'post_digest'") == 0
    assert await at.cases.waiting([INBOX], 10) == []
    assert (await at.cases.figures(now - 7 * DAY)).by_intent[0].received == 3
    put(at.mailbox.root, "later", "hours", DAY, now)
    await worked_off(past(at, 14))
    assert await at.value("select count(*) from messages") == 4
    assert await shelf(at).gather() == 0


async def test_new_mail_goes_before_the_past_and_is_not_taken_for_it(stage: Scene) -> None:
    at, now = running(stage), await stage.now()
    for number in range(30):
        put(at.mailbox.root, f"m{number}", "hours", DAY, now)
    (at.mailbox.root / "new" / "fresh").write_bytes(mail("fresh", thread="m3", text="new mail"))
    assert await past(at).ask()
    assert await at.ingest.poll() == 1
    while not await past(at).read():
        pass
    job = await at.queue.claim(HOUR)
    assert job is not None
    assert (job.message_id, job.dry_run) == ("fresh@customers.example", False)
    assert await at.value("select count(*) from messages where dry_run") == 30
    put(at.mailbox.root, "fresh again", "hours", DAY, now)


async def test_a_restart_goes_on_where_it_was(stage: Scene) -> None:
    at, now = running(stage), await stage.now()
    for number in range(25):
        put(at.mailbox.root, f"m{number:02}", "hours", DAY, now)
    assert await past(at).ask()
    assert not await past(at).read()
    await worked_off(past(at))
    assert await at.value("select count(*) from messages") == 25
    assert await at.value("select count(*) from backlog_mails") == 0
    assert await at.value("select count(*) from audit_log where action = 'backlog'") == 1


@pytest.mark.parametrize("word", ["hours", "by itself"])
async def test_nothing_of_a_dry_run_is_ever_sent(stage: Scene, word: str) -> None:
    at, now = running(stage), await stage.now()
    put(at.mailbox.root, "m", word, DAY, now)
    await worked_off(past(at))
    await at.settle()
    await shelf(at).gather()
    (case,) = [CaseId(1)]
    assert await at.cases.open(case, ANA.id)
    await at.settle()
    assert cards(at) == {case}
    assert (await at.case(case)).status is Status.HUMAN
    assert at.sent() == []
