"""What an operator sets: unencrypted connections, certificates, passwords, folders, and the sentence for each mistake."""

import ssl
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot import settings
from bot.mailbox.imap import connect
from bot.mailbox.imap_settings import ImapSettings
from bot.mailbox.submission import Submission
from pipeline.errors import Misconfigured, Temporary
from tests.bot.mailbox.contract import a_reply
from tests.mail.account import PASSWORD_ENV, Account, Kept
from tests.mail.fixtures import ImapServer
from tests.mail.imap_server import PASSWORD
from tests.mail.smtp_server import PostOffice, post_office

TOML = """
[[mailboxes]]
address = "a@larkspur.example"
path = "mail"

[[mailboxes]]
kind = "imap"
address = "B@larkspur.example"
password_env = "B_PASSWORD"
imap_host = "imap.larkspur.example"
smtp_host = "smtp.larkspur.example"
smtp_tls = "starttls"
"""


def test_a_file_may_name_maildirs_and_accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "triage.toml").write_text(TOML)
    monkeypatch.setenv("TRIAGE_CONFIG", str(tmp_path / "triage.toml"))
    _, entry = settings.load().mailboxes
    assert isinstance(entry, ImapSettings)
    assert (entry.user, entry.imap_at, entry.smtp_at) == (
        "b@larkspur.example", ("imap.larkspur.example", 993), ("smtp.larkspur.example", 587),
    )  # fmt: skip


def test_the_example_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "triage.toml").write_text(settings.EXAMPLE)
    monkeypatch.setenv("TRIAGE_CONFIG", str(tmp_path / "triage.toml"))
    assert [entry.kind for entry in settings.load().mailboxes] == ["maildir", "imap"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"imap_tls": "none"}, "imap_tls"),
        ({"smtp_tls": "none"}, "smtp_tls"),
        ({"imap_tls": "none", "imap_host": "127.0.0.1.evil"}, "imap_tls"),
    ],
)
def test_a_password_does_not_leave_this_machine_in_the_clear(monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], named: str) -> None:
    monkeypatch.setenv(PASSWORD_ENV, PASSWORD)
    made = ImapSettings(**{"address": "a@b.example", "password_env": PASSWORD_ENV, "imap_host": "imap.b.example", **change})
    with pytest.raises(Misconfigured, match=rf"a@b\.example, {named}: .* unencrypted\. Use"):
        connect(made, Kept())
    connect(made.model_copy(update={"allow_plain": True}), Kept()).close()
    connect(made.model_copy(update={"imap_host": "::1"}), Kept()).close()


def test_a_password_that_is_not_there_is_named(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSWORD_ENV)
    with pytest.raises(Misconfigured, match=r"TRIAGE_TEST_PASSWORD: .* Put the password of support@larkspur\.example into it"):
        account.connect()


async def test_a_wrong_password_is_named_with_its_setting(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_ENV, "wrong")
    sentence = (
        r"127\.0\.0\.1:\d+ refused the sign-in of support@larkspur\.example\. Check username, and the password in TRIAGE_TEST_PASSWORD"
    )
    mailbox = account.connect()
    for call in (mailbox.arrivals(10), mailbox.probe(), mailbox.create_draft(b"", "id")):
        with pytest.raises(Temporary, match=sentence) as error:
            await call
        assert "wrong" not in str(error.value)
    with pytest.raises(Temporary, match=sentence):
        await Submission(account.settings, SecretStr("wrong")).probe()
    with pytest.raises(Temporary, match=sentence):
        await Submission(account.settings, SecretStr("wröng")).probe()


async def test_a_password_of_any_letters_is_sent_as_it_is(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_ENV, "wröng")
    with pytest.raises(Temporary, match="refused the sign-in"):
        await account.connect().arrivals(10)


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_certificates_are_checked(imap_server: ImapServer, account: Account, security: str) -> None:
    """An own authority must be named; then mail is read and sent."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(imap_server.certificates / "cert.pem", imap_server.certificates / "key.pem")
    offices = post_office(context) if security == "tls" else post_office(starttls=context)
    async with offices as office:
        change = {
            "imap_port": getattr(imap_server, security), "imap_tls": security, "smtp_port": office.port, "smtp_tls": security,
        }  # fmt: skip
        strange = account.connect(**change)
        with pytest.raises(Temporary, match=r"cannot be reached .*CERTIFICATE_VERIFY_FAILED.*imap_tls"):
            await strange.probe()
        with pytest.raises(Temporary, match=r"cannot be reached .*smtp_tls"):
            await strange.submission.probe()
        mailbox = account.connect(ca_file=imap_server.certificates / "cert.pem", **change)
        assert "Signed in" in await mailbox.probe()
        raw, send_id = a_reply()
        await mailbox.send_draft(await mailbox.create_draft(raw, send_id))
        assert [taken.raw for taken in office.ledger] == [raw]


def test_a_certificate_file_that_is_none_is_named(account: Account, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    for name in ("ca.pem", "missing.pem"):
        with pytest.raises(Misconfigured, match=rf"{name}: these certificates cannot be read"):
            account.connect(ca_file=tmp_path / name)


async def test_a_server_that_is_not_there_is_named(account: Account) -> None:
    mailbox = account.connect(imap_port=1, smtp_port=1)
    with pytest.raises(Temporary, match=r"127\.0\.0\.1:1 cannot be reached .*imap_host"):
        await mailbox.arrivals(10)
    with pytest.raises(Temporary, match=r"127\.0\.0\.1:1 cannot be reached .*smtp_host"):
        await mailbox.submission.probe()


async def test_folders_are_made_where_they_are_missing(account: Account, office: PostOffice) -> None:
    mailbox = account.connect(drafts=None, sent=None)
    raw, send_id = a_reply()
    draft = await mailbox.create_draft(raw, send_id)
    assert raw in account.mails("Drafts")
    await mailbox.send_draft(draft)
    assert raw in account.mails("Sent")


async def test_folders_that_the_server_marks_are_used(dovecot_account: Account) -> None:
    mailbox = dovecot_account.connect()
    assert "drafts lie in Entwuerfe, sent mail in Gesendet" in await mailbox.probe()
