"""What the Outlook mailbox remembers: a cursor for each folder and a subscription, in one small JSON object."""

import asyncio
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from pipeline.ports import Memory


@dataclass(frozen=True, slots=True)
class Cursor:
    """`link` is the delta link up to `at`. Mails from before `began`, our first connect, are none of ours.

    `filtered` counts the mails that a filtered delta query has returned under this link; None where it has no filter.
    """

    link: str
    at: datetime
    began: datetime
    filtered: int | None


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription at Graph; `client_state` is the secret that its notifications carry."""

    id: str
    url: str
    client_state: str
    renewed: datetime
    expires: datetime


@dataclass(slots=True)
class Kept:
    """All of them, read once and written through. Save fails as the database does, and then nothing was changed."""

    memory: Memory
    _all: dict[str, Any] | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def cursor(self, folder: str = "inbox") -> Cursor | None:
        held = (await self._load()).get(_key(folder))
        return None if held is None else Cursor(**{**held, "at": _moment(held["at"]), "began": _moment(held["began"])})

    async def subscribed(self) -> Subscribed | None:
        held = (await self._load()).get("subscription")
        if held is None:
            return None
        return Subscribed(**{**held, "renewed": _moment(held["renewed"]), "expires": _moment(held["expires"])})

    async def save_cursor(self, cursor: Cursor, folder: str = "inbox") -> None:
        await self._save(_key(folder), {**asdict(cursor), "at": cursor.at.isoformat(), "began": cursor.began.isoformat()})

    async def save_subscribed(self, one: Subscribed | None) -> None:
        held = None if one is None else {**asdict(one), "renewed": one.renewed.isoformat(), "expires": one.expires.isoformat()}
        await self._save("subscription", held)

    async def _load(self) -> dict[str, Any]:
        async with self._lock:
            if self._all is None:
                self._all = dict(await self.memory.load())
            return self._all

    async def _save(self, name: str, value: object) -> None:
        await self._load()
        async with self._lock:
            changed = {**(self._all or {}), name: value}
            await self.memory.save(changed)
            self._all = changed


def later(cursor: Cursor, link: str, at: datetime, given: int) -> Cursor:
    """The cursor after a round that gave so many mails; its time never goes back."""
    filtered = None if cursor.filtered is None else cursor.filtered + given
    return replace(cursor, link=link, at=max(at, cursor.at), filtered=filtered)


def _key(folder: str) -> str:
    return "cursor" if folder == "inbox" else f"{folder}_cursor"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
