"""Bounces of our own replies: the case is open again for a person, and a forged report can do no more than that."""

from dataclasses import replace
from datetime import datetime
from email.parser import BytesParser
from uuid import uuid4

import pytest

from bot.mailbox import mime
from pipeline import plan
from pipeline.case import Case, CaseId, Decision, History, Route, Status, Triaged
from pipeline.email import Email, MailboxId
from pipeline.ports import Arrival
from pipeline.review import Refused, approve
from pipeline.stages.prefilter import screen
from tests.bot.reports import Form, delayed, exchange, exim, postfix
from tests.bot.scene import ANA, INBOX, Peek, Scene, mail
from tests.bot.scene import triage as answer


async def read(raw: bytes, source: str, received_at: datetime) -> Email:
    return mime.read(raw, source, received_at, frozenset())


async def triage(email: Email, mailbox: MailboxId, history: History, now: datetime, case: CaseId) -> Triaged:
    ignore = screen(email, frozenset({str(INBOX)}), history).ignore
    if ignore is None:
        return await answer(email, mailbox, history, now, case)
    return Triaged(Status.IGNORED, None, None, Decision(Route.IGNORE, Route.IGNORE, None, "s", "normal", None, (ignore,), ()), None)


async def answered(stage: Scene) -> tuple[Scene, Case, str, str]:
    """A case whose reply went out; the head of that reply, and its Message-ID."""
    at = replace(stage, worker=replace(stage.worker, read=read, triage=triage, plan=plan.effects))
    case = await at.reviewed("a")
    await at.approve(case)
    await at.settle()
    head = at.sent()[0].decode().replace("\r\n", "\n").partition("\n\n")[0]
    return at, await at.case(case.id), head, str(BytesParser().parsebytes(at.sent()[0])["Message-ID"]).strip("<>")


async def comes(at: Scene, text: str, source: str = "report", mailbox: MailboxId = INBOX) -> CaseId:
    seen = mime.peek(text.encode())
    envelope = Peek(seen.message_id, seen.thread_id, seen.sender, seen.subject)
    case = await at.queue.ingest(mailbox, Arrival(source, text.encode(), await at.now()), envelope)
    assert case is not None
    await at.settle()
    assert (await at.case(case)).status is Status.IGNORED
    return case


def said(at: Scene) -> list[object]:
    return [line["text"] for line in at.board.lines() if line["kind"] == "say"]


@pytest.mark.parametrize(
    ("form", "why"),
    [
        (
            postfix,
            "The reply to carla@customers.example did not arrive: there is no such address"
            " (5.1.1; it said “[address] : Recipient address rejected: User unknown in virtual mailbox table”).",
        ),
        (exim, "The reply did not arrive: their mail system did not say why in a known form."),
        (
            exchange,
            "The reply to carla@customers.example did not arrive: the mailbox is full (5.2.2; it said “mailbox full; STOREDRV.Deliver”).",
        ),
    ],
)
async def test_a_bounced_reply_is_open_again_for_a_person(stage: Scene, form: Form, why: str) -> None:
    at, sent, head, message_id = await answered(stage)
    assert sent.status is Status.SENT
    report = await comes(at, form(head, message_id))
    case = await at.case(sent.id)
    assert (case.status, case.note, case.outcome) == (Status.HUMAN, why, sent.outcome)
    assert said(at) == [why]
    assert at.board.lines()[-2]["status"] == "human"
    assert [one.case for one in await at.cases.waiting([INBOX], 10)] == [sent.id]
    assert "bounced" in await at.audit(sent.id)
    assert "report_on" in await at.audit(report)
    assert await at.value("select decision from drafts where message_id = $1", sent.id) == "sent_as_is"
    assert isinstance(approve(case, case.revision, ANA, await at.now(), ""), Refused)
    assert len(at.sent()) == 1


async def test_a_delay_only_tells(stage: Scene) -> None:
    at, sent, head, message_id = await answered(stage)
    await comes(at, delayed(head, message_id))
    assert (await at.case(sent.id)).status is Status.SENT
    (told,) = said(at)
    assert str(told).startswith("The reply to carla@customers.example has not arrived yet; their mail system is still trying: their mail")


async def test_the_same_report_again_says_nothing_new(stage: Scene) -> None:
    at, sent, head, message_id = await answered(stage)
    for number in range(3):
        await comes(at, postfix(head, message_id).replace("4XyZ1@", f"4XyZ{number}@"), f"report {number}")
    assert len(said(at)) == 1
    assert (await at.case(sent.id)).revision == sent.revision + 1


async def test_a_guessed_id_and_a_foreign_mailbox_link_nothing(stage: Scene) -> None:
    at, sent, head, message_id = await answered(stage)
    guessed = f"{uuid4()}@larkspur.example"
    ours = message_id.partition("@")[0]
    await comes(at, postfix(head, message_id).replace(message_id, guessed).replace(ours, guessed.partition("@")[0]), "guessed")
    await comes(at, postfix(head, message_id), "foreign", MailboxId("sales@larkspur.example"))
    await at.value("update sends set sent_at = sent_at - interval '15 days'")
    await comes(at, postfix(head, message_id).replace("4XyZ1@", "old@"), "old")
    assert await at.case(sent.id) == sent
    assert said(at) == []


async def test_a_forged_report_puts_no_address_and_no_link_before_a_person(stage: Scene) -> None:
    at, sent, head, message_id = await answered(stage)
    forged = (
        postfix(head, message_id)
        .replace("carla@customers.example", "boss@evil.test")
        .replace("User unknown", "see https://evil.test/x now")
    )
    await comes(at, forged)
    case = await at.case(sent.id)
    assert case.status is Status.HUMAN
    assert "evil.test" not in case.note
    assert len(at.sent()) == 1


async def test_mail_that_is_no_report_links_nothing(stage: Scene) -> None:
    at, sent, _, _ = await answered(stage)
    await at.arrive(mail("b", thread="a"), "b")
    await at.settle()
    assert (await at.case(sent.id)).status is Status.SENT
