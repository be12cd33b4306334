"""Everything that a listener needs, handed over once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from blocks.home import Health
from pipeline.case import Case, CaseId, Draft, Finding, PersonId
from pipeline.email import Email
from pipeline.gate.account import Account
from pipeline.gate.states import Change, Event
from pipeline.people import People
from pipeline.policy.edit import Edit
from pipeline.policy.explain import Near
from pipeline.policy.versions import Author, Preview, Shelf, Stale, Version, VersionId
from pipeline.ports import Cases, Directory
from pipeline.review import Refused
from pipeline.rights import Pause


class ReviewedCases(Cases, Protocol):
    """The cases, and what their first draft said: an approval is compared with it."""

    async def first_text(self, case: CaseId) -> str: ...

    async def reveal(self, case: CaseId, by: PersonId) -> None:
        """Keep that somebody was shown what the rules allow before the case was decided."""
        ...


class Seen(Protocol):
    """Remembers what was already received, for a while."""

    async def first(self, key: str) -> bool:
        """True for the first caller with this key; True as well where nobody can tell."""
        ...


class Switch(Protocol):
    """The kill switch of all answers that go out by themselves."""

    async def pause(self, by: str, name: str, why: str) -> Pause | None:
        """None where it was thrown just now, else the pause that holds already."""
        ...

    async def resume(self, by: str, name: str) -> Pause | None:
        """The pause that ends by it; None where there was none."""
        ...


class Gate(Protocol):
    """Who may answer by itself, on what evidence."""

    async def accounts(self) -> Sequence[Account]: ...
    async def act(self, intent: str, revision: int, make: Callable[[Account], Event]) -> Change | Refused:
        """Do what a person asks, if the standing is still at this revision."""
        ...

    async def look(self) -> None:
        """Judge the evidence now; where that cannot be done, it is judged at the next turn of the clock."""
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
    """`people` gives policies/people.json as it is now; `lint` looks at a draft as a person has edited it.

    `nearly` names the rules in force that were one condition short of speaking.
    `second` keeps a second person's verdict (True: wrong); it gives False where that does not count.
    """

    cases: ReviewedCases
    people: Callable[[], People]
    directory: Directory
    clock: Callable[[], datetime]
    lint: Callable[[Draft, Email], tuple[Finding, ...]]
    health: Callable[[], Awaitable[Sequence[Health]]]
    seen: Seen
    switch: Switch
    nearly: Callable[[Case], Sequence[Near]]
    gate: Gate
    second: Callable[[CaseId, PersonId, bool], Awaitable[bool]]
    policies: PolicyBook
