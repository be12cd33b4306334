"""Everything that a listener needs, handed over once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from blocks.home import Health
from pipeline.case import CaseId, Draft, Finding, PersonId
from pipeline.email import Email
from pipeline.gate.account import Account
from pipeline.gate.states import Change, Event
from pipeline.people import People
from pipeline.ports import Cases, Directory
from pipeline.review import Refused


class ReviewedCases(Cases, Protocol):
    """The cases, and what their first draft said: an approval is compared with it."""

    async def first_text(self, case: CaseId) -> str: ...


class Seen(Protocol):
    """Remembers what was already received, for a while."""

    async def first(self, key: str) -> bool:
        """True for the first caller with this key; True as well where nobody can tell."""
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

    `second` keeps a second person's verdict (True: wrong); it gives False where that does not count.
    """

    cases: ReviewedCases
    people: Callable[[], People]
    directory: Directory
    clock: Callable[[], datetime]
    lint: Callable[[Draft, Email], tuple[Finding, ...]]
    health: Callable[[], Awaitable[Sequence[Health]]]
    seen: Seen
    gate: Gate
    second: Callable[[CaseId, PersonId, bool], Awaitable[bool]]
