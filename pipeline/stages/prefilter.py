"""What needs no answer, and what no machine may answer: judged by a mail's form, never by what it asks."""

import re
from dataclasses import dataclass

from pipeline.case import History, Reason, Route
from pipeline.email import Automatic, AutomaticKind, Email
from pipeline.screening.automatic import automatic, bulk, headed, list_post, mass_mailing
from pipeline.screening.cautions import addressed, cautions, said
from pipeline.screening.impersonation import NOBODY_WATCHED, Watched
from pipeline.screening.spam import Judge, spam

_I = r"i|i'm|my|me|ich|mein\w*|mir|je|j|mon|ma|mes|yo|mi|mis|me|eu|meu|minha|ik|mijn|io|mio|mia"
_ONE = re.compile(rf"\b(?:{_I})\b", re.IGNORECASE)
_ANYONE = re.compile(rf"\b(?:{_I}|we|our|us|wir|uns\w*|nous|notre|nos|nuestr\w+|nós|nosso|wij|ons|noi)\b", re.IGNORECASE)
_LONGEST_LETTER = 1500
_LONGEST_QUESTION = 3000

_IGNORED: dict[AutomaticKind, str] = {
    "bounce": "A mail system reports that a mail could not be delivered",
    "delay": "A mail system reports that a mail is delayed",
    "auto_reply": "This is an automatic reply",
    "feedback_report": "A provider reports a complaint about a mail",
    "challenge": "A mail filter asks us to prove that we are human",
    "own": "We sent this mail ourselves",
    "newsletter": "This mail went to many recipients and asks us nothing",
}
_MAY_BE_SPAM = "newsletter"
"""What is filed without a question, but may be spam: then the digest lists it, and a person can take it back."""
_CAUTIONED = "list"
"""What people write to many: triaged, never answered by itself; the caution `list_headers` says so."""


@dataclass(frozen=True, slots=True)
class Screening:
    """`automatic`: a machine wrote it. `ignore`: why nobody need answer, or None. `may_answer`: what limits who may answer otherwise.

    `spam` is that one of these reasons which says that it is spam or might be, or None.
    """

    automatic: Automatic | None
    ignore: Reason | None
    may_answer: tuple[Reason, ...]
    spam: Reason | None = None


PLAIN = Judge()


def screen(
    email: Email,
    own_addresses: frozenset[str],
    history: History,
    watched: Watched = NOBODY_WATCHED,
    judge: Judge | None = PLAIN,
    contact_forms: frozenset[str] = frozenset(),
) -> Screening:
    """Judge a mail by its headers and form. `own_addresses` are lower case; `watched` are those whom a forger would play. Whatever a
    person may have written goes on.

    `judge` says who is believed about spam; None where it is not asked, because we know who writes. `contact_forms` write for others.
    """
    machine = _own(email, own_addresses) or automatic(email) or _many(email, own_addresses, history)
    careful = cautions(email, own_addresses, history, watched, contact_forms)
    if machine and machine.kind not in _IGNORED and machine.kind != _CAUTIONED:
        careful = (*careful, said(machine.kind, Route.REVIEW, f"A machine seems to have written this mail: {machine.why}."))
    ignore = _ignored(email, machine, history)
    asked = judge is not None and not email.quarantined and (ignore is None or ignore.name == _MAY_BE_SPAM)
    found = spam(email, history, judge) if judge is not None and asked else None
    if found and found.at_most is Route.IGNORE:
        return Screening(machine, found, careful, found)
    if found is None or (ignore and not history.cleared):
        return Screening(machine, ignore, careful)
    return Screening(machine, None, (*careful, found), found)


def _ignored(email: Email, machine: Automatic | None, history: History) -> Reason | None:
    if email.quarantined:
        return None
    if history.duplicate_of is not None:
        return said("duplicate", Route.IGNORE, f"This mail was already delivered, as case {history.duplicate_of}.")
    if machine and machine.kind in _IGNORED:
        return said(machine.kind, Route.IGNORE, f"{_IGNORED[machine.kind]}: {machine.why}.")
    return None


def _own(email: Email, own_addresses: frozenset[str]) -> Automatic | None:
    """Our own mail come back. A web form also writes in our name, but answers go elsewhere; a forger fails authentication."""
    if headed(email, "x-triage-send-id"):
        return Automatic("own", "it carries the id of a mail that we sent")
    if email.sender.address not in own_addresses or email.authentication.verdict == "fail":
        return None
    if any(address.address not in own_addresses for address in email.reply_to):
        return None
    return Automatic("own", f"it comes from {email.sender.address}")


def _many(email: Email, own_addresses: frozenset[str], history: History) -> Automatic | None:
    """Mail to many recipients, unless it belongs to a thread of ours or asks us something.

    "Precedence: bulk" alone is no sign of a machine where somebody asks or answers: people's mail carries such headers, too.
    """
    if history.earlier:
        return None
    if header := mass_mailing(email, own_addresses):
        return Automatic("newsletter", f"the {header} header")
    asks = _asks(email)
    if asks and addressed(email, own_addresses):
        return None
    if header := list_post(email, own_addresses):
        return Automatic("list", f"the {header} header")
    header = bulk(email)
    return (
        Automatic("newsletter", f"the {header} header") if header and not (header == "precedence" and (asks or email.in_reply_to)) else None
    )


def _asks(email: Email) -> bool:
    """Somebody writes on their own behalf, and not at a newsletter's length: a question, or a short letter in the first person."""
    asked = "?" in email.reply and len(email.reply) < _LONGEST_QUESTION and _ANYONE.search(email.reply)
    return bool(asked or (len(email.reply) < _LONGEST_LETTER and _ONE.search(email.reply)))
