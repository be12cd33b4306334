"""The mailboxes of an address header (RFC 5322), read in one pass that no nesting or length can slow down."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.mailbox.headers import clean, decode
from bot.mailbox.limits import MAX_ADDRESSES, MAX_COMMENT_DEPTH, Exceeded
from pipeline.email import Address

Kind = Literal["text", "quoted", "comment", "angle", "mark"]

_PLAIN = re.compile(r'[^"(<,;:]+')
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*("|\\?\Z)', re.DOTALL)
_COMMENT = re.compile(r"[()\\]")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\Z")


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address as written, and whether it was written as the standard asks: only then two parsers agree on whose it is."""

    address: Address
    well_formed: bool


def mailboxes(value: bytes) -> tuple[Mailbox, ...]:
    """Every mailbox of the header, in order. Exceeded beyond 200 of them, or where comments nest absurdly."""
    found: list[Mailbox] = []
    held: list[Token] = []
    group = False
    for token in [*tokens(value.decode("latin-1")), Token("mark", ",")]:
        if token.kind != "mark":
            held.append(token)
            continue
        group = group or token.text == ":"
        if token.text != ":" and any(part.text.strip() for part in held):
            found.append(_mailbox(held, group))
        held = []
        if len(found) > MAX_ADDRESSES:
            raise Exceeded(f"It names more than {MAX_ADDRESSES} addresses.")
    return tuple(found)


def tokens(text: str) -> Iterator[Token]:
    """The stretches of a structured header: comments and quoted strings whole, the marks `,` `;` `:` alone."""
    at = 0
    while at < len(text):
        kind, end = _next(text, at)
        yield Token(kind, text[at:end])
        at = end


def _next(text: str, at: int) -> tuple[Kind, int]:
    match text[at]:
        case '"':
            quoted = _QUOTED.match(text, at)
            return "quoted", quoted.end() if quoted else len(text)
        case "(":
            return "comment", _comment_end(text, at)
        case "<":
            return "angle", text.find(">", at) + 1 or len(text)
        case "," | ";" | ":":
            return "mark", at + 1
        case _:
            plain = _PLAIN.match(text, at)
            return "text", plain.end() if plain else at + 1


def _comment_end(text: str, at: int) -> int:
    depth, skip = 0, -1
    for mark in _COMMENT.finditer(text, at):
        if mark.start() == skip:
            continue
        match mark[0]:
            case "\\":
                skip = mark.end()
            case "(":
                depth += 1
            case _:
                depth -= 1
        if depth > MAX_COMMENT_DEPTH:
            raise Exceeded(f"Comments in its address headers nest deeper than {MAX_COMMENT_DEPTH}.")
        if depth == 0:
            return mark.end()
    return len(text)


def _mailbox(held: list[Token], group: bool) -> Mailbox:
    angles = [at for at, token in enumerate(held) if token.kind == "angle"]
    if not angles:
        written = "".join(token.text for token in held if token.kind in ("text", "quoted")).strip()
        name = next((token.text[1:-1] for token in held if token.kind == "comment"), "")
        return _made(name, written, not group)
    before, after = held[: angles[-1]], held[angles[-1] + 1 :]
    written = held[angles[-1]].text
    well = (
        not group
        and len(angles) == 1
        and written.endswith(">")
        and not any("@" in token.text for token in before if token.kind == "text")
        and not any(token.text.strip() for token in after if token.kind != "comment")
    )
    return _made(_phrase(before), written.strip("<> \t"), well)


def _phrase(held: list[Token]) -> str:
    return "".join(re.sub(r"\\(.)", r"\1", t.text.strip('"')) if t.kind == "quoted" else t.text for t in held if t.kind != "comment")


def _made(name: str, written: str, well: bool) -> Mailbox:
    """`name` and `written` hold one character a byte."""
    address = clean(decode(written.encode("latin-1")), 254).lower()
    return Mailbox(Address(clean(decode(name.encode("latin-1")), 200), address), well and bool(_ADDRESS.match(written)))
