"""One Web API call: its arguments in whatever form they came, and who makes it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.slack.errors import Json, SlackError, invalid_arguments
from sandbox.slack.shapes import channel_kind
from sandbox.slack.world import World

FALSE = ("", "0", "false", "False", "no", "off", "None")
FAMILY = {"channel": "channels", "group": "groups", "im": "im"}
Caller = Literal["bot", "app", "anyone"]


@dataclass(frozen=True, slots=True)
class Args:
    """Arguments by name: JSON values as they are, form and query values as text."""

    values: Json

    def text(self, name: str) -> str:
        """The argument as text; empty where it is missing."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def moment(self, name: str) -> int | None:
        """Epoch seconds; None where it is not a whole number."""
        value = self.text(name)
        return int(value) if value.isdigit() else None

    def flag(self, name: str) -> bool:
        return str(self.values.get(name, "")) not in FALSE

    def count(self, name: str, default: int, most: int) -> int:
        """A whole number from 1 to `most`; raises invalid_limit."""
        value = self.text(name) or str(default)
        if not value.isdigit():
            raise SlackError("invalid_limit")
        return max(1, min(int(value), most))

    def data(self, name: str, error: str = "invalid_arguments") -> Any:
        """A nested value, parsed where it came as text; None where it is missing; raises `error`."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except json.JSONDecodeError as problem:
            raise SlackError(error, f"{name} is not JSON: {problem}") from problem

    def words(self, name: str) -> list[str]:
        """A list that came as JSON or with commas."""
        value = self.values.get(name)
        words = value if isinstance(value, list) else self.text(name).split(",")
        return [str(word).strip() for word in words if str(word).strip()]


@dataclass(frozen=True, slots=True)
class Call:
    world: World
    args: Args

    @property
    def bot(self) -> str:
        return self.world.identity.bot_user_id

    def channel(self, name: str = "channel") -> Json:
        """The channel that an argument names, as far as the bot may know of it; raises channel_not_found."""
        channel = self.world.workspace.channel(self.args.text(name))
        hidden = channel["is_private"] or channel["is_im"]
        if hidden and self.bot not in channel["members"]:
            raise SlackError("channel_not_found")
        return channel

    def joined(self, name: str = "channel") -> Json:
        """The channel of the call, which the bot has to be a member of; raises not_in_channel."""
        channel = self.channel(name)
        if self.bot not in channel["members"]:
            raise SlackError("not_in_channel")
        if channel["is_archived"]:
            raise SlackError("is_archived")
        return channel

    def need_for(self, channel: Json, verb: str) -> None:
        """Raises missing_scope where the app may not do this in a channel of its kind; `verb` is read, history or manage."""
        kind = channel_kind(channel)
        self.need("groups:write" if (kind, verb) == ("group", "manage") else f"{FAMILY[kind]}:{verb}")

    def need(self, scope: str) -> None:
        """Raises missing_scope where the manifest does not ask for this scope."""
        scopes = self.world.manifest.scopes
        if scope not in scopes:
            raise SlackError("missing_scope", needed=scope, provided=",".join(sorted(scopes)))


@dataclass(frozen=True, slots=True)
class Method:
    """A row of the table: `scope` is what the caller needs, `requires` the arguments without which nothing works."""

    name: str
    run: Callable[[Call], Json]
    scope: str | None = None
    requires: tuple[str, ...] = ()
    caller: Caller = "bot"
    tier: int = 3

    def check(self, call: Call) -> None:
        """Raises missing_scope and invalid_arguments."""
        if self.scope:
            call.need(self.scope)
        missing = [name for name in self.requires if call.args.values.get(name) in (None, "")]
        if missing:
            raise invalid_arguments(*(f"missing required field: {name}" for name in missing))
