"""A version of the policies: who made it and why, what it changed, what it would have done, and how it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType

from pipeline.case import CaseId
from pipeline.policy.compare import Change
from pipeline.policy.rulebook import Rulebook
from pipeline.policy.simulate import Row

VersionId = NewType("VersionId", int)
Origin = Literal["files", "terminal", "slack"]
State = Literal["proposed", "published", "refused"]
DAYS = 30
"""How far back a simulation looks unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Author:
    """A person: `id` is theirs in Slack, or the operator's name at the command line; "files" for the folder itself."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Version:
    """An immutable version. `rows` is what it would have done to the cases of 30 days, None where that was not asked.

    `state` is "published" once it was ever in force. `decided_by` approved or refused it; `published_at` is the last time.
    """

    id: VersionId
    made_at: datetime
    origin: Origin
    author: Author
    why: str
    digest: str
    parent: VersionId | None
    changes: tuple[Change, ...]
    only_lowers: bool
    rows: Sequence[Row] | None
    needs_approval: bool
    state: State
    decided_by: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class InForce:
    """What holds: since when, by whom, and whether that was a step back."""

    version: Version
    at: datetime
    by: Author
    why: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the list of rules shows: what holds, its rules, and versions, the newest first."""

    now: InForce
    rulebook: Rulebook
    versions: Sequence[Version]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would be, before it is one: nothing is stored. `links` lead to the cards of cases that `rows` name."""

    changes: tuple[Change, ...]
    only_lowers: bool
    rows: Sequence[Row]
    needs_approval: bool
    links: Mapping[CaseId, str]


@dataclass(frozen=True, slots=True)
class Stale:
    """Somebody published another version meanwhile."""

    sentence: str


def overtaken(by: Author, number: VersionId) -> str:
    """What somebody is told whose change rests on an older version."""
    return f"{by.name} published version {number} meanwhile. Look at it, then make your change on top of it."
