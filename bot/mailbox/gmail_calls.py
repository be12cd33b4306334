"""Calls to Gmail through Google's client, which blocks: each in a thread, with a time limit, tried once."""

import asyncio
import json
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import httplib2  # type: ignore[import-untyped]  # it ships no types
from google.auth.credentials import Credentials
from google.oauth2 import credentials as user_credentials
from google.oauth2 import service_account
from google_auth_httplib2 import AuthorizedHttp  # type: ignore[import-untyped]  # it ships no types
from googleapiclient.discovery import build  # type: ignore[import-untyped]  # it ships no types

from bot.budget import Budget
from bot.mailbox.gmail_errors import translated
from bot.mailbox.gmail_settings import GmailSettings
from pipeline.errors import Misconfigured, Temporary

SCOPES = ("https://www.googleapis.com/auth/gmail.readonly", "https://www.googleapis.com/auth/gmail.compose")
"""To read, and to keep a draft whose id is known before it is sent: gmail.send alone cannot do that."""
TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105  # an address
GRACE = 1.0
UNITS = {
    "getProfile": 1, "messages.list": 5, "messages.get": 20, "threads.get": 40, "history.list": 2, "drafts.create": 10, "drafts.get": 5,
    "drafts.list": 5, "drafts.send": 100, "watch": 100,
}  # fmt: skip

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class GmailCalls:
    """One mailbox's access to the API."""

    address: str
    users: Any
    credentials: Credentials
    timeout: float
    budget: Budget

    async def call(self, method: str, leave: int = 0, /, **given: object) -> Json:
        """Call `users.<method>` once, if that leaves so many units of the quota. Raises Temporary, Permanent, and Missing for a 404."""
        await self.budget.spend(UNITS[method], leave)
        try:
            async with asyncio.timeout(self.timeout + GRACE):
                with translated(self.address):
                    return await asyncio.to_thread(self._execute, method, given, time.monotonic() + self.timeout)
        except TimeoutError as error:
            raise Temporary(f"Gmail did not answer for {self.address} within {self.timeout:.0f} s.") from error

    def _execute(self, method: str, given: Json, deadline: float) -> Json:
        *folders, name = method.split(".")
        resource = self.users
        for folder in folders:
            resource = getattr(resource, folder)()
        http = AuthorizedHttp(self.credentials, http=OnceHttp(deadline))
        try:
            answer = getattr(resource, name)(userId="me", **given).execute(http=http, num_retries=0)
        finally:
            http.close()
        if not isinstance(answer, dict):
            raise TypeError("a JSON object was expected")
        return answer


def open_calls(settings: GmailSettings, budget: Budget) -> GmailCalls:
    """Access as `settings` say; nothing is called yet. Raises Misconfigured for credentials that cannot be read."""
    options = {"api_endpoint": settings.api_endpoint}
    service = build("gmail", "v1", static_discovery=True, cache_discovery=False, http=httplib2.Http(), client_options=options)
    credentials = _credentials(settings.credentials, settings)
    return GmailCalls(settings.address, service.users(), credentials, settings.timeout_seconds, budget)


async def check(settings: GmailSettings, budget: Budget) -> str:
    """For `triage doctor`: whose mailbox the credentials open. Raises Misconfigured, Temporary, Permanent."""
    profile = await open_calls(settings, budget).call("getProfile")
    owner = str(profile.get("emailAddress", "")).lower()
    if owner != settings.address:
        raise Misconfigured(str(settings.credentials), f"these credentials open {owner}, not {settings.address}. Correct one of the two.")
    return "Google lets us in."


def _credentials(path: Path, settings: GmailSettings) -> Credentials:
    try:
        info = json.loads(path.read_text())
        return _of(info, settings)
    except OSError as error:
        raise Misconfigured(str(path), f"the Google credentials cannot be read ({error.strerror}). Correct the path.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Misconfigured(
            str(path),
            "this is no Google credentials file: neither of an authorized_user, with its refresh token, nor of a service account.",
        ) from error


def _of(info: Json, settings: GmailSettings) -> Credentials:
    if info["type"] == "service_account":
        held = {**info, "token_uri": settings.token_uri or TOKEN_URI}
        found: Credentials = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]  # google-auth's
            held, scopes=SCOPES, subject=settings.address
        )
        return found
    if info["type"] != "authorized_user":
        raise ValueError(info["type"])
    return user_credentials.Credentials(  # type: ignore[no-untyped-call]  # google-auth's
        None,
        refresh_token=info["refresh_token"],
        client_id=info["client_id"],
        client_secret=info["client_secret"],
        token_uri=settings.token_uri or TOKEN_URI,
        scopes=SCOPES,
    )


class OnceHttp(httplib2.Http):  # type: ignore[misc]  # it ships no types
    """httplib2 sends a request again by itself when the connection closes without an answer; this one never does.

    No request begins after `deadline` (of time.monotonic): a thread that was given up cannot send anything later.
    """

    def __init__(self, deadline: float) -> None:
        super().__init__(timeout=max(deadline - time.monotonic(), 0.001))
        self.deadline = deadline
        self.follow_redirects = False

    def request(self, uri: str, method: str = "GET", body: Any = None, headers: Any = None, **given: Any) -> Any:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no time is left for another request")
        self.timeout = left
        kind = OnceTls if uri.startswith("https:") else OncePlain
        return super().request(uri, method, body, headers, **{**given, "connection_type": kind})


class _Once(HTTPConnection):
    """No second request while the first one has no answer."""

    waiting = False

    def request(self, *given: Any, **named: Any) -> None:
        if self.waiting:
            raise ConnectionError("the connection closed without an answer")
        self.waiting = True
        super().request(*given, **named)

    def getresponse(self) -> HTTPResponse:
        response = super().getresponse()
        self.waiting = False
        return response


class OncePlain(_Once, httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]  # it ships no types
    """Over http, for a stand-in on this machine."""


class OnceTls(_Once, httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]  # it ships no types
    """Over https."""
