"""Handing a mail to an SMTP server in two steps: the envelope, which may fail without harm, and the data, whose end may stay unknown."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from email.parser import BytesParser
from email.policy import default

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
)
from pydantic import SecretStr

from bot.mailbox.imap_session import plain
from bot.mailbox.imap_settings import ImapSettings, trust
from pipeline.errors import Permanent, Temporary

SIGN_IN_AGAIN = timedelta(minutes=1)
GOING_DOWN = 421
GOODBYE = 2.0


@dataclass(eq=False)
class NotSent(Exception):
    """The server answered that it did not take the mail."""

    known: Temporary | Permanent


@dataclass(frozen=True, slots=True)
class Submission:
    """One connection a mail. `settings.smtp_tls` says how it is secured."""

    settings: ImapSettings
    password: SecretStr

    async def probe(self) -> None:
        """Sign in and out again. Raises Temporary or Permanent."""
        async with self.accepted(()):
            pass

    @asynccontextmanager
    async def accepted(self, recipients: Sequence[str]) -> AsyncIterator[SMTP]:
        """A server that took the envelope, for every recipient. Raises Temporary or Permanent: nothing was sent."""
        server = self._server()
        try:
            try:
                await self._envelope(server, recipients)
            except (SMTPException, OSError) as error:
                raise self._known(error) from error
            yield server
            with suppress(SMTPException, OSError):
                await server.quit(timeout=GOODBYE)
        finally:
            server.close()

    async def hand_over(self, server: SMTP, mail: bytes) -> None:
        """Send the mail itself. NotSent where the server refuses it; Temporary where it did not answer, so that nobody knows.

        aiosmtplib does not say whether a connection broke before or after the final dot, so every break counts as after it.
        """
        try:
            await server.data(mail)
        except SMTPDataError as refused:
            if refused.code == GOING_DOWN or not 400 <= refused.code < 600:
                raise self._unknown(str(refused.code)) from refused
            raise NotSent(self._known(refused)) from refused
        except (SMTPException, OSError) as lost:
            raise self._unknown(type(lost).__name__) from lost

    async def _envelope(self, server: SMTP, recipients: Sequence[str]) -> None:
        await server.connect()
        if self.settings.smtp_sign_in:
            await server.login(self.settings.user, self.password.get_secret_value())
        if recipients:
            await server.mail(self.settings.address)
        for recipient in recipients:
            await server.rcpt(recipient)

    def _server(self) -> SMTP:
        host, port = self.settings.smtp_at
        return SMTP(
            hostname=host,
            port=port,
            local_hostname=self.settings.address.rpartition("@")[2],
            timeout=self.settings.timeout_seconds,
            use_tls=self.settings.smtp_tls == "tls",
            start_tls=self.settings.smtp_tls == "starttls",
            tls_context=None if self.settings.smtp_tls == "none" else trust(self.settings),
        )

    def _known(self, error: Exception) -> Temporary | Permanent:
        """The table of errors. A refused sign-in is temporary: once somebody has mended the password, everything goes on."""
        match error:
            case SMTPAuthenticationError():
                user, name = self.settings.user, self.settings.password_env
                return Temporary(
                    f"The mail server {self._where} refused the sign-in of {user}. Check username, and the password in {name}.",
                    SIGN_IN_AGAIN,
                )
            case SMTPRecipientRefused(code=code) if code >= 500:
                return Permanent(f"The mail server refused the recipient {plain(error.recipient)}: {code} {plain(error.message)}.")
            case SMTPResponseException(code=code) if code >= 500:
                return Permanent(f"The mail server {self._where} refused the mail: {code} {plain(error.message)}.")
            case SMTPResponseException(code=code):
                return Temporary(f"The mail server {self._where} asks to try again later: {code} {plain(error.message)}.")
            case _:
                reason = plain(str(error)) or type(error).__name__
                return Temporary(f"The mail server {self._where} cannot be reached ({reason}). Check smtp_host, smtp_port and smtp_tls.")

    def _unknown(self, what: str) -> Temporary:
        return Temporary(f"The mail server {self._where} did not say whether it took the mail ({what}), so it is not known.")

    @property
    def _where(self) -> str:
        host, port = self.settings.smtp_at
        return f"{host}:{port}"


def recipients(mail: bytes) -> list[str]:
    """The addresses in To and Cc, each once. Permanent where there is none, one is not plain ASCII, or the mail names hidden ones."""
    message = BytesParser(policy=default).parsebytes(mail, headersonly=True)
    headers = [header for name in ("to", "cc") for header in message.get_all(name, [])]
    found = list(dict.fromkeys(address.addr_spec for header in headers for address in header.addresses))
    if not found or message["bcc"] is not None:
        raise Permanent("The draft names no recipient, or hidden ones, so it is not sent.")
    if not all(address.isascii() and address.isprintable() and address.count("@") == 1 and " " not in address for address in found):
        raise Permanent("The draft names a recipient that this mailbox cannot send to.")
    return found
