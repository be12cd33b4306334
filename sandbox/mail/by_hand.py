"""What a person's mail program writes when they press Reply: no header of the bot's, the original quoted below."""

from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default
from email.utils import format_datetime, localtime, make_msgid


def by_hand(answered: bytes, text: str, by: str, *, to: str = "") -> bytes:
    """The reply's bytes. `by` stands in From, `to` in To: the sender of the original unless somebody else is named."""
    original = BytesParser(policy=default).parsebytes(answered)
    part = original.get_body(("plain",))
    quoted = str(part.get_content()) if part is not None else ""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = by, to or str(original["reply-to"] or original["from"])
    message["Subject"] = f"Re: {original['subject']}"
    message["Date"], message["Message-ID"] = format_datetime(localtime()), make_msgid(domain="mail.program.example")
    message["In-Reply-To"] = str(original["message-id"])
    message["References"] = f"{original['references'] or ''} {original['message-id']}".strip()
    lines = "".join(f"> {line}\n" for line in quoted.splitlines())
    message.set_content(f"{text}\n\nOn Mon, 2 Mar 2026 at 09:00, {original['from']} wrote:\n{lines}")
    return message.as_bytes()
