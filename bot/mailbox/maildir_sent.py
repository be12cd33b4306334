"""The sent mail of a Maildir: what people answered from their own mail program."""

import asyncio
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.mailbox.by_hand import by_hand
from bot.mailbox.maildir import PARTS, SENT, source_of
from pipeline.email import MailboxId
from pipeline.errors import Temporary
from pipeline.ports import HandReply

LOOK_BACK = timedelta(days=7)
"""An answer that was filed while we were away for longer is not noticed."""


@dataclass(frozen=True, slots=True)
class MaildirSent:
    """Implements pipeline.ports.SentMail over .Sent; what was noted is known until the program ends, and noting twice is harmless."""

    id: MailboxId
    root: Path
    known: set[str] = field(default_factory=set)

    async def hand_replies(self, most: int) -> Sequence[HandReply]:
        """Answers in .Sent that do not carry our X-Triage-Send-Id. Temporary where the folder cannot be read."""
        return await asyncio.to_thread(self._replies, most)

    async def noted(self, source: str) -> None:
        self.known.add(source)

    def _replies(self, most: int) -> list[HandReply]:
        found: list[HandReply] = []
        for _, path in sorted(self._new()):
            reply = self._reply(path)
            if reply is None:
                self.known.add(source_of(path.name))
            else:
                found.append(reply)
            if len(found) >= most:
                break
        return found

    def _new(self) -> Iterator[tuple[float, Path]]:
        since = (datetime.now(UTC) - LOOK_BACK).timestamp()
        for part in PARTS[:2]:
            folder = self.root / SENT / part
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        if source_of(entry.name) not in self.known:
                            yield from _recent(entry, since)
            except OSError as error:
                raise Temporary(f"The sent mail of {self.id} cannot be read ({error.strerror}). Check {SENT}/{part}.") from error

    def _reply(self, path: Path) -> HandReply | None:
        try:
            raw, at = path.read_bytes(), datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except FileNotFoundError:
            return None
        return by_hand(raw, source_of(path.name), at)


def _recent(entry: "os.DirEntry[str]", since: float) -> Iterator[tuple[float, Path]]:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return
    if stat.S_ISREG(status.st_mode) and status.st_mtime >= since:
        yield status.st_mtime, Path(entry.path)
