"""The configured mailboxes, each opened by its kind; a provider's libraries are loaded only where they are needed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, assert_never

from bot.doorbell import Doorbell, News
from bot.mailbox import imap, maildir, outlook
from bot.mailbox.gmail_settings import GmailSettings
from bot.mailbox.graph.watch import Watch
from bot.mailbox.imap_settings import ImapSettings
from bot.mailbox.maildir_sent import MaildirSent
from bot.renewal import Renew
from bot.settings import MailboxEntry, MaildirEntry, OutlookEntry, Settings
from bot.web import Handler
from bot.webhooks import graph
from pipeline.email import MailboxId
from pipeline.errors import Misconfigured
from pipeline.ports import Mailbox, Memory, SentMail

if TYPE_CHECKING:
    from types import ModuleType


@dataclass(frozen=True, slots=True)
class Opened:
    """A mailbox, how often it is polled (in seconds), what rings for it, and what must be renewed for that (None: nothing).

    `watch` is a subscription that keeps itself; `sent` is its sent mail, where it can be watched; `news` tells of new mail (IDLE);
    `close` lets its connections go.
    """

    mailbox: Mailbox
    seconds: float
    bell: Doorbell = field(default_factory=Doorbell)
    renew: Renew | None = None
    watch: Watch | None = None
    sent: SentMail | None = None
    news: News | None = None
    close: Callable[[], Awaitable[None]] | None = None


def open_all(settings: Settings, memory: Callable[[MailboxId], Memory]) -> dict[MailboxId, Opened]:
    """Open every configured mailbox. Raises Misconfigured."""
    if not settings.mailboxes:
        raise Misconfigured(
            "mailboxes", "none is configured. Add a [[mailboxes]] table to triage.toml; `triage config --example` shows one."
        )
    return {MailboxId(entry.address): _open(entry, settings, memory) for entry in settings.mailboxes}


def webhooks(entries: Sequence[MailboxEntry], opened: Mapping[MailboxId, Opened]) -> dict[str, Handler]:
    """What providers may post to us: a path and its handler for each provider that is set up to push."""
    watches = [one.watch for one in opened.values() if one.watch]
    return _gmail_hooks(entries, opened) | ({graph.PATH: graph.handler(watches)} if watches else {})


def _gmail_hooks(entries: Sequence[MailboxEntry], opened: Mapping[MailboxId, Opened]) -> dict[str, Handler]:
    pushing = [entry for entry in entries if isinstance(entry, GmailSettings) and entry.push_audience and entry.push_account]
    if not pushing:
        return {}
    from bot.mailbox.gmail_token import GoogleCerts
    from bot.webhooks.gmail import GMAIL, GmailPush, gmail_push

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


def _open(entry: MailboxEntry, settings: Settings, memory: Callable[[MailboxId], Memory]) -> Opened:
    address = MailboxId(entry.address)
    match entry:
        case MaildirEntry():
            mailbox = maildir.connect(address, entry.path, sendmail=entry.sendmail, create=entry.create)
            return Opened(mailbox, settings.poll_seconds, sent=MaildirSent(address, entry.path))
        case GmailSettings():
            gmail = gmail_module().connect(entry, memory(address))
            return Opened(gmail, entry.poll_seconds, renew=gmail.renew if entry.topic else None)
        case ImapSettings():
            server = imap.connect(entry, memory(address))
            # Two cursors that are saved apart: a memory is replaced as a whole.
            sent = server.sent(memory(MailboxId(f"{address} sent")))
            close = partial(asyncio.to_thread, server.close)
            return Opened(server, entry.poll_seconds, sent=sent, news=server.wait_for_news, close=close)
        case OutlookEntry():
            return _outlook(entry, settings, memory(address))
        case _ as never:
            assert_never(never)


def _outlook(entry: OutlookEntry, settings: Settings, memory: Memory) -> Opened:
    """Notifications need an address where Microsoft reaches us; without one mail is only polled."""
    mailbox, bell = outlook.connect(outlook.app_of(entry, settings.outlook_client_secret), memory), Doorbell()
    watch = mailbox.watch(settings.public_url.rstrip("/") + graph.PATH) if settings.public_url else None
    if watch is not None:
        watch.ring = bell.ring
    return Opened(mailbox, settings.poll_seconds, bell, watch=watch, close=mailbox.close)
