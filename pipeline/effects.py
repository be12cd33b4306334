"""What is to be done, before it is done: a closed union, each with a key that makes doing it twice harmless or detectable."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from pipeline.case import CaseId, PersonId
from pipeline.digest import DigestId
from pipeline.email import MailboxId


@dataclass(frozen=True, slots=True)
class SendReply:
    """Send this version of the draft, whose text has this digest, as approved by this person (None: by itself) at this revision."""

    case: CaseId
    revision: int
    version: int
    sha256: str
    approver: PersonId | None
    type: Literal["send_reply"] = field(default="send_reply")

    @property
    def key(self) -> str:
        return f"reply:{self.case}:{self.revision}"


@dataclass(frozen=True, slots=True)
class Release:
    """At this time, let the answer of a scheduled case go, if it is still at this revision and nothing speaks against it by then."""

    case: CaseId
    revision: int
    at: datetime
    type: Literal["release"] = field(default="release")

    @property
    def key(self) -> str:
        return f"release:{self.case}:{self.revision}"


@dataclass(frozen=True, slots=True)
class Forward:
    """Hand the mail itself on to this alias from the policies, once the reply of this revision went out."""

    case: CaseId
    revision: int
    to: str
    approver: PersonId | None
    type: Literal["forward"] = field(default="forward")

    @property
    def key(self) -> str:
        return f"forward:{self.case}:{self.revision}"


@dataclass(frozen=True, slots=True)
class PostCard:
    """Show a new case in its inbox's channel: the root card, and in its thread the mail and the draft."""

    case: CaseId
    type: Literal["post_card"] = field(default="post_card")

    @property
    def key(self) -> str:
        return f"card:{self.case}"


@dataclass(frozen=True, slots=True)
class UpdateCard:
    """Make the case's cards show the state it has now; `revision` is the one that asked."""

    case: CaseId
    revision: int
    type: Literal["update_card"] = field(default="update_card")

    @property
    def key(self) -> str:
        return f"card:{self.case}:{self.revision}"


@dataclass(frozen=True, slots=True)
class Notify:
    """Say one sentence in the case's thread; `loud`: in the channel as well."""

    case: CaseId
    reason: str
    text: str
    loud: bool = False
    type: Literal["notify"] = field(default="notify")

    @property
    def key(self) -> str:
        return f"notify:{self.case}:{self.reason}"


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Ask a second person of the inbox's channel what they think of the draft that was judged just now."""

    case: CaseId
    type: Literal["second_look"] = field(default="second_look")

    @property
    def key(self) -> str:
        return f"second:{self.case}"


@dataclass(frozen=True, slots=True)
class Announce:
    """Say one sentence in the inbox's channel: what became of an intent's right. `change` is the row of its record."""

    change: int
    mailbox: MailboxId
    text: str
    case: None = field(default=None)
    type: Literal["announce"] = field(default="announce")

    @property
    def key(self) -> str:
        return f"gate:{self.change}:{self.mailbox}"


@dataclass(frozen=True, slots=True)
class PostDigest:
    """Tell the inbox's channel what was filed without a card. It belongs to no one case."""

    digest: DigestId
    mailbox: MailboxId
    case: None = field(default=None)
    type: Literal["post_digest"] = field(default="post_digest")

    @property
    def key(self) -> str:
        return f"digest:{self.digest}"


@dataclass(frozen=True, slots=True)
class UpdateDigest:
    """Make the digest that lists this case show the state it has now; `revision` is the one that asked."""

    case: CaseId
    mailbox: MailboxId
    revision: int
    type: Literal["update_digest"] = field(default="update_digest")

    @property
    def key(self) -> str:
        return f"digest:case:{self.case}:{self.revision}"


Effect = SendReply | Release | Forward | PostCard | UpdateCard | Notify | SecondLook | Announce | PostDigest | UpdateDigest
EffectType = Literal[
    "send_reply", "release", "forward", "post_card", "update_card", "notify", "second_look", "announce", "post_digest", "update_digest"
]
EFFECT_TYPES: tuple[EffectType, ...] = get_args(EffectType)


def lane(effect: Effect) -> str:
    """Effects of one lane are done one after another, in the order they were written: nothing waits behind what is not due yet."""
    match effect:
        case SendReply() | Forward():
            return f"mail:{effect.case}"
        case Release():
            return f"release:{effect.case}"
        case PostCard() | UpdateCard() | Notify() | SecondLook():
            return f"slack:{effect.case}"
        case Announce():
            return f"gate:{effect.mailbox}"
        case PostDigest() | UpdateDigest():
            return f"digest:{effect.mailbox}"


def due(effect: Effect) -> datetime | None:
    """Not before this time; None: at once."""
    return effect.at if isinstance(effect, Release) else None
