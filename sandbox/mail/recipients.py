"""Who a message goes to, read strictly: what could be understood in two ways is refused with a sentence."""

import email
import email.errors
import email.policy
import re
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Protocol

ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = re.compile(rf"{ATOM}(?:\.{ATOM})*@{LABEL}(?:\.{LABEL})+")
LONGEST_LOCAL = 64
LONGEST_ADDRESS = 120
MOST_RECIPIENTS = 50
UNREADABLE = (ValueError, LookupError, AttributeError, TypeError, RecursionError, email.errors.MessageError)


class Addresses(Protocol):
    """A parsed To or Cc header of the standard library."""

    @property
    def defects(self) -> Sequence[Exception]: ...

    @property
    def addresses(self) -> Sequence[Address]: ...


class Undeliverable(Exception):
    """The message cannot be delivered; the sentence says why, for a person to read."""


def recipients(raw: bytes) -> tuple[str, ...]:
    """The addresses of To and Cc in lower case, each once, in their order. Raises Undeliverable."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    found: dict[str, None] = {}
    for name in ("To", "Cc"):
        found.update(dict.fromkeys(_addresses(message, name)))
    if not found:
        raise Undeliverable("It names nobody in To or Cc.")
    if len(found) > MOST_RECIPIENTS:
        raise Undeliverable(f"It names {len(found)} recipients; the post office carries at most {MOST_RECIPIENTS}.")
    return tuple(found)


def _addresses(message: EmailMessage, name: str) -> list[str]:
    headers = _read(message, name)
    if len(headers) > 1:
        raise Undeliverable(f"It has {len(headers)} {name} headers where one is allowed.")
    for header in headers:
        if header.defects:
            raise Undeliverable(f"Its {name} header cannot be read without guessing: {_shown(str(header))}.")
    return [_checked(address.addr_spec, name) for header in headers for address in header.addresses]


def _read(message: EmailMessage, name: str) -> list[Addresses]:
    try:
        return list(message.get_all(name, []))
    except UNREADABLE as error:
        raise Undeliverable(f"Its {name} header cannot be read.") from error


def is_address(text: str) -> bool:
    """Whether this is a plain address, short enough to name a folder."""
    return len(text) <= LONGEST_ADDRESS and text.find("@") <= LONGEST_LOCAL and ADDRESS.fullmatch(text) is not None


def _checked(address: str, name: str) -> str:
    if not is_address(address):
        raise Undeliverable(f"{_shown(address)} in {name} is not an address.")
    return address.lower()


def _shown(text: str) -> str:
    clean = "".join(letter if letter.isprintable() else "?" for letter in text)
    return f"“{clean[:80]}”" if clean else "an empty one"
