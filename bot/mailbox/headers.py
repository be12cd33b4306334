"""The header block of a mail or of a part: fields from bytes, in linear time, and their values as text that can be shown."""

import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.mailbox import charsets
from bot.mailbox.limits import MAX_ENCODED_WORDS, MAX_HEADER_LINE, MAX_HEADERS, Exceeded

INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]")
"""Characters that change what a person sees without being seen: bidirectional marks, zero-width characters, tags."""

_LINE = re.compile(rb"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*(.*)", re.DOTALL)
_WORD = re.compile(rb"=\?([\w.:+-]{1,40})(?:\*[\w-]{0,20})?\?([bBqQ])\?([^?]*)\?=")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: its name in lower case, its value unfolded but not decoded."""

    name: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Headers:
    """The fields in order, and where the body begins; `broken` where a line that is no field ended the block."""

    fields: tuple[Field, ...]
    body_at: int
    broken: bool

    def all(self, name: str) -> list[bytes]:
        return [field.value for field in self.fields if field.name == name]

    def first(self, name: str) -> bytes:
        return next((field.value for field in self.fields if field.name == name), b"")


def scan(raw: bytes, limit: int = MAX_HEADERS, strict: bool = True) -> Headers:
    """The header block that `raw` begins with. Strict: Exceeded beyond the limits; else what stands within `limit` bytes."""
    names: list[str] = []
    values: list[list[bytes]] = []
    at, broken = 0, False
    while at < len(raw):
        if at > limit:
            if strict:
                raise Exceeded(f"Its headers are longer than {limit // 1024} KB.")
            break
        line = _LINE.match(raw, at, at + 2 * MAX_HEADERS)
        text = line[1] if line else b""
        if not text:
            at = line.end() if line else at
            break
        if strict and len(text) > MAX_HEADER_LINE:
            raise Exceeded(f"One line of its headers is longer than {MAX_HEADER_LINE // 1024} KB.")
        field = _FIELD.match(text)
        if text[:1] in b" \t":
            if values:
                values[-1].append(b" " + text.strip())
        elif field:
            names.append(field[1].decode("ascii").lower())
            values.append([field[2].strip()])
        else:
            broken = True
            break
        at = line.end() if line else len(raw)
    return Headers(tuple(Field(name, b"".join(value)) for name, value in zip(names, values, strict=True)), at, broken)


def unwrapped(raw: bytes) -> bytes:
    """A mail without blank lines before it, and without the line that mbox files put there."""
    mail = raw.lstrip(b"\r\n") if raw[:1] in (b"\r", b"\n") else raw
    if mail.startswith((b"From ", b">From ")) and (line := _LINE.match(mail)):
        return mail[line.end() :]
    return mail


def encoded_words(fields: Iterable[Field]) -> None:
    """Exceeded where the fields hold more encoded words than any honest mail."""
    if sum(field.value.count(b"=?") for field in fields) > MAX_ENCODED_WORDS:
        raise Exceeded(f"Its headers hold more than {MAX_ENCODED_WORDS} encoded words.")


def decode(value: bytes) -> str:
    """The text of a header value with its encoded words (RFC 2047) read; not yet cleaned."""
    return "".join(charsets.decode(data, charset)[0] for charset, data in _runs(value))


def _runs(value: bytes) -> Iterator[tuple[str, bytes]]:
    """Stretches of one charset; neighbouring encoded words are joined before decoding, as they may cut a character in two."""
    at, charset, held = 0, "", b""
    for word in _WORD.finditer(value):
        between = value[at : word.start()]
        name = word[1].decode("ascii").lower()
        if charset and (between.strip() or name != charset):
            yield charset, held
            charset, held = "", b""
        if between.strip() or (at == 0 and between):
            yield "", between
        charset, held = name, held + _payload(word[2], word[3])
        at = word.end()
    if charset:
        yield charset, held
    yield "", value[at:]


def _payload(encoding: bytes, text: bytes) -> bytes:
    if encoding in b"qQ":
        return binascii.a2b_qp(text.replace(b" ", b"_"), header=True)
    return base64(text)


def base64(text: bytes) -> bytes:
    """Base64 read as far as it goes: junk is skipped, missing padding is added."""
    letters = _NOT_BASE64.sub(b"", text)
    whole = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def clean(text: str, most: int) -> str:
    """One line that is safe to show: no control, bidirectional or invisible characters, no lone surrogates, at most `most` characters."""
    text = _SURROGATE.sub("\ufffd", text[: 4 * most])
    return " ".join(INVISIBLE.sub("", _CONTROL.sub(" ", text)).split())[:most]
