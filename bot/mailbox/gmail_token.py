"""Whether a push really comes from Google: the signed token that Pub/Sub sends along (OpenID Connect)."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from google.auth import jwt
from google.auth.exceptions import GoogleAuthError

from pipeline.errors import Temporary

ISSUERS = ("https://accounts.google.com", "accounts.google.com")
SKEW = 60
LONGEST_TOKEN = 4096
KEEP, AGAIN = 3600.0, 60.0

Certs = Callable[[], Awaitable[Mapping[str, str]]]


class NotGoogle(Exception):
    """The token does not prove what it should; the message says what is missing, for the log."""


async def verify(token: str, certs: Certs, *, audience: str, account: str) -> None:
    """Return if Google signed this token for our `audience` in the name of the service `account`. Raises NotGoogle, Temporary."""
    if len(token) > LONGEST_TOKEN:
        raise NotGoogle("the token is too long")
    keys = await certs()
    try:
        claims: Any = jwt.decode(token, certs=dict(keys), audience=audience, clock_skew_in_seconds=SKEW)  # type: ignore[no-untyped-call]  # google-auth's
    except (GoogleAuthError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotGoogle(f"the token does not hold ({type(error).__name__})") from error
    wrong = [
        name
        for name, holds in (
            ("iss", claims.get("iss") in ISSUERS),
            ("email", claims.get("email") == account),
            ("email_verified", claims.get("email_verified") is True),
        )
        if not holds
    ]
    if wrong:
        raise NotGoogle(f"the token's {', '.join(wrong)} is not what it should be")


@dataclass
class GoogleCerts:
    """Google's public keys by their ids, fetched at most once a minute and kept for an hour."""

    url: str
    clock: Callable[[], float] = time.monotonic
    _keys: Mapping[str, str] = field(default_factory=dict)
    _fetched: float | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def __call__(self) -> Mapping[str, str]:
        """The keys. Raises Temporary where they were never had and cannot be fetched."""
        async with self._lock:
            if self._fetched is None or self.clock() - self._fetched > (KEEP if self._keys else AGAIN):
                self._fetched = self.clock()
                self._keys = await self._fetch() or self._keys
        if not self._keys:
            raise Temporary("Google's public keys cannot be fetched now.")
        return self._keys

    async def _fetch(self) -> Mapping[str, str]:
        try:
            timeout = aiohttp.ClientTimeout(total=5)
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(self.url) as answer:
                answer.raise_for_status()
                found = await answer.json()
                return {str(id): str(key) for id, key in found.items()}
        except (aiohttp.ClientError, TimeoutError, ValueError, AttributeError):
            return {}
