"""The whole program on an Outlook mailbox: settings, doctor, the bell of the ingest, and the webhook on the program's own port."""

import asyncio
import builtins
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from bot.buckets import alone
from bot.ingest import Ingest
from bot.mailbox import mime, outlook
from bot.renewal import look
from bot.settings import MaildirEntry, OutlookEntry, Settings, load
from bot.store.codec import PLAIN
from bot.store.database import connect
from bot.store.mailboxes import MailboxMemory
from bot.store.queue import Queue
from bot.web import serving
from bot.webhooks import graph as webhooks
from pipeline.errors import Misconfigured, Permanent
from tests.bot.outlook.office import INBOX, PLENTY, Notebook, mail, office, settings_for
from tests.bot.scene import until

TABLE = """
[[mailboxes]]
kind = "outlook"
address = "Support@larkspur.example"
tenant = "t"
client_id = "c"

[[mailboxes]]
address = "sales@larkspur.example"
path = "here"
"""


def test_both_kinds_stand_side_by_side_in_triage_toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "triage.toml").write_text(TABLE)
    monkeypatch.setenv("TRIAGE_CONFIG", str(tmp_path / "triage.toml"))
    monkeypatch.setenv("OUTLOOK_CLIENT_SECRET", "shared")
    settings = load()
    first, second = settings.mailboxes
    assert isinstance(first, OutlookEntry)
    assert isinstance(second, MaildirEntry)
    app = outlook.app_of(first, settings.outlook_client_secret)
    assert (app.address, app.client_secret) == (INBOX, SecretStr("shared"))
    assert "shared" not in repr(settings)
    assert "shared" not in repr(app)


def test_a_kind_that_nobody_knows_and_a_field_that_is_missing_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIAGE_CONFIG", str(tmp_path / "triage.toml"))
    (tmp_path / "triage.toml").write_text(TABLE.replace('"outlook"', '"lotus"'))
    with pytest.raises(Misconfigured, match="lotus"):
        load()
    (tmp_path / "triage.toml").write_text(TABLE.replace('tenant = "t"', ""))
    with pytest.raises(Misconfigured, match="tenant"):
        load()


def test_without_msal_the_operator_learns_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refusing(name: str, *given: Any) -> Any:
        if name == "msal":
            raise ImportError(name)
        return real(name, *given)

    monkeypatch.setattr(builtins, "__import__", refusing)
    with pytest.raises(Misconfigured, match=r'pip install "inbox-triage\[outlook\]"'):
        outlook.connect(outlook.OutlookSettings(INBOX, "t", "c", SecretStr("s")), Notebook(), alone(PLENTY))


async def test_the_doctor_reaches_the_mailbox_or_says_why_not() -> None:
    async with office() as at:
        assert INBOX in await outlook.check(at.settings, alone(PLENTY))
        at.graph.world.refuses_secret = True
        with pytest.raises(Permanent, match="client_id"):
            await outlook.check(settings_for(at.graph), alone(PLENTY))


async def test_a_certificate_serves_instead_of_a_secret(tmp_path: Path) -> None:
    async with office() as at:
        pem = tmp_path / "app.pem"
        pem.write_bytes(_key_and_certificate())
        app = outlook.OutlookSettings(
            INBOX, at.settings.tenant, at.settings.client_id, None, pem, at.settings.graph_url, at.settings.authority
        )
        assert INBOX in await outlook.check(app, alone(PLENTY))


async def test_a_notification_brings_the_mail_before_the_next_poll(database: str) -> None:
    store = await connect(database, name="test")
    async with office() as at:
        box = outlook.connect(at.settings, MailboxMemory(store, INBOX), alone(PLENTY))
        ingest, stop = Ingest(Queue(store, PLAIN), box, mime.peek, seconds=3600), asyncio.Event()
        watch = box.watch("")
        watch.ring = ingest.bell.ring
        async with (
            serving("127.0.0.1", 0, store.pool, _connected, {webhooks.PATH: webhooks.handler([watch])}) as port,
            asyncio.TaskGroup() as group,
        ):
            watch.url = f"http://127.0.0.1:{port}{webhooks.PATH}"
            await look(watch, datetime.now(UTC))
            group.create_task(ingest.run(stop))
            await until(lambda: _true(at.graph.faults.calls["delta"] > 0 and at.graph.world.under_way == 0))
            at.graph.deliver(mail("a"))
            (one,) = at.graph.world.subscriptions.values()
            async with aiohttp.ClientSession() as session:
                await session.post(watch.url, json={"value": [{"clientState": one.client_state}]})
            await until(lambda: _counted(store, 1))
            stop.set()
        assert [item.header("message-id") for item in at.graph.waiting] == ["<a@customers.example>"]
        assert await _counted(store, 1)
        await box.close()
    await store.close()


async def _connected() -> bool:
    return True


async def _true(holds: bool) -> bool:
    return holds


async def _counted(store: Any, wanted: int) -> bool:
    found = await store.run(lambda connection: connection.fetchval("select count(*) from messages"))
    return bool(found == wanted)


def _key_and_certificate() -> bytes:

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "triage")]), datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    signed = made.not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return pem + signed.public_bytes(serialization.Encoding.PEM)


def test_settings_take_an_entry_made_in_code() -> None:
    entry = OutlookEntry(kind="outlook", address="a@b.example", tenant="t", client_id="c")
    assert Settings(mailboxes=(entry,)).mailboxes == (entry,)
