"""Words from elsewhere made safe for a mail of ours: on one line where they stand in a header, without anything that acts or hides."""

import re
from email.errors import MessageError
from email.header import Header, decode_header, make_header

# C0 and C1 controls, line and paragraph separators, bidirectional marks and overrides, zero-width and tag characters, surrogates.
INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]+"
)
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


def inert(text: str, most: int) -> str:
    """Text for a header: encoded words decoded until none is left, nothing invisible, on one line, at most `most` characters."""
    for _ in range(3):
        text = INVISIBLE.sub(" ", _decoded(text))
    return " ".join(text.replace("=?", "= ?").split())[:most].strip()


def plain(text: str) -> str:
    """A mail's text: lines end with one newline, no control characters, one newline at the end."""
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).rstrip() + "\n"


def word(text: str) -> str:
    """ASCII as it is, anything else as encoded words of at most 75 characters."""
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=75).encode(linesep="\r\n")


def _decoded(text: str) -> str:
    try:
        return str(make_header(decode_header(text)))
    except (ValueError, LookupError, MessageError):
        return text
