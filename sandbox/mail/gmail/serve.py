"""Starts the local Gmail on 127.0.0.1, under the real API's paths."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from json import JSONDecodeError

from aiohttp import web

from sandbox.mail.by_hand import by_hand
from sandbox.mail.gmail.box import Box, Message
from sandbox.mail.gmail.errors import GmailError, Json, invalid
from sandbox.mail.gmail.faults import Fault, Faults, cut
from sandbox.mail.gmail.methods import METHODS, Call, Watch, now
from sandbox.mail.gmail.oauth import Key, OAuth
from sandbox.mail.gmail.pubsub import PubSub
from sandbox.mail.gmail.quota import Quota

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class LocalGmail:
    """One user's Gmail. `url` is the API's endpoint, `token_uri` OAuth's, `box.ledger` what was really sent."""

    box: Box
    oauth: OAuth
    pubsub: PubSub
    url: str = ""
    watch: Watch = field(default_factory=Watch)
    quota: Quota = field(default_factory=Quota)
    faults: Faults = field(default_factory=Faults)

    @property
    def token_uri(self) -> str:
        return f"{self.url}/token"

    @property
    def certs_url(self) -> str:
        return f"{self.url}/oauth2/v1/certs"

    def deliver(self, raw: bytes, labels: Iterable[str] = ("INBOX", "UNREAD"), at: int | None = None) -> Message:
        """A mail arrives from outside; `at` is in ms since 1970. Whoever watches its labels is told."""
        message = self.box.add(raw, set(labels), now() if at is None else at)
        if self.watch.expiration > now() and self.watch.labels & message.labels:
            self.pubsub.notify(self.box.address, self.box.history_id)
        return message

    def answer_by_hand(self, answered: Message, text: str, by: str = "", to: str = "") -> Message:
        """A person answers in Gmail: a draft of theirs is made, saved once more, and sent. `by` is what stands in From, also an alias."""
        raw = by_hand(answered.raw, text, by or self.box.address, to=to)
        self.box.delete_draft(self.box.create_draft(raw, answered.thread_id, now()))
        return self.box.send_draft(self.box.create_draft(raw, answered.thread_id, now()), now())


@asynccontextmanager
async def local_gmail(address: str, key: Key) -> AsyncIterator[LocalGmail]:
    """A Gmail that answers as long as the block lasts; `key` signs for the service account and for Pub/Sub."""
    gmail = LocalGmail(Box(address), OAuth(address, key), PubSub(key))
    runner = web.AppRunner(_application(gmail), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        gmail.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield gmail
    finally:
        for task in gmail.pubsub.under_way:
            task.cancel()
        await runner.cleanup()


def _application(gmail: LocalGmail) -> web.Application:
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/token", _tokens(gmail))
    app.router.add_get("/oauth2/v1/certs", _keys(gmail.pubsub.certs))
    app.router.add_get("/oauth2/v3/certs", _keys(gmail.pubsub.jwks))
    for name, (verb, path, _) in METHODS.items():
        app.router.add_route(verb, f"/gmail/v1/users/{{user}}{path}", _method(gmail, name))
    return app


def _method(gmail: LocalGmail, name: str) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await _faulty(gmail, name, request, lambda: _call(gmail, name, request))

    return handle


async def _faulty(
    gmail: LocalGmail, name: str, request: web.Request, act: Callable[[], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """The call with the fault that was ordered for it, before or after its effect."""
    fault = gmail.faults.take(name)
    if fault is None:
        return await act()
    if fault.kind == "drop_before":
        return await cut(request)
    if fault.kind in ("rate_limited", "refused"):
        return _refused(_refusal(fault))
    await request.read()
    answer = await _hang(gmail, fault.seconds, act) if fault.kind == "hang" else await act()
    match fault.kind:
        case "drop_after" | "reset":
            return await cut(request, reset=fault.kind == "reset")
        case "error_after":
            return _refused(GmailError(503, "backendError", "Backend Error"))
        case "odd_answer":
            return web.json_response({"surprise": [1, 2, 3]})
    return answer


async def _hang(gmail: LocalGmail, seconds: float, act: Callable[[], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    """The effect comes late, whether or not somebody still waits for it."""
    gmail.faults.hanging += 1
    try:
        await asyncio.sleep(seconds)
        return await act()
    finally:
        gmail.faults.hanging -= 1


def _refusal(fault: Fault) -> GmailError:
    if fault.kind == "rate_limited":
        return GmailError(429, "userRateLimitExceeded", "User-rate limit exceeded.", fault.retry_after)
    return GmailError(fault.status, fault.reason, "The request is refused.")


async def _call(gmail: LocalGmail, name: str, request: web.Request) -> web.StreamResponse:
    try:
        gmail.oauth.check(request.headers.get("Authorization", ""), name)
        if request.match_info["user"] not in ("me", gmail.box.address):
            raise GmailError(403, "forbidden", f"Delegation denied for {gmail.box.address}")
        gmail.quota.spend(name)
        body = await request.json() if request.body_exists else {}
        call = Call(gmail.box, gmail.watch, request.match_info.get("id", ""), request.query, body)
        found = METHODS[name][2](call)
    except GmailError as error:
        return _refused(error)
    except (JSONDecodeError, ValueError) as error:
        return _refused(invalid(f"Invalid value: {error}"))
    return web.Response(status=204) if found is None else web.json_response(found)


def _tokens(gmail: LocalGmail) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await _faulty(gmail, "token", request, lambda: _token(gmail, request))

    return handle


async def _token(gmail: LocalGmail, request: web.Request) -> web.StreamResponse:
    form = {name: str(value) for name, value in (await request.post()).items()}
    status, body = gmail.oauth.answer(form)
    return web.json_response(body, status=status)


def _keys(keys: Callable[[], Json]) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        return web.json_response(keys(), headers={"Cache-Control": "public, max-age=3600"})

    return handle


def _refused(error: GmailError) -> web.StreamResponse:
    return web.json_response(error.body(), status=error.status, headers=error.headers())
