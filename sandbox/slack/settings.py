"""What the local Slack is started with."""

from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
DEFAULT_SEED = HERE / "seed.json"
DEFAULT_MANIFEST = HERE.parent.parent / "app_manifest.yml"


@dataclass(frozen=True, slots=True)
class Timing:
    """Slack's deadlines, in seconds; tests shorten them."""

    ack: float = 3.0
    trigger: float = 3.0
    response_url: float = 1800.0
    event_retries: tuple[float, ...] = (0.5, 60.0, 300.0)
    socket_ping: float = 10.0
    stream_ping: float = 15.0


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """Settings of one local Slack.

    `port` 0 takes a free one; `data` is the folder that keeps the state (None: memory only); `seed` is a JSON file with the
    workspace, its people and channels; `rate_limits` turns on Slack's limits (one message per second and channel, method tiers).
    """

    port: int = 0
    manifest: Path = DEFAULT_MANIFEST
    data: Path | None = None
    seed: Path | None = None
    rate_limits: bool = False
    die_with_parent: bool = False
    timing: Timing = field(default_factory=Timing)
