"""Trigger ids: each opens one view, once, within three seconds."""

import secrets
from dataclasses import dataclass, field

from sandbox.slack.clock import Clock
from sandbox.slack.errors import SlackError


@dataclass(slots=True)
class Trigger:
    user_id: str
    view_id: str | None
    expires: float
    used: bool = False


@dataclass(slots=True)
class Triggers:
    life: float
    clock: Clock = field(default_factory=Clock)
    issued: dict[str, Trigger] = field(default_factory=dict)

    def issue(self, user_id: str, view_id: str | None = None) -> str:
        """A new trigger id for what this person just did, in the modal `view_id` or outside one."""
        trigger_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self.issued[trigger_id] = Trigger(user_id, view_id, self.clock.now() + self.life)
        while len(self.issued) > 1000:
            del self.issued[next(iter(self.issued))]
        return trigger_id

    def exchange(self, trigger_id: str) -> Trigger:
        """What the trigger stands for; raises Slack's errors for one that is unknown, used or too old."""
        trigger = self.issued.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self.clock.now() > trigger.expires:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger
