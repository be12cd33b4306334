"""Who gets an answer: decided here, by code alone, from the mail's own address headers and the policies."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.case import Draft
from pipeline.email import Address, Email
from pipeline.errors import Permanent

Place = Literal["From", "Reply-To", "To", "Cc"]

MOST = 30
"""So many of a mail's addresses are offered to a reviewer."""

PLAIN = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})")


@dataclass(frozen=True, slots=True)
class Recipients:
    """Everybody who gets the mail, in ASCII; there is never a Bcc."""

    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """An address that a reviewer may answer to, in ASCII, and the header of the mail that names it."""

    address: Address
    place: Place

    @property
    def key(self) -> str:
        """A short name for a form's field."""
        return hashlib.sha256(self.address.address.encode()).hexdigest()[:16]


def author(email: Email, forms: frozenset[str]) -> Address:
    """Whom an answer is for: the address in From, or the one in Reply-To where an authenticated contact form of ours wrote for somebody."""
    return email.reply_to[0] if _form(email, forms) and len(email.reply_to) == 1 else email.sender


def addressed(email: Email, draft: Draft) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a draft's To and Cc will be, as addresses; a draft that names nobody goes to From."""
    return (draft.to, draft.cc) if draft.to or draft.cc else ((written(email.sender),), ())


def written(address: Address) -> str:
    """How the address stands in a mail of ours: its domain in ASCII, where there is such a form."""
    return in_ascii(address.address) or address.address


def elsewhere(email: Email, draft: Draft) -> tuple[str, ...]:
    """Addresses that the mail wants answers sent to and that the draft does not go to."""
    to, cc = addressed(email, draft)
    return tuple(written(address) for address in email.reply_to if written(address) not in (written(email.sender), *to, *cc))


def offered(email: Email, own: frozenset[str]) -> tuple[Offer, ...]:
    """The addresses that a reviewer may tick: the mail's From, Reply-To, To and Cc, each once, and none of `own`."""
    found: dict[str, Offer] = {}
    for place, address in _named(email):
        plain = in_ascii(address.address)
        if plain is not None and not ours(plain, own):
            found.setdefault(plain, Offer(Address(address.name, plain), place))
    return tuple(found.values())[:MOST]


def ticked(email: Email, own: frozenset[str], keys: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """To and Cc of a choice among what is offered: who was in Cc stays there."""
    chosen = [offer for offer in offered(email, own) if offer.key in keys]
    return _addresses(chosen, cc=False), _addresses(chosen, cc=True)


def recipients(email: Email, draft: Draft, own: frozenset[str], forms: frozenset[str], *, automatic: bool) -> Recipients:
    """Exactly who gets this draft. `own` are all addresses of ours, the mailbox's too. Raises Permanent where a rule forbids it."""
    return _by_itself(email, draft, own, forms) if automatic else _approved(email, draft, own)


def _by_itself(email: Email, draft: Draft, own: frozenset[str], forms: frozenset[str]) -> Recipients:
    if email.authentication.verdict != "pass":
        raise Permanent("Nothing goes by itself to a sender whom nobody vouches for. Read the mail, and approve or take over.")
    if _form(email, forms) and len(email.reply_to) != 1:
        raise Permanent("The contact form does not name one single person to answer. Take the case over.")
    one = author(email, forms)
    plain = _sendable(one, own)
    if addressed(email, draft) != ((plain,), ()):
        raise Permanent("This draft names other recipients than an automatic answer may have. Read it, and approve or take over.")
    return Recipients((Address(one.name, plain),))


def _approved(email: Email, draft: Draft, own: frozenset[str]) -> Recipients:
    if not draft.to and not draft.cc:
        return Recipients((Address(email.sender.name, _sendable(email.sender, own)),))
    may = {offer.address.address: offer for offer in offered(email, own)}
    if not draft.to or not set(draft.to + draft.cc) <= may.keys() or len({*draft.to, *draft.cc}) < len(draft.to + draft.cc):
        raise Permanent("This draft names a recipient whom the mail does not name, or nobody. Take the case over.")
    if any(may[address].place != "Cc" for address in draft.cc) or any(may[address].place == "Cc" for address in draft.to):
        raise Permanent("This draft moves a recipient between To and Cc. Take the case over.")
    return Recipients(tuple(may[address].address for address in draft.to), tuple(may[address].address for address in draft.cc))


def _sendable(address: Address, own: frozenset[str]) -> str:
    plain = in_ascii(address.address)
    if plain is None:
        raise Permanent("The sender's address cannot be answered safely. Take the case over and answer from the mailbox.")
    if ours(plain, own):
        raise Permanent("The mail came from one of our own addresses, so it is not answered. Take the case over.")
    return plain


def in_ascii(address: str) -> str | None:
    """The address with its domain in ASCII, or None where it is not one plain address."""
    local, _, domain = address.rpartition("@")
    try:
        plain = f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except UnicodeError:
        return None
    return plain if PLAIN.fullmatch(plain) else None


def ours(address: str, own: frozenset[str]) -> bool:
    """One of our own addresses, with or without a +tag, however it is written."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local}@{domain}" in own or f"{local.partition('+')[0]}@{domain}" in own


def _form(email: Email, forms: frozenset[str]) -> bool:
    return email.sender.address in forms and email.authentication.verdict == "pass"


def _named(email: Email) -> Iterator[tuple[Place, Address]]:
    yield "From", email.sender
    yield from (("Reply-To", address) for address in email.reply_to)
    yield from (("To", address) for address in email.to)
    yield from (("Cc", address) for address in email.cc)


def _addresses(offers: list[Offer], *, cc: bool) -> tuple[str, ...]:
    return tuple(offer.address.address for offer in offers if (offer.place == "Cc") == cc)
