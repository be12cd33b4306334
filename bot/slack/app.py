"""The Bolt app and the clients it speaks through: which calls are repeated, and which never are."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import ClientSession, ClientTimeout
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler, AsyncServerErrorRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errors import translated
from handlers.desk import Desk
from handlers.register import register

REPEATABLE = frozenset(
    {
        "apps.connections.open",
        "auth.test",
        "chat.getPermalink",
        "chat.update",
        "conversations.history",
        "conversations.info",
        "conversations.list",
        "conversations.replies",
        "users.info",
        "views.publish",
    }
)
"""Calls that end the same when made twice. A post is not among them: it would stand there twice."""

SECONDS = 10
RETRIES = 2


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """`api_url` ends in a slash; the app token is the one with connections:write."""

    bot_token: SecretStr
    app_token: SecretStr
    api_url: str = "https://slack.com/api/"


def build(settings: SlackSettings, desk: Desk) -> AsyncApp:
    """The app with every listener on it, not yet connected."""
    app = AsyncApp(client=patient_client(settings), name="triage", request_verification_enabled=False)
    register(app, desk)
    return app


def patient_client(settings: SlackSettings) -> AsyncWebClient:
    """For listeners and look-ups: waits out a 429 and a 5xx, but only for calls that may be repeated."""
    return _client(settings, [PatientlyLimited(max_retry_count=RETRIES), PatientlyFailed(max_retry_count=RETRIES)])


def posting_client(settings: SlackSettings, session: ClientSession | None = None) -> AsyncWebClient:
    """For cards: never repeats a call by itself; the outbox knows when and how. Without a session each call connects anew."""
    return _client(settings, [], session)


def keeping_connections() -> ClientSession:
    """Connections that many posts share; for an `async with`."""
    return ClientSession(timeout=ClientTimeout(total=SECONDS))


def _client(settings: SlackSettings, handlers: list[AsyncRetryHandler], session: ClientSession | None = None) -> AsyncWebClient:
    token = settings.bot_token.get_secret_value()
    return AsyncWebClient(token=token, base_url=settings.api_url, timeout=SECONDS, retry_handlers=handlers, session=session)


def repeatable(request: HttpRequest) -> bool:
    return urlsplit(request.url).path.rpartition("/")[2] in REPEATABLE


class PatientlyLimited(AsyncRateLimitErrorRetryHandler):
    """Waits as long as a 429 asks, for calls that may be repeated; the SDK does not do so unless told to."""

    async def _can_retry_async(
        self, *, state: RetryState, request: HttpRequest, response: HttpResponse | None = None, error: Exception | None = None
    ) -> bool:
        return repeatable(request) and await super()._can_retry_async(state=state, request=request, response=response, error=error)


class PatientlyFailed(AsyncServerErrorRetryHandler):
    """Tries again after a server's error, for calls that may be repeated."""

    async def _can_retry_async(
        self, *, state: RetryState, request: HttpRequest, response: HttpResponse | None = None, error: Exception | None = None
    ) -> bool:
        return repeatable(request) and await super()._can_retry_async(state=state, request=request, response=response, error=error)


async def permalinks(client: AsyncWebClient) -> Callable[[str, str], str]:
    """Makes the address of a message from its channel and ts, without asking Slack each time. Temporary or Permanent."""
    with translated("auth.test"):
        team = str((await client.auth_test())["url"])
    return lambda channel, ts: f"{team}archives/{channel}/p{ts.replace('.', '')}"
