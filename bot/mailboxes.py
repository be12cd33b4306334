"""The configured mailboxes, each opened by its kind; a provider's libraries are loaded only where they are needed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from bot.doorbell import Doorbell
from bot.mailbox import maildir
from bot.mailbox.gmail_settings import GmailSettings
from bot.renewal import Renew
from bot.settings import MailboxEntry, MaildirEntry
from bot.web import Handler
from pipeline.email import MailboxId
from pipeline.errors import Misconfigured
from pipeline.ports import Mailbox, Memory

if TYPE_CHECKING:
    from types import ModuleType


@dataclass(frozen=True, slots=True)
class Opened:
    """A mailbox, how often it is polled (in seconds), what rings for it, and what must be renewed for that (None: nothing)."""

    mailbox: Mailbox
    seconds: float
    bell: Doorbell = field(default_factory=Doorbell)
    renew: Renew | None = None


def open_all(entries: Sequence[MailboxEntry], memory: Callable[[MailboxId], Memory], seconds: float) -> dict[MailboxId, Opened]:
    """Open every mailbox; `seconds` is for those that set no time between polls. Raises Misconfigured."""
    if not entries:
        raise Misconfigured(
            "mailboxes", "none is configured. Add a [[mailboxes]] table to triage.toml; `triage config --example` shows one."
        )
    return {MailboxId(entry.address): _open(entry, memory, seconds) for entry in entries}


def webhooks(entries: Sequence[MailboxEntry], opened: Mapping[MailboxId, Opened]) -> dict[str, Handler]:
    """What providers may post to us: a path and its handler for each provider that is set up to push."""
    pushing = [entry for entry in entries if isinstance(entry, GmailSettings) and entry.push_audience and entry.push_account]
    if not pushing:
        return {}
    from bot.mailbox.gmail_token import GoogleCerts
    from bot.webhooks import GMAIL, GmailPush, gmail_push

    pushes = {
        MailboxId(entry.address): GmailPush(entry.push_audience or "", entry.push_account or "", opened[MailboxId(entry.address)].bell)
        for entry in pushing
    }
    return {GMAIL: gmail_push(pushes, GoogleCerts(pushing[0].certs_url))}


def gmail_module() -> "ModuleType":
    """bot.mailbox.gmail. Raises Misconfigured where Google's libraries are not installed."""
    try:
        from bot.mailbox import gmail
    except ModuleNotFoundError as missing:
        raise Misconfigured(
            'mailbox kind "gmail"', f'it needs {missing.name}, which is not installed. Run: pip install "inbox-triage[gmail]"'
        ) from missing
    return gmail


async def check_gmail(settings: GmailSettings) -> str:
    """For `triage doctor`: whether the credentials open the mailbox. Raises Misconfigured, Temporary, Permanent."""
    gmail_module()
    from bot.mailbox.gmail_calls import check

    return await check(settings)


def _open(entry: MailboxEntry, memory: Callable[[MailboxId], Memory], seconds: float) -> Opened:
    address = MailboxId(entry.address)
    match entry:
        case MaildirEntry():
            return Opened(maildir.connect(address, entry.path, sendmail=entry.sendmail, create=entry.create), seconds)
        case GmailSettings():
            mailbox = gmail_module().connect(entry, memory(address))
            return Opened(mailbox, entry.poll_seconds, renew=mailbox.renew if entry.topic else None)
        case _ as never:
            assert_never(never)
