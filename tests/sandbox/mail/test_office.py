"""The post office as a process: it starts in a sentence, survives kill -9, and leaves nothing behind."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.mail.letters import COMPANY
from sandbox.mail.maildir import customers, mailbox
from sandbox.mail.office import CannotStart, OfficeSettings, start
from tests.sandbox.mail.world import answer, box, eventually, hand_over, keys, received, until

ROOT = Path(__file__).parents[3]
MAILS = 60


def command(data: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "sandbox.mail", "--data", str(data), "--port", "0", *more]


@contextmanager
def office(data: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running office and its page's address; killed at the end if it still runs."""
    with subprocess.Popen(command(data, *more), cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())["page"]
        finally:
            process.kill()


def test_killed_again_and_again_it_loses_and_repeats_nothing(tmp_path: Path) -> None:
    expected = [(f"k{number:02}", answer("ann@lifts.example", cc="bob@pumps.example", text=str(number))) for number in range(MAILS)]
    for key, raw in expected:
        hand_over(tmp_path, key, raw)
    ann = mailbox(customers(tmp_path), "ann@lifts.example")
    for kill_after in (1, 11, 23, 37):
        with office(tmp_path) as (process, _):
            until(lambda many=kill_after: len(keys(ann / "new")) >= many)  # type: ignore[misc]
            process.kill()
    with office(tmp_path):
        until(lambda: len(keys(box(tmp_path) / ".Sent" / "cur")) == MAILS)
    assert received(tmp_path, "ann@lifts.example") == received(tmp_path, "bob@pumps.example") == expected
    assert keys(box(tmp_path) / ".Outbox" / "new") == []


def test_it_ends_on_sigterm_with_nothing_to_complain_of(tmp_path: Path) -> None:
    with office(tmp_path) as (process, page):
        assert page.startswith("http://127.0.0.1:")
        process.terminate()
        assert process.wait(10) == 0


def test_it_dies_with_the_parent_that_asked_for_it(tmp_path: Path) -> None:
    code = f"import subprocess, sys; child = subprocess.Popen({command(tmp_path, '--die-with-parent')!r}); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        page = json.loads(parent.stdout.readline())["page"]
        parent.kill()
        until(lambda: not _listens(int(page.rstrip("/").rsplit(":", 1)[1])))


def test_a_taken_port_is_named_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = subprocess.run([*command(tmp_path)[:-1], str(port)], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert run.returncode == 2
    assert run.stderr == f"Port {port} on 127.0.0.1 is taken: stop what listens there, or choose another with --port.\n"
    assert run.stdout == ""


async def test_two_offices_do_not_share_a_folder(tmp_path: Path) -> None:
    first = await start(OfficeSettings(data=tmp_path))
    with pytest.raises(CannotStart, match="Another post office works on"):
        await start(OfficeSettings(data=tmp_path))
    await first.stop()
    again = await start(OfficeSettings(data=tmp_path))
    await again.stop()


async def test_it_carries_from_every_inbox(tmp_path: Path) -> None:
    running = await start(OfficeSettings(data=tmp_path))
    try:
        for inbox in COMPANY:
            hand_over(tmp_path, f"from-{inbox}", answer("ann@lifts.example"), inbox)
        await eventually(lambda: len(received(tmp_path, "ann@lifts.example")) == len(COMPANY))
        assert [key for key, _ in received(tmp_path, "ann@lifts.example")] == sorted(f"from-{inbox}" for inbox in COMPANY)
    finally:
        await running.stop()


async def test_one_mail_that_fails_holds_up_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (customers(tmp_path)).mkdir(parents=True)
    mailbox(customers(tmp_path), "ann@lifts.example").write_text("in the way")
    hand_over(tmp_path, "k1", answer("ann@lifts.example"))
    hand_over(tmp_path, "k2", answer("bob@pumps.example"))
    running = await start(OfficeSettings(data=tmp_path))
    try:
        await eventually(lambda: len(received(tmp_path, "bob@pumps.example")) == 1)
        assert "could not carry k1" in caplog.text
        mailbox(customers(tmp_path), "ann@lifts.example").unlink()
        await eventually(lambda: len(received(tmp_path, "ann@lifts.example")) == 1)
    finally:
        await running.stop()


async def test_with_a_speed_the_letters_arrive(tmp_path: Path) -> None:
    running = await start(OfficeSettings(data=tmp_path, speed=1000))
    try:
        await eventually(lambda: "letter-02-price-fourteen-technicians" in keys(mailbox(tmp_path / "mail", COMPANY[1]) / "new"))
        assert keys(mailbox(tmp_path / "mail", COMPANY[2]) / "new")[0] == "letter-01-rollout-call"
    finally:
        await running.stop()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
