"""Reading in processes of their own: every mail comes back, whatever it does to the process that reads it."""

import asyncio
import base64
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from bot.mailbox import mime
from bot.mailbox.reader import COMMAND, Reader, reader
from pipeline.email import Email
from pipeline.errors import Temporary
from tests.bot.mailbox.test_mime_limits import BOMBS, NASTY
from tests.bot.scene import until

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
IDS = frozenset({"mx.google.com"})
HEAD = b"From: Ann <ann@shop.example>\nSubject: Order\nMessage-ID: <1@shop.example>\n\n"
HOSTILE = (*COMMAND[:-1], "tests.bot.mailbox.hostile_child")
ROOT = Path(__file__).resolve().parents[3]
GOOD = HEAD + b"Hello, where is my order, and when will it come?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def real() -> AsyncIterator[Reader]:
    async with reader(1) as made:
        yield made


async def read(by: Reader, raw: bytes) -> Email:
    return await by.read(raw, "s", NOW, IDS)


def children(of: int | None = None) -> set[int]:
    """The processes that this one (or `of`) has started and that still run."""
    found = Path(f"/proc/{of or os.getpid()}/task").glob("*/children")
    return {int(pid) for file in found for pid in file.read_text().split()}


@pytest.mark.asyncio(loop_scope="module")
async def test_a_mail_is_read_as_it_would_be_here(real: Reader) -> None:
    results = b"Authentication-Results: mx.google.com; dmarc=pass header.from=shop.example\n"
    letter = (
        results
        + b'Date: Mon, 2 Mar 2026 10:00:00 +0100\nCc: "B\xc3\xa9" <b@c.example>\nReferences: <0@us>\n'
        + HEAD
        + "Où est ma commande ? \U0001f600".encode()
    )
    invoice = (
        b"Content-Type: multipart/mixed; boundary=b\n"
        + HEAD
        + b'--b\n\nHere.\n--b\nContent-Disposition: attachment; filename="a.pdf"\n\nx\n--b--'
    )
    for raw in (GOOD, letter, invoice, b"\xff\xfe\x00", b""):
        assert await read(real, raw) == mime.read(raw, "s", NOW, IDS)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("raw", BOMBS + NASTY)
async def test_bombs_end_within_the_limits_in_the_child(real: Reader, raw: bytes) -> None:
    before = children()
    email = await read(real, raw)
    assert "Reading this mail" not in (email.quarantined or ""), "its own limits must stop it, not the process's"
    assert children() == before, "the child was killed"


@pytest.mark.asyncio(loop_scope="module")
async def test_the_biggest_mail_we_take_is_read(real: Reader) -> None:
    photo = base64.encodebytes(os.urandom(18_000_000))
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\n"
        + HEAD
        + b"--b\n\nHere is the photo of my broken door.\n--b\nContent-Type: image/jpeg\n"
    )
    email = await read(real, raw + b"Content-Transfer-Encoding: base64\n\n" + photo + b"\n--b--")
    assert email.quarantined is None
    assert email.attachments[0].size == 18_000_000
    assert (await read(real, GOOD)).quarantined is None


@pytest.mark.parametrize(
    ("evil", "patience", "why"),
    [
        ("spin", 30, "more than 2 s of computing"),
        ("eat", 30, "more memory than the 256 MB"),
        ("hang", 0.5, "more than 0.5 s by the clock"),
        ("crash", 30, "ended the process that read it (SIGSEGV)"),
        ("kill", 30, "ended the process that read it (SIGKILL)"),
        ("leave", 30, "ended the process that read it (exit code 3)"),
        ("babble", 30, "makes no sense"),
        ("boast", 30, "makes no sense"),
    ],
)
async def test_what_breaks_a_child_is_shown_to_a_person_and_the_next_mail_is_read(evil: str, patience: float, why: str) -> None:
    before = children()
    async with reader(1, command=HOSTILE) as by:
        assert (await read(by, GOOD)).reply.startswith("Hello")
        by.patience = patience
        broken = await read(by, HEAD + evil.encode())
        assert why in (broken.quarantined or "")
        assert (broken.message_id, broken.sender.address, broken.subject) == ("1@shop.example", "ann@shop.example", "Order")
        assert (broken.text, broken.source, broken.received_at) == ("", "s", NOW)
        by.patience = 30
        assert (await read(by, GOOD)).reply.startswith("Hello")
    assert children() == before


async def test_limits_are_set_anew_for_each_mail() -> None:
    """Mails that take more than 2 s together, and none alone: of one budget for all, the last would die."""
    raw = b"Content-Type: text/html\n" + HEAD + b"<p>x" * 9_000
    others = children()
    async with reader(1) as by:
        (pid,) = children() - others
        while _cpu_seconds(pid) < 3.2:
            assert (await read(by, raw)).quarantined is None
        assert children() - others == {pid}


def _cpu_seconds(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


async def test_a_child_killed_between_two_mails_is_replaced() -> None:
    others = children()
    async with reader(1) as by:
        await read(by, GOOD)
        (pid,) = children() - others
        os.kill(pid, signal.SIGKILL)
        await until(_true_of(lambda: pid not in children()))
        assert (await read(by, GOOD)).quarantined is None
        assert children() - others != {pid}


async def test_a_child_killed_while_it_has_a_mail_costs_that_mail_nothing() -> None:
    others = children()
    async with reader(1) as by:
        await read(by, GOOD)
        (pid,) = children() - others
        os.kill(pid, signal.SIGSTOP)
        reading = asyncio.create_task(read(by, GOOD))
        await asyncio.sleep(0)
        assert by.free.empty(), "the stopped child has the mail"
        os.kill(pid, signal.SIGKILL)
        assert (await reading).quarantined is None
        assert len(children() - others) == 1
    assert children() == others


async def test_two_children_read_at_a_time_and_a_bad_mail_holds_nobody_up() -> None:
    async with reader(2, command=HOSTILE, patience=30) as by:
        await asyncio.gather(*(read(by, GOOD) for _ in range(2)))
        bad = asyncio.create_task(read(by, HEAD + b"spin"))
        others = [await read(by, GOOD) for _ in range(5)]
        assert all(email.quarantined is None for email in others)
        assert not bad.done()
        assert (await bad).quarantined


async def test_a_reading_that_is_given_up_leaves_the_pool_whole() -> None:
    async with reader(1, command=HOSTILE) as by:
        await read(by, GOOD)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(read(by, HEAD + b"hang"), 0.1)
        assert (await read(by, GOOD)).reply.startswith("Hello")


async def test_a_child_that_cannot_start_is_no_fault_of_the_mail() -> None:
    async with reader(1, command=(sys.executable, "-c", "raise SystemExit(1)")) as by:
        with pytest.raises(Temporary, match="could not be started"):
            await read(by, GOOD)


async def test_children_ignore_what_asks_their_parent_to_stop_and_die_when_it_is_gone() -> None:
    program = (
        "import asyncio, os, signal\nfrom datetime import datetime, UTC\nfrom bot.mailbox.reader import reader\n"
        "async def main():\n    async with reader(2) as by:\n"
        "        await asyncio.gather(*(by.read(b'x', 's', datetime.now(UTC), frozenset()) for _ in range(2)))\n"
        "        print('up', flush=True)\n        await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE, cwd=ROOT)
    assert parent.stdout is not None
    assert await parent.stdout.readline() == b"up\n"
    pids = children(parent.pid)
    assert len(pids) == 2
    for pid in pids:
        os.kill(pid, signal.SIGTERM)
        os.kill(pid, signal.SIGINT)
        assert _running(pid)
    parent.kill()
    await parent.wait()
    await until(_true_of(lambda: not any(map(_running, pids))))


def _true_of(holds: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def asked() -> bool:
        return holds()

    return asked


def _environment(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def _running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_a_child_knows_no_secret_and_imports_the_parser_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    others = children()
    async with reader(1) as by:
        await read(by, GOOD)
        (pid,) = children() - others
        assert b"xoxb-secret" not in _environment(pid)
    code = "import sys, bot.mailbox.child; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    asked = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    imported = set((await asked.communicate())[0].decode().split())
    assert {"selectolax", "py3langid"} <= imported
    assert imported.isdisjoint(
        {"pydantic", "asyncpg", "slack_sdk", "slack_bolt", "redis", "aiohttp", "typer", "rich", "asyncio", "sklearn"}
    )
