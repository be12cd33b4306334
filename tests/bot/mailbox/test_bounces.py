"""Bounces: told from people's mail, and linked to the reply that bounced."""

from datetime import UTC, datetime

import pytest

from bot.mailbox.mime import read
from pipeline.case import NO_HISTORY
from pipeline.email import Automatic, Email
from pipeline.stages.prefilter import screen

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ID = "0b9c3a52-1111-4222-8333-444455556666"
OURS = f"From: support@us.example\nTo: gone@shop.example\nSubject: Re: Order\nMessage-ID: <{ID}@us.example>\nX-Triage-Send-Id: {ID}\n"
RENAMED = OURS.replace(f"<{ID}@us.example>", "<AM0PR01@outlook.example>")
DAEMON = (
    "From: MAILER-DAEMON@mx.example\nTo: support@us.example\nSubject: Undelivered Mail Returned to Sender\nMessage-ID: <b@mx.example>\n"
)
STATUS = "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; gone@shop.example\nAction: failed\nStatus: 5.1.1\n"


def email(text: str) -> Email:
    return read(text.encode(), "s", NOW, frozenset())


def machine(found: Email) -> Automatic | None:
    return screen(found, frozenset({"support@us.example"}), NO_HISTORY).automatic


def report(*parts: tuple[str, str], more: str = "", kind: str = "report; report-type=delivery-status") -> Email:
    body = "".join(f"--b\nContent-Type: {media_type}\n\n{text}\n" for media_type, text in parts)
    return email(f"{DAEMON}{more}Content-Type: multipart/{kind}; boundary=b\n\n--b\n\nIt could not be delivered.\n{body}--b--\n")


def kind(found: Email) -> str | None:
    said = machine(found)
    return said.kind if said else None


@pytest.mark.parametrize(
    ("parts", "returned"),
    [
        ([("message/delivery-status", STATUS), ("message/rfc822", f"{OURS}\nHello Ann")], f"{ID}@us.example"),
        ([("message/delivery-status", STATUS), ("text/rfc822-headers", OURS)], f"{ID}@us.example"),
        ([("message/delivery-status", STATUS), ("message/rfc822", f"{RENAMED}\nHello Ann")], f"{ID}@sent.invalid"),
        ([("message/delivery-status", f"X-Original-Message-ID: <{ID}@us.example>\n{STATUS}")], f"{ID}@us.example"),
        ([("message/delivery-status", STATUS), ("message/rfc822", "Message removed")], "asked@us.example"),
        ([("message/rfc822; charset=x\nContent-Transfer-Encoding: 7bit", f"\n{OURS}\nx")], f"{ID}@us.example"),
    ],
)  # fmt: skip
def test_a_report_names_the_mail_that_bounced(parts: list[tuple[str, str]], returned: str) -> None:
    found = report(*parts, more="In-Reply-To: <asked@us.example>\n")
    assert (kind(found), found.returned) == ("bounce", returned)


def test_a_bounce_without_parts_quotes_the_mail_that_bounced() -> None:
    for head, returned in ((OURS, f"{ID}@us.example"), (RENAMED, f"{ID}@sent.invalid")):
        found = email(
            f"{DAEMON}\nHi. This is the program at mx.example.\n\n--- Below this line is a copy of the message.\n\n{head}\nHello Ann\n"
        )
        assert (kind(found), found.returned) == ("bounce", returned)


def test_a_delay_names_its_mail_too() -> None:
    found = report(("message/delivery-status", STATUS.replace("failed", "delayed")), ("text/rfc822-headers", OURS))
    assert (kind(found), found.returned) == ("delay", f"{ID}@us.example")


def test_what_is_no_report_names_no_mail() -> None:
    found = email("From: ann@shop.example\nIn-Reply-To: <1@us.example>\nSubject: Re: Order\n\nWhere is it?")
    assert (machine(found), found.returned) == (None, "")


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Non remis (delivery failed)", "Votre message n'a pas pu etre delivre a\nuserx@example.com"),
        (
            "Mail could not be delivered",
            "***** Message from VirusWall *****\n\nThe following mail could not be delivered.\nReason: attempts.",
        ),
        ("Unzustellbar: Bestellung", "Ihre Nachricht konnte nicht zugestellt werden."),
    ],
)
def test_a_failure_that_is_all_a_mail_says_is_a_bounce_whoever_sends_it(subject: str, text: str) -> None:
    assert kind(email(f"From: gateway@shop.example\nSubject: {subject}\n\n{text}\n")) == "bounce"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Order not delivered", "Hello, your message said it would come on Monday. Where is it?"),
        ("Mail could not be delivered", "Hi,\n\nthe following message could not be delivered when I wrote to you. Is your address right?"),
        ("Fwd: Undeliverable: Order", "---- Forwarded message ----\nFrom: MAILER-DAEMON@mx.example\n\nYour message was not delivered."),
        ("Delivery failed twice", "The courier says my parcel could not be delivered. Please send it again."),
    ],
)  # fmt: skip
def test_a_person_who_speaks_of_a_failure_is_a_person(subject: str, text: str) -> None:
    assert machine(email(f"From: ann@shop.example\nSubject: {subject}\n\n{text}\n")) is None


def test_a_receipt_is_a_bounce_only_where_it_says_that_the_mail_was_rejected() -> None:
    receipt = ("message/disposition-notification", f"Original-Message-ID: <{ID}@us.example>\nDisposition: automatic-action; deleted")
    as_receipt = "report; report-type=disposition-notification"
    rejected = report(receipt, more="Auto-Submitted: auto-replied (rejected)\n", kind=as_receipt)
    assert (kind(rejected), rejected.returned) == ("bounce", f"{ID}@us.example")
    assert kind(report(receipt, kind=as_receipt)) == "auto_reply"
