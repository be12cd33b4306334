"""Everything that a listener needs, handed over once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from blocks.home import Health
from pipeline.case import Case, CaseId, Draft, Finding, PersonId
from pipeline.email import Email
from pipeline.gate.account import Account
from pipeline.gate.states import Change, Event
from pipeline.people import People
from pipeline.policy.explain import Near
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
