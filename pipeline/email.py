"""What arrived, whichever provider brought it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType

MailboxId = NewType("MailboxId", str)
"""The address of the inbox, lower case; also the name of its entry in policies/people.json."""

Verdict = Literal["pass", "fail", "none"]
AutomaticKind = Literal["bounce", "delay", "auto_reply", "list", "newsletter", "feedback_report", "challenge", "notification", "own"]


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of a header: the name is decoded and stripped of control characters, the address is lower case."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


NOBODY = Address("", "")


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment as named and typed by its sender; `size` in bytes. Its content is never read."""

    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Authentication:
    """Whether the receiving provider vouches for the domain of From (RFC 8601, RFC 7489), and why we think so."""

    verdict: Verdict
    domain: str
    why: str


@dataclass(frozen=True, slots=True)
class Automatic:
    """A machine wrote this mail: of which kind, and which header or phrase says so."""

    kind: AutomaticKind
    why: str


@dataclass(frozen=True, slots=True)
class Email:
    """A mail read from bytes. `text` is everything readable, `reply` the newest text that its author wrote.

    `message_id`, `in_reply_to` and `references` carry no angle brackets; `thread_id` is the first known ancestor's id.
    `headers` holds the lower-cased names and decoded, shortened values that prefilter needs, in order of appearance.
    `returned` is the Message-ID of the mail that stands in this one or that its report names: of a bounce, the mail that bounced.
    Where that mail bears our X-Triage-Send-Id, it is that id, an @, and a domain.
    `defects` names what was odd but harmless; `quarantined` says why a person must look before anything else, or is None.
    """

    source: str
    message_id: str
    thread_id: str
    sender: Address
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    sent_at: datetime | None
    received_at: datetime
    in_reply_to: str
    references: tuple[str, ...]
    text: str
    reply: str
    language: str
    attachments: tuple[Attachment, ...]
    headers: tuple[tuple[str, str], ...]
    authentication: Authentication
    defects: tuple[str, ...]
    quarantined: str | None
    returned: str = ""

    def header(self, name: str) -> str | None:
        """The first value of a header by its lower-case name, or None."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def content_sha256(self) -> str:
        """The digest that tells a second delivery of one mail from another mail with the same Message-ID."""
        return hashlib.sha256("\0".join((self.sender.address, self.subject, self.text)).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of personal data in a text: offsets in characters of the original, and its type (docs/redaction.md names them)."""

    type: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RedactedEmail:
    """Subject and newest text with personal data replaced by placeholders such as ⟦PERSON_1⟧.

    `restore` maps each placeholder to what stood there; it never leaves the process and is never stored.
    """

    subject: str
    text: str
    language: str
    spans: tuple[Span, ...]
    restore: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shareable(RedactedEmail):
    """A RedactedEmail that a language model may be shown: made by `redact.shareable`, with all taken out that policy wants out.

    `thread` is the beginning of what the mail quotes, where its own text is too short to say what it is about; else empty.
    """

    thread: str = ""
