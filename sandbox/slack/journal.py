"""The last Web API calls and Socket Mode envelopes, for the inspector and for tests."""

import time
from collections import deque
from dataclasses import asdict, dataclass, field

from sandbox.slack.errors import Json

KEPT = 2000


@dataclass(slots=True)
class CallRecord:
    """One Web API call; `at` is epoch seconds, `duration_ms` what the server took."""

    method: str
    args: Json
    ok: bool
    error: str | None
    status: int
    at: float
    duration_ms: float


@dataclass(slots=True)
class EnvelopeRecord:
    """One envelope as sent; `acked_at` and `latency_ms` stay None where the app did not answer in time."""

    envelope_id: str
    type: str
    payload: Json
    connection: int
    retry_attempt: int
    retry_reason: str
    at: float
    acked_at: float | None = None
    latency_ms: float | None = None
    response: Json | None = None


@dataclass(slots=True)
class Journal:
    calls: deque[CallRecord] = field(default_factory=lambda: deque(maxlen=KEPT))
    envelopes: deque[EnvelopeRecord] = field(default_factory=lambda: deque(maxlen=KEPT))

    def acked(self, record: EnvelopeRecord, response: Json | None) -> None:
        record.acked_at = time.time()
        record.latency_ms = round((record.acked_at - record.at) * 1000, 1)
        record.response = response

    def calls_of(self, method: str) -> list[CallRecord]:
        """The kept calls of one method, oldest first."""
        return [call for call in self.calls if call.method == method]

    def newest(self, count: int) -> tuple[list[Json], list[Json]]:
        """The newest envelopes and calls as JSON, newest first."""
        envelopes = [asdict(record) for record in list(self.envelopes)[-count:]]
        calls = [asdict(record) for record in list(self.calls)[-count:]]
        return envelopes[::-1], calls[::-1]

    def clear(self) -> None:
        self.calls.clear()
        self.envelopes.clear()
