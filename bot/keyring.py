"""The house that answers now: with the local model of the moment, and the gate keys that follow from it."""

from typing import Protocol

from pipeline.gate.makings import Asked, keyed
from pipeline.house import House
from pipeline.ports import IntentModel


class Live(Protocol):
    @property
    def current(self) -> IntentModel: ...


class Keyring:
    """Keys are made anew only when the model is another: they cost some milliseconds."""

    def __init__(self, house: House, live: Live, asked: Asked) -> None:
        self._house, self._live, self.asked = house, live, asked
        self._current = keyed(house.judged_by(live.current), asked)

    def house(self) -> House:
        if self._current.model is not self._live.current:
            self._current = keyed(self._house.judged_by(self._live.current), self.asked)
        return self._current
