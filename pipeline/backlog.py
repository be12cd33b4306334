"""What is told of mail without a card each: a backlog after an outage, or the dry run over a mailbox's past."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pipeline.case import CaseId, Route, Status, Urgency
from pipeline.digest import DigestId
from pipeline.email import MailboxId
from pipeline.review import OPEN

FIRST_PAGE, PAGE = 10, 20
MOST_PAGES = 15
"""Slack takes a message a second; what is left over is counted, and found in the Home tab or the mailbox."""

URGENCIES: tuple[Urgency, ...] = ("urgent", "high", "normal", "low")


@dataclass(frozen=True, slots=True)
class Piled:
    """One mail of a pile. `answered` is the mailbox's word that somebody replied; `shelved` is over once somebody opened the card."""

    case: CaseId
    sender: str
    subject: str
    intent: str
    urgency: Urgency
    would_be: Route
    status: Status
    received_at: datetime
    answered: bool
    shelved: bool

    @property
    def open(self) -> bool:
        return self.status in OPEN and not self.answered


@dataclass(frozen=True, slots=True)
class Pile:
    """All of them, as they are now; `first` is the dry run over the past. `days` it went back; `filed` needed nobody."""

    id: DigestId
    mailbox: MailboxId
    kind: Literal["late", "first"]
    mails: tuple[Piled, ...]
    days: int = 0
    filed: int = 0

    @property
    def pages(self) -> tuple[tuple[Piled, ...], ...]:
        """The most pressing first: unanswered, urgent, for a person, old."""
        mails = sorted(self.mails, key=_pressing)
        rest = range(FIRST_PAGE, len(mails), PAGE)
        return (tuple(mails[:FIRST_PAGE]), *(tuple(mails[at : at + PAGE]) for at in rest))[:MOST_PAGES]

    @property
    def unlisted(self) -> int:
        return len(self.mails) - sum(map(len, self.pages))

    @property
    def intents(self) -> tuple[tuple[str, int], ...]:
        """How many of each intent ("" where nobody could tell), the commonest first."""
        return tuple(sorted(Counter(mail.intent for mail in self.mails).items(), key=lambda pair: (-pair[1], pair[0])))

    @property
    def urgencies(self) -> tuple[tuple[Urgency, int], ...]:
        counted = Counter(mail.urgency for mail in self.mails)
        return tuple((urgency, counted[urgency]) for urgency in URGENCIES if counted[urgency])

    @property
    def oldest(self) -> datetime | None:
        return min((mail.received_at for mail in self.mails), default=None)

    def going(self, *routes: Route) -> int:
        """How many would have gone this way."""
        return sum(mail.would_be in routes for mail in self.mails)


def _pressing(mail: Piled) -> tuple[bool, int, bool, datetime]:
    return not mail.open, URGENCIES.index(mail.urgency), mail.would_be is not Route.HUMAN, mail.received_at
