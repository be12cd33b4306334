"""`triage parse`: a line for each mail, good, bad or quarantined; the program itself, as an operator runs it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIELDS = {
    "source", "message_id", "thread_id", "sender", "reply_to", "to", "cc", "subject", "date", "language", "text", "reply", "attachments",
    "automatic", "may_auto_reply", "spam", "bounced", "authentication", "defects", "quarantined",
}  # fmt: skip
GOOD = """\
Authentication-Results: mx.example; dmarc=pass header.from=shop.example
From: =?utf-8?q?Zo=C3=AB?= <Zoe@Shop.example>
Reply-To: desk@shop.example
To: Support <support@us.example>
Cc: boss@shop.example
Subject: Where is my order?
Date: Mon, 2 Mar 2026 10:00:00 +0100
Message-ID: <2@shop.example>
References: <1@us.example>
Content-Type: multipart/mixed; boundary=b

--b

Hello, could you tell me where my order is?

On Mon, 2 Mar 2026 at 09:00, Us <us@us.example> wrote:
> Thank you for your order.
--b
Content-Type: application/pdf
Content-Disposition: attachment; filename="order.pdf"

x
--b--
"""
BOUNCE = """\
From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

No such user.
--b
Content-Type: text/rfc822-headers

Message-ID: <reply@us.example>
--b--
"""
BOMB = b"From: evil@x.example\nSubject: Boom\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 300


def triage(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "bot", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the command says of five mails in two paths, by their names."""
    folder = tmp_path_factory.mktemp("mails")
    mails = {"a.eml": GOOD.encode(), "b.eml": BOUNCE.encode(), "c.eml": BOMB, "d.eml": b"\xff\xfe\x00 no mail at all \x80"}
    for name, raw in mails.items():
        (folder / name).write_bytes(raw)
    alone = tmp_path_factory.mktemp("alone") / "e.eml"
    alone.write_bytes(b"From: a@b.example\n\n-----Original Message-----\nFrom: c@d.example\n\nx")
    done = triage("parse", str(folder), str(alone), "--json", "--authserv-id", "mx.example", "--own", "support@us.example")
    assert (done.returncode, done.stderr) == (0, "")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["source"] for row in found] == [*mails, "e.eml"]
    assert all(set(row) == FIELDS for row in found)
    return {row["source"]: row for row in found}


def test_spam_is_said_as_triage_says_it(tmp_path: Path) -> None:
    flagged = tmp_path / "flagged.eml"
    flagged.write_bytes(b"X-Spam-Flag: YES\n" + GOOD.encode())
    believed, not_believed = (json.loads(triage("parse", str(flagged), "--json", *more).stdout) for more in (["--trust-spam-headers"], []))
    assert not_believed["spam"] is None
    assert believed["spam"]["filed"]
    assert "X-Spam-Flag" in believed["spam"]["why"]
    assert believed["spam"]["score"] < believed["spam"]["threshold"]
    assert not believed["may_auto_reply"]["allowed"]


def test_every_field_of_a_good_mail(rows: dict[str, dict[str, Any]]) -> None:
    row = rows["a.eml"]
    assert row["sender"] == {"name": "Zoë", "address": "zoe@shop.example"}
    assert row["reply_to"] == [{"name": "", "address": "desk@shop.example"}]
    assert row["to"] == [{"name": "Support", "address": "support@us.example"}]
    assert row["cc"] == [{"name": "", "address": "boss@shop.example"}]
    assert (row["message_id"], row["thread_id"], row["subject"]) == ("2@shop.example", "1@us.example", "Where is my order?")
    assert (row["date"], row["language"]) == ("2026-03-02T09:00:00+00:00", "en")
    assert row["reply"] == "Hello, could you tell me where my order is?"
    assert "> Thank you for your order." in row["text"]
    assert row["attachments"] == [{"name": "order.pdf", "type": "application/pdf", "size": 1}]
    assert row["authentication"]["verdict"] == "pass"
    assert (row["automatic"], row["bounced"], row["quarantined"]) == (None, None, None)
    assert row["may_auto_reply"] == {"allowed": True, "reasons": []}


def test_a_bounce_says_why_and_what_bounced(rows: dict[str, dict[str, Any]]) -> None:
    row = rows["b.eml"]
    assert row["automatic"] == {"kind": "bounce", "why": "Content-Type is a delivery report"}
    assert row["bounced"] == "reply@us.example"
    assert row["may_auto_reply"]["allowed"] is False
    assert row["may_auto_reply"]["reasons"]


def test_a_quarantined_mail_says_why_and_keeps_its_envelope(rows: dict[str, dict[str, Any]]) -> None:
    row = rows["c.eml"]
    assert row["quarantined"] == "This mail was not read: it has more than 200 parts."
    assert (row["sender"]["address"], row["subject"], row["text"]) == ("evil@x.example", "Boom", "")
    assert row["may_auto_reply"]["allowed"] is False


def test_bytes_that_are_no_mail_are_read_as_far_as_they_go(rows: dict[str, dict[str, Any]]) -> None:
    assert "malformed From" in rows["d.eml"]["defects"]
    assert rows["d.eml"]["message_id"].endswith("@missing.invalid")


def test_a_forward_without_a_word_has_no_text_of_its_sender(rows: dict[str, dict[str, Any]]) -> None:
    row = rows["e.eml"]
    assert (row["reply"], "forwarded mail" in row["defects"]) == ("", True)
    assert row["may_auto_reply"]["allowed"] is False
    assert row["authentication"]["why"] in row["may_auto_reply"]["reasons"]


def test_a_path_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    done = triage("parse", str(tmp_path / "nowhere.eml"), "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no such file or folder" in done.stderr
    assert "Traceback" not in done.stderr
