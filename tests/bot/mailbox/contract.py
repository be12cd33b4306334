"""The one contract for every mailbox: what ingest and outbox rely on, whoever the provider is.

An adapter's test implements Harness over its stand-in server, and runs every function of CHECKS with a fresh one:

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    async def test_gmail_keeps_the_contract(harness: GmailHarness, check: Check) -> None:
        await check(harness)
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default
from typing import Protocol
from uuid import uuid4

import pytest

from pipeline.errors import Permanent
from pipeline.ports import Arrival, Mailbox

PATIENCE = 10.0


class Harness(Protocol):
    """One empty mailbox at a provider. Mails that lay there before the first look are not ours: `open` looks once before it returns."""

    async def open(self) -> Mailbox:
        """The adapter as a new process makes it, over the memory that the one before left."""
        ...

    async def deliver(self, raw: bytes) -> None:
        """The provider receives a mail for this mailbox."""
        ...

    async def ledger(self) -> Sequence[bytes]:
        """Every mail that the provider took to deliver it, as often as it took it."""
        ...

    async def discard_drafts(self) -> None:
        """A person deletes all that lies in Drafts."""
        ...


Check = Callable[[Harness], Awaitable[None]]


async def mails_come_oldest_first_until_they_are_taken(harness: Harness) -> None:
    mailbox = await harness.open()
    for name in ("a", "b", "c"):
        await harness.deliver(_mail(name))
    found = await _arrived(mailbox, 3)
    assert [_name(mail) for mail in found] == ["a", "b", "c"]
    assert len({mail.source for mail in found}) == 3
    assert [mail.source for mail in await mailbox.arrivals(2)] == [mail.source for mail in found[:2]]
    await mailbox.taken(found[0].source)
    assert [_name(mail) for mail in await mailbox.arrivals(10)] == ["b", "c"]


async def mails_may_be_taken_in_any_order_and_twice(harness: Harness) -> None:
    mailbox = await harness.open()
    for name in ("a", "b", "c"):
        await harness.deliver(_mail(name))
    first, second, third = await _arrived(mailbox, 3)
    for mail in (third, third, first):
        await mailbox.taken(mail.source)
    await mailbox.taken("no such mail")
    assert [mail.source for mail in await mailbox.arrivals(10)] == [second.source]
    await mailbox.taken(second.source)
    assert await mailbox.arrivals(10) == []


async def a_mail_that_was_not_taken_comes_again_after_a_crash(harness: Harness) -> None:
    mailbox = await harness.open()
    for name in ("a", "b"):
        await harness.deliver(_mail(name))
    first, second = await _arrived(mailbox, 2)
    await mailbox.taken(first.source)
    again = await (await harness.open()).arrivals(10)
    assert [(mail.source, mail.raw, mail.received_at) for mail in again] == [(second.source, second.raw, second.received_at)]


async def a_mail_of_the_time_while_we_were_away_is_found(harness: Harness) -> None:
    await harness.open()
    await harness.deliver(_mail("a"))
    assert [_name(mail) for mail in await _arrived(await harness.open(), 1)] == ["a"]


async def a_mail_comes_as_its_bytes_with_the_time_of_its_receipt(harness: Harness) -> None:
    mailbox = await harness.open()
    raw = _mail("a", "Grüße\r\n.\r\nFrom here on: \u2603\r\n" + "x" * 900)
    await harness.deliver(raw)
    (mail,) = await _arrived(mailbox, 1)
    assert mail.raw.replace(b"\r\n", b"\n").rstrip() == raw.replace(b"\r\n", b"\n").rstrip()
    assert mail.source.isprintable()
    assert abs(mail.received_at - datetime.now(UTC)) < timedelta(minutes=1)


async def a_draft_is_no_mail_that_left(harness: Harness) -> None:
    mailbox = await harness.open()
    reply, send_id = a_reply()
    draft = await mailbox.create_draft(reply, send_id)
    assert await mailbox.find(draft, send_id) == "draft"
    assert await harness.ledger() == []
    assert await (await harness.open()).find(draft, send_id) == "draft"


async def a_draft_is_sent_once(harness: Harness) -> None:
    mailbox = await harness.open()
    reply, send_id = a_reply()
    draft = await mailbox.create_draft(reply, send_id)
    await mailbox.send_draft(draft)
    await _sees(mailbox, draft, send_id, "sent")
    with pytest.raises(Permanent):
        await mailbox.send_draft(draft)
    with pytest.raises(Permanent):
        await (await harness.open()).send_draft(draft)
    await _sees(await harness.open(), draft, send_id, "sent")
    assert [_essence(mail) for mail in await harness.ledger()] == [_essence(reply)]


async def many_senders_at_once_send_once(harness: Harness) -> None:
    mailboxes = [await harness.open() for _ in range(3)]
    reply, send_id = a_reply()
    draft = await mailboxes[0].create_draft(reply, send_id)
    ends = await asyncio.gather(*(mailbox.send_draft(draft) for mailbox in mailboxes * 2), return_exceptions=True)
    assert ends.count(None) == 1
    assert all(isinstance(end, Permanent) for end in ends if end is not None), ends
    assert len(await harness.ledger()) == 1
    await _sees(mailboxes[0], draft, send_id, "sent")


async def drafts_do_not_take_each_others_place(harness: Harness) -> None:
    mailbox = await harness.open()
    (one, one_id), (two, two_id) = a_reply(), a_reply()
    first, second = await mailbox.create_draft(one, one_id), await mailbox.create_draft(two, two_id)
    assert first != second
    await mailbox.send_draft(second)
    assert await mailbox.find(first, one_id) == "draft"
    await _sees(mailbox, second, two_id, "sent")
    assert [_essence(mail) for mail in await harness.ledger()] == [_essence(two)]


async def a_draft_that_somebody_deleted_is_gone(harness: Harness) -> None:
    mailbox = await harness.open()
    reply, send_id = a_reply()
    draft = await mailbox.create_draft(reply, send_id)
    await harness.discard_drafts()
    assert await mailbox.find(draft, send_id) == "gone"
    with pytest.raises(Permanent):
        await mailbox.send_draft(draft)
    assert await harness.ledger() == []


async def our_own_reply_in_sent_is_no_arrival(harness: Harness) -> None:
    mailbox = await harness.open()
    reply, send_id = a_reply()
    await mailbox.send_draft(await mailbox.create_draft(reply, send_id))
    assert await mailbox.arrivals(10) == []


CHECKS: tuple[Check, ...] = (
    mails_come_oldest_first_until_they_are_taken,
    mails_may_be_taken_in_any_order_and_twice,
    a_mail_that_was_not_taken_comes_again_after_a_crash,
    a_mail_of_the_time_while_we_were_away_is_found,
    a_mail_comes_as_its_bytes_with_the_time_of_its_receipt,
    a_draft_is_no_mail_that_left,
    a_draft_is_sent_once,
    many_senders_at_once_send_once,
    drafts_do_not_take_each_others_place,
    a_draft_that_somebody_deleted_is_gone,
    our_own_reply_in_sent_is_no_arrival,
)


def _mail(name: str, text: str = "Hello, when do you open?") -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = "Carla Customer <carla@customers.example>"
    message["To"] = "support@larkspur.example"
    message["Subject"] = "When do you open?"
    message["Message-ID"] = f"<{name}@customers.example>"
    message.set_content(text, cte="8bit")
    return message.as_bytes()


def _name(mail: Arrival) -> str:
    return str(BytesParser(policy=default).parsebytes(mail.raw)["message-id"]).strip("<>").partition("@")[0]


def a_reply() -> tuple[bytes, str]:
    """The bytes of a reply to Carla, and its send id."""
    send_id = str(uuid4())
    message = EmailMessage(policy=SMTP)
    message["From"] = "Larkspur <support@larkspur.example>"
    message["To"] = "Carla Customer <carla@customers.example>"
    message["Subject"] = "Re: When do you open?"
    message["Date"] = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    message["Message-ID"] = f"<{send_id}@larkspur.example>"
    message["In-Reply-To"] = message["References"] = "<a@customers.example>"
    message["X-Triage-Send-Id"] = send_id
    message.set_content(f"We open at nine.\n.\nYours, {send_id}\n")
    return message.as_bytes(), send_id


def _essence(raw: bytes) -> tuple[str, ...]:
    """What must not change on the way out, however a provider writes it down."""
    message = BytesParser(policy=default).parsebytes(raw)
    part = message.get_body(("plain",))
    assert part is not None
    text = str(part.get_content()).replace("\r\n", "\n").strip()
    return str(message["to"]), str(message["subject"]), str(message["in-reply-to"]), str(message["x-triage-send-id"]), text


async def _arrived(mailbox: Mailbox, count: int) -> Sequence[Arrival]:
    """The arrivals once there are that many; a provider may take a moment, and names no mail twice."""
    found = await mailbox.arrivals(10)
    async with asyncio.timeout(PATIENCE):
        while len(found) < count:
            await asyncio.sleep(0.02)
            found = await mailbox.arrivals(10)
    assert max(Counter(mail.source for mail in found).values()) == 1
    return found


async def _sees(mailbox: Mailbox, draft: str, send_id: str, where: str) -> None:
    """Evidence may come late, never change its mind."""
    found = await mailbox.find(draft, send_id)
    async with asyncio.timeout(PATIENCE):
        while found != where:
            assert found == "gone"
            await asyncio.sleep(0.02)
            found = await mailbox.find(draft, send_id)
