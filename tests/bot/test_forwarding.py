"""Handing a mail on: once, after the reply, to an alias from the policies and to nobody else."""

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest

from bot.mailbox.compose import MAX_ATTACHED, forward
from bot.mailbox.maildir import MaildirMailbox
from pipeline.case import Case, CaseId, Status
from pipeline.effects import Forward
from pipeline.errors import Permanent, Temporary
from pipeline.people import People
from pipeline.ports import Mailbox
from tests.bot.scene import INBOX, PARTNERS, PEOPLE, Scene, mail
from tests.bot.test_compose import AT, DRAFT, MAIL, SEND_ID

REFERRAL = "We would like to be a partner of yours."
ALIASES = frozenset({PARTNERS})
CASE = Case(CaseId(17), 2, Status.SENT, INBOX, MAIL, None, None, None, DRAFT, None)


def read(raw: bytes) -> EmailMessage:
    return BytesParser(policy=default).parsebytes(raw)


def to(stage: Scene) -> list[str]:
    return [str(read(raw)["to"]).rpartition("<")[2].rstrip(">") for raw in stage.sent()]


def notes(stage: Scene) -> list[str]:
    return [str(line["text"]) for line in stage.board.lines() if line["kind"] == "say"]


async def approved(stage: Scene, mailbox: Mailbox | None = None, people: People = PEOPLE) -> Case:
    """A referral whose reply was approved, with everything done that there is to do."""
    case = await stage.reviewed("a", text=REFERRAL)
    await stage.approve(case)
    outbox = stage.outbox
    boxes = {INBOX: mailbox or stage.mailbox}
    acting = replace(stage, outbox=replace(outbox, forwarder=replace(outbox.forwarder, mailboxes=boxes, people=lambda: people)))
    for _ in range(4):
        await acting.settle()
        await acting.wake()
    return await stage.case(case.id)


async def test_an_approved_referral_is_answered_and_then_handed_on(stage: Scene) -> None:
    case = await approved(stage)
    assert case.status is Status.SENT
    assert sorted(to(stage)) == ["carla@customers.example", PARTNERS]
    assert notes(stage) == [f"Handed on to {PARTNERS}."]
    sends = await stage.database.run(lambda connection: connection.fetch("select reply_slot, state from sends order by id"))
    assert [tuple(row) for row in sends] == [(0, "sent"), (1, "sent")]
    steps = [action for action in await stage.audit(case.id) if action.startswith("forward")]
    assert steps == ["forward_reserved", "forward_drafted", "forward_sending", "forward_done", "forward_sent"]


async def test_the_original_is_handed_on_byte_for_byte(stage: Scene) -> None:
    await approved(stage)
    handed = next(read(raw) for raw in stage.sent() if PARTNERS in str(read(raw)["to"]))
    text, original = handed.iter_parts()
    assert original.get_content() == mail("a", text=REFERRAL)
    assert REFERRAL in text.get_content()
    assert handed["subject"] == "Fwd: When do you open?"
    assert (handed["auto-submitted"], handed["cc"], handed["bcc"], handed["in-reply-to"]) == (None, None, None, None)


async def test_what_is_not_answered_is_not_handed_on(stage: Scene) -> None:
    case = await stage.reviewed("a", text=REFERRAL)
    await stage.approve(case)
    stage.staff.shared = True
    await stage.settle()
    assert stage.sent() == []
    stage.staff.shared = False
    await stage.approve(await stage.case(case.id))
    await stage.settle()
    assert sorted(to(stage)) == ["carla@customers.example", PARTNERS]


async def test_two_cases_of_one_mail_are_handed_on_once(stage: Scene) -> None:
    await approved(stage)
    again = await stage.arrive(mail("a", text=REFERRAL), "second delivery")
    await stage.settle()
    await stage.value("update sends set rfc822_message_id = 'other' where reply_slot = 0")
    await stage.approve(await stage.case(again))
    await stage.settle()
    assert to(stage).count(PARTNERS) == 1
    assert to(stage).count("carla@customers.example") == 2


class Faulty:
    """The Maildir, whose first sending of a forward fails in this way."""

    id = INBOX

    def __init__(self, real: MaildirMailbox, fault: str) -> None:
        self.real, self.fault = real, fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    async def send_draft(self, draft_id: str) -> None:
        fault, self.fault = self.fault, ""
        match fault:
            case "refused":
                raise Permanent("The recipient is refused.")
            case "lost before":
                raise Temporary("no answer", timedelta(0))
            case "vanished":
                next((self.real.root / ".Drafts" / "cur").iterdir()).unlink()
                raise Temporary("no answer", timedelta(0))
        await self.real.send_draft(draft_id)
        if fault == "lost after":
            raise Temporary("no answer", timedelta(0))


@pytest.mark.parametrize(
    ("fault", "times", "told"),
    [
        ("lost before", 1, "Handed on"),
        ("lost after", 1, "Handed on"),
        ("vanished", 0, "It is not known"),
        ("refused", 0, "was not handed on"),
    ],
)
async def test_a_fault_ends_in_one_forward_or_in_a_note(stage: Scene, fault: str, times: int, told: str) -> None:
    case = await approved(stage, Faulty(stage.mailbox, fault))
    assert case.status is Status.SENT
    assert to(stage).count(PARTNERS) == times
    assert [told in note for note in notes(stage)] == [True]


async def test_an_alias_that_left_the_policies_gets_nothing(stage: Scene) -> None:
    await approved(stage, people=PEOPLE.model_copy(update={"partnerships": None}))
    assert to(stage) == ["carla@customers.example"]
    assert "no alias of policies/people.json" in notes(stage)[0]
    assert await stage.value("select state from effects where type = 'forward'") == "dead"


@pytest.mark.parametrize("address", ["carla@customers.example", "evil@x.test", "cc@x.test", "", f"{PARTNERS}\r\nBcc: evil@x.test"])
def test_mail_is_handed_on_to_aliases_only(address: str) -> None:
    with pytest.raises(Permanent):
        forward(CASE, b"", address, SEND_ID, AT, False, aliases=ALIASES)


def test_a_forward_that_nobody_approved_says_so_and_carries_no_smuggled_header() -> None:
    case = replace(
        CASE, email=replace(MAIL, subject="=?utf-8?q?hi=0D=0ABcc:_evil@x.test?=", text="\x00.\r\n.\r\n\ud800From x\n" + "x" * 5000)
    )
    message = read(forward(case, b"\x00\xff\r\n.\r\nraw", PARTNERS, SEND_ID, AT, True, aliases=ALIASES, company="=?utf-8?q?=0ACc:x@x?="))
    assert (message["auto-submitted"], message["x-auto-response-suppress"]) == ("auto-generated", "All")
    assert (message["to"], message["cc"], message["bcc"]) == (PARTNERS, None, None)
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "application/octet-stream"]


def test_a_mail_too_large_to_attach_is_handed_on_as_text() -> None:
    message = read(forward(CASE, b"x" * (MAX_ATTACHED + 1), PARTNERS, SEND_ID, AT, False, aliases=ALIASES))
    [text] = message.iter_parts()
    assert "too large to attach" in text.get_content()


def test_a_forward_has_a_key_of_its_own_for_each_approval() -> None:
    assert Forward(CaseId(1), 3, PARTNERS, None).key != Forward(CaseId(1), 4, PARTNERS, None).key
