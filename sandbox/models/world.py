"""What the stand-in remembers: the faults to come, what was asked, and which prompts are in a cache."""

import random
import time
from dataclasses import dataclass, field
from hashlib import sha256

from sandbox.models.settings import Api, Brain, Fault, ModelsSettings, Question

CACHED_FOR = 300.0


@dataclass(slots=True)
class World:
    """One stand-in's state. `down` names the APIs that answer 503 to everything."""

    settings: ModelsSettings
    brain: Brain
    faults: list[Fault] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    bodies: list[dict[str, object]] = field(default_factory=list)
    down: set[Api] = field(default_factory=set)
    _cached: dict[str, float] = field(default_factory=dict)
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.settings.seed)  # noqa: S311  # latencies, no secrets

    def fault(self, api: Api) -> Fault | None:
        """What goes wrong now, counted down."""
        if api in self.down:
            return Fault("unavailable")
        found = next((fault for fault in self.faults if fault.api in (None, api) and fault.times > 0), None)
        if found is not None:
            found.times -= 1
        return found

    def latency(self) -> float:
        """Seconds that the model thinks."""
        median, sigma = self.settings.latency, self.settings.sigma
        return median * self._chance.lognormvariate(0.0, sigma) if median else 0.0

    def cached(self, prefix: str) -> bool:
        """Whether this beginning was seen within five minutes; from now on it was."""
        key, now = sha256(prefix.encode("utf-8", "replace")).hexdigest(), time.monotonic()
        known = now - self._cached.get(key, -CACHED_FOR - 1) <= CACHED_FOR
        self._cached[key] = now
        return known
