"""An account on a real IMAP server for one test, with folders of its own, and what a mail server and a person do in it."""

import imaplib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.mailbox.imap import ImapMailbox, connect
from bot.mailbox.imap_settings import ImapSettings
from pipeline.ports import Memory

PASSWORD_ENV = "TRIAGE_TEST_PASSWORD"


@dataclass
class Kept:
    """A Memory without a database."""

    kept: Mapping[str, object] = field(default_factory=dict)
    saves: int = 0

    async def load(self) -> Mapping[str, object]:
        return self.kept

    async def save(self, kept: Mapping[str, object]) -> None:
        self.kept, self.saves = kept, self.saves + 1


@dataclass
class Account:
    """`settings` connect over a wire that may be faulty; the test itself speaks with the server on `port`."""

    settings: ImapSettings
    port: int
    password: str
    memory: Memory = field(default_factory=Kept)
    opened: list[ImapMailbox] = field(default_factory=list)

    def connect(self, **change: Any) -> ImapMailbox:
        """The adapter as a new process would make it."""
        mailbox = connect(self.settings.model_copy(update=change), self.memory)
        self.opened.append(mailbox)
        return mailbox

    def close(self) -> None:
        for mailbox in self.opened:
            mailbox.close()

    @contextmanager
    def client(self, folder: str | None = None) -> Iterator[imaplib.IMAP4]:
        """Another client of the same account, in a folder."""
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=10) as client:
            client.login(self.settings.user, self.password)
            if folder is not None:
                client.select(folder)
            yield client

    def deliver(self, raw: bytes, at: datetime | None = None) -> None:
        with self.client() as client:
            typ, said = client.append(self.settings.inbox, "", (at or datetime.now(UTC)).timestamp(), raw)
            assert typ == "OK", said

    def create(self, folder: str) -> None:
        with self.client() as client:
            client.create(folder)

    def recreate(self, folder: str) -> None:
        """As after a restore from a backup: the same name, numbers that mean something else."""
        with self.client() as client:
            assert client.delete(folder)[0] == "OK"
            assert client.create(folder)[0] == "OK"

    def mails(self, folder: str | None) -> list[bytes]:
        """All that lies in a folder, [] where there is none."""
        with self.client() as client:
            if client.select(folder or "", readonly=True)[0] != "OK":
                return []
            _, data = client.uid("FETCH", "1:*", "(UID BODY.PEEK[])")
            return [part[1] for part in data if isinstance(part, tuple)]

    def flags(self, folder: str) -> list[bytes]:
        with self.client() as client:
            client.select(folder, readonly=True)
            return [_flags(line) for line in client.uid("FETCH", "1:*", "(UID FLAGS)")[1] if line]

    def discard(self) -> None:
        """Leave nothing on the server: it is shared by all tests, and each lists its folders."""
        with self.client() as client:
            for folder in (self.settings.inbox, self.settings.drafts, self.settings.sent, self.settings.sending):
                client.delete(str(folder))

    def delete_all(self, folder: str) -> None:
        with self.client(folder) as client:
            client.store("1:*", "+FLAGS", r"(\Deleted)")
            client.expunge()


def _flags(line: bytes) -> bytes:
    return line.partition(b"FLAGS (")[2].partition(b")")[0]
