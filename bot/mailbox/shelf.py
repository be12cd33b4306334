"""Where a mail lay when it was fetched, as its first header: the same name further down is its sender's."""

from bot.mailbox.headers import scan, unwrapped
from bot.mailbox.limits import MAX_BYTES

GMAIL = b"X-Gmail-Labels"
OUTLOOK = b"X-Outlook-Folder"
_PEEKED = 2048


def labelled(raw: bytes, labels: frozenset[str]) -> bytes:
    """A mail from Gmail with its labels; one that is too big is cut where its reader sees that."""
    shown = ",".join(sorted(label for label in labels if label.isascii() and label.replace("_", "").isalnum()))
    return _headed(GMAIL, shown.encode(), raw)


def in_junk(raw: bytes) -> bytes:
    """A mail from Outlook's Junk folder."""
    return _headed(OUTLOOK, b"junkemail", raw)


def is_shelved(raw: bytes) -> bool:
    """Whether the provider had put it among its spam."""
    first = scan(raw[:_PEEKED], limit=_PEEKED, strict=False).fields[:1]
    held = {field.name: field.value for field in first}
    spam = b"SPAM" in held.get(GMAIL.lower().decode(), b"").split(b",")
    return spam or held.get(OUTLOOK.lower().decode()) == b"junkemail"


def _headed(name: bytes, value: bytes, raw: bytes) -> bytes:
    return b"%s: %s\r\n%s" % (name, value, unwrapped(raw[: MAX_BYTES + 1]))
