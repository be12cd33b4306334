"""Hands to act with as any person, and eyes to see what they see."""

from dataclasses import dataclass
from typing import Any

from sandbox.slack import events, interactions, messages, modals, reactions, state
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.kit import validate
from sandbox.slack.page_text import stored
from sandbox.slack.shapes import message_shape
from sandbox.slack.world import World


@dataclass(slots=True, eq=False)
class Hands:
    """People are named by id or name ("ana"), channels by id, name ("#support-inbox") or a person's for the app's conversation."""

    world: World

    def user(self, name: str) -> str:
        """The id of a person; raises user_not_found."""
        for user in self.world.workspace.users.values():
            if name.lstrip("@") in (user["id"], user["name"]):
                return str(user["id"])
        raise SlackError("user_not_found", f"There is no user {name}.")

    def channel(self, name: str) -> str:
        """The id of a channel; raises channel_not_found."""
        for channel in self.world.workspace.channels.values():
            if name in (channel["id"], channel["name"], f"#{channel['name']}") and name:
                return str(channel["id"])
        for user in self.world.workspace.users.values():
            if name.lstrip("@") in (user["id"], user["name"]):
                return str(self.world.workspace.direct(user["id"])["id"])
        raise SlackError("channel_not_found", f"There is no channel {name}.")

    async def post(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> str:
        """A person writes a message; answers its ts."""
        place = self.world.workspace.channel(self.channel(channel))
        draft = messages.Draft(self.user(user), stored(self.world.workspace, text), thread_ts=thread_ts)
        return str(messages.post(self.world, place, draft)["ts"])

    async def click(self, user: str, channel: str, ts: str, action_id: str, value: Any = None, values: Json | None = None) -> None:
        """A click on a message's element, or a choice where `value` names one; raises operation_timeout as the person would see it."""
        container = {"type": "message", "channel": self.channel(channel), "ts": ts}
        await self._act(user, container, action_id, value, values or {})

    async def click_view(self, user: str, view_id: str, action_id: str, value: Any = None, values: Json | None = None) -> None:
        """The same in a modal or on the Home tab."""
        await self._act(user, {"type": "view", "view_id": view_id}, action_id, value, values or {})

    async def type(self, user: str, view_id: str, action_id: str, text: str, enter: bool = False) -> None:
        """Types into a field of a view; the app hears of it only where the field's block and its dispatch_action_config say so."""
        blocks = modals.find(self.world, view_id)["blocks"]
        element = _element(blocks, action_id)
        value, block_id = state.as_value(element, text), state.home_of(blocks, action_id)
        await interactions.write(self.world, self.user(user), view_id, block_id, action_id, value, enter)

    async def suggest(self, user: str, place: Json, action_id: str, query: str) -> Json:
        """What an external menu offers for a query; `place` is `{"channel", "ts"}` or `{"view_id"}`."""
        container = place | {"channel": self.channel(place["channel"])} if "channel" in place else place | {"type": "view"}
        return await interactions.suggest(self.world, self.user(user), container, "", action_id, query)

    async def submit(self, user: str, view_id: str, values: Json | None = None) -> Json:
        """Submits a modal with values by action_id or block_id; answers `{response_action, errors?}`."""
        view = modals.find(self.world, view_id)
        return await interactions.submit(self.world, self.user(user), view_id, _filled(view["blocks"], values or {}))

    async def close(self, user: str, view_id: str, clear: bool = False) -> None:
        await interactions.close(self.world, self.user(user), view_id, clear)

    async def command(self, user: str, channel: str, line: str) -> None:
        """A slash command such as "/triage stats"; raises operation_timeout."""
        await interactions.command(self.world, self.user(user), self.channel(channel), line)

    async def shortcut(self, user: str, callback_id: str, channel: str | None = None, ts: str | None = None) -> None:
        place = self.channel(channel) if channel else None
        await interactions.shortcut(self.world, self.user(user), callback_id, place, ts)

    async def react(self, user: str, channel: str, ts: str, name: str, remove: bool = False) -> None:
        place = self.world.workspace.channel(self.channel(channel))
        change = reactions.remove if remove else reactions.add
        change(self.world, place, self.world.workspace.message(place["id"], ts), self.user(user), name)

    async def open_home(self, user: str, tab: str = "home") -> None:
        """The person opens the app's Home or Messages tab."""
        events.home_opened(self.world, self.user(user), tab)

    async def messages(self, channel: str) -> list[Json]:
        """The channel's top level, oldest first, with metadata and thread figures."""
        place, workspace = self.channel(channel), self.world.workspace
        return [message_shape(workspace, place, message, with_metadata=True) for message in workspace.top_level(place)]

    async def thread(self, channel: str, ts: str) -> list[Json]:
        """The parent, then the replies."""
        place, workspace = self.channel(channel), self.world.workspace
        found = (workspace.message(place, ts), *workspace.replies(place, ts))
        return [message_shape(workspace, place, message, with_metadata=True) for message in found]

    async def ephemerals(self, user: str, channel: str) -> list[Json]:
        """What only this person sees in the channel."""
        kept = self.world.workspace.ephemerals.get(self.channel(channel), [])
        return [entry["message"] for entry in kept if entry["for"] == self.user(user)]

    async def views(self, user: str) -> list[Json]:
        """The person's open modals, bottom first."""
        return modals.stack(self.world, self.user(user))

    async def home(self, user: str) -> Json | None:
        """The person's Home tab, once the app has published one."""
        return self.world.workspace.homes.get(self.user(user))

    async def _act(self, user: str, container: Json, action_id: str, value: Any, values: Json) -> None:
        user_id = self.user(user)
        blocks = interactions.surface_of(self.world, user_id, container)["blocks"]
        told = state.as_value(_element(blocks, action_id), value)
        await interactions.act(self.world, user_id, container, state.home_of(blocks, action_id), action_id, told, _filled(blocks, values))


def _element(blocks: list[Json], action_id: str) -> Json:
    element = state.find(blocks, "", action_id)
    if element is None:
        raise SlackError("action_not_found", f"There is no element {action_id} here.")
    return element


def _filled(blocks: list[Json], values: Json) -> Json:
    """The page's state from bare values by action_id, by block_id, or nested as the page sends them."""
    filled: Json = {}
    for block, element in validate.with_elements(blocks):
        action_id, block_id = element.get("action_id", ""), block["block_id"]
        given = values.get(block_id, values.get(action_id, ...))
        if isinstance(given, dict) and action_id in given:
            given = given[action_id]
        if given is not ...:
            filled.setdefault(block_id, {})[action_id] = state.as_value(element, given)
    return filled
