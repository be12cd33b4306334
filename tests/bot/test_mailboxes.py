"""A mailbox is opened by its kind, and what an operator forgot is named."""

import sys
from pathlib import Path

import pytest

from bot import settings
from bot.budget import Budgets
from bot.mailbox.gmail import GmailMailbox
from bot.mailbox.gmail_settings import GmailSettings
from bot.mailbox.maildir import MaildirMailbox
from bot.mailboxes import open_all, webhooks
from bot.settings import MaildirEntry
from bot.webhooks.gmail import GMAIL
from pipeline.email import MailboxId
from pipeline.errors import Misconfigured
from sandbox.mail.gmail.oauth import OAuth
from tests.gmail import INBOX, Kept, key

SALES = MailboxId("sales@larkspur.example")
NO_BUDGETS = Budgets([])
TOML = """
[[mailboxes]]
address = "support@larkspur.example"
path = "{folder}/Maildir"
create = true

[[mailboxes]]
kind = "gmail"
address = "Sales@Larkspur.Example"
credentials = "{folder}/gmail.json"
poll_seconds = 7
topic = "projects/p/topics/t"
push_audience = "https://triage.example/webhooks/gmail/sales@larkspur.example"
push_account = "push@p.iam.gserviceaccount.com"
"""


@pytest.fixture
def entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[settings.MailboxEntry, ...]:
    (tmp_path / "triage.toml").write_text(TOML.format(folder=tmp_path))
    (tmp_path / "gmail.json").write_text(OAuth(SALES, key()).refresh_file("https://unused.example/token"))
    monkeypatch.setenv("TRIAGE_CONFIG", str(tmp_path / "triage.toml"))
    return settings.load().mailboxes


def test_each_kind_is_opened_with_its_own_pace_bell_and_renewal(entries: tuple[settings.MailboxEntry, ...]) -> None:
    assert [type(entry) for entry in entries] == [MaildirEntry, GmailSettings]
    opened = open_all(settings.Settings(mailboxes=entries, poll_seconds=1.0), lambda mailbox: Kept(), NO_BUDGETS)
    assert [(type(one.mailbox), one.seconds, one.subscription is not None) for one in opened.values()] == [
        (MaildirMailbox, 1.0, False),
        (GmailMailbox, 7.0, True),
    ]
    assert list(opened) == [INBOX, SALES]
    assert list(webhooks(entries, opened)) == [GMAIL]
    assert webhooks(entries[:1], opened) == {}
    gmail = opened[SALES].mailbox
    assert (gmail.id, gmail.settles_within.total_seconds()) == (SALES, 120)


def test_without_googles_libraries_the_next_step_is_named(
    entries: tuple[settings.MailboxEntry, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("gmail", "gmail_calls", "gmail_drafts", "gmail_errors"):
        monkeypatch.delitem(sys.modules, f"bot.mailbox.{name}", raising=False)
    monkeypatch.delattr("bot.mailbox.gmail", raising=False)
    monkeypatch.setitem(sys.modules, "googleapiclient", None)
    monkeypatch.setitem(sys.modules, "googleapiclient.discovery", None)
    with pytest.raises(Misconfigured, match=r'pip install "inbox-triage\[gmail\]"'):
        open_all(settings.Settings(mailboxes=entries, poll_seconds=1.0), lambda mailbox: Kept(), NO_BUDGETS)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('kind = "gopher"', "mailboxes"), ("settles_seconds = 50", "settles_seconds"), ('topic = "t"', "topic"),
        ("password = 1", "password"), ('push_audience = "https://only.example"', "push_account"),
    ],
)  # fmt: skip
def test_what_does_not_hold_together_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, what: str) -> None:
    lines = {"kind": 'kind = "gmail"', "address": 'address = "a@b.example"', "credentials": 'credentials = "c"'}
    lines[line.partition(" ")[0]] = line
    (tmp_path / "triage.toml").write_text("[[mailboxes]]\n" + "\n".join(lines.values()))
    monkeypatch.setenv("TRIAGE_CONFIG", str(tmp_path / "triage.toml"))
    with pytest.raises(Misconfigured, match=what):
        settings.load()


def test_no_mailbox_at_all_is_named() -> None:
    with pytest.raises(Misconfigured, match="none is configured"):
        open_all(settings.Settings(), lambda mailbox: Kept(), NO_BUDGETS)
