"""E-mail addresses and links: those that let their holder in, and those that only name somebody's site."""

import re
from collections.abc import Iterator

from pipeline.email import Span

_EMAIL = re.compile(r"(?<![\w.%+'-])[\w.%+'-]{1,64}@[\w.-]{1,190}\.[^\W\d_]{2,24}(?![\w-])")
_URL = re.compile(r"https?://[^\s<>\"']{4,2000}", re.IGNORECASE)
_SECRET = re.compile(
    r"[?&;#](?:\w{0,20}(?:token|key|secret|signature|password|passwd|session|otp)|sig|auth|code|hash|sid|jwt|pwd|reset|verify|confirm)=[^&\s]{6}",
    re.IGNORECASE,
)
_HOME = re.compile(r"(?:https?://|(?<![\w@./-])www\.)[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}/?(?![\w/?#&=%.:-]*[\w/?#&=%])", re.IGNORECASE)
_RANDOM = re.compile(r"(?=[\w-]{0,200}\d)(?=[\w-]{0,200}[A-Za-z])[\w-]{24,}")


def emails(text: str) -> Iterator[Span]:
    return (Span("EMAIL_ADDRESS", found.start(), found.end()) for found in _EMAIL.finditer(text))


def secret_links(text: str) -> Iterator[Span]:
    """Links that carry a token: whoever has one may be let in by it."""
    for found in _URL.finditer(text):
        link = found[0].rstrip(".,;:!?)")
        if _SECRET.search(link) or any(_RANDOM.match(piece) for piece in re.split(r"[/?&=#.]", link[8:])):
            yield Span("URL", found.start(), found.start() + len(link))


def homes(text: str) -> Iterator[Span]:
    """Somebody's site, without a path: it names its owner as an address does. A link with a path stays."""
    return (Span("DOMAIN_NAME", found.start(), found.end()) for found in _HOME.finditer(text))
