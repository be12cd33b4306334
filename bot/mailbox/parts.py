"""The leaves of a mail's MIME tree, cut from bytes in linear time and within limits."""

import binascii
import re
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message

from bot.mailbox import charsets, headers
from bot.mailbox.headers import Headers
from bot.mailbox.limits import MAX_DEPTH, MAX_PART_BYTES, MAX_PARTS, Exceeded

_PARAMETERS = 4096


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that holds no further parts. `group` numbers the multipart/alternative it stands in (0: none)."""

    media_type: str
    disposition: str
    name: str
    charset: str
    flowed: bool
    delsp: bool
    encoding: str
    body: bytes
    group: int

    @property
    def size(self) -> int:
        """Its decoded size in bytes, reckoned without decoding."""
        if self.encoding == "base64":
            return len(self.body.translate(None, b"\r\n\t =")) * 3 // 4
        return len(self.body)

    @property
    def readable(self) -> bool:
        """It is part of what the sender wrote, not a file sent along."""
        return self.media_type in ("text/plain", "text/html") and self.disposition != "attachment" and not self.name

    def raw_text(self, most: int) -> bytes:
        """Its first bytes without their transfer encoding, at most `most`."""
        return _decoded(self.body[: 2 * most], self.encoding)[:most]

    def text(self) -> tuple[str, bool]:
        """Its text, and whether its charset was a lie."""
        return charsets.decode(_decoded(self.body[: 2 * MAX_PART_BYTES], self.encoding)[:MAX_PART_BYTES], self.charset)


@dataclass(frozen=True, slots=True)
class Tree:
    """A mail's leaves in order, and the media types of the multiparts around them."""

    leaves: tuple[Leaf, ...]
    multiparts: frozenset[str]
    broken: bool


@dataclass(frozen=True, slots=True)
class _Open:
    raw: bytes
    depth: int
    group: int
    usual: str


def tree(raw: bytes) -> Tree:
    """The leaves of a mail; attached mails count as leaves. Exceeded beyond 200 parts or 20 levels."""
    leaves: list[Leaf] = []
    multiparts: set[str] = set()
    broken, count = False, 0
    todo = [_Open(raw, 0, 0, "text/plain")]
    while todo:
        part = todo.pop()
        count += 1
        if count + len(todo) > MAX_PARTS:
            raise Exceeded(f"It has more than {MAX_PARTS} parts.")
        if part.depth > MAX_DEPTH:
            raise Exceeded(f"Its parts nest deeper than {MAX_DEPTH} levels.")
        head = headers.scan(part.raw)
        kind = _parameters(head, part.usual)
        media_type = kind.get_content_type()
        inside = _inside(part.raw[head.body_at :], kind) if media_type.startswith("multipart/") else []
        if media_type.startswith("multipart/"):
            multiparts.add(media_type)
            broken = broken or not inside
        if inside:
            group = count if media_type == "multipart/alternative" else part.group
            usual = "message/rfc822" if media_type == "multipart/digest" else "text/plain"
            todo.extend(_Open(child, part.depth + 1, group, usual) for child in reversed(inside))
        else:
            leaves.append(_leaf(head, kind, part))
    return Tree(tuple(leaves), frozenset(multiparts), broken)


def _parameters(head: Headers, usual: str) -> Message:
    """The fields that carry parameters, in the standard library's hands: it knows RFC 2231."""
    message = Message()
    message.set_default_type(usual)
    for name in ("content-type", "content-disposition"):
        if value := head.first(name):
            message[name] = value[:_PARAMETERS].decode("latin-1")
    return message


def _inside(body: bytes, kind: Message) -> list[bytes]:
    """The parts between the delimiter lines of a multipart; what stands before the first and after the last is dropped."""
    boundary = kind.get_boundary("")
    if not boundary:
        return []
    delimiter = re.compile(rb"^--" + re.escape(boundary.encode("latin-1", "replace")) + rb"(--)?[ \t]*\r?$", re.MULTILINE)
    found: list[bytes] = []
    start = -1
    for line in delimiter.finditer(body):
        if start >= 0:
            found.append(body[start : line.start()].removesuffix(b"\n").removesuffix(b"\r"))
        start = line.end() + 1
        if line[1] or len(found) > MAX_PARTS:
            return found
    return [*found, body[start:]] if start >= 0 else found


def _leaf(head: Headers, kind: Message, part: _Open) -> Leaf:
    # a multipart without its boundary is read as the text that it shows
    media_type = "text/plain" if kind.get_content_maintype() == "multipart" else kind.get_content_type()
    return Leaf(
        media_type,
        kind.get_content_disposition() or "",
        _name(kind),
        _text(kind.get_param("charset", "")),
        _text(kind.get_param("format", "")).lower() == "flowed",
        _text(kind.get_param("delsp", "")).lower() == "yes",
        headers.clean(headers.decode(head.first("content-transfer-encoding")), 40).lower(),
        part.raw[head.body_at :],
        part.group,
    )


def _name(kind: Message) -> str:
    """The file name, from RFC 2231 parameters, encoded words or plain 8-bit characters."""
    name = kind.get_filename("")
    with suppress(UnicodeEncodeError):
        name = headers.decode(name.encode("latin-1"))
    return headers.clean(name, 200)


def _text(parameter: object) -> str:
    """A parameter's value; RFC 2231 gives it as (charset, language, value)."""
    return str(parameter[2]) if isinstance(parameter, tuple) else str(parameter)


def _decoded(body: bytes, encoding: str) -> bytes:
    match encoding:
        case "base64":
            return headers.base64(body)
        case "quoted-printable":
            return binascii.a2b_qp(body)
        case _:
            return body
