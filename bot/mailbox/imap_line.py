"""A connection to an IMAP server that one thread keeps: opened when needed, and its failures turned into Temporary or Permanent."""

import asyncio
import imaplib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from socket import SHUT_RDWR
from typing import TypeVar

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import (
    ImapToolsError,
    MailboxFolderCreateError,
    MailboxFolderSelectError,
    MailboxLoginError,
    UnexpectedCommandStatusError,
)
from pydantic import SecretStr

from bot.mailbox.imap_session import Session, plain
from bot.mailbox.imap_settings import ImapSettings, trust
from pipeline.errors import Temporary

T = TypeVar("T")

OPERATION_LASTS = 4.0
"""An operation is many commands: together they may take this many times the time-out of one."""
SIGN_IN_AGAIN = timedelta(minutes=1)
"""Servers lock out who tries a wrong password too often."""


@dataclass(eq=False)
class Line:
    """Work that is cancelled goes on in its thread until its end or its time-out; what comes after waits for it."""

    settings: ImapSettings
    password: SecretStr
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "imap"))
    session: Session | None = None

    async def run(self, work: Callable[[Session], T], longest: float | None = None) -> T:
        """Do `work` in the line's thread, within `longest` seconds. Never does it twice. Raises Temporary or Permanent."""
        future = self.pool.submit(self._work, work)
        waiting = asyncio.wrap_future(future)
        waiting.add_done_callback(_look_at)
        done, _ = await asyncio.wait({waiting}, timeout=longest or self.settings.timeout_seconds * OPERATION_LASTS)
        if not done:
            self._cut(future)
            raise Temporary(f"The mail server {self._where} was too slow.")
        return waiting.result()

    def close(self) -> None:
        """Sign out in the background; nothing can be done on this line afterwards."""
        self.pool.submit(self._drop)
        self.pool.shutdown(wait=False)

    def _work(self, work: Callable[[Session], T]) -> T:
        with self._translated():
            session = self._alive() or self._sign_in()
            return work(session)

    def _alive(self) -> Session | None:
        if self.session is not None:
            try:
                self.session.box.client.noop()
            except (imaplib.IMAP4.error, OSError):
                self._drop()
        return self.session

    def _sign_in(self) -> Session:
        """Temporary where the password is refused: once somebody has mended it, everything goes on."""
        with ExitStack() as failed:
            box = self._connect()
            failed.callback(_shut, box)
            self._log_in(box)
            typ, words = box.client.capability()
            if typ != "OK":
                raise Temporary(f"The mail server {self._where} did not say what it can do. It is asked again.")
            failed.pop_all()
        self.session = Session(box, frozenset(words[-1].decode("ascii", "replace").upper().split()))
        return self.session

    def _log_in(self, box: BaseMailBox) -> None:
        user, secret = self.settings.user, self.password.get_secret_value()
        try:
            (box.login if (user + secret).isascii() else box.login_utf8)(user, secret, initial_folder=None)
        except imaplib.IMAP4.abort:
            raise
        except (MailboxLoginError, imaplib.IMAP4.error) as error:
            raise Temporary(self._refused(), SIGN_IN_AGAIN) from error

    def _connect(self) -> BaseMailBox:
        (host, port), timeout = self.settings.imap_at, self.settings.timeout_seconds
        match self.settings.imap_tls:
            case "tls":
                return MailBox(host, port, timeout, ssl_context=trust(self.settings))
            case "starttls":
                return MailBoxStartTls(host, port, timeout, ssl_context=trust(self.settings))
            case "none":
                return MailBoxUnencrypted(host, port, timeout)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (imaplib.IMAP4.error, OSError) as error:
            self._drop()
            raise self._known(error) from error
        except ImapToolsError as error:
            raise self._known(error) from error

    def _known(self, error: Exception) -> Temporary:
        """The table of errors: all may end, some only once somebody has mended a setting."""
        match error:
            case MailboxFolderSelectError() | MailboxFolderCreateError():
                return Temporary(f"The mail server {self._where} did not open a folder of {self.settings.address}: {_words(error)}.")
            case ImapToolsError():
                return Temporary(f"The mail server {self._where} did not do what was asked: {_words(error)}.")
            case imaplib.IMAP4.abort():
                return Temporary(f"The connection to the mail server {self._where} was lost ({plain(str(error))}).")
            case OSError():
                reason = plain(error.strerror or str(error) or type(error).__name__)
                return Temporary(f"The mail server {self._where} cannot be reached ({reason}). Check imap_host, imap_port and imap_tls.")
            case _:
                return Temporary(f"The mail server {self._where} did not understand us: {plain(str(error))}")

    def _refused(self) -> str:
        user, name = self.settings.user, self.settings.password_env
        return f"The mail server {self._where} refused the sign-in of {user}. Check username, and the password in {name}."

    @property
    def _where(self) -> str:
        host, port = self.settings.imap_at
        return f"{host}:{port}"

    def _drop(self) -> None:
        session, self.session = self.session, None
        if session is not None:
            _shut(session.box)

    def _cut(self, future: "Future[T]") -> None:
        """End what hangs: its socket answers from now on that it is closed."""
        session = self.session
        if not future.cancel() and session is not None:
            with suppress(OSError):
                session.box.client.sock.shutdown(SHUT_RDWR)


def _look_at(done: "asyncio.Future[T]") -> None:
    """Nobody may be waiting for this end any more: it is not an error that it was not asked for."""
    if not done.cancelled():
        done.exception()


def _shut(box: BaseMailBox) -> None:
    with suppress(OSError, imaplib.IMAP4.error):
        box.client.shutdown()


def _words(error: ImapToolsError) -> str:
    if not isinstance(error, UnexpectedCommandStatusError):
        return plain(str(error))
    data = error.command_result[1]
    return plain(b" ".join(part for part in data if isinstance(part, bytes)).decode("utf-8", "replace"))
