"""Arrivals: each letter once and in order, dated now, over restarts and after the product has moved it away."""

import asyncio
import os
import signal
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from pathlib import Path

import pytest

from sandbox.mail.arrivals import arrive, dated, put, recorded
from sandbox.mail.letters import Letter, letters
from sandbox.mail.maildir import company, customers, key_of, mailbox, messages
from sandbox.mail.reading import read
from tests.sandbox.mail.world import keys

NOW = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
LETTERS = letters()
FIRST = LETTERS[0]
STEPS = 4


def inbox(data: Path, letter: Letter = FIRST) -> Path:
    return mailbox(company(data), letter.inbox)


def arrived(data: Path) -> list[str]:
    return sorted(
        key_of(path) for home in company(data).iterdir() if home.is_dir() for part in ("new", "cur") for path in messages(home / part)
    )


async def test_all_letters_arrive_and_their_writers_keep_copies(tmp_path: Path) -> None:
    await arrive(tmp_path, LETTERS, speed=float("inf"))
    assert arrived(tmp_path) == sorted(f"letter-{letter.name}" for letter in LETTERS)
    assert list(recorded(tmp_path)) == [letter.name for letter in LETTERS]
    copies = [path for home in customers(tmp_path).iterdir() for path in messages(home / ".Sent" / "cur")]
    assert len(copies) == len(LETTERS)
    assert keys(mailbox(customers(tmp_path), "ingrid.solberg@nordlift.example") / ".Sent" / "cur") == ["letter-07-vip-sixty-seats"]


async def test_a_second_run_brings_nothing_again_even_what_was_moved_away(tmp_path: Path) -> None:
    await arrive(tmp_path, LETTERS[:10], speed=float("inf"))
    (inbox(tmp_path) / "new" / f"letter-{FIRST.name}").unlink()
    before = arrived(tmp_path)
    await arrive(tmp_path, LETTERS[:10], speed=float("inf"))
    assert arrived(tmp_path) == before


async def test_the_clock_goes_on_from_the_last_arrival(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    await arrive(tmp_path, LETTERS[:2], speed=2)
    await arrive(tmp_path, LETTERS[:4], speed=2)
    assert waits == [0, 1.5, 0, 0, 1.5, 1]


async def test_a_speed_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="above 0"):
        await arrive(tmp_path, LETTERS, speed=0)


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("point", range(1, STEPS + 1))
def test_killed_at_every_step_a_letter_arrives_once(tmp_path: Path, point: int, moved: bool) -> None:
    child = os.fork()
    if child == 0:
        for number, _ in enumerate(put(tmp_path, FIRST, NOW), 1):
            if number == point:
                os.kill(os.getpid(), signal.SIGKILL)
        os._exit(1)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    new = inbox(tmp_path) / "new" / f"letter-{FIRST.name}"
    seen = int(new.exists())
    if moved and seen:
        new.unlink()
    list(put(tmp_path, FIRST, NOW))
    list(put(tmp_path, FIRST, NOW))
    assert new.exists() == (not (moved and seen))
    assert seen == (point == STEPS)
    assert list(recorded(tmp_path)) == [FIRST.name]
    assert not list(messages(inbox(tmp_path) / "tmp"))
    assert len(list(messages(mailbox(customers(tmp_path), "hannah.whitlock@brightwater.example") / ".Sent" / "cur"))) == 1


@pytest.mark.parametrize("cut", range(STEPS))
def test_the_copy_is_the_mail_that_arrived(tmp_path: Path, cut: int) -> None:
    list(islice(put(tmp_path, FIRST, NOW), cut))
    list(put(tmp_path, FIRST, NOW.replace(year=2032)))
    (copy,) = messages(mailbox(customers(tmp_path), "hannah.whitlock@brightwater.example") / ".Sent" / "cur")
    assert copy.read_bytes() == (inbox(tmp_path) / "new" / f"letter-{FIRST.name}").read_bytes()


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.name)
def test_only_date_and_received_change(letter: Letter) -> None:
    raw = dated(letter.raw, NOW)
    before, after = read(letter.raw), read(raw)
    assert parsedate_to_datetime(after.date) == NOW
    assert parsedate_to_datetime(after.date).utcoffset() == parsedate_to_datetime(before.date).utcoffset()
    received = [value for name, value in after.headers if name == "Received"]
    assert received
    assert all(parsedate_to_datetime(value.rsplit(";", 1)[1].strip()) == NOW for value in received)
    same = [header for header in before.headers if header[0] not in ("Date", "Received")]
    assert same == [header for header in after.headers if header[0] not in ("Date", "Received")]
    blank = b"\r\n\r\n" if b"\r\n\r\n" in letter.raw else b"\n\n"
    assert raw.split(blank, 1)[1] == letter.raw.split(blank, 1)[1]
