"""Why a mail that a person wrote may not be answered without a person: each caution by itself, in words."""

from datetime import datetime, timedelta

from pipeline.case import History, Reason, Route
from pipeline.email import Email
from pipeline.recipients import author
from pipeline.screening import automatic
from pipeline.screening.impersonation import NOBODY_WATCHED, Watched, impersonations

FRESH = timedelta(hours=24)
"""Older mail is never answered by itself."""

_DEFECTS = {
    "hidden text": ("hidden_text", Route.REVIEW, "Part of this mail's text is hidden from its reader."),
    "invisible characters": (
        "invisible_characters",
        Route.REVIEW,
        "This mail holds characters that cannot be seen or that reorder its text.",
    ),
    "another address in the sender's name": ("sender_name", Route.REVIEW, "The sender's name shows another address than the mail's own."),
    "several From addresses": ("several_senders", Route.HUMAN, "This mail names several senders."),
    "malformed From": ("malformed_sender", Route.HUMAN, "The sender's address is not well formed, so programs disagree on whose it is."),
    "calendar invite": ("calendar_invite", Route.HUMAN, "This mail holds a calendar invitation."),
    "encrypted": ("encrypted", Route.HUMAN, "This mail is encrypted."),
    "signed": ("signed", Route.REVIEW, "This mail is digitally signed; the signature was not checked."),
    "shortened": ("shortened", Route.REVIEW, "This mail is longer than what was read of it."),
    **dict.fromkeys(
        ("wrong charset", "broken MIME", "broken headers"),
        ("broken", Route.REVIEW, "This mail is broken; some of it may not have been read."),
    ),
}
_SEVERAL = frozenset(
    ("several From headers", "several To headers", "several Subject headers", "several Date headers", "several Reply-To headers")
)


def cautions(
    email: Email,
    own_addresses: frozenset[str],
    history: History,
    watched: Watched = NOBODY_WATCHED,
    contact_forms: frozenset[str] = frozenset(),
) -> tuple[Reason, ...]:
    """Every reason that applies; they only ever make us more careful."""
    places = (*_of_addresses(email, own_addresses, contact_forms), *_of_headers(email, own_addresses))
    found = (*_of_defects(email), *_of_memory(email, history), *places, *impersonations(email, watched))
    return tuple(dict.fromkeys(found))


def late(email: Email, now: datetime) -> tuple[Reason, ...]:
    """After an outage or at the first connect: what came long ago was perhaps answered long ago."""
    if now - email.received_at <= FRESH:
        return ()
    return (said("late", Route.REVIEW, "This mail is more than a day old, so it may have been answered already."),)


def past(history: History) -> tuple[Reason, ...]:
    """A gate: what would have become of the mail is judged without it."""
    if not history.dry_run:
        return ()
    return (Reason("gate", "first_connect", Route.HUMAN, "This mail came before the mailbox was connected, so I never answer it."),)


def said(name: str, at_most: Route, text: str) -> Reason:
    return Reason("prefilter", name, at_most, text)


def _of_defects(email: Email) -> list[Reason]:
    found = [said(*_DEFECTS[defect]) for defect in email.defects if defect in _DEFECTS]
    if not _SEVERAL.isdisjoint(email.defects):
        found.append(said("several_headers", Route.HUMAN, "This mail carries a header twice, so programs disagree on what it says."))
    if not email.reply.strip():
        found.append(said("no_text", Route.HUMAN, "There is no text of the sender's own in this mail."))
    return found


def _of_memory(email: Email, history: History) -> list[Reason]:
    if not history.id_reused:
        return []
    return [said("id_reused", Route.HUMAN, "An earlier mail with other content carried the same Message-ID.")]


def _of_addresses(email: Email, own_addresses: frozenset[str], contact_forms: frozenset[str]) -> list[Reason]:
    """That a contact form of ours wants its visitor answered is what it is for."""
    found = []
    elsewhere = [address.address for address in email.reply_to if address.domain != email.sender.domain]
    if elsewhere and author(email, contact_forms) is email.sender:
        text = f"An answer would go to {elsewhere[0]}, not to the domain of the sender."
        found.append(said("reply_to_differs", Route.REVIEW, text))
    if len({address.address for address in email.reply_to}) > 1:
        found.append(said("several_reply_to", Route.REVIEW, "This mail asks for answers to several addresses."))
    if own_addresses and not addressed(email, own_addresses):
        found.append(said("not_addressed", Route.REVIEW, "This mail does not name our address as its recipient."))
    if not elsewhere and email.sender.address in own_addresses:
        found.append(said("own_address", Route.REVIEW, "This mail comes from one of our own addresses."))
    return found


def _of_headers(email: Email, own_addresses: frozenset[str]) -> list[Reason]:
    found = []
    if automatic.headed(email, "x-auto-response-suppress") not in ("", "none"):
        found.append(said("suppression_header", Route.REVIEW, "The sender's mail system asks not to be answered automatically."))
    if header := automatic.list_post(email, own_addresses) or automatic.bulk(email):
        found.append(said("list_headers", Route.REVIEW, f"The {header} header says that this mail went to many recipients."))
    if automatic.headed(email, "x-loop"):
        found.append(said("loop_header", Route.REVIEW, "An earlier mail system marked this mail to prevent loops."))
    if automatic.nobody_sent(email):
        found.append(said("null_return_path", Route.REVIEW, "This mail names no address for answers by machines."))
    if automatic.no_reply(email) and not email.reply_to:
        found.append(said("no_reply_sender", Route.REVIEW, "The sender's address looks like one that nobody reads."))
    return found


def addressed(email: Email, own_addresses: frozenset[str]) -> bool:
    """One of our addresses stands in To or Cc, with or without a +tag."""
    return any(_untagged(address.address) in own_addresses or address.address in own_addresses for address in (*email.to, *email.cc))


def _untagged(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
