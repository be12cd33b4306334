"""A case: one mail, everything we made of it, and where it stands."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, NewType

from pipeline.email import Email, MailboxId
from pipeline.prompt import Call

CaseId = NewType("CaseId", int)
PersonId = NewType("PersonId", str)
"""A person's id in Slack."""

OUT_OF_SCOPE = "out_of_scope"
"""The answer "none of these": no intent of ours fits."""

Urgency = Literal["low", "normal", "high", "urgent"]
Reader = Literal["local", "hosted", "both"]
"""Who found the intent: the model on this machine, a language model, or one after the other, in agreement."""
Rejection = Literal["wrong_answer", "wrong_intent", "not_ours", "no_reply_needed", "other"]


class Route(StrEnum):
    """Who answers. The first three are rungs, from freest to most careful; `ignore` is no rung and comes from the prefilter alone."""

    AUTO_SEND = "auto_send"
    REVIEW = "review"
    HUMAN = "human"
    IGNORE = "ignore"


RUNGS = (Route.AUTO_SEND, Route.REVIEW, Route.HUMAN)


class Status(StrEnum):
    """Where a case stands; the arrows between them are the functions of pipeline/review.py.

    `scheduled` goes out by itself at the case's `sends_at`, unless somebody holds it.
    """

    QUEUED = "queued"
    WORKING = "working"
    IGNORED = "ignored"
    REVIEW = "review"
    HUMAN = "human"
    QUARANTINED = "quarantined"
    SCHEDULED = "scheduled"
    APPROVED = "approved"
    SENT = "sent"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    TAKEN_OVER = "taken_over"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Classification:
    """What the mail is about. `intent` is a name from policies/intents or `out_of_scope`; `confidence` is in [0, 1].

    `runner_up` is the next best intent; `policy_flags` come from a closed list; `model` names the versions that spoke.
    `also` are further intents of the same mail; `disputed` is what the local model believed where the language model said otherwise;
    `evidence` are the latter's quotes, word for word from the redacted mail; `model_flags` and `model_urgency` what it said of those two.
    `drifted` names a model that answered in another's place.
    `summary` is a model's line about a long mail that a person answers: untrusted words, shown and never acted on.
    """

    intent: str
    urgency: Urgency
    owner: str
    policy_flags: tuple[str, ...]
    confidence: float
    runner_up: str
    model: str
    by: Reader = "local"
    also: tuple[str, ...] = ()
    disputed: str = ""
    evidence: tuple[str, ...] = ()
    model_flags: tuple[str, ...] = ()
    model_urgency: Urgency = "low"
    summary: str = ""
    drifted: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """An approved article of the knowledge base: what a reply may point to, never its text."""

    id: str
    title: str
    url: str
    language: str


@dataclass(frozen=True, slots=True)
class Deal:
    """Business that is or was talked about; `amount` in the CRM's own currency, None where nobody wrote one down."""

    name: str
    amount: float | None = None
    open: bool = True


@dataclass(frozen=True, slots=True)
class Contact:
    """What the CRM holds of a person; empty where it knows nobody of that address. `owner` is who of us looks after them."""

    name: str = ""
    company: str = ""
    lifecycle: str = ""
    owner: str = ""
    vip: bool = False
    deals: tuple[Deal, ...] = ()

    @property
    def open_deals(self) -> tuple[Deal, ...]:
        return tuple(deal for deal in self.deals if deal.open)

    @property
    def deal_size(self) -> float | None:
        """The biggest open deal's; None where there is none, or one of unknown size."""
        sizes = [deal.amount for deal in self.open_deals if deal.amount is not None]
        return max(sizes) if sizes and len(sizes) == len(self.open_deals) else None


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, both ends aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Context:
    """What we know beside the mail: `vip` only for authenticated senders; `earlier` counts this thread's cases before this one.

    `missing` names the sources that could not be asked. `articles` are the best first; `free_slots` are times that could be offered.
    `contact` is None where no CRM was asked: there is none, it did not answer, or nobody vouches for the sender.
    """

    vip: bool
    known: bool
    earlier: int
    missing: tuple[str, ...] = ()
    articles: tuple[Article, ...] = ()
    free_slots: tuple[Window, ...] = ()
    contact: Contact | None = None

    @property
    def is_vip(self) -> bool:
        """By our own list, or by the CRM."""
        return self.vip or (self.contact is not None and self.contact.vip)


Speaker = Literal["intent", "rule", "lint", "gate", "authentication", "language", "model", "prefilter", "mail", "person"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One voice in a decision: it allows at most this route, in words that a customer could read."""

    speaker: Speaker
    name: str
    at_most: Route
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The lowest route that any reason allows; `would_be` is the same without the gate's reasons (an unpromoted intent, a dry run).

    `versions` names every rulebook, intent, template and model version that took part, for a later replay.
    `tags`, `notify` (teams) and `second_approver` are what rules asked for beside. `gate_key` is the gate key of what would answer.
    """

    route: Route
    would_be: Route
    template: str | None
    owner: str
    urgency: Urgency
    respond_by: datetime | None
    reasons: tuple[Reason, ...]
    versions: tuple[tuple[str, str], ...]
    tags: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    second_approver: bool = False
    gate_key: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A value put into a template, and where it came from.

    `config:...`, `price:...`, `kb:<article>+<article>`, `calendar:<name>`, `crm:<field>`, `mail:first_name` or `case:id`.
    """

    name: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What the linter says of a draft: a code, the sentence for the reviewer, and the freest route it leaves."""

    code: str
    text: str
    at_most: Route


@dataclass(frozen=True, slots=True)
class Cited:
    """A sentence of a draft, and what it rests on: `template:<name>:<line>`, then the sources of the slots in it."""

    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer that could be sent. `author` is "template", "model" where one reworded the template, or the person who edited it last;
    versions count from 1. `cited` is the letter as code made it, sentence by sentence.

    `latency_ms` is the time the draft took to make; `cost_usd` what models charged for it. An outline is for the person, never sent.

    `to` and `cc` are addresses that the mail itself names; with neither, it goes to From. `forward_to` is the alias of ours that gets the
    mail too, or empty.
    """

    version: int
    subject: str
    text: str
    template: str
    language: str
    slots: tuple[Slot, ...]
    findings: tuple[Finding, ...]
    author: str
    latency_ms: int
    cost_usd: float
    outline: bool = False
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    forward_to: str = ""
    cited: tuple[Cited, ...] = ()

    @property
    def sha256(self) -> str:
        """The digest of exactly what would be sent, and to whom: subject and text, and the recipients where they were chosen."""
        said = f"{self.subject}\n\n{self.text}"
        if self.to or self.cc or self.forward_to:  # JSON holds no line end, so the two forms are never the same
            said = json.dumps([self.subject, self.text, self.to, self.cc, self.forward_to])
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Seeded:
    """A draft known to be bad, which the card shows in place of the true one until somebody judged it. It is no Draft and is never sent.

    `planted` is the line that is wrong in it, `kind` what is wrong.
    """

    text: str
    planted: str
    kind: str


OutcomeKind = Literal["sent_as_is", "sent_edited", "auto_sent", "rejected", "taken_over", "answered_by_hand", "unknown", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `similarity` is 1.0 where the sent text equals the first draft; `by` is empty where no person acted."""

    kind: OutcomeKind
    by: str
    by_name: str
    at: datetime
    similarity: float
    why: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """The first of two approvals: of exactly the draft with this digest."""

    by: str
    by_name: str
    at: datetime
    sha256: str


Fault = Literal["off_topic", "incomplete", "tone", "wrong_recipient", "invented_price", "invented_commitment", "leak"]
"""What can be wrong with an answer that was sent; the last four are errors of severity A."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A person's verdict on an answer that was sent; `fault` is None where it was right."""

    by: str
    by_name: str
    at: datetime
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class Case:
    """All of it. `revision` grows by one with every transition and is what buttons carry.

    `note` is the sentence to show for the last transition that was nobody's decision (a send that failed, a draft made stale).
    `agreed` is the first approval where two are needed; any change of the draft makes it void.
    `looked` is what somebody thought of the answer after it was sent.
    `sends_at` is when a scheduled case goes out by itself; afterwards, when it would have.
    `seeded` stands on the card instead of the draft, if it is there; every transition takes it away.
    """

    id: CaseId
    revision: int
    status: Status
    mailbox: MailboxId
    email: Email
    classification: Classification | None
    context: Context | None
    decision: Decision | None
    draft: Draft | None
    outcome: Outcome | None
    note: str = ""
    agreed: Agreed | None = None
    looked: Looked | None = None
    sends_at: datetime | None = None
    seeded: Seeded | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What our own memory says of a mail before it is judged: `duplicate_of` has the same Message-ID and content.

    `id_reused` means the same Message-ID with other content; `earlier` counts this thread's cases before this one.
    `cleared` means that a person said of this very mail: it is not spam. `dry_run`: it came before the mailbox was connected.
    """

    earlier: int
    duplicate_of: CaseId | None
    id_reused: bool
    cleared: bool = False
    dry_run: bool = False


NO_HISTORY = History(0, None, False)


@dataclass(frozen=True, slots=True)
class Triaged:
    """What the flow made of one mail: the case's parts, to be committed in one transaction with the effects that follow from them.

    `calls` is every call of a language model that it took, those for a draft that was not used after all among them (`discarded`).
    `decided_ms` is the time until the intent was known; `foreseen`: the draft's words had been asked for before. `sends_at` is when it goes
    out by itself, where nobody has to look at it first.
    `seeded` is what the card shows first, to see whether reviewers notice; `doubled`: a second person judges the draft too.
    """

    status: Status
    classification: Classification | None
    context: Context | None
    decision: Decision
    draft: Draft | None
    calls: tuple[Call, ...] = ()
    discarded: tuple[Call, ...] = ()
    decided_ms: int = 0
    foreseen: bool = False
    sends_at: datetime | None = None
    seeded: Seeded | None = None
    doubled: bool = False
