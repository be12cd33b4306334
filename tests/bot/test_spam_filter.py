"""The shipped spam filter: small, quick, and silent about business mail; it knows subject, text and the sender's domain."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.mailbox.archives import mails
from bot.mailbox.mime import read
from bot.model.spam.features import BUCKETS, buckets
from bot.model.spam.filter import WEIGHTS, SpamFilter, load, save
from bot.model.spam.marks import MARKS, marks
from bot.settings import ROOT
from pipeline.case import NO_HISTORY, Route
from pipeline.email import Address, Email
from pipeline.errors import Misconfigured
from pipeline.house import House
from pipeline.screening.spam import Judge, spam
from tests.pipeline.letters import house, mail

LARGEST = 300_000
PITCH = (
    "Dear friend,\n\nYou have been selected! Get out of debt NOW and make $5,000 a week from home, 100% FREE and with no risk.\n"
    "Click here: http://203.0.113.9/offer?id=3 to claim your free report. Order today!!! This is not spam. To be removed from our\n"
    "mailing list, click here: http://203.0.113.9/remove\n"
)


MODERN = {
    "Your order #48213 has shipped": "Hi Nora,\n\nGood news: your order is on its way. Track your parcel: https://track.parcel.example/48213\n\n"
    "2 x Desk lamp  $79.90\nShipping  FREE\nTotal  $159.80\n\nUnsubscribe: https://mail.shop.example/u/1\n",
    "Webinar: 5 ways to cut your support costs by 30%": "Join us live on Thursday! Save your seat: https://events.vendor.example/webinar\n\n"
    "You'll learn how leading teams save time and money. Can't make it? Register and we'll send the recording.\n\n"
    "You are receiving this email because you signed up. Unsubscribe | Manage preferences\n",
    "Invoice 2026-113 is overdue": "Dear customer,\n\nour invoice 2026-113 over EUR 1,284.00 was due on 1 March. Please transfer the sum\n"
    "to the bank account named on it within 7 days. If you have paid already, thank you and please ignore this mail.\n\nBrightline GmbH\n",
    "Reset your password": "We received a request to reset your password. Click the link below to choose a new one.\n\n"
    "https://accounts.app.example/reset?token=9f\n\nIf you did not ask for this, you can safely ignore this email.\n",
    "Quote for 120 licences": "Hello, we'd like a free quote for 120 licences, with a discount.\nWhat is your best price? "
    "Our budget is $20,000. Please call me today at +1 202 555 0143.\n\nTom Baker\nProcurement, Northwind\n",
    "URGENT!! Payments failing since 9 am": "Payments fail with error 502.\nWe are losing money every minute. PLEASE CALL ME NOW!!!\n",
    "Your free trial ends in 3 days": "Hi there, your free trial of Vendor Pro ends on Friday. Upgrade now and get 20% off.\n"
    "Upgrade: https://vendor.example/upgrade\n\nQuestions? Just reply to this email. The Vendor team\n",
}


def letter(subject: str, text: str) -> Email:
    return replace(mail(text), subject=subject)


@pytest.fixture(scope="module")
def model() -> SpamFilter:
    return load()


@pytest.fixture(scope="module")
def business() -> list[Email]:
    """The demo's letters that somebody could want."""
    letters = mails(ROOT / "sandbox" / "mail" / "letters")
    return [read(raw, name, datetime.now(UTC), frozenset()) for name, raw in letters if "-spam-" not in name]


def test_no_letter_of_the_demo_is_filed_as_spam_by_its_words(model: SpamFilter, business: list[Email]) -> None:
    assert len(business) > 50
    filed = [email.subject for email in business if (found := spam(email, NO_HISTORY, Judge(model))) and found.at_most is Route.IGNORE]
    assert filed == []


@pytest.mark.parametrize("subject", MODERN)
@pytest.mark.parametrize("sender", ["vendor.example", "gmail.com"])
def test_mail_as_firms_send_it_today_is_never_filed(model: SpamFilter, subject: str, sender: str) -> None:
    email = replace(letter(subject, MODERN[subject]), sender=Address("Nora Lind", f"nora@{sender}"))
    found = spam(email, NO_HISTORY, Judge(model))
    assert found is None or found.at_most is Route.REVIEW


@pytest.mark.parametrize(
    ("raw", "mark"),
    [
        (b"\nSee http://203.0.113.9:8080/offer", 0),
        (b"\nSee http://3405803785/offer", 0),
        (b"\nSee http://www.bank.example@win.example/", 1),
        (b"\nSee http://%77in.example/", 1),
        (b"X-Priority: 1 (Highest)\n\nHi", 2),
        (b"Content-Type: text/html\n\n<p>Hi<p style='display:none'>lorem ipsum dolor", 3),
        (b'From: "x\n\nHi', 4),
        (b"Subject: a\nSubject: b\n\nHi", 5),
        (b"Subject: Save now            xkqjw\n\nHi", 6),
        (b"Subject: Order    of today\n\nSee https://a.example/?mail=b@c.example and version 1.2.3.4 of 20261122", None),
    ],
)
def test_each_mark_stands_alone(raw: bytes, mark: int | None) -> None:
    head = b"" if raw.startswith(b"From:") else b"From: a@b.example\n"
    held = marks(read(head + raw, "x", datetime.now(UTC), frozenset()))
    assert [number for number, so in enumerate(held) if so] == ([] if mark is None else [mark])


def test_a_pitch_is_filed_and_a_question_is_not_even_doubted(model: SpamFilter) -> None:
    assert model.score(letter("Make $$$ from HOME!!!", PITCH)) > model.threshold
    assert model.score(letter("Question", "Hello, could you send me invoice 2231 again? Thank you, Nora")) < model.doubt


def test_headers_of_a_corpus_change_nothing(model: SpamFilter, business: list[Email]) -> None:
    """What dates a mail or names its programs is never looked at."""
    for email in business[:10]:
        older = replace(
            email,
            headers=(("x-mailer", "Microsoft Outlook Express 5.50"), ("list-id", "<ilug.linux.ie>"), ("precedence", "bulk")),
            sent_at=datetime(2002, 8, 1, tzinfo=UTC),
            received_at=datetime(2002, 8, 1, tzinfo=UTC),
        )
        assert spam(older, NO_HISTORY, Judge(model)) == spam(email, NO_HISTORY, Judge(model))


def test_years_and_tags_of_lists_and_footers_are_no_features() -> None:
    assert buckets("[ILUG] Re: printer", "It broke in 2002.", "a.example") == buckets("printer", "It broke in 1999.", "b.example")
    footer = f"\n{'_' * 40}\nSpamassassin mailing list\nhttps://lists.example/info\n"
    assert set(buckets("printer", f"It broke.{footer}", "a.example")) - set(buckets("printer", "It broke.", "a.example"))
    assert not set(buckets("", f"It broke.{footer.replace('https://', '')}", "")) - set(buckets("", "It broke.\n", ""))


def test_the_file_is_small_and_every_weight_is_one_of_a_bucket(model: SpamFilter) -> None:
    assert WEIGHTS.stat().st_size < LARGEST
    assert model.weights.shape == (BUCKETS,)
    assert model.weights.dtype == np.int8
    assert model.doubt < model.threshold
    assert model.version.startswith("spam-")
    assert model.marked.shape == (MARKS,)


def test_the_longest_and_oddest_mail_is_scored_at_once(model: SpamFilter) -> None:
    endless = ("a" * 100_000, "1,." * 40_000, "a@" * 50_000, "_" * 100_000, "http://" * 9_000, "> x\n" * 30_000, "-- \n" * 30_000)
    for text in endless:
        began = time.perf_counter()
        model.score(letter(text[:500], text))
        assert time.perf_counter() - began < 1.0


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=600))
def test_any_text_has_a_score(subject: str, text: str) -> None:
    assert np.isfinite(load().score(letter(subject, text)))


def test_what_was_saved_is_what_is_read(tmp_path: Path) -> None:
    weights = np.full(BUCKETS, -0.5)
    weights[buckets("offer", "", "a.example")] = 0.25
    save(tmp_path / "weights.npz", weights, np.arange(MARKS, dtype=np.float64), -1.0, (3.0, 2.0))
    made = load(tmp_path / "weights.npz")
    assert (made.threshold, made.doubt, made.bias) == (3.0, 2.0, -1.0)
    assert made.score(letter("offer", "")) > -1.0 > made.score(letter("quite other words", ""))
    urgent = replace(letter("offer", ""), headers=(("x-priority", "1 (Highest)"),))
    assert made.score(urgent) == pytest.approx(made.score(letter("offer", "")) + 2)


@pytest.mark.parametrize("content", [b"", b"nothing of ours", b"PK\x03\x04 broken"])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "weights.npz").write_bytes(content)
    with pytest.raises(Misconfigured, match=r"weights\.npz"):
        load(tmp_path / "weights.npz")


def test_the_house_without_a_filter_still_works() -> None:
    alone: House = house()
    assert alone.spam is None
