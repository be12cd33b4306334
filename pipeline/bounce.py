"""A mail of ours that came back: which send a report names, and what that does to the case it answered."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pipeline.atoms import scrub
from pipeline.case import Case, CaseId, Reason, Status
from pipeline.effects import Notify, UpdateCard
from pipeline.email import Email
from pipeline.review import Move

_OURS = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@", re.IGNORECASE)
_CODES = re.compile(r"^(?:[245]\d\d[ -]+)?(?:[245]\.\d{1,3}\.\d{1,3}[ -]+)?")
_WORDS = (
    (r"\d\.1\.(?:1|6|10)", "there is no such address"),
    (r"\d\.1\.2", "there is no such domain"),
    (r"\d\.2\.1", "the mailbox takes no mail"),
    (r"\d\.2\.2", "the mailbox is full"),
    (r"\d\.(?:2\.3|3\.4)", "the mail is too big for them"),
    (r"\d\.4\.\d+", "their mail system could not be reached"),
    (r"\d\.7\.\d+", "their mail system refused it"),
)
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail system says of a send of ours. `late` means that it is still trying; `recipient`, `status` and `said` may be empty."""

    send_id: UUID
    late: bool
    recipient: str
    status: str
    said: str


def report(email: Email, filed: Reason | None) -> Report | None:
    """The report that this mail is, by the reason for which it was filed; None where it is none, or names no send_id of our form."""
    named = _OURS.match(email.returned)
    if filed is None or filed.name not in ("bounce", "delay") or named is None:
        return None
    recipient, status, said = (email.header(f"dsn-{name}") or "" for name in ("recipient", "status", "diagnostic"))
    return Report(UUID(named[1]), filed.name == "delay", recipient.lower(), status, said)


def sentence(told: Report, recipients: frozenset[str], *, forward: bool) -> str:
    """For the card. An address is shown only where our own mail went there, for anybody may write a report."""
    what = "The mail that was handed on" if forward else "The reply"
    whom = f" to {told.recipient}" if told.recipient in recipients else ""
    fate = "has not arrived yet; their mail system is still trying" if told.late else "did not arrive"
    return f"{what}{whom} {fate}: {_why(told)}."


def _why(told: Report) -> str:
    why = next(
        (words for pattern, words in _WORDS if re.fullmatch(pattern, told.status)), "their mail system did not say why in a known form"
    )
    said = " ".join(scrub(_CODES.sub("", told.said).replace("<", " ").replace(">", " ")).split())[:LONGEST].rstrip(". ")
    quoted = "; ".join(part for part in (told.status, f"it said “{said}”" if said else "") if part)
    return f"{why} ({quoted})" if quoted else why


def telling(case: Case, told: Report, text: str) -> Notify:
    """One sentence a send and kind of report, however many reports come."""
    return Notify(case.id, f"{'delay' if told.late else 'bounce'}:{told.send_id}", text)


def bounced(case: Case, told: Report, text: str, bounce: CaseId, at: datetime) -> Move | None:
    """Give an answered case back to a person; None where it is with one already, or the mail is only late.

    Nothing can be sent from there: whoever forges a report makes a person look, and no more.
    """
    if told.late or case.status is not Status.SENT:
        return None
    effects = (UpdateCard(case.id, case.revision + 1), telling(case, told, text))
    detail = (("bounce", str(bounce)), ("send_id", str(told.send_id)), ("status", told.status[:10]))
    return Move("bounced", "mailbox", at, Status.HUMAN, None, case.outcome, text, effects, detail)
