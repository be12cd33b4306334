"""Senders who are who they say they are, and hope to be taken for somebody else: what authentication cannot see."""

import re
from dataclasses import dataclass

from pipeline.case import Reason, Route
from pipeline.email import Email
from pipeline.screening.lookalike import lookalike, mixed_scripts, skeleton

_ADDRESS = re.compile(r"[\w.+'-]{1,64}@([\w-]{1,63}(?:\.[\w-]{1,63}){1,8})")
_WORD = re.compile(r"[^\W\d_]{2,}")
_FEWEST_WORDS = 2


@dataclass(frozen=True, slots=True)
class Watched:
    """Whom a forger would play: domains of ours and of named customers, and people by their addresses (`ingrid.solberg@...`)."""

    domains: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()


NOBODY_WATCHED = Watched()


def impersonations(email: Email, watched: Watched) -> list[Reason]:
    """Every trick that is seen, by name."""
    return [*_domains(email, watched), *_names(email, watched), *_sender(email)]


def _domains(email: Email, watched: Watched) -> list[Reason]:
    found = []
    for what, domain in (("sender", email.sender.domain), *(("answer", address.domain) for address in email.reply_to)):
        if other := lookalike(domain, watched.domains):
            text = {
                "sender": f"The sender's domain {domain} looks like {other}, but is another.",
                "answer": f"An answer would go to {domain}, which looks like {other}, but is another.",
            }
            found.append(_said("lookalike_domain", Route.HUMAN, text[what]))
        elif mixed_scripts(domain):
            found.append(_said("mixed_scripts", Route.HUMAN, f"The domain {domain} mixes letters of several scripts, as forgers do."))
    return found


def _names(email: Email, watched: Watched) -> list[Reason]:
    name, sender = email.sender.name, email.sender
    found = []
    if any(domain.lower() != sender.domain for domain in _ADDRESS.findall(name)):
        found.append(_said("sender_name", Route.REVIEW, "The sender's name shows another address than the mail's own."))
    if set("%!") & set(sender.address.rpartition("@")[0]):
        found.append(_said("routed_address", Route.REVIEW, "The sender's address holds another one, to which mail once was passed on."))
    words = {skeleton(word) for word in _WORD.findall(_ADDRESS.sub(" ", name))}
    for address in sorted(watched.people):
        person, _, domain = address.rpartition("@")
        parts = {skeleton(word) for word in _WORD.findall(person.replace("_", " "))}
        if len(parts) >= _FEWEST_WORDS and parts <= words and sender.domain != domain:
            found.append(
                _said("display_name", Route.HUMAN, f"The sender's name is that of {address}, but the mail comes from {sender.address}.")
            )
    return found


def _sender(email: Email) -> list[Reason]:
    named = _ADDRESS.findall(email.header("sender") or "")
    if not named or named[-1].lower() == email.sender.domain:
        return []
    return [_said("sender_differs", Route.REVIEW, f"{named[-1].lower()} sent this mail in the name of {email.sender.domain or 'nobody'}.")]


def _said(name: str, at_most: Route, text: str) -> Reason:
    return Reason("prefilter", name, at_most, text)
