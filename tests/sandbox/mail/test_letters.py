"""The letters: real mails, believable headers, and every case that the demo promises."""

import email
import email.policy
import re
from collections import Counter
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest

from sandbox.mail.letters import COMPANY, Letter, letters
from sandbox.mail.reading import read

LETTERS = {letter.name: letter for letter in letters()}
ORDINARY = [letter for letter in LETTERS.values() if letter.expect.kind != "broken"]


def parsed(letter: Letter) -> EmailMessage:
    message = email.message_from_bytes(letter.raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def flagged(flag: str) -> list[Letter]:
    return [letter for letter in LETTERS.values() if flag in letter.expect.flags]


@pytest.mark.parametrize("letter", ORDINARY, ids=lambda letter: letter.name)
def test_a_letter_is_a_real_mail(letter: Letter) -> None:
    message = parsed(letter)
    defects = [defect for part in message.walk() for defect in part.defects]
    assert not defects
    for name in ("Return-Path", "Received", "Authentication-Results", "From", "To", "Date", "Message-ID"):
        assert message[name], name
    assert "Subject" in message
    assert len(message["From"].addresses) == 1
    assert not message["From"].defects
    assert parsedate_to_datetime(message["Date"]).tzinfo
    assert re.fullmatch(r"<[^<>\s@]+@[^<>\s@]+>", message["Message-ID"])
    assert message["Received"].startswith("from ")
    assert f"for <{letter.inbox}>" in " ".join(message["Received"].split())


@pytest.mark.parametrize("letter", LETTERS.values(), ids=lambda letter: letter.name)
def test_a_letter_names_only_reserved_domains(letter: Letter) -> None:
    mail = read(letter.raw)
    text = "\n".join([mail.text, mail.html, *(value for _, value in mail.headers)])
    hosts = re.findall(r"(?:@|https?://)((?:[\w-]+\.)+[a-z]+)", text)
    assert all(host.endswith((".example", ".test")) for host in hosts), hosts


@pytest.mark.parametrize("letter", LETTERS.values(), ids=lambda letter: letter.name)
def test_what_is_expected_agrees_with_the_mail(letter: Letter) -> None:
    message, expect = parsed(letter), letter.expect
    domain = read(letter.raw).sender.split("@")[1]
    verdict = f"dmarc={'pass' if expect.authenticated else '(fail|none)'} header.from="
    assert re.search(verdict, str(message["Authentication-Results"]))
    assert str(message["Authentication-Results"]).split("header.from=")[1].removeprefix("mx.") == domain.removeprefix("mx.")
    files = {part.get_filename() for part in message.walk()} - {None}
    assert files == set(expect.attachments)
    assert letter.shows
    signs = message["Auto-Submitted"] or message["List-Id"] or message["Precedence"]
    assert expect.automatic == bool(signs)


def test_there_are_enough_letters_of_every_intent() -> None:
    counts = Counter(letter.expect.intent for letter in LETTERS.values())
    for intent in ("scheduling", "pricing", "support", "referral", "invoice", "account_access", "cancellation", "job_application"):
        assert counts[intent] >= 3, intent
    for intent in ("complaint", "legal", "privacy"):
        assert counts[intent] >= 2, intent
    assert counts["other"] >= 3
    assert len(LETTERS) >= 46


def test_people_decide_where_only_people_may() -> None:
    for letter in LETTERS.values():
        if letter.expect.intent in ("complaint", "legal", "privacy") or letter.expect.kind in ("spam", "fraud", "broken"):
            assert letter.expect.human, letter.name
        if not letter.expect.authenticated:
            assert letter.expect.human, letter.name


def test_the_languages_are_spread() -> None:
    counts = Counter(letter.expect.language for letter in LETTERS.values())
    assert all(2 <= counts[language] <= 3 for language in ("de", "fr", "es"))
    assert all(counts[language] == 1 for language in ("nl", "pt", "ja"))
    assert counts["en"] > sum(counts.values()) / 2


def test_the_story_begins_with_three_easy_wins() -> None:
    first = letters()[:3]
    assert {letter.expect.intent for letter in first} == {"scheduling", "pricing", "support"}
    assert {letter.inbox for letter in first} == set(COMPANY)
    assert not any(letter.expect.human or letter.expect.automatic for letter in first)
    assert first[0].at == 0
    assert all(0 <= letter.at <= 100 for letter in LETTERS.values())


@pytest.mark.parametrize(
    ("kind", "least"),
    [("out_of_office", 1), ("bounce", 1), ("newsletter", 1), ("list", 1), ("spam", 3), ("fraud", 1), ("duplicate", 1), ("broken", 1)],
)
def test_every_kind_is_there(kind: str, least: int) -> None:
    assert sum(letter.expect.kind == kind for letter in LETTERS.values()) >= least


@pytest.mark.parametrize(
    "flag", ["vip", "injection", "payment_change", "hidden_text", "slack_markup", "long", "empty", "emoji", "bidi", "spoofed", "calendar"]
)
def test_every_trap_is_there(flag: str) -> None:
    assert flagged(flag)


def test_the_bounce_is_a_delivery_report_about_a_mail_of_ours() -> None:
    message = parsed(LETTERS["20-bounce"])
    assert message.get_content_type() == "multipart/report"
    parts = [part.get_content_type() for part in message.walk()]
    assert "message/delivery-status" in parts
    assert "message/rfc822" in parts
    assert message["Return-Path"] == "<>"


def test_the_duplicate_is_the_same_mail_twice() -> None:
    ids = Counter(read(letter.raw).message_id for letter in LETTERS.values())
    assert [name for name, many in ids.items() if many > 1] == [read(LETTERS["32-price-list"].raw).message_id]


def test_the_two_of_one_thread_come_a_second_apart() -> None:
    first, second = LETTERS["17-two-in-a-row-first"], LETTERS["18-two-in-a-row-second"]
    assert second.at - first.at <= 2
    assert read(first.raw).message_id in read(second.raw).references


def test_the_fraud_uses_a_lookalike_and_another_reply_address() -> None:
    fraud, vip = parsed(LETTERS["28-payment-change-fraud"]), parsed(LETTERS["07-vip-sixty-seats"])
    assert fraud["From"].addresses[0].display_name == vip["From"].addresses[0].display_name
    assert fraud["From"].addresses[0].domain.replace("1", "l") == vip["From"].addresses[0].domain
    assert fraud["Reply-To"].addresses[0].domain != fraud["From"].addresses[0].domain


def test_attachments_are_what_they_say() -> None:
    begins = {
        "15-application-backend": b"%PDF-1.4",
        "23-screenshot-empty-board": b"\x89PNG\r\n",
        "29-csv-import": b"name,street",
        "30-calendar-invite": b"BEGIN:VCALENDAR",
    }
    for name, magic in begins.items():
        files = [part for part in parsed(LETTERS[name]).walk() if part.get_filename()]
        payload = files[0].get_payload(decode=True)
        assert isinstance(payload, bytes)
        assert payload.startswith(magic)


def test_the_broken_one_is_broken_and_still_readable() -> None:
    message, mail = parsed(LETTERS["41-broken-mime"]), read(LETTERS["41-broken-mime"].raw)
    assert message.defects
    for part in message.walk():
        part.get_payload(decode=True)
    assert any(part.defects for part in message.walk() if part is not message)
    assert "the app closes by itself" in mail.text
    assert mail.sender == "ros@gardenlifts.example"


def test_the_shapes_differ() -> None:
    raws = [letter.raw for letter in LETTERS.values()]
    assert any(b"\r\n" in raw for raw in raws)
    assert any(b"\r\n" not in raw for raw in raws)
    kinds = Counter(parsed(letter).get_content_type() for letter in LETTERS.values())
    assert {"text/plain", "text/html", "multipart/alternative", "multipart/mixed", "multipart/report"} <= kinds.keys()
    assert {"iso-8859-1", "utf-8", "iso-2022-jp"} <= {str(parsed(letter).get_content_charset()) for letter in LETTERS.values()}
