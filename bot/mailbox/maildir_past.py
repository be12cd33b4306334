"""A Maildir's mail from before it was connected: what lies in cur/, where new mail is moved once it is taken."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.mailbox.limits import MAX_BYTES
from bot.mailbox.maildir import source_of
from pipeline.errors import Temporary
from pipeline.ports import Arrival, Recalled


@dataclass(frozen=True, slots=True)
class MaildirPast:
    """Implements pipeline.ports.Past. A reference is a mail's source; the flag R says that it was answered."""

    root: Path

    async def past(self, since: datetime) -> Sequence[str]:
        return await asyncio.to_thread(self._past, since)

    async def recall(self, reference: str) -> Recalled | None:
        return await asyncio.to_thread(self._recall, reference)

    def _past(self, since: datetime) -> list[str]:
        return [source for _, source in sorted((at, source_of(name)) for name, at in self._mails() if at >= since.timestamp())]

    def _recall(self, reference: str) -> Recalled | None:
        """A program that changes a mail's flags at this moment renames it: the next look finds it."""
        for name, at in self._mails():
            if source_of(name) == reference:
                with (self.root / "cur" / name).open("rb") as file:
                    raw = file.read(MAX_BYTES + 1)
                return Recalled(Arrival(reference, raw, datetime.fromtimestamp(at, UTC)), "R" in name.partition(":2,")[2])
        return None

    def _mails(self) -> list[tuple[str, float]]:
        try:
            with os.scandir(self.root / "cur") as entries:
                return [(entry.name, entry.stat().st_mtime) for entry in entries if entry.is_file(follow_symlinks=False)]
        except OSError as error:
            raise Temporary(f"The old mail in {self.root.name}/cur cannot be listed ({error.strerror}).") from error
