"""Reactions to messages."""

from sandbox.slack import events, messages
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.world import World


def add(world: World, channel: Json, message: Json, user_id: str, name: str) -> None:
    """Adds a reaction; raises already_reacted."""
    entries = message.setdefault("reactions", [])
    entry = next((entry for entry in entries if entry["name"] == name), None)
    if entry is None:
        entry = {"name": name, "users": [], "count": 0}
        entries.append(entry)
    if user_id in entry["users"]:
        raise SlackError("already_reacted")
    entry["users"].append(user_id)
    _changed(world, channel, message)
    events.reaction(world, channel, message, user_id, name, added=True)


def remove(world: World, channel: Json, message: Json, user_id: str, name: str) -> None:
    """Takes a reaction back; raises no_reaction."""
    entry = next((entry for entry in message.get("reactions", ()) if entry["name"] == name), None)
    if entry is None or user_id not in entry["users"]:
        raise SlackError("no_reaction")
    entry["users"].remove(user_id)
    _changed(world, channel, message)
    events.reaction(world, channel, message, user_id, name, added=False)


def _changed(world: World, channel: Json, message: Json) -> None:
    for entry in message["reactions"]:
        entry["count"] = len(entry["users"])
    message["reactions"] = [entry for entry in message["reactions"] if entry["users"]]
    if not message["reactions"]:
        del message["reactions"]
    world.workspace.save_message(channel["id"], message)
    messages.show_changed(world, channel, message)
