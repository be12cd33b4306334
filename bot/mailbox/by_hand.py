"""Whether a sent mail is a person's answer: not ours, and an answer to something."""

from datetime import datetime

from bot.mailbox import mime
from bot.mailbox.limits import MAX_BYTES
from pipeline.ports import HandReply


def by_hand(raw: bytes, source: str, at: datetime) -> HandReply | None:
    """None for our own replies (they bear our X-Triage-Send-Id), and for mail that answers nothing."""
    email = mime.read(raw[:MAX_BYTES], source, at, frozenset())
    if email.header("x-triage-send-id") or not email.in_reply_to:
        return None
    return HandReply(source, email.in_reply_to, email.thread_id, email.sender.name or email.sender.address, at, email.reply)
