"""Everything that a listener needs, handed over once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from blocks.home import Health
from pipeline.case import CaseId, Draft, Finding
from pipeline.email import Email
from pipeline.people import People
from pipeline.policy.edit import Edit
from pipeline.policy.versions import Author, Preview, Shelf, Stale, Version, VersionId
from pipeline.ports import Cases, Directory


class ReviewedCases(Cases, Protocol):
    """The cases, and what their first draft said: an approval is compared with it."""

    async def first_text(self, case: CaseId) -> str: ...


class Seen(Protocol):
    """Remembers what was already received, for a while."""

    async def first(self, key: str) -> bool:
        """True for the first caller with this key; True as well where nobody can tell."""
        ...


class PolicyBook(Protocol):
    """The policies as versions. Everything raises Temporary; what takes an edit raises Misconfigured for its mistakes."""

    async def shelf(self) -> Shelf: ...
    async def rule(self, name: str) -> str:
        """The rule's JSON as it is in force; "" where there is none."""
        ...

    async def check(self, edit: Edit, seen: VersionId) -> Stale | None:
        """Whether the edit is sound and rests on what is in force: quick."""
        ...

    async def preview(self, edit: Edit, by: Author, seen: VersionId) -> Preview | Stale: ...
    async def publish(self, edit: Edit, by: Author, why: str, seen: VersionId) -> Version | Stale: ...
    async def decide(self, number: VersionId, by: Author, *, approved: bool) -> Version | Stale: ...
    async def roll_back(self, number: VersionId, by: Author, seen: VersionId) -> Version | Stale: ...
    async def links(self, version: Version) -> Mapping[CaseId, str]:
        """Where the cards of the cases are that its simulation names."""
        ...

    async def room(self) -> str:
        """The channel in which a second person is asked. Permanent where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """`people` gives policies/people.json as it is now; `lint` looks at a draft as a person has edited it."""

    cases: ReviewedCases
    people: Callable[[], People]
    directory: Directory
    clock: Callable[[], datetime]
    lint: Callable[[Draft, Email], tuple[Finding, ...]]
    health: Callable[[], Awaitable[Sequence[Health]]]
    seen: Seen
    policies: PolicyBook
