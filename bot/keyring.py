"""The house that answers now: with the local model of the moment, and the gate keys that follow from it."""

from collections.abc import Callable
from typing import Protocol

from pipeline.gate.makings import Asked, keyed
from pipeline.house import House
from pipeline.ports import IntentModel


class Live(Protocol):
    @property
    def current(self) -> IntentModel: ...


class Keyring:
    """Keys are made anew only when the policies or the model are others: they cost some milliseconds."""

    def __init__(self, policies: Callable[[], House], live: Live, asked: Asked) -> None:
        self._policies, self._live, self.asked = policies, live, asked
        self._of = policies()
        self._current = keyed(self._of.judged_by(live.current), asked)

    def house(self) -> House:
        newest = self._policies()
        if newest is not self._of or self._current.model is not self._live.current:
            self._of, self._current = newest, keyed(newest.judged_by(self._live.current), self.asked)
        return self._current
