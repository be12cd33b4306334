"""A circuit breaker: whoever fails too often is left alone for a while, then asked once, and believed again if that goes well."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

State = Literal["closed", "half_open", "open"]


@dataclass(slots=True)
class Breaker:
    """Opens after `in_a_row` failures, or once more than `share` of at least `fewest` calls within `window` s have failed.

    It stays open for `rest` s; then one call is let through at a time, until one succeeds. `clock` gives seconds.
    """

    clock: Callable[[], float]
    in_a_row: int = 5
    share: float = 0.2
    fewest: int = 20
    window: float = 60.0
    rest: float = 30.0
    _row: int = 0
    _calls: deque[tuple[float, bool]] = field(default_factory=deque)
    _opened_at: float | None = None
    _probing: bool = False
    _openings: int = 0

    @property
    def state(self) -> State:
        if self._opened_at is None:
            return "closed"
        return "half_open" if self.clock() >= self._opened_at + self.rest else "open"

    @property
    def reopens_in(self) -> float:
        """Seconds until somebody may be let through; 0 where that is now."""
        return 0.0 if self._opened_at is None else max(0.0, self._opened_at + self.rest - self.clock())

    def admit(self) -> int | None:
        """A ticket where a call may go out now; it must be handed back with `succeeded`, `failed` or `abandoned`."""
        state = self.state
        if state == "open" or (state == "half_open" and self._probing):
            return None
        self._probing = state == "half_open"
        return self._openings

    def succeeded(self, ticket: int) -> None:
        if ticket != self._openings:
            return  # a call that began before the breaker opened says nothing of now
        if self._probing:
            self._calls.clear()
        self._row, self._opened_at, self._probing = 0, None, False
        self._note(True)

    def failed(self, ticket: int) -> None:
        if ticket != self._openings:
            return
        self._row += 1
        self._note(False)
        if self._probing or self._row >= self.in_a_row or self._too_many():
            self._opened_at = self.clock()
            self._openings += 1
        self._probing = False

    def abandoned(self, ticket: int) -> None:
        """The call ended without saying anything about its provider."""
        if ticket == self._openings:
            self._probing = False

    def _note(self, went_well: bool) -> None:
        now = self.clock()
        self._calls.append((now, went_well))
        while self._calls[0][0] < now - self.window:
            self._calls.popleft()

    def _too_many(self) -> bool:
        failures = sum(not went_well for _, went_well in self._calls)
        return len(self._calls) >= self.fewest and failures > self.share * len(self._calls)
