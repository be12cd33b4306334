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
from bot.settings import ROOT
from pipeline.case import NO_HISTORY, Route
from pipeline.email import Email
from pipeline.errors import Misconfigured
from pipeline.house import House
from pipeline.screening.spam import Judge, spam
from tests.pipeline.letters import house

LARGEST = 300_000
PITCH = (
    "Dear friend,\n\nYou have been selected! Get out of debt NOW and make $5,000 a week from home, 100% FREE and with no risk.\n"
    "Click here: http://203.0.113.9/offer?id=3 to claim your free report. Order today!!! This is not spam. To be removed from our\n"
    "mailing list, click here: http://203.0.113.9/remove\n"
)


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


def test_a_pitch_is_filed_and_a_question_is_not_even_doubted(model: SpamFilter) -> None:
    assert model.score("Make $$$ from HOME!!!", PITCH, "win.example") > model.threshold
    assert model.score("Question", "Hello, could you send me invoice 2231 again? Thank you, Nora", "northwind.example") < model.doubt


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


def test_the_longest_and_oddest_mail_is_scored_at_once(model: SpamFilter) -> None:
    endless = ("a" * 100_000, "1,." * 40_000, "a@" * 50_000, "_" * 100_000, "http://" * 9_000, "> x\n" * 30_000, "-- \n" * 30_000)
    for text in endless:
        began = time.perf_counter()
        model.score(text[:500], text, "a.example")
        assert time.perf_counter() - began < 1.0


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=600), st.text(max_size=30))
def test_any_text_has_a_score(subject: str, text: str, domain: str) -> None:
    assert np.isfinite(load().score(subject, text, domain))


def test_what_was_saved_is_what_is_read(tmp_path: Path) -> None:
    weights = np.full(BUCKETS, -0.5)
    weights[buckets("offer", "", "")] = 0.25
    save(tmp_path / "weights.npz", weights, -1.0, (3.0, 2.0))
    made = load(tmp_path / "weights.npz")
    assert (made.threshold, made.doubt, made.bias) == (3.0, 2.0, -1.0)
    assert made.score("offer", "", "") > -1.0 > made.score("quite other words", "", "")


@pytest.mark.parametrize("content", [b"", b"nothing of ours", b"PK\x03\x04 broken"])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "weights.npz").write_bytes(content)
    with pytest.raises(Misconfigured, match=r"weights\.npz"):
        load(tmp_path / "weights.npz")


def test_the_house_without_a_filter_still_works() -> None:
    alone: House = house()
    assert alone.spam is None
