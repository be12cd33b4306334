"""Who we are to Microsoft Graph: the settings of one mailbox, and access tokens from msal."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from pipeline.email import MailboxId
from pipeline.errors import Misconfigured, Permanent, Temporary

GRAPH_URL = "https://graph.microsoft.com/v1.0"
LOGIN_URL = "https://login.microsoftonline.com"
SCOPE = "https://graph.microsoft.com/.default"
INSTALL = 'the library msal is not installed. Run: pip install "inbox-triage[outlook]"'
LASTING = frozenset({"invalid_client", "unauthorized_client", "invalid_request", "invalid_scope", "invalid_resource", "access_denied"})
"""OAuth's words for a refusal that only an operator can end."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class OutlookSettings:
    """The app registration that may use one mailbox (application permissions Mail.ReadWrite and Mail.Send, limited to this mailbox).

    `certificate` is a PEM file with the private key and its certificate; either it or `client_secret` is given. `authority` and
    `graph_url` name another cloud, or a stand-in on this machine. `timeout` is how long one call may take.
    """

    address: MailboxId
    tenant: str
    client_id: str
    client_secret: SecretStr | None = None
    certificate: Path | None = None
    graph_url: str = GRAPH_URL
    authority: str = ""
    timeout: timedelta = timedelta(seconds=30)


@dataclass(slots=True)
class Tokens:
    """Access tokens for the app itself; msal keeps them until they expire, and blocks, so it works on a thread."""

    settings: OutlookSettings
    _app: Any = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self) -> str:
        """A token that holds for a while. Raises Temporary, or Permanent where the app is refused."""
        async with self._lock:
            return await asyncio.to_thread(self._acquire)

    async def forget(self) -> None:
        """The token was refused: the next one is a new one."""
        async with self._lock:
            if self._app is not None:
                await asyncio.to_thread(self._app.remove_tokens_for_client)

    def _acquire(self) -> str:
        import requests  # it comes with msal
        from msal.exceptions import MsalError  # type: ignore[import-untyped]

        try:
            if self._app is None:
                self._app = application(self.settings)
            answer: dict[str, Any] = self._app.acquire_token_for_client(scopes=[SCOPE])
        except (requests.RequestException, OSError) as error:
            raise Temporary(f"Microsoft's sign-in could not be reached for {self.settings.address} ({type(error).__name__}).") from error
        except (MsalError, ValueError) as error:
            raise Temporary(f"Microsoft's sign-in did not answer as it should for {self.settings.address}.") from error
        if "access_token" in answer:
            return str(answer["access_token"])
        raise refusal(self.settings, str(answer.get("error", "")), str(answer.get("error_description", "")))


def refusal(settings: OutlookSettings, error: str, description: str) -> Temporary | Permanent:
    """Whether a refused sign-in can pass; the sentence quotes Microsoft's own code."""
    code = description.split(":")[0] if description.startswith("AADSTS") else error[:80] or "no reason given"
    if error not in LASTING:
        return Temporary(f"Microsoft's sign-in is not available for {settings.address} ({code}).")
    return Permanent(
        f"Microsoft refuses the app that reads {settings.address} ({code}). Check tenant, client_id and the secret or certificate:"
        " they may have expired."
    )


def application(settings: OutlookSettings) -> Any:
    """msal's application for client credentials. It may ask the network where the authority's addresses are."""
    import msal  # type: ignore[import-untyped]

    authority = settings.authority or f"{LOGIN_URL}/{settings.tenant}"
    given: dict[str, Any] = {"timeout": settings.timeout.total_seconds()}
    parts = urlsplit(authority)
    if parts.scheme == "http" and parts.hostname in LOOPBACK:
        authority = parts._replace(scheme="https").geturl()
        given |= {"http_client": _plain_http(parts.netloc, settings.timeout), "instance_discovery": False}
    return msal.ConfidentialClientApplication(settings.client_id, client_credential=credential(settings), authority=authority, **given)


def credential(settings: OutlookSettings) -> str | dict[str, str]:
    """The secret, or key and certificate. Raises Misconfigured."""
    if settings.certificate is None:
        if settings.client_secret is None:
            raise Misconfigured(f"mailbox {settings.address}", "it has neither client_secret nor certificate. Set one of them.")
        return settings.client_secret.get_secret_value()
    try:
        pem = settings.certificate.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            str(settings.certificate), "this certificate cannot be read. Name a PEM file with key and certificate."
        ) from error
    if "PRIVATE KEY-----" not in pem or "BEGIN CERTIFICATE-----" not in pem:
        raise Misconfigured(str(settings.certificate), "it lacks a private key or a certificate. Put both, as PEM, into this file.")
    return {"private_key": pem, "public_certificate": pem}


def _plain_http(netloc: str, timeout: timedelta) -> Any:
    """How msal talks to a stand-in on this machine: it insists on https, which the stand-in does not speak."""
    import requests

    class Local:
        def __init__(self) -> None:
            self.session = requests.Session()
            self.session.trust_env = False

        def get(self, url: str, **given: Any) -> requests.Response:
            return self.session.get(_plain(url, netloc), timeout=timeout.total_seconds(), **given)

        def post(self, url: str, **given: Any) -> requests.Response:
            return self.session.post(_plain(url, netloc), timeout=timeout.total_seconds(), **given)

        def close(self) -> None:
            self.session.close()

    return Local()


def _plain(url: str, netloc: str) -> str:
    return url.replace(f"https://{netloc}/", f"http://{netloc}/", 1)


def check_installed() -> None:
    """Raise Misconfigured where msal is missing."""
    try:
        import msal  # noqa: F401
    except ImportError as error:
        raise Misconfigured('mailboxes of kind "outlook"', INSTALL) from error
