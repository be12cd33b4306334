"""`python -m benchmarks.reading DATA`: how mails are read, in the limited children that `triage parse` uses, on the files of DATA/mail.

Quarantined mails with their reasons and the slowest mail (wall time, two at once); newest texts told exactly; bounces recognised;
and of ham, what is filed and how much list mail might be answered automatically.
"""

import asyncio
import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from email.message import EmailMessage
from itertools import chain
from pathlib import Path

from bot.mailbox.archives import mails
from bot.mailbox.reader import Reader, reader
from bot.model.spam.filter import load
from bot.ordered import ordered
from pipeline.case import NO_HISTORY
from pipeline.email import Email
from pipeline.screening.spam import Judge
from pipeline.stages.prefilter import screen

AT_ONCE = 2
LIST_MARKS = ("list-id", "list-post", "list-unsubscribe", "mailing-list")


async def every(reading: Reader, given: Iterator[tuple[str, bytes]]) -> AsyncIterator[tuple[Email, float]]:
    """Each mail as read, and the seconds that took."""

    async def read(mail: tuple[str, bytes]) -> tuple[Email, float]:
        began = time.monotonic()
        return await reading.read(mail[1], mail[0], datetime.now(UTC), frozenset()), time.monotonic() - began

    async with aclosing(ordered(given, read, at_once=AT_ONCE)) as emails:
        async for email in emails:
            yield email


def replies(path: Path) -> Iterator[tuple[str, bytes]]:
    """Each case as a mail; its source is the text that its author wrote."""
    with gzip.open(path, "rt") as lines:
        for case in map(json.loads, lines):
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = "a@customers.example", "support@larkspur.example", "A reply"
            subtype = "html" if case["source"].endswith(".html") else "plain"
            mail.set_content(case["input"], subtype, charset="utf-8", cte="base64")
            yield case["reply"], mail.as_bytes()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def words(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


async def parsing(reading: Reader, folder: Path) -> None:
    paths = [folder / name for name in ("spamassassin.dev.tar.gz", "bounces_flufl.tar.gz", "mime_oddities.tar.gz")]
    whys, slowest, count = Counter[str](), (0.0, ""), 0
    async for email, took in every(reading, chain.from_iterable(map(mails, paths))):
        count, slowest = count + 1, max(slowest, (took, email.source))
        if email.quarantined:
            whys[email.quarantined] += 1
    say(f"{count} mails, slowest {slowest[0] * 1000:.0f} ms ({slowest[1]}), quarantined {whys.total()}")
    for why, times in whys.most_common():
        say(f"    {times:4d} {why}")


async def stripping(reading: Reader, folder: Path) -> None:
    right = [
        words(email.reply) == words(email.source) async for email, _ in every(reading, replies(folder / "reply_stripping.dev.jsonl.gz"))
    ]
    say(f"newest text exact: {sum(right)}/{len(right)} ({sum(right) / len(right):.1%})")


async def bounces(reading: Reader, folder: Path) -> None:
    kinds = Counter[str]()
    async for email, _ in every(reading, mails(folder / "bounces_flufl.tar.gz")):
        automatic = screen(email, frozenset(), NO_HISTORY).automatic
        kinds[automatic.kind if automatic else "not automatic"] += 1
    known = kinds["bounce"] + kinds["delay"]
    say(f"bounces and delay warnings recognised: {known}/{kinds.total()} ({known / kinds.total():.1%}) {dict(kinds)}")


async def ham(reading: Reader, folder: Path) -> None:
    judge, filed, count, lists, answerable = Judge(load(), False), Counter[str](), 0, 0, 0
    async for email, _ in every(reading, (mail for mail in mails(folder / "spamassassin.dev.tar.gz") if "ham" in mail[0])):
        screening = screen(email, frozenset(), NO_HISTORY, judge=judge)
        count, listed = count + 1, any(email.header(name) for name in LIST_MARKS)
        lists, answerable = lists + listed, answerable + (listed and not screening.may_answer and screening.ignore is None)
        if screening.ignore:
            filed[f"{screening.ignore.name}{' (a list)' if listed else ''}"] += 1
    say(f"ham: {count} mails, filed unread {filed.total()}; list mail that might be answered automatically: {answerable}/{lists}")
    for why, times in filed.most_common():
        say(f"    {times:4d} {why}")


async def main(folder: Path) -> None:
    async with reader() as reading:
        for measured in (parsing, stripping, bounces, ham):
            await measured(reading, folder / "mail")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
