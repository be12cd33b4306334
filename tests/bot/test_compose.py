"""A reply's bytes: one recipient, our headers and no others, whatever the mail that is answered says."""

import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

import pytest
from hypothesis import given, settings

from bot.mailbox import mime
from bot.mailbox.compose import reply
from bot.mailbox.finished import Expected, check
from pipeline.case import Case, CaseId, Draft, Status
from pipeline.email import Address, Authentication, Email, MailboxId
from pipeline.errors import Permanent
from tests.bot.trouble import TROUBLE

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
INBOX = MailboxId("support@larkspur.example")
FULL = bool(os.environ.get("TRIAGE_FULL"))
SEND_ID = "15cbde1a-aed7-4644-92f7-6000b14a3012"
HEADERS = ["from", "to", "subject", "date", "message-id", "in-reply-to", "references", "x-triage-send-id", "mime-version", "content-type"]
CARLA = Address("Carla", "carla@customers.example")
MAIL = Email(
    "1", "q1@customers.example", "q0@customers.example", CARLA, (Address("", "evil@x.test"),), (), (Address("", "cc@x.test"),), "Hours?",
    None, AT, "q0@customers.example", ("q0@customers.example",), "", "", "en", (), (), Authentication("pass", "", ""), (), None,
)  # fmt: skip
DRAFT = Draft(1, "Re: Hours?", "We open at nine.\n\nÜbrigens: <b>5 & 6</b>\n", "hours", "en", (), (), "template", 1, 0.0)


def _reply(email: Email = MAIL, draft: Draft = DRAFT, *, automatic: bool = False, company: str = "Larkspur") -> bytes:
    case = Case(CaseId(1), 2, Status.APPROVED, INBOX, email, None, None, None, draft, None)
    return reply(case, draft, INBOX, SEND_ID, AT, automatic, company=company)


def _read(raw: bytes) -> EmailMessage:
    return BytesParser(policy=default).parsebytes(raw)


def _names(raw: bytes) -> list[str]:
    return [name.lower() for name in _read(raw).keys()]  # noqa: SIM118  # a message's keys repeat


def test_a_reply_is_threaded_and_goes_to_the_sender_alone() -> None:
    message = _read(_reply())
    assert _names(_reply()) == HEADERS
    assert (message["from"], message["to"]) == ("Larkspur <support@larkspur.example>", "Carla <carla@customers.example>")
    assert message["message-id"] == f"<{SEND_ID}@larkspur.example>"
    assert (message["in-reply-to"], message["references"]) == ("<q1@customers.example>", "<q0@customers.example> <q1@customers.example>")
    assert message["date"].datetime == AT
    text, page = message.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == DRAFT.text
    assert "&lt;b&gt;5 &amp; 6&lt;/b&gt;" in page.get_content()
    assert _reply() == _reply()


def test_only_automatic_mail_says_that_it_is() -> None:
    message = _read(_reply(automatic=True))
    assert (message["auto-submitted"], message["x-auto-response-suppress"]) == ("auto-replied", "All")


@pytest.mark.parametrize(
    "hostile",
    ["=?utf-8?q?hi=0D=0ABcc:_evil@x.test?=", "hi\r\nBcc: evil@x.test", "=?utf-8?b?aGkNCkJjYzogZXZpbEB4LnRlc3Q=?=",
     "hi\u2028Bcc: evil@x.test","=?utf-8?q?=3D=3Futf-8=3Fq=3Fhi=3D0D=3D0ABcc=3A_evil=40x.test=3F=3D?=",
     "a" * 5000, "=?utf-8?q?\n?=", "\u202eevil", "=?x-none?q?a=0Ab?="],
)  # fmt: skip
def test_no_header_is_smuggled_in(hostile: str) -> None:
    email = replace(MAIL, sender=Address(hostile, CARLA.address), references=(hostile, f"<{hostile}>", "x@y\r\nBcc: evil@x.test"))
    raw = _reply(email, replace(DRAFT, subject=f"Re: {hostile}"), company=hostile)
    assert _names(raw) == HEADERS
    assert [address.addr_spec for address in _read(raw)["to"].addresses] == [CARLA.address]
    assert not re.search(rb"(?mi)^(bcc|cc):", raw)


@given(TROUBLE)
@settings(max_examples=5000 if FULL else 100, deadline=None)
def test_an_address_is_used_as_it_is_or_not_at_all(address: str) -> None:
    try:
        raw = _reply(replace(MAIL, sender=Address("", f"{address}@x.example")))
    except Permanent:
        return
    assert [one.addr_spec for one in _read(raw)["to"].addresses] == [f"{address}@x.example"]


@pytest.mark.parametrize(
    "address", ["", "no-at", "a b@x.example", "a@x.example, b@y.example", "<a@x.example>", "a@x.example\r\nBcc: e@x", str(INBOX)]
)
def test_what_is_no_single_address_of_somebody_else_is_not_answered(address: str) -> None:
    with pytest.raises(Permanent):
        _reply(replace(MAIL, sender=Address("", address)))


def test_a_domain_beyond_ascii_is_written_in_ascii() -> None:
    raw = _reply(replace(MAIL, sender=Address("", "a@bücher.example")))
    assert _read(raw)["to"] == "a@xn--bcher-kva.example"


def test_a_long_conversation_keeps_its_first_and_its_last_ancestors() -> None:
    ids = tuple(f"{number:0>100}@customers.example" for number in range(100))
    chain = str(_read(_reply(replace(MAIL, references=ids)))["references"]).split()
    assert (len(chain), chain[0], chain[-1], chain[-2]) == (20, f"<{ids[0]}>", "<q1@customers.example>", f"<{ids[-1]}>")


def test_a_mail_that_names_only_its_parent_is_threaded_under_it() -> None:
    assert _read(_reply(replace(MAIL, references=())))["references"] == "<q0@customers.example> <q1@customers.example>"
    assert _read(_reply(replace(MAIL, references=(), in_reply_to="")))["references"] == "<q1@customers.example>"


def test_the_longest_ids_in_the_longest_chain_keep_every_line_short() -> None:
    ids = tuple(f"{number:0>250}@{'d' * 250}" for number in range(500))
    raw = _reply(replace(MAIL, references=(*ids, "not an id", ids[0]), message_id="m" * 250 + "@" + "d" * 250))
    chain = str(_read(raw)["references"]).split()
    assert (len(chain), chain[0], chain[-2]) == (20, f"<{ids[0]}>", f"<{ids[-1]}>")
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_an_id_that_the_sender_never_wrote_is_not_quoted() -> None:
    email = mime.read(b"From: carla@customers.example\r\nSubject: Hi\r\n\r\nHello", "1", AT, frozenset())
    assert _names(_reply(email)) == [name for name in HEADERS if name not in ("in-reply-to", "references")]


def test_the_finished_bytes_are_checked() -> None:
    raw = _reply()
    names = tuple(name for name in HEADERS if name not in ("mime-version", "content-type"))
    expected = Expected(INBOX, (CARLA.address,), (), DRAFT.subject, SEND_ID, f"<{SEND_ID}@larkspur.example>", DRAFT.text, names)
    check(raw, expected)
    for wrong in (
        raw.replace(b"Subject:", b"Bcc: evil@x.test\r\nSubject:"),
        raw.replace(b"carla@customers", b"evil@customers"),
        raw.replace(b"nine", b"nein"),
        raw.replace(b"To: Carla <", b"To: evil@x.test, Carla <"),
        raw.replace(b"Subject:", b"Cc: evil@x.test\r\nSubject:"),
        raw.replace(SEND_ID.encode(), b"x", 1),
    ):
        with pytest.raises(Permanent):
            check(wrong, expected)
