"""How the letters of the demo arrive: each once and at its second, also when the program dies in between."""

import asyncio
import json
import re
from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

from sandbox.mail.delivery import SENT, open_mailbox
from sandbox.mail.letters import Letter
from sandbox.mail.maildir import SENT_INFO, company, create, customers, find, mailbox, move, replace_text, write_tmp
from sandbox.mail.reading import sender_of

DATE = re.compile(rb"(?im)^(Date:[ \t]*)([^\r\n]*)")
RECEIVED = re.compile(rb"(?im)^(Received:(?:[^\r\n]|\r?\n[ \t])*;)((?:[^\r\n]|\r?\n[ \t])*)")
HEADERS_END = re.compile(rb"\r?\n\r?\n")
ZONE = re.compile(rb"([+-])(\d\d)(\d\d)\s*$")


async def arrive(data: Path, letters: Sequence[Letter], *, speed: float) -> None:
    """Let each letter arrive in its inbox at its second divided by `speed`, dated now; returns when all have arrived.

    What has arrived before is skipped, and the clock goes on from the last of it.
    """
    if not speed > 0:
        raise ValueError(f"The speed of the arrivals must be above 0, not {speed}.")
    known = recorded(data)
    clock = max((letter.at for letter in letters if letter.name in known), default=0.0)
    for letter in sorted(letters, key=lambda letter: letter.at):
        await asyncio.sleep(max(0.0, letter.at - clock) / speed)
        clock = max(clock, letter.at)
        for _ in put(data, letter, datetime.now(UTC)):
            pass


def put(data: Path, letter: Letter, now: datetime) -> Iterator[str]:
    """Deliver one letter; yields the name of each step once it is durable, and may be repeated after any of them.

    The record is written before the rename, and a file left in tmp/ says that the rename did not happen: so a letter
    that the product has already moved away is not delivered again.
    """
    box, key = open_mailbox(mailbox(company(data), letter.inbox)), f"letter-{letter.name}"
    tmp = box / "tmp" / key
    if find(box, key):
        tmp.unlink(missing_ok=True)
    elif letter.name not in recorded(data):
        raw = yield from _keep_copy(data, key, dated(letter.raw, now))
        write_tmp(box, key, raw)
        yield "written"
    if letter.name not in recorded(data):
        record(data, letter.name, now)
        yield "recorded"
    if tmp.exists():
        move(tmp, box / "new" / key)
        yield "delivered"


def _keep_copy(data: Path, key: str, raw: bytes) -> Generator[str, None, bytes]:
    sent = mailbox(customers(data), sender_of(raw)) / SENT
    create(sent.parent)
    if kept := find(sent, key):
        return kept.read_bytes()
    move(write_tmp(sent, key, raw), sent / "cur" / f"{key}{SENT_INFO}")
    yield "kept by its sender"
    return raw


def recorded(data: Path) -> dict[str, str]:
    """The letters that were recorded as arrived, each with its time (ISO 8601)."""
    try:
        text = _record(data).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    return {str(name): str(time) for name, time in json.loads(text).items()}


def record(data: Path, name: str, now: datetime) -> None:
    """Add a letter to the record of arrivals."""
    replace_text(_record(data), json.dumps({**recorded(data), name: now.isoformat()}, indent=1))


def _record(data: Path) -> Path:
    return company(data) / "arrivals.json"


def dated(raw: bytes, now: datetime) -> bytes:
    """The same mail, its Date and Received moved to `now` in the sender's own time zone; no other byte changes."""
    end = HEADERS_END.search(raw)
    cut = end.start() if end else len(raw)
    head = DATE.sub(lambda found: found[1] + _stamp(found[2], now), raw[:cut], count=1)
    head = RECEIVED.sub(lambda found: found[1] + b" " + _stamp(found[2], now), head)
    return head + raw[cut:]


def _stamp(old: bytes, now: datetime) -> bytes:
    zone = ZONE.search(old)
    offset = timedelta(hours=int(zone[2]), minutes=int(zone[3])) * (-1 if zone[1] == b"-" else 1) if zone else timedelta(0)
    return format_datetime(now.astimezone(timezone(offset))).encode("ascii")
