"""Calls to Microsoft Graph for one mailbox: token, immutable ids, four at once, and answers turned into our errors."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import aiohttp

from bot.budget import Budget
from bot.mailbox.graph.credentials import OutlookSettings, Tokens
from bot.mailbox.graph.errors import verdict
from pipeline.errors import Permanent, Temporary

AT_ONCE = 4
"""Graph's own limit for one app and one mailbox."""
IMMUTABLE = 'IdType="ImmutableId"'
MAX_ANSWER = 64 * 1024 * 1024
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer; `at` is Graph's own time, or ours where it named none."""

    body: bytes
    at: datetime

    def json(self) -> Json:
        """Raises Temporary where it is not a JSON object: something between us and Graph answered."""
        try:
            read = json.loads(self.body)
        except ValueError as error:
            raise Temporary("Microsoft's answer was not JSON.") from error
        if not isinstance(read, dict):
            raise Temporary("Microsoft's answer was not a JSON object.")
        return read


@dataclass(slots=True)
class Graph:
    """One mailbox's connection; `close` it in the end."""

    settings: OutlookSettings
    tokens: Tokens
    budget: Budget
    _session: aiohttp.ClientSession | None = None
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    @property
    def user(self) -> str:
        """The mailbox's own URL."""
        return f"{self.settings.graph_url}/users/{quote(self.settings.address)}"

    def message(self, id: str) -> str:
        return f"{self.user}/messages/{quote(id, safe='')}"

    async def call(
        self,
        what: str,
        method: str,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
        mime: bytes | None = None,
        prefer: str = "",
        most: int = MAX_ANSWER,
        leave: int = 0,
    ) -> Answer:
        """One call, if the budget then has `leave` more; a refused token is renewed once. Of the answer at most `most` bytes are read.

        Raises Temporary, Permanent (NotThere for 404), Expired. After Temporary nobody knows whether it had its effect.
        """
        if not url.startswith(f"{self.settings.graph_url}/"):
            raise Permanent(f"A link for {self.settings.address} leads away from Microsoft Graph; it was not followed.")
        request = _Request(what, method, url, query, body, mime, prefer, most, leave)
        status, answer, refused = await self._try(request)
        if status == 401:
            await self.tokens.forget()
            status, answer, refused = await self._try(request)
        if refused is not None:
            raise refused
        return answer

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _try(self, request: "_Request") -> tuple[int, Answer, Exception | None]:
        await self.budget.spend(leave=request.leave)
        async with self._slots:
            token = await self.tokens.get()
            try:
                return await self._ask(request, token)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                place = f"{request.what} in {self.settings.address}"
                raise Temporary(f"Microsoft Graph gave no answer to {place} ({type(error).__name__}).") from error

    async def _ask(self, request: "_Request", token: str) -> tuple[int, Answer, Exception | None]:
        session, headers, data = self._open(), request.headers(token), request.data()
        async with session.request(
            request.method, request.url, params=request.query, headers=headers, data=data, allow_redirects=False
        ) as response:
            answer = Answer(await _read(response, request.most), _time_of(response))
            if response.status < 300:
                return response.status, answer, None
            code, wish = _code(answer.body), response.headers.get("Retry-After", "")
            return response.status, answer, verdict(self.settings.address, request.what, response.status, code, wish)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self.settings.timeout.total_seconds())
            self._session = aiohttp.ClientSession(timeout=timeout)
        return self._session


@dataclass(frozen=True, slots=True)
class _Request:
    what: str
    method: str
    url: str
    query: Mapping[str, str] | None
    body: Json | None
    mime: bytes | None
    prefer: str
    most: int
    leave: int

    def headers(self, token: str) -> dict[str, str]:
        kind = "text/plain" if self.mime is not None else "application/json"
        wishes = f"{IMMUTABLE}, {self.prefer}" if self.prefer else IMMUTABLE
        content = {"Content-Type": kind} if self.data() is not None else {}
        return {"Authorization": f"Bearer {token}", "Prefer": wishes, **content}

    def data(self) -> bytes | None:
        return self.mime if self.mime is not None else json.dumps(self.body).encode() if self.body is not None else None


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    parts, length = [], 0
    async for part in response.content.iter_chunked(64 * 1024):
        parts.append(part)
        length += len(part)
        if length >= most:
            break
    return b"".join(parts)[:most]


def _time_of(response: aiohttp.ClientResponse) -> datetime:
    try:
        return parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return datetime.now(UTC)


def _code(body: bytes) -> str:
    """Graph's own word for the error, "" where the answer was not one."""
    try:
        return str(json.loads(body)["error"]["code"])[:80]
    except (ValueError, KeyError, TypeError):
        return ""
