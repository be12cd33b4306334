"""Whether a sent mail is a person's answer: not ours, not a machine's, and an answer to something."""

from datetime import datetime

from bot.mailbox import headers, mime
from bot.mailbox.addresses import mailboxes
from bot.mailbox.limits import MAX_BYTES
from pipeline.email import Email
from pipeline.ports import HandReply
from pipeline.screening.automatic import headed

SHOWN = 80
MACHINES = ("x-autoreply", "x-autorespond", "x-autoresponder")


def by_hand(raw: bytes, source: str, at: datetime) -> HandReply | None:
    """None for our own replies (they bear our X-Triage-Send-Id), for vacation notes and the like, and for mail that answers nothing."""
    email = mime.read(raw[:MAX_BYTES], source, at, frozenset())
    if email.header("x-triage-send-id") or not email.in_reply_to or _by_itself(email):
        return None
    to = tuple(address.address for address in (*email.to, *email.cc))
    return HandReply(source, email.in_reply_to, email.thread_id, _by(email), at, email.reply, to, email.message_id)


def _by_itself(email: Email) -> bool:
    """The mailbox's own vacation note lies among its sent mail (RFC 3834)."""
    return headed(email, "auto-submitted") not in ("", "no") or any(email.header(name) for name in MACHINES)


def _by(email: Email) -> str:
    """Who wrote it: a Sender is the person who wrote in the name of a shared From."""
    sender = next((one.address for one in mailboxes((email.header("sender") or "").encode())), email.sender)
    return headers.clean(sender.name or sender.address or email.sender.address, SHOWN)
