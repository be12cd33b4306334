"""Each mailbox believes those whom its own settings name, and the worker decides by the verdict."""

from dataclasses import replace
from pathlib import Path

from bot.mailbox.mime import read
from bot.settings import MaildirEntry
from bot.wiring import _authenticate, _trusts
from pipeline.email import Authentication, Email, MailboxId
from tests.bot import scene
from tests.bot.scene import Scene
from tests.spoofing.forge import NOW, PROVIDER, mail, signed, vouched, zone

ENTRIES = (
    MaildirEntry(address="support@larkspur.example", path=Path("a"), authserv_ids=(PROVIDER,)),
    MaildirEntry(address="sales@larkspur.example", path=Path("b"), authserv_ids=("mx.other.example",)),
    MaildirEntry(address="ops@larkspur.example", path=Path("c"), authserv_ids=(PROVIDER,), dkim="off"),
)
EVERYBODY = frozenset((PROVIDER, "mx.other.example"))


async def verdict(raw: bytes, address: str) -> str:
    email = read(raw, "s", NOW, EVERYBODY)
    return (await _authenticate(_trusts(ENTRIES), zone(), email, raw, MailboxId(address))).authentication.verdict


async def test_one_mailboxs_provider_is_not_believed_by_another() -> None:
    unsigned = vouched("customer.example").encode() + mail()
    assert await verdict(unsigned, "ops@larkspur.example") == "pass"
    assert await verdict(unsigned, "sales@larkspur.example") == "none"
    assert await verdict(unsigned, "gone@larkspur.example") == "none"


async def test_the_providers_word_needs_a_signature_unless_it_is_switched_off() -> None:
    word = vouched("watching.example").encode()
    plain = mail("a@watching.example")
    assert await verdict(word + plain, "support@larkspur.example") == "none"
    assert await verdict(word + signed(plain, "watching.example"), "support@larkspur.example") == "pass"


async def test_a_mail_that_could_not_be_read_stays_as_it_is() -> None:
    raw = b"Subject: " + b"x" * 200_000 + b"\r\n" + signed(mail(), "customer.example")
    assert read(raw, "s", NOW, EVERYBODY).quarantined
    assert await verdict(raw, "support@larkspur.example") == "none"


async def test_the_worker_keeps_the_verdict_and_has_the_mail_judged_by_it(stage: Scene) -> None:
    async def authenticate(email: Email, raw: bytes, mailbox: MailboxId) -> Email:
        return replace(email, authentication=Authentication("pass", email.sender.domain, f"{len(raw)} bytes for {mailbox}"))

    raw = scene.mail("a")
    case = await stage.arrive(raw, "a")
    worker = replace(stage.worker, authenticate=authenticate)
    while await worker.step():
        pass
    assert (await stage.case(case)).email.authentication.why == f"{len(raw)} bytes for {scene.INBOX}"
