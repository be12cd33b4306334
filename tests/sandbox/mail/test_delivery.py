"""Delivery: every recipient once, whatever a crash cuts off; what cannot be read is kept and explained."""

import os
import signal
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from sandbox.mail.boxes import Boxes
from sandbox.mail.delivery import deliver, waiting
from sandbox.mail.maildir import address_of, customers, mailbox, move
from sandbox.mail.outbox import empty
from sandbox.mail.recipients import Undeliverable, recipients
from tests.sandbox.mail.world import answer, box, hand_over, keys, received

TWO = answer("Ann <ann@lifts.example>", cc="bob@pumps.example")
STEPS = 5


def steps(data: Path) -> Iterator[str]:
    return deliver(data, box(data), waiting(box(data))[0])


def assert_all_there(data: Path) -> None:
    assert received(data, "ann@lifts.example") == received(data, "bob@pumps.example") == [("k1", TWO)]
    assert keys(box(data) / ".Sent" / "cur") == ["k1"]
    assert waiting(box(data)) == []
    leftovers = [path for path in data.rglob("tmp/*") if path.is_file()]
    assert leftovers == []


def test_the_steps_are_the_ones_that_the_crash_tests_cut(tmp_path: Path) -> None:
    hand_over(tmp_path, "k1", TWO)
    assert len(list(steps(tmp_path))) == STEPS
    assert_all_there(tmp_path)
    assert (box(tmp_path) / ".Sent" / "cur" / "k1:2,S").exists()


@pytest.mark.parametrize("second", range(STEPS))
@pytest.mark.parametrize("first", range(STEPS))
def test_cut_twice_anywhere_it_still_arrives_once(tmp_path: Path, first: int, second: int) -> None:
    hand_over(tmp_path, "k1", TWO)
    for cut in (first, second):
        if waiting(box(tmp_path)):
            list(islice(steps(tmp_path), cut))
    empty(tmp_path, box(tmp_path))
    assert_all_there(tmp_path)


@pytest.mark.parametrize("point", range(1, STEPS + 1))
def test_killed_at_every_step_it_still_arrives_once(tmp_path: Path, point: int) -> None:
    hand_over(tmp_path, "k1", TWO)
    child = os.fork()
    if child == 0:
        for number, _ in enumerate(steps(tmp_path), 1):
            if number == point:
                os.kill(os.getpid(), signal.SIGKILL)
        os._exit(1)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    empty(tmp_path, box(tmp_path))
    assert_all_there(tmp_path)


def test_a_half_written_file_is_written_again(tmp_path: Path) -> None:
    hand_over(tmp_path, "k1", TWO)
    half = mailbox(customers(tmp_path), "ann@lifts.example") / "tmp" / "k1"
    half.parent.mkdir(parents=True)
    half.write_bytes(TWO[:20])
    empty(tmp_path, box(tmp_path))
    assert_all_there(tmp_path)


def test_a_message_that_was_read_meanwhile_is_not_delivered_again(tmp_path: Path) -> None:
    hand_over(tmp_path, "k1", TWO)
    list(islice(steps(tmp_path), 2))
    home = mailbox(customers(tmp_path), "ann@lifts.example")
    move(home / "new" / "k1", home / "cur" / "k1:2,S")
    empty(tmp_path, box(tmp_path))
    assert_all_there(tmp_path)
    assert keys(home / "new") == []


def test_the_same_key_handed_over_again_changes_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        hand_over(tmp_path, "k1", TWO)
        empty(tmp_path, box(tmp_path))
    assert_all_there(tmp_path)


def test_a_recipient_named_twice_has_it_once(tmp_path: Path) -> None:
    hand_over(tmp_path, "k1", answer("ann@lifts.example, Ann@Lifts.example", cc="ann@lifts.example"))
    empty(tmp_path, box(tmp_path))
    assert len(received(tmp_path, "ann@lifts.example")) == 1


def test_an_address_cannot_leave_the_folder(tmp_path: Path) -> None:
    hand_over(tmp_path, "k1", answer("a/../../b@lifts.example", cc="50%2F@lifts.example"))
    hand_over(tmp_path, "k2", answer("a/b@lifts.example", cc="50%2F@lifts.example"))
    empty(tmp_path, box(tmp_path))
    assert sorted(address_of(home) for home in customers(tmp_path).iterdir()) == ["50%2f@lifts.example", "a/b@lifts.example"]
    assert [failure.key for failure in Boxes(tmp_path).failures()] == ["k1"]


def test_what_names_nobody_is_kept_and_explained(tmp_path: Path) -> None:
    hand_over(tmp_path, "k1", b"From: support@larkspur.example\nSubject: to nobody\n\nHello\n")
    hand_over(tmp_path, "k2", TWO)
    empty(tmp_path, box(tmp_path))
    (failure,) = Boxes(tmp_path).failures()
    assert (failure.inbox, failure.key, failure.subject) == ("support@larkspur.example", "k1", "to nobody")
    assert failure.reason == "It names nobody in To or Cc."
    assert received(tmp_path, "ann@lifts.example") == [("k2", TWO)]


@pytest.mark.parametrize(
    "header",
    [
        b"To: ann at lifts",
        b"To: <ann@lifts.example>@evil.test",
        b"To: ann@lifts.example <bob@evil.test>",
        b"To: ann@localhost",
        b"To: ann@lifts..example",
        b"To: .ann@lifts.example",
        b"To: \xe4nn@lifts.example",
        b"To: ann@lifts.example\nTo: bob@lifts.example",
        b"To: undisclosed-recipients:;",
        b"To: " + b"a" * 65 + b"@lifts.example",
        b"To: " + b"(" * 5000,
        b"To: " + b", ".join(b"a%d@lifts.example" % number for number in range(51)),
        b"Subject: no recipient",
    ],
    ids=range(13),
)
def test_recipients_that_need_guessing_are_refused_in_a_sentence(header: bytes) -> None:
    with pytest.raises(Undeliverable, match=r"^It.*\.$|^“.*\.$"):
        recipients(b"From: support@larkspur.example\n" + header + b"\n\nHello\n")


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("ann@lifts.example", ("ann@lifts.example",)),
        ('"Ann, of Lifts" <ANN@Lifts.Example>, bob+x@a-b.test', ("ann@lifts.example", "bob+x@a-b.test")),
    ],
)
def test_ordinary_recipients_are_read(to: str, expected: tuple[str, ...]) -> None:
    assert recipients(f"To: {to}\n\n".encode()) == expected
