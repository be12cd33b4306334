"""A small mail world in a temporary folder: answers of the product, and what the customers have."""

import asyncio
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

from sandbox.mail.delivery import open_mailbox
from sandbox.mail.maildir import company, customers, key_of, mailbox, messages, move, write_tmp

SUPPORT = "support@larkspur.example"
DEADLINE_SECONDS = 20.0


def answer(to: str, *, cc: str | None = None, text: str = "Hello", subject: str = "Re: hello") -> bytes:
    message = EmailMessage()
    message["From"] = f"Larkspur <{SUPPORT}>"
    message["To"] = to
    if cc:
        message["Cc"] = cc
    message["Subject"] = subject
    message.set_content(text)
    return message.as_bytes()


def box(data: Path, inbox: str = SUPPORT) -> Path:
    return open_mailbox(mailbox(company(data), inbox))


def hand_over(data: Path, key: str, raw: bytes, inbox: str = SUPPORT) -> Path:
    """What the product does: a draft, then one rename into the outbox."""
    home = box(data, inbox)
    draft = home / ".Drafts" / "cur" / f"{key}:2,D"
    move(write_tmp(home / ".Drafts", key, raw), draft)
    draft.rename(home / ".Outbox" / "new" / key)
    return home / ".Outbox" / "new" / key


def received(data: Path, address: str) -> list[tuple[str, bytes]]:
    """Key and bytes of everything in new/ and cur/ of a customer, sorted."""
    home = mailbox(customers(data), address)
    return sorted((key_of(path), path.read_bytes()) for part in ("new", "cur") for path in messages(home / part))


def keys(folder: Path) -> list[str]:
    return [key_of(path) for path in messages(folder)]


def prefixes(steps: Callable[[], Iterator[str]]) -> int:
    """How many steps a fresh run takes."""
    return sum(1 for _ in steps())


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


async def eventually(true: Callable[[], bool]) -> None:
    await asyncio.to_thread(until, true)
