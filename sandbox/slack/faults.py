"""Faults that tests order in advance: answers that fail, connections that break, envelopes that come twice."""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal, get_args

FaultKind = Literal["rate_limited", "server_error", "hang", "drop_after_effect", "drop_before_effect"]
KINDS = get_args(FaultKind)


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one call: `retry_after` and `seconds` (of a hang) are seconds."""

    kind: FaultKind
    retry_after: int = 1
    seconds: float = 30.0


@dataclass(slots=True)
class Faults:
    """Orders wait here until the next matching call, ticket or envelope uses them up; `*` matches every method."""

    calls: dict[str, deque[Fault]] = field(default_factory=dict)
    dead_tickets: deque[int | None] = field(default_factory=deque)
    duplicates: deque[str | None] = field(default_factory=deque)

    def fail(self, method: str, kind: FaultKind, times: int = 1, retry_after: int = 1, seconds: float = 30.0) -> None:
        """The next `times` calls of `method` meet this fault."""
        self.calls.setdefault(method, deque()).extend([Fault(kind, retry_after, seconds)] * times)

    def kill_ticket(self, refusals: int | None = None, times: int = 1) -> None:
        """The next `times` WSS URLs answer 403 to an upgrade: `refusals` times, or for ever where it is None."""
        self.dead_tickets.extend([refusals] * times)

    def duplicate(self, envelope_type: str | None = None) -> None:
        """The next envelope (of this type, where one is named) is delivered twice."""
        self.duplicates.append(envelope_type)

    def take_call(self, method: str) -> Fault | None:
        waiting = self.calls.get(method) or self.calls.get("*")
        return waiting.popleft() if waiting else None

    def take_ticket(self) -> tuple[bool, int | None]:
        """Whether the next ticket is dead, and how often it refuses (None: always)."""
        return (True, self.dead_tickets.popleft()) if self.dead_tickets else (False, 0)

    def take_duplicate(self, envelope_type: str) -> bool:
        if self.duplicates and self.duplicates[0] in (None, envelope_type):
            self.duplicates.popleft()
            return True
        return False

    def clear(self) -> None:
        self.calls.clear()
        self.dead_tickets.clear()
        self.duplicates.clear()
