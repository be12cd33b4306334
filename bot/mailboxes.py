"""The configured mailboxes, each opened by its kind; a provider's libraries are loaded only where they are needed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, assert_never

from bot.buckets import alone
from bot.budget import GRAPH, Account, Budgets, gmail_units
from bot.doorbell import Doorbell, News
from bot.ingest import Tide
from bot.mailbox import imap, maildir, outlook
from bot.mailbox.gmail_settings import GmailSettings
from bot.mailbox.graph.past import OutlookPast
from bot.mailbox.graph.watch import Watch
from bot.mailbox.imap_past import ImapPast
from bot.mailbox.imap_settings import ImapSettings
from bot.mailbox.maildir_past import MaildirPast
from bot.mailbox.maildir_sent import MaildirSent
from bot.renewal import Subscription
from bot.settings import MailboxEntry, MaildirEntry, OutlookEntry, Settings
from bot.web import Handler
from bot.webhooks import graph
from pipeline.email import MailboxId
from pipeline.errors import Misconfigured
from pipeline.ports import Mailbox, Memory, Past, SentMail

if TYPE_CHECKING:
    from types import ModuleType


@dataclass(frozen=True, slots=True)
class Opened:
    """A mailbox, how often it is polled (in seconds), what rings for it, and the subscription that must be renewed for that.

    `sent` is its sent mail, where it can be watched; `news` tells of new mail (IDLE); `close` lets its connections go.
    `where` is what people call the program that they use the mailbox in, if the provider has one; `past` is its old mail,
    where it can be read in a dry run.
    """

    mailbox: Mailbox
    seconds: float
    bell: Doorbell = field(default_factory=Doorbell)
    subscription: Subscription | None = None
    sent: SentMail | None = None
    news: News | None = None
    close: Callable[[], Awaitable[None]] | None = None
    where: str = ""
    tide: Tide = field(default_factory=Tide)
    past: Past | None = None


def open_all(settings: Settings, memory: Callable[[MailboxId], Memory], budgets: Budgets) -> dict[MailboxId, Opened]:
    """Open every configured mailbox, its provider's quota counted in `budgets`. Raises Misconfigured."""
    if not settings.mailboxes:
        raise Misconfigured(
            "mailboxes", "none is configured. Add a [[mailboxes]] table to triage.toml; `triage config --example` shows one."
        )
    return {MailboxId(entry.address): _open(entry, settings, memory, budgets) for entry in settings.mailboxes}


def webhooks(entries: Sequence[MailboxEntry], opened: Mapping[MailboxId, Opened]) -> dict[str, Handler]:
    """What providers may post to us: a path and its handler for each provider that is set up to push."""
    watches = [one.subscription for one in opened.values() if isinstance(one.subscription, Watch)]
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

    return await check(settings, alone(gmail_units(settings.units_per_minute)))


def _open(entry: MailboxEntry, settings: Settings, memory: Callable[[MailboxId], Memory], budgets: Budgets) -> Opened:
    address = MailboxId(entry.address)
    match entry:
        case MaildirEntry():
            mailbox = maildir.connect(address, entry.path, sendmail=entry.sendmail, create=entry.create)
            return Opened(mailbox, settings.poll_seconds, sent=MaildirSent(address, entry.path), past=MaildirPast(entry.path))
        case GmailSettings():
            account = Account(budgets, f"gmail:{address}", gmail_units(entry.units_per_minute))
            gmail = gmail_module().connect(entry, memory(address), account)
            watch = gmail.watch(entry.topic) if entry.topic else None
            return Opened(gmail, entry.poll_seconds, subscription=watch, sent=gmail.sent(), where="Gmail", past=gmail)
        case ImapSettings():
            server = imap.connect(entry, memory(address))
            # Two cursors that are saved apart: a memory is replaced as a whole.
            sent = server.sent(memory(MailboxId(f"{address} sent")))
            close = partial(asyncio.to_thread, server.close)
            return Opened(server, entry.poll_seconds, sent=sent, news=server.wait_for_news, close=close, past=ImapPast(server.inbox))
        case OutlookEntry():
            return _outlook(entry, settings, memory(address), Account(budgets, f"graph:{address}", GRAPH))
        case _ as never:
            assert_never(never)


def _outlook(entry: OutlookEntry, settings: Settings, memory: Memory, budget: Account) -> Opened:
    """Notifications need an address where Microsoft reaches us; without one mail is only polled."""
    mailbox, bell = outlook.connect(outlook.app_of(entry, settings.outlook_client_secret), memory, budget), Doorbell()
    watch = mailbox.watch(settings.public_url.rstrip("/") + graph.PATH) if settings.public_url else None
    if watch is not None:
        watch.ring = bell.ring
    return Opened(
        mailbox,
        settings.poll_seconds,
        bell,
        subscription=watch,
        sent=mailbox.sent(),
        close=mailbox.close,
        where="Outlook",
        past=OutlookPast(mailbox.inbox),
    )
