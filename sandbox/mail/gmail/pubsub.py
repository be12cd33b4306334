"""Pub/Sub push: what Google posts to a webhook when a watched mailbox changes, with its signed token."""

import asyncio
import base64
import json
import time
from dataclasses import dataclass, field
from uuid import uuid4

import aiohttp
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.mail.gmail.errors import Json
from sandbox.mail.gmail.oauth import Key

FIRST_WAIT, TRIES = 0.1, 6


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where notifications go, and as whom they are signed."""

    url: str
    audience: str
    email: str


@dataclass
class PubSub:
    """At least once: an answer other than 2xx is tried again, ever later. With `held` notices wait for `post`."""

    key: Key
    subscription: Subscription | None = None
    held: list[Json] | None = None
    under_way: set["asyncio.Task[None]"] = field(default_factory=set)

    def notify(self, address: str, history_id: int) -> None:
        notice = self.notice(address, history_id)
        if self.held is not None:
            self.held.append(notice)
        elif self.subscription is not None:
            task = asyncio.ensure_future(self._insist(notice))
            self.under_way.add(task)
            task.add_done_callback(self.under_way.discard)

    def notice(self, address: str, history_id: int) -> Json:
        data = base64.b64encode(json.dumps({"emailAddress": address, "historyId": history_id}).encode()).decode()
        return {"message": {"data": data, "messageId": uuid4().hex}, "subscription": "projects/project/subscriptions/triage"}

    def claims(self, **changed: object) -> Json:
        """The claims of a push's token; a changed one that is None is left out."""
        assert self.subscription is not None
        made = {
            "iss": "https://accounts.google.com", "aud": self.subscription.audience, "email": self.subscription.email,
            "email_verified": True, "sub": "117", "iat": int(time.time()), "exp": int(time.time()) + 3600,
        }  # fmt: skip
        return {name: value for name, value in {**made, **changed}.items() if value is not None}

    async def post(self, notice: Json, token: str | None = None) -> int:
        """Deliver one notice once; the webhook's status."""
        assert self.subscription is not None
        headers = {"Authorization": f"Bearer {token or self.key.sign(self.claims())}"}
        async with aiohttp.ClientSession() as session, session.post(self.subscription.url, json=notice, headers=headers) as answer:
            return answer.status

    def certs(self) -> Json:
        """The keys as /oauth2/v1/certs gives them."""
        return {self.key.id: self.key.public}

    def jwks(self) -> Json:
        """The keys as /oauth2/v3/certs gives them (RFC 7517)."""
        public: rsa.RSAPublicNumbers = self.key.private.public_key().public_numbers()
        numbers = {name: _number(value) for name, value in (("n", public.n), ("e", public.e))}
        return {"keys": [{"kid": self.key.id, "kty": "RSA", "alg": "RS256", "use": "sig", **numbers}]}

    async def _insist(self, notice: Json) -> None:
        for attempt in range(TRIES):
            try:
                if await self.post(notice) in (200, 201, 202, 204):
                    return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(FIRST_WAIT * 2**attempt)


def _number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8)).rstrip(b"=").decode()
