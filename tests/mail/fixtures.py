"""Mail servers for every test that asks: pymap for the whole session, a post office, a wire and an account for each test."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from bot.mailbox.imap_settings import ImapSettings
from tests.mail import certificate
from tests.mail.account import PASSWORD_ENV, Account
from tests.mail.dovecot import BINARY, dovecot
from tests.mail.imap_server import PASSWORD, USER
from tests.mail.smtp_server import PostOffice, post_office
from tests.mail.wire import Wire, wire

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class ImapServer:
    plain: int
    tls: int
    starttls: int
    certificates: Path


@pytest.fixture(scope="session")
def imap_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    """pymap in a process of its own, which ends when the pipe from us closes, however we die."""
    folder, pipe = tmp_path_factory.mktemp("imap"), subprocess.PIPE
    certificate.write(folder)
    command = [sys.executable, "-m", "tests.mail.imap_server", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, start_new_session=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line, "pymap did not start: its error stands above"
        plain, tls, starttls = map(int, line.split())
        yield ImapServer(plain, tls, starttls, folder)
        server.stdin.close()


@pytest.fixture
async def imap_wire(imap_server: ImapServer) -> AsyncIterator[Wire]:
    async with wire(imap_server.plain) as made:
        yield made


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with post_office() as made:
        yield made


@pytest.fixture
def account(imap_server: ImapServer, imap_wire: Wire, office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An account with folders of its own, its inbox made; all waits are short."""
    monkeypatch.setenv(PASSWORD_ENV, PASSWORD)
    made = Account(settings(imap_wire.port, office.port), imap_server.plain, PASSWORD)
    made.create(made.settings.inbox)
    yield made
    made.close()
    made.discard()


@pytest.fixture(scope="session")
def dovecot_port() -> Iterator[int]:
    if BINARY is None:
        pytest.skip("Dovecot is not installed on this machine (apt-get install dovecot-imapd).")
    with dovecot() as port:
        yield port


@pytest.fixture
async def dovecot_account(dovecot_port: int, office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Account]:
    """As `account`, at a Dovecot, over a wire; its folders for drafts and sent mail are the ones that the server marks."""
    monkeypatch.setenv(PASSWORD_ENV, PASSWORD)
    async with wire(dovecot_port) as made_wire:
        found = settings(made_wire.port, office.port).model_copy(update={"drafts": None, "sent": None})
        made = Account(found, dovecot_port, PASSWORD)
        made.create(found.inbox)
        yield made
        made.close()


def settings(imap_port: int, smtp_port: int) -> ImapSettings:
    own = uuid4().hex[:8]
    return ImapSettings(
        address=USER,
        password_env=PASSWORD_ENV,
        imap_host="127.0.0.1",
        imap_port=imap_port,
        imap_tls="none",
        smtp_port=smtp_port,
        smtp_tls="none",
        inbox=f"Inbox-{own}",
        drafts=f"Drafts-{own}",
        sent=f"Sent-{own}",
        sending=f"Sending-{own}",
        timeout_seconds=2.0,
        settles_seconds=0.2,
    )
