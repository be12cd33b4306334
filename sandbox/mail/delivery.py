"""From .Outbox to the recipients and to .Sent, in steps of which each may be the last before a crash and may be repeated."""

from collections.abc import Iterator
from pathlib import Path

from sandbox.mail.maildir import SENT_INFO, create, customers, find, key_of, mailbox, messages, move, write_tmp
from sandbox.mail.recipients import Undeliverable, recipients

OUTBOX, SENT, FAILED, DRAFTS = ".Outbox", ".Sent", ".Failed", ".Drafts"


def open_mailbox(box: Path) -> Path:
    """Make a company mailbox with the sub-folders that sending needs; safe to repeat."""
    for folder in (box, *(box / name for name in (DRAFTS, OUTBOX, SENT, FAILED))):
        create(folder)
        if folder is not box:
            (folder / "maildirfolder").touch()
    return box


def waiting(box: Path) -> list[Path]:
    """The messages that the product has handed over and that are not delivered yet."""
    return list(messages(box / OUTBOX / "new"))


def deliver(data: Path, box: Path, message: Path) -> Iterator[str]:
    """Carry one message to all its recipients; yields the name of each step once it is durable.

    Running it again from the start after any prefix ends in the same place: each recipient has the message once, and
    it leaves the outbox only when all have it. What cannot be read goes to .Failed.
    """
    raw, key = message.read_bytes(), key_of(message)
    try:
        addresses = recipients(raw)
    except Undeliverable:
        move(message, box / FAILED / "new" / key)
        yield "failed"
        return
    for address in addresses:
        yield from _hand_over(mailbox(customers(data), address), key, raw, address)
    move(message, box / SENT / "cur" / f"{key}{SENT_INFO}")
    yield "filed"


def _hand_over(box: Path, key: str, raw: bytes, address: str) -> Iterator[str]:
    if find(create(box), key):
        return
    tmp = write_tmp(box, key, raw)
    yield f"written for {address}"
    move(tmp, box / "new" / key)
    yield f"delivered to {address}"
