"""A push is believed only with Google's signature, for us, in the name of the right account, and in time."""

import asyncio
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.doorbell import Doorbell
from bot.mailbox.gmail_token import GoogleCerts
from bot.webhooks.gmail import GMAIL, GmailPush, gmail_push
from pipeline.errors import Temporary
from sandbox.mail.gmail.oauth import Key
from sandbox.mail.gmail.pubsub import PubSub, Subscription
from tests.bot.scene import INBOX
from tests.gmail import key

AUDIENCE, ACCOUNT = "https://triage.example/webhooks/gmail", "push@project.iam.gserviceaccount.com"
STRANGER = Key()


@dataclass
class Door:
    """The webhook on a port of its own, and a Pub/Sub that posts to it."""

    pubsub: PubSub
    bell: Doorbell = field(default_factory=Doorbell)

    async def post(self, token: str | None = None, notice: Mapping[str, Any] | None = None) -> tuple[int, bool]:
        """The status, and whether it rang."""
        status = await self.pubsub.post(dict(notice or self.pubsub.notice(INBOX, 17)), token)
        return status, await self.rang()

    async def rang(self) -> bool:
        try:
            await asyncio.wait_for(self.bell.rung(), 0.01)
        except TimeoutError:
            return False
        return True


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    made = Door(PubSub(key()))

    async def certs() -> Mapping[str, str]:
        return {str(id): str(pem) for id, pem in made.pubsub.certs().items()}

    app = web.Application()
    app.router.add_post(GMAIL, gmail_push({INBOX: GmailPush(AUDIENCE, ACCOUNT, made.bell)}, certs))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.pubsub.subscription = Subscription(f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/gmail/{INBOX}", AUDIENCE, ACCOUNT)
    yield made
    await runner.cleanup()


async def test_a_true_notification_rings_once_for_many(door: Door) -> None:
    assert await door.post() == (204, True)
    await asyncio.gather(*(door.pubsub.post(door.pubsub.notice(INBOX, number)) for number in range(5)))
    assert [await door.rang() for _ in range(2)] == [True, False]


NOW = int(time.time())
CLAIMS: dict[str, dict[str, object]] = {
    "another audience": {"aud": "https://other.example/webhooks/gmail"},
    "no audience": {"aud": None},
    "several audiences": {"aud": [AUDIENCE]},
    "another account": {"email": "push@stranger.iam.gserviceaccount.com"},
    "no account": {"email": None},
    "an account with other case": {"email": ACCOUNT.upper()},
    "an unverified account": {"email_verified": False},
    "verified in words": {"email_verified": "true"},
    "nothing about verification": {"email_verified": None},
    "expired": {"iat": NOW - 7200, "exp": NOW - 3600},
    "no end": {"exp": None},
    "no beginning": {"iat": None},
    "from the future": {"iat": NOW + 3600, "exp": NOW + 7200},
    "another issuer": {"iss": "https://accounts.google.com.evil.example"},
    "no issuer": {"iss": None},
    "an end in words": {"exp": "never"},
}


@pytest.mark.parametrize("name", CLAIMS)
async def test_a_token_that_says_something_else_is_refused(door: Door, name: str) -> None:
    assert await door.post(key().sign(door.pubsub.claims(**CLAIMS[name]))) == (403, False)


def _unsigned(token: str, **header: str) -> str:
    _, claims, signature = token.split(".")
    made = urlsafe_b64encode(json.dumps({"typ": "JWT", **header}).encode()).rstrip(b"=").decode()
    return f"{made}.{claims}.{signature if header['alg'] != 'none' else ''}"


def _changed(token: str) -> str:
    head, claims, signature = token.split(".")
    said = json.loads(urlsafe_b64decode(claims + "=="))
    made = urlsafe_b64encode(json.dumps({**said, "exp": said["exp"] + 1}).encode()).rstrip(b"=").decode()
    return f"{head}.{made}.{signature}"


FORGERIES = (
    "a stranger's key", "a stranger's key under Google's id", "alg none", "alg HS256", "changed claims", "no dots", "empty", "very long",
    "an unknown key id",
)  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_forged_signature_is_refused(door: Door, forgery: str) -> None:
    claims = door.pubsub.claims()
    true = key().sign(claims)
    tokens = {
        "a stranger's key": STRANGER.sign(claims),
        "a stranger's key under Google's id": Key(key().id, STRANGER.private).sign(claims),
        "alg none": _unsigned(true, alg="none", kid=key().id),
        "alg HS256": _unsigned(true, alg="HS256", kid=key().id),
        "changed claims": _changed(true),
        "no dots": "token",
        "empty": " ",
        "very long": "a" * 4000 + "." + "b" * 400 + ".c",
        "an unknown key id": Key("unknown", key().private).sign(claims),
    }
    assert await door.post(tokens[forgery]) == (403, False)


async def test_no_token_and_an_unknown_mailbox_are_refused(door: Door) -> None:
    assert door.pubsub.subscription is not None
    url, true = door.pubsub.subscription.url, f"Bearer {key().sign(door.pubsub.claims())}"
    async with aiohttp.ClientSession() as session:
        for path, header in ((url, {}), (url, {"Authorization": f"Basic {true}"}), (f"{url}.other", {"Authorization": true})):
            async with session.post(path, json=door.pubsub.notice(INBOX, 1), headers=header) as answer:
                assert answer.status == 403
    assert not await door.rang()


@pytest.mark.parametrize("notice", [{"message": {}}, {"message": {"data": "%%%"}}, {"odd": 1}, {"message": {"data": "e30="}}])
async def test_a_true_notice_that_makes_no_sense_is_acknowledged_and_does_not_ring(door: Door, notice: dict[str, Any]) -> None:
    assert await door.post(notice=notice) == (204, False)
    assert await door.post(notice=door.pubsub.notice("sales@larkspur.example", 3)) == (204, False)


async def test_googles_keys_are_fetched_once_an_hour_and_outlive_an_outage() -> None:
    served: list[int] = []

    async def keys(request: web.Request) -> web.Response:
        served.append(1)
        return web.json_response(PubSub(key()).certs()) if len(served) in (2, 3) else web.Response(status=503)

    app = web.Application()
    app.router.add_get("/certs", keys)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    now = [0.0]
    certs = GoogleCerts(f"http://127.0.0.1:{runner.addresses[0][1]}/certs", lambda: now[0])
    for _ in range(2):
        with pytest.raises(Temporary):
            await certs()
    for now[0], fetches in ((61.0, 2), (3000.0, 2), (3700.0, 3), (7400.0, 4), (7401.0, 4)):
        assert await certs() == {key().id: key().public}
        assert len(served) == fetches
    await runner.cleanup()
