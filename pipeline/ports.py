"""All that we ask of the world, in our own nouns; failures are Temporary or Permanent (pipeline/errors.py)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from pipeline.backlog import Pile
from pipeline.case import Article, Case, CaseId, Contact, PersonId, Status, Window
from pipeline.digest import Digest
from pipeline.email import Email, MailboxId, Span
from pipeline.people import Person
from pipeline.prompt import Answer, Prompt
from pipeline.review import Move
from pipeline.rights import Pause

Whereabouts = Literal["draft", "sent", "gone"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail as the provider handed it over: `source` is the provider's own reference, unique within the mailbox."""

    source: str
    raw: bytes
    received_at: datetime


class Mailbox(Protocol):
    """An inbox that can be read, and from which only a stored draft can be sent (reliability 1.2: design C)."""

    @property
    def id(self) -> MailboxId: ...
    @property
    def settles_within(self) -> timedelta:
        """How long after a send of unknown end the provider may still change its mind about the draft."""
        ...

    async def arrivals(self, most: int) -> Sequence[Arrival]:
        """New mails, oldest first; the same ones again until `taken` was called."""
        ...

    async def taken(self, source: str) -> None:
        """The mail is safe in our database; doing it twice is harmless."""
        ...

    async def create_draft(self, mail: bytes, send_id: str) -> str:
        """Store the bytes as a draft and return its id; `send_id` stands in the X-Triage-Send-Id header."""
        ...

    async def send_draft(self, draft_id: str) -> None:
        """Send exactly this draft. Permanent where no such draft exists (any more)."""
        ...

    async def find(self, draft_id: str, send_id: str) -> Whereabouts:
        """Where a draft is now: evidence for recovery, never permission to send again."""
        ...


@dataclass(frozen=True, slots=True)
class HandReply:
    """A mail that somebody sent from the mailbox themselves, not through us; its id fields carry no angle brackets.

    `source` is the provider's reference, `by` the name or address that it was sent as, `text` what they wrote, without the quote.
    `to` are the addresses in To and Cc, lower case (none: not known).
    """

    source: str
    in_reply_to: str
    thread_id: str
    by: str
    at: datetime
    text: str
    to: tuple[str, ...] = ()
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Recalled:
    """A mail from before the mailbox was connected; `answered` where the mailbox itself says that somebody replied."""

    arrival: Arrival
    answered: bool


class Past(Protocol):
    """A mailbox's mail from before it was connected."""

    async def past(self, since: datetime) -> Sequence[str]:
        """References to the mails received since then, oldest first: none that `arrivals` gives. Called after a first `arrivals`."""
        ...

    async def recall(self, reference: str) -> Recalled | None:
        """The mail, as `arrivals` would give it (the same source); None where it is gone."""
        ...


class SentMail(Protocol):
    """The mailbox's own sent mail: how people answered past us."""

    @property
    def id(self) -> MailboxId: ...

    async def hand_replies(self, most: int) -> Sequence[HandReply]:
        """New ones, oldest first; the same ones again until `noted` was called."""
        ...

    async def noted(self, source: str) -> None:
        """Nothing more is to be done about it."""
        ...


class Memory(Protocol):
    """What one mailbox's adapter keeps between two runs (a cursor, a subscription): a small JSON object in Postgres."""

    async def load(self) -> Mapping[str, object]:
        """What was saved last; empty at first."""
        ...

    async def save(self, kept: Mapping[str, object]) -> None:
        """Replace all of it. A cursor is saved only after the mails before it are `taken`."""
        ...


@dataclass(frozen=True, slots=True)
class IntentScore:
    intent: str
    score: float


class IntentModel(Protocol):
    """A model that ranks the intents for a text."""

    @property
    def version(self) -> str: ...
    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes of the languages it was measured on."""
        ...

    async def rank(self, subject: str, text: str) -> Sequence[IntentScore]:
        """Every intent with its probability in [0, 1], best first; the rest up to 1 is "none of these"."""
        ...


class LanguageModel(Protocol):
    """A model that answers in JSON. It has no tools; whatever it says is read by strict code and changes nothing by itself."""

    @property
    def version(self) -> str:
        """Which models answer which role; it enters the record of each decision."""
        ...

    async def ask(self, prompt: Prompt) -> Answer:
        """One answer. Raises Temporary where no model may be asked now (down, slow, over a budget), Permanent where it never will."""
        ...


class Knowledge(Protocol):
    """The approved articles that replies may point to."""

    @property
    def name(self) -> str:
        """What it is called where a source is told."""
        ...

    async def search(self, text: str, language: str, most: int) -> Sequence[Article]:
        """The articles about what this text asks, best first; none where nothing fits. Temporary where it cannot be asked."""
        ...


class Calendar(Protocol):
    """When the people who hold meetings are taken."""

    @property
    def name(self) -> str: ...

    async def busy(self, start: datetime, end: datetime) -> Sequence[Window]:
        """Every taken stretch that touches this one, in any order. Temporary where it cannot be asked."""
        ...


class Crm(Protocol):
    """What the company knows of the people who write to it."""

    @property
    def name(self) -> str: ...

    async def contact(self, address: str) -> Contact:
        """Whom it knows by this authenticated address (lower case); an empty one for nobody. Temporary where it cannot be asked."""
        ...


class SpamModel(Protocol):
    """A filter that tells spam by its words and how it was made. Scores are log-odds.

    Above `threshold` it is spam (far above, if nothing else makes it suspect); above `doubt` it may be.
    """

    @property
    def version(self) -> str: ...
    @property
    def threshold(self) -> float: ...
    @property
    def doubt(self) -> float: ...
    def score(self, email: Email) -> float:
        """How much speaks for spam; quick, for it is asked about every mail."""
        ...


class NameFinder(Protocol):
    """An engine in this house that finds personal data by reading: above all names, which have no form of their own."""

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes of what it reads, and "und": in another language it would take every noun for a name."""
        ...

    async def find(self, text: str) -> Sequence[Span]:
        """In order, apart, offsets in characters. Temporary where it cannot answer."""
        ...


class Directory(Protocol):
    """Who people and channels are, as Slack says now (cached for at most 60 s)."""

    async def person(self, person: PersonId) -> Person: ...
    async def channel_is_shared(self, channel: str) -> bool: ...


CardKind = Literal["root", "mail", "draft"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A Slack message that shows a case (or a part of it), as drawn at this revision of the case."""

    kind: CardKind
    channel: str
    ts: str
    revision: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands in Slack."""

    channel: str
    ts: str


class Board(Protocol):
    """Where cases are shown: the inboxes' channels in Slack."""

    async def show(
        self, case: Case, placed: Mapping[CardKind, Placed], *, again: bool, remember: Callable[[Placed], Awaitable[None]]
    ) -> None:
        """Make the cards show the case as it is now: post what is missing, update what is older than `case.revision`.

        `remember` is awaited after each message that was posted or updated. `again` says that an earlier try may have posted
        without our remembering it: then the channel is searched for our metadata before anything is posted.
        """
        ...

    async def say(self, case: Case, placed: Mapping[CardKind, Placed], key: str, text: str, *, again: bool, loud: bool = False) -> None:
        """Post one sentence into the case's thread, `loud` in the channel as well; `key` finds it again after a lost answer."""
        ...

    async def ask_second(self, case: Case, drafted: str, key: str, *, again: bool) -> None:
        """Ask in the inbox's channel what a second person thinks of the draft as it was first made; `key` as in `say`."""
        ...

    async def announce(self, mailbox: MailboxId, key: str, text: str, *, again: bool) -> None:
        """Post one sentence into the inbox's channel; `key` as in `say`."""
        ...

    async def show_digest(
        self, digest: Digest | Pile, placed: Mapping[int, Place], *, again: bool, remember: Callable[[int, Place], Awaitable[None]]
    ) -> None:
        """Make the digest's messages show it as it is now, page by page; `again` and `remember` as in `show`."""
        ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that waits for somebody or could be held, as the Home tab lists it; `permalink` leads to its card, or is empty."""

    case: CaseId
    mailbox: MailboxId
    status: Status
    sender: str
    subject: str
    intent: str
    urgency: str
    owner: str
    received_at: datetime
    respond_by: datetime | None
    permalink: str


@dataclass(frozen=True, slots=True)
class IntentFigures:
    """One intent's counts over a period, and the US dollars that models charged for it."""

    intent: str
    received: int
    sent_as_is: int
    sent_edited: int
    rejected: int
    taken_over: int
    cost_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What `/triage stats` and the Home tab show. Times in ms; approval time is from the card to the click.

    `auto_sent` of `sent` went out by themselves, `reverted` of these were held wrong later. `saved_minutes` is what the answers are worth,
    less what their reviews took. `paused`: the kill switch.
    """

    since: datetime
    received: int
    ignored: int
    waiting: int
    sent: int
    unknown: int
    dead: int
    triage_p50_ms: float | None
    triage_p95_ms: float | None
    approval_p50_ms: float | None
    by_intent: tuple[IntentFigures, ...]
    cost_usd: float = 0.0
    auto_sent: int = 0
    reverted: int = 0
    saved_minutes: float = 0.0
    paused: Pause | None = None


class Cases(Protocol):
    """The cases, as handlers see them."""

    async def load(self, case: CaseId) -> Case | None: ...
    async def commit(self, before: Case, move: Move) -> Case | None:
        """Write the move in one transaction if the case is still at `before.revision`; None where somebody was first."""
        ...

    async def open(self, case: CaseId, by: PersonId) -> bool:
        """Have the card posted that was held back; False where there is one already."""
        ...

    async def at_card(self, channel: str, ts: str) -> CaseId | None:
        """The case whose root card (or a message of its thread) this is."""
        ...

    async def waiting(self, mailboxes: Sequence[MailboxId], most: int) -> Sequence[Waiting]: ...
    async def figures(self, since: datetime) -> Figures: ...
