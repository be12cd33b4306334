"""Everything one running local Slack consists of, handed to whoever needs it."""

from dataclasses import dataclass, field

from sandbox.slack.clock import Clock
from sandbox.slack.errors import Json
from sandbox.slack.faults import Faults
from sandbox.slack.hub import Hub
from sandbox.slack.journal import Journal
from sandbox.slack.manifest import Manifest
from sandbox.slack.rates import Rates
from sandbox.slack.settings import SlackSettings
from sandbox.slack.streams import Streams
from sandbox.slack.triggers import Triggers
from sandbox.slack.workspace import Identity, Workspace


@dataclass(slots=True)
class Hook:
    """A response_url: five uses within half an hour, for one person in one channel."""

    user_id: str
    channel_id: str
    message_ts: str | None
    thread_ts: str | None
    expires: float
    uses: int = 0


@dataclass(slots=True)
class World:
    settings: SlackSettings
    manifest: Manifest
    workspace: Workspace
    hub: Hub
    journal: Journal
    faults: Faults
    rates: Rates
    triggers: Triggers
    streams: Streams = field(default_factory=Streams)
    stacks: dict[str, list[Json]] = field(default_factory=dict)
    hooks: dict[str, Hook] = field(default_factory=dict)
    port: int = 0

    @property
    def identity(self) -> Identity:
        return self.workspace.identity

    @property
    def clock(self) -> Clock:
        return self.workspace.clock

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def make(settings: SlackSettings, manifest: Manifest, workspace: Workspace) -> World:
    journal, faults, clock = Journal(), Faults(), workspace.clock
    hub = Hub(settings.timing, journal, faults, workspace.identity.app_id, clock)
    rates, triggers = Rates(settings.rate_limits, clock), Triggers(settings.timing.trigger, clock)
    return World(settings, manifest, workspace, hub, journal, faults, rates, triggers)
