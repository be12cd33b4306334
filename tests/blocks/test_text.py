"""Words, times and sizes as people read them."""

from datetime import timedelta

import pytest

from blocks import text
from tests.blocks.cases import NOW


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (5, "due in 5 min"),
        (89, "due in 89 min"),
        (180, "due in 3 h"),
        (60 * 24 * 3, "due in 3 d"),
        (-25, "25 min overdue"),
        (0, "0 min overdue"),
    ],
)
def test_deadlines_are_relative(away: int, said: str) -> None:
    assert text.relative(NOW + timedelta(minutes=away), NOW) == said


@pytest.mark.parametrize(("octets", "said"), [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (41_200, "41 kB"), (3_400_000, "3.4 MB")])
def test_sizes(octets: int, said: str) -> None:
    assert text.size(octets) == said


@pytest.mark.parametrize(
    ("length", "said"), [(None, "–"), (640.0, "640 ms"), (4200.0, "4.2 s"), (252_000.0, "4 min"), (9_000_000.0, "2 h")]
)
def test_durations(length: float | None, said: str) -> None:
    assert text.milliseconds(length) == said


def test_clipping_keeps_within_the_limit_and_shows_that_it_cut() -> None:
    assert text.clip("abcdef", 6) == "abcdef"
    assert text.clip("abcdefg", 6) == "abcde…"
    assert text.clip_lines("a\nb\nc", 100, 2) == "a\nb\n…"
    assert text.clip_lines("a\nb", 100, 2) == "a\nb"


def test_counts_and_names() -> None:
    assert (text.count(1, "reply", "replies"), text.count(1200, "reply", "replies"), text.count(0, "mail")) == (
        "1 reply",
        "1,200 replies",
        "0 mails",
    )
    assert text.words("support_request") == "support request"


def test_unseen_characters_are_taken_out() -> None:
    assert text.visible("a\u202eb\u200bc\x07d\r\ne") == "abcd\ne"
