"""What the Gmail adapter keeps between two runs: how far the history is read, since when, and until when we are notified."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.renewal import Held
from pipeline.ports import Memory

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class GmailMemory:
    """For each kind of messages: `cursor`, a history id; `at`, when all before it was taken; `started`, when we first looked."""

    memory: Memory
    _kept: dict[str, object] | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def cursor(self, kind: str = "") -> int | None:
        """None until the first `keep`."""
        found = (await self._load()).get(_key(kind, "cursor"))
        return None if found is None else int(str(found))

    async def at(self, kind: str = "") -> datetime:
        return await self._time(_key(kind, "at"))

    async def started(self, kind: str = "") -> datetime:
        return await self._time(_key(kind, "started"))

    async def watched(self, topic: str) -> Held | None:
        """What Gmail promised when it was last asked to notify this topic."""
        if (await self._load()).get("watched_topic") != topic:
            return None
        return Held(await self._time("watched_at"), await self._time("watched_until"))

    async def keep(self, kind: str = "", /, **changed: int | str | datetime) -> None:
        """Save these, and the rest as it was."""
        async with self._lock:
            written = {name: value.isoformat() if isinstance(value, datetime) else str(value) for name, value in changed.items()}
            kept = {**await self._load(), **{_key(kind, name): value for name, value in written.items()}}
            self._kept = kept
            await self.memory.save(kept)

    async def _time(self, name: str) -> datetime:
        found = (await self._load()).get(name)
        return LONG_AGO if found is None else datetime.fromisoformat(str(found))

    async def _load(self) -> dict[str, object]:
        if self._kept is None:
            self._kept = dict(await self.memory.load())
        return self._kept


def _key(kind: str, name: str) -> str:
    return f"{kind}_{name}" if kind else name
