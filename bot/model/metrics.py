"""What operators see of language models from outside: figures for Prometheus, counted in this process."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Self

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from bot.model.breaker import Breaker, State
from pipeline.prompt import Call, Role

Asked = Literal["answered", "malformed", "unusable", "late", "failed", "refused", "misconfigured", "abandoned"]
"""How a call ends."""
Outcome = Asked | Literal["left_alone", "over_budget"]
"""The same, and why none was made."""
LEVELS: dict[State, int] = {"closed": 0, "half_open": 1, "open": 2}
BUCKETS = (0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0, 20.0, 60.0)


@dataclass(frozen=True, slots=True)
class ModelMetrics:
    """Calls by model, role and outcome; seconds, tokens and dollars of those that were answered; each provider's breaker."""

    registry: CollectorRegistry
    calls: Counter
    seconds: Histogram
    tokens: Counter
    dollars: Counter
    answers: Counter
    breaker: Gauge

    @classmethod
    def fresh(cls) -> Self:
        registry = CollectorRegistry()
        by_model = ["model", "role"]
        return cls(
            registry,
            Counter("triage_model_calls", "Calls of language models", [*by_model, "outcome"], registry=registry),
            Histogram("triage_model_seconds", "How long calls took", by_model, buckets=BUCKETS, registry=registry),
            Counter("triage_model_tokens", "Tokens, as providers count them", [*by_model, "direction"], registry=registry),
            Counter("triage_model_dollars", "US dollars at list prices", by_model, registry=registry),
            Counter(
                "triage_model_answers", "Answers, by the snapshot that a provider says gave them", ["model", "snapshot"], registry=registry
            ),
            Gauge("triage_model_breaker", "0 closed, 1 half open, 2 open", ["provider"], registry=registry),
        )

    def ended(self, model: str, role: Role, outcome: Outcome, seconds: float) -> None:
        self.calls.labels(model, role, outcome).inc()
        if outcome in ("answered", "malformed"):
            self.seconds.labels(model, role).observe(seconds)

    def charged(self, model: str, calls: Iterable[Call]) -> None:
        for call in calls:
            self.tokens.labels(model, call.role, "in").inc(call.tokens_in - call.cached_in)
            self.tokens.labels(model, call.role, "cached").inc(call.cached_in)
            self.tokens.labels(model, call.role, "out").inc(call.tokens_out)
            self.dollars.labels(model, call.role).inc(call.usd)
            if call.answered_as:
                self.answers.labels(model, call.answered_as).inc()

    def watch(self, provider: str, breaker: Breaker) -> None:
        """Read the breaker's state at each scrape."""
        self.breaker.labels(provider).set_function(lambda: LEVELS[breaker.state])
