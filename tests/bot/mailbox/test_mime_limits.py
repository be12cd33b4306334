"""Mails made to stall a parser: each goes to a person, or is read, within two seconds."""

import time
from datetime import UTC, datetime

import pytest

from bot.mailbox.mime import read
from pipeline.email import Email

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HEAD = b"From: a@b.example\nTo: us@us.example\n"
HTML = HEAD + b"Content-Type: text/html\n\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n"


def nested(depth: int) -> bytes:
    return HEAD + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at) for at in range(depth)) + b"\nx"


EXCEEDING = [
    pytest.param(MIXED + b"--b\n\nx\n" * 20_000 + b"--b--", "200 parts", id="20,000 parts"),
    pytest.param(nested(1_000), "20 levels", id="1,000 levels"),
    pytest.param(nested(22), "20 levels", id="22 levels"),
    pytest.param(HEAD + b"Subject: " + b"=?utf-8?q?a?=\n " * 20_000 + b"\n\nx", "128 KB", id="20,000 encoded words"),
    pytest.param(HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\n\nx", "16 KB", id="20,000 encoded words in a line"),
    pytest.param(HEAD + b"Subject: " + b"=?utf-8?q?a?=\n " * 250 + b"\n\nx", "200 encoded words", id="250 encoded words"),
    pytest.param(HEAD + b"Cc: " + b"a@b.example,\n " * 20_000 + b"\n\nx", "128 KB", id="20,000 addresses"),
    pytest.param(HEAD + b"Cc: " + b"a@b.example,\n " * 250 + b"\n\nx", "200 addresses", id="250 addresses"),
    pytest.param(b"From: " + b"(" * 5_000 + b")" * 5_000 + b" a@b.example\n\nx", "nest deeper", id="5,000 comments"),
    pytest.param(HEAD + b"\n" + b"x" * (25 * 1024 * 1024), "25 MB", id="26 MB"),
]
BOMBS = [pytest.param(bomb.values[0], id=bomb.id) for bomb in EXCEEDING]
NASTY = [
    pytest.param(HEAD + b"Content-Type: message/rfc822\n\n" * 1_000, id="1,000 mails in a mail"),
    pytest.param(HTML + b"<div>" * 200_000, id="200,000 open divs"),
    pytest.param(HTML + b"<p " + b" ".join(b"a%d=1" % at for at in range(60_000)) + b">x", id="60,000 attributes"),
    pytest.param(HTML + b"".join(b"<b a=%d>" % at for at in range(900)) + b"<p>x" * 9_000, id="open formatting"),
    pytest.param(HTML + b"<!--x" * 200_000, id="open comments"),
    pytest.param(HTML + b"<style>" + b"/* " * 100_000 + b"</style>x", id="open style comments"),
    pytest.param(HTML + b"<style>" + b"@m{" + b"a{}" * 100_000 + b"</style>x", id="an open media rule"),
    pytest.param(HTML + b"<style>" + b"a," * 100_000 + b"</style>x", id="an open selector"),
    pytest.param(HEAD + b"From: " + b'"\\' * 8_000 + b"\n\nx", id="open quotes"),
    pytest.param(HEAD + b"\n" + b"> x\n" * 100_000, id="100,000 quoted lines"),
    pytest.param(HEAD + b"\n" + b"On 2 May 2024 at 12:00 x@y.example\n" * 50_000, id="attributions that never end"),
    pytest.param(HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"flowing on and on \n" * 100_000, id="one flowed line"),
    pytest.param(HEAD + b"Content-Type: text/plain; " + b';"' * 4_000 + b"\n\nx", id="parameters"),
    pytest.param(MIXED + b"--bx\n" * 1_000_000, id="almost boundaries"),
]


def timed(raw: bytes) -> Email:
    read(b"From: a@b.example\n\nHello, this loads the language model before the clock runs.", "s", NOW, frozenset())
    begun = time.process_time()
    email = read(raw, "s", NOW, frozenset())
    assert time.process_time() - begun < 2
    return email


@pytest.mark.parametrize(("raw", "why"), EXCEEDING)
def test_what_exceeds_our_limits_is_quarantined_unread(raw: bytes, why: str) -> None:
    email = timed(raw)
    assert why in (email.quarantined or "")
    assert (email.text, email.attachments) == ("", ())


def test_a_quarantined_mail_keeps_what_a_peek_shows() -> None:
    raw = b"Message-ID: <m@x>\nReferences: <r@x>\nSubject: Help\n" + MIXED + b"--b\n\nx\n" * 300
    email = timed(raw)
    assert (email.message_id, email.thread_id, email.subject, email.sender.address) == ("m@x", "r@x", "Help", "a@b.example")
    assert email.authentication.verdict == "none"


@pytest.mark.parametrize("raw", NASTY)
def test_what_is_merely_nasty_is_read_in_time(raw: bytes) -> None:
    assert timed(raw).quarantined is None
