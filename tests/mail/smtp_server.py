"""aiosmtpd as a provider's submission server: a ledger of what it took, and faults before and after it takes a mail."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.mail.imap_server import PASSWORD, USER

Step = Literal["CONNECT", "AUTH", "MAIL", "RCPT", "DATA"]
Fault = Literal["drop before", "drop after", "4xx", "5xx", "hang before", "hang after", "reset before", "reset after"]
TIMES_OUT = 60.0


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that the server took: its envelope, and its bytes."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes


@dataclass
class PostOffice:
    """`fault` strikes at `step`, `times` times. Before DATA there is nothing that could have happened: "after" is "before" there."""

    port: int = 0
    ledger: list[Taken] = field(default_factory=list)
    step: Step | None = None
    fault: Fault | None = None
    times: int = 0
    struck: int = 0
    seen: list[str] = field(default_factory=list)

    def strike(self, step: Step, fault: Fault, times: int = 1) -> None:
        self.step, self.fault, self.times = step, fault, times

    async def handle_MAIL(self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if (answer := await self._suffer("MAIL", server)) is None:
            envelope.mail_from = address
        return answer or "250 OK"

    async def handle_RCPT(self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if (answer := await self._suffer("RCPT", server)) is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        happens = not self._strikes("DATA") or (self.fault or "").endswith("after")
        if happens:
            raw = envelope.original_content or b""
            self.ledger.append(Taken(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw))
        return await self._suffer("DATA", server) or "250 2.0.0 queued"

    def authenticate(self, server: Any, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    def _strikes(self, step: Step) -> bool:
        return self.step == step and self.times > 0

    async def _suffer(self, step: Step, server: Any) -> str | None:
        self.seen.append(step)
        if not self._strikes(step):
            return None
        self.times, self.struck = self.times - 1, self.struck + 1
        match (self.fault or "").split()[0]:
            case "4xx":
                return "451 4.3.2 please try again later"
            case "5xx":
                return "554 5.7.1 we do not want this"
            case "hang":
                await asyncio.sleep(TIMES_OUT)
            case "reset":
                server.transport.abort()
            case _:
                server.transport.close()
        return "421 4.4.2 bye"


@asynccontextmanager
async def post_office(encrypted: ssl.SSLContext | None = None, *, starttls: ssl.SSLContext | None = None) -> AsyncIterator[PostOffice]:
    """A server on a port of its own; nothing of it is left at the end."""
    office, loop = PostOffice(), asyncio.get_running_loop()
    protocols: list[Any] = []

    def connected() -> SMTP:
        protocol = SMTP(
            office,
            hostname="mail.larkspur.example",
            loop=loop,
            authenticator=office.authenticate,
            auth_require_tls=False,
            tls_context=starttls,
            require_starttls=starttls is not None,
        )
        protocols.append(protocol)
        return protocol

    server = await loop.create_server(connected, "127.0.0.1", 0, ssl=encrypted)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()
        for protocol in protocols:
            if protocol.transport is not None:
                protocol.transport.abort()
            if protocol._handler_coroutine is not None:
                protocol._handler_coroutine.cancel()
        await asyncio.sleep(0)
