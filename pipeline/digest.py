"""What was filed without a card since the last time: counted by kind, and each spam with its way back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from pipeline.case import Case, CaseId, Reason, Route, Status
from pipeline.email import MailboxId

DigestId = NewType("DigestId", int)
SPAM = "spam"
PAGE = 12
"""Mails in one Slack message."""


@dataclass(frozen=True, slots=True)
class Filed:
    """One mail that nobody saw a card for. `kind` names why (spam, newsletter, bounce, ...), `why` is the sentence.

    `cleared_by` is who said that it is no spam, or empty; `revision` is the case's, for the button.
    """

    case: CaseId
    revision: int
    kind: str
    why: str
    sender: str
    subject: str
    status: Status
    cleared_by: str


@dataclass(frozen=True, slots=True)
class Digest:
    """All that was filed in one inbox up to `until`, oldest first."""

    id: DigestId
    mailbox: MailboxId
    until: datetime
    mails: tuple[Filed, ...]

    @property
    def kinds(self) -> tuple[tuple[str, int], ...]:
        """How many of each kind, the commonest first and spam last."""
        counted = Counter(mail.kind for mail in self.mails)
        return tuple(sorted(counted.items(), key=lambda pair: (pair[0] == SPAM, -pair[1], pair[0])))

    @property
    def pages(self) -> tuple[tuple[Filed, ...], ...]:
        """The spam, so many a page; one page at least."""
        spam = [mail for mail in self.mails if mail.kind == SPAM]
        return tuple(tuple(spam[first : first + PAGE]) for first in range(0, max(1, len(spam)), PAGE))


def filed(case: Case, first_reasons: Sequence[Reason], cleared_by: str) -> Filed:
    """How a case stands in a digest; `first_reasons` are those of the decision that filed it."""
    why = filed_for(first_reasons)
    shown = case.email.sender.address or case.email.sender.name
    kind, text = (why.name, why.text) if why else ("other", "")
    return Filed(case.id, case.revision, kind, text, shown, case.email.subject, case.status, cleared_by)


def filed_for(reasons: Sequence[Reason]) -> Reason | None:
    """The reason that kept a mail from getting a card."""
    return next((reason for reason in reasons if reason.speaker == "prefilter" and reason.at_most is Route.IGNORE), None)
