"""The contract of a mailbox, kept by the Maildir and by IMAP with SMTP, on every way in which a draft can be claimed."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.mailbox import maildir
from bot.mailbox.maildir import MaildirMailbox
from pipeline.email import MailboxId
from pipeline.ports import Mailbox
from tests.bot.mailbox.contract import CHECKS, Check
from tests.bot.scene import handed_over
from tests.mail.account import Account
from tests.mail.smtp_server import PostOffice


@dataclass
class MaildirHarness:
    root: Path
    count: int = 0

    async def open(self) -> MaildirMailbox:
        return maildir.connect(MailboxId("support@larkspur.example"), self.root, create=True)

    async def deliver(self, raw: bytes) -> None:
        self.count += 1
        (self.root / "new" / f"{self.count:03}").write_bytes(raw)

    async def ledger(self) -> Sequence[bytes]:
        return handed_over(self.root)

    async def discard_drafts(self) -> None:
        for path in (self.root / ".Drafts" / "cur").iterdir():
            path.unlink()


@dataclass
class ImapHarness:
    account: Account
    office: PostOffice

    async def open(self) -> Mailbox:
        mailbox = self.account.connect()
        await mailbox.arrivals(10)
        return mailbox

    async def deliver(self, raw: bytes) -> None:
        self.account.deliver(raw)

    async def ledger(self) -> Sequence[bytes]:
        return [taken.raw for taken in self.office.ledger]

    async def discard_drafts(self) -> None:
        self.account.delete_all(self.account.settings.drafts or "Entwuerfe")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_the_maildir_keeps_the_contract(tmp_path: Path, check: Check) -> None:
    await check(MaildirHarness(tmp_path / "box"))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_imap_keeps_the_contract(account: Account, office: PostOffice, check: Check) -> None:
    await check(ImapHarness(account, office))


UNGUARDED = tuple(check for check in CHECKS if "draft" in check.__name__)
"""pymap counts no changes (CONDSTORE), so a keyword does not keep two senders apart there: nobody but the database's lease does."""


@pytest.mark.parametrize("check", UNGUARDED, ids=lambda check: check.__name__)
async def test_imap_keeps_the_contract_by_a_keyword(account: Account, office: PostOffice, check: Check) -> None:
    account.settings = account.settings.model_copy(update={"mark": "keyword"})
    await check(ImapHarness(account, office))


@pytest.mark.parametrize("mark", ["auto", "folder"] if os.environ.get("TRIAGE_FULL") else ["auto"])
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_imap_keeps_the_contract_at_a_dovecot(dovecot_account: Account, office: PostOffice, check: Check, mark: str) -> None:
    """By a guarded keyword, as it has CONDSTORE; and by moving, as asked."""
    dovecot_account.settings = dovecot_account.settings.model_copy(update={"mark": mark})
    await check(ImapHarness(dovecot_account, office))
