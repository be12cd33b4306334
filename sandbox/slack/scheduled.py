"""Messages that wait for their time."""

from sandbox.slack import ids, messages
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.messages import Draft
from sandbox.slack.world import World

FURTHEST = 120 * 24 * 3600
WINDOW = 300
MOST_IN_WINDOW = 30
TOO_LATE = 60
"""Seconds before its time after which a scheduled message cannot be deleted any more."""


def schedule(world: World, channel: Json, draft: Draft, post_at: int) -> Json:
    """Keeps a message for later; raises time_in_past, time_too_far and restricted_too_many."""
    now = world.clock.now()
    if post_at <= now:
        raise SlackError("time_in_past")
    if post_at > now + FURTHEST:
        raise SlackError("time_too_far")
    near = [entry for entry in waiting(world, channel["id"]) if entry["post_at"] // WINDOW == post_at // WINDOW]
    if len(near) >= MOST_IN_WINDOW:
        raise SlackError("restricted_too_many")
    fields = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    entry = {"id": ids.fresh("Q"), "channel_id": channel["id"], "post_at": post_at, "date_created": int(now), "draft": fields}
    world.workspace.keep("scheduled", entry)
    world.hub.spawn(_post_when_due(world, entry))
    return entry


def waiting(world: World, channel_id: str = "") -> list[Json]:
    """The messages still to come, soonest first; of one channel, where it is named."""
    entries = [entry for entry in world.workspace.shelf("scheduled").values() if channel_id in ("", entry["channel_id"])]
    return sorted(entries, key=lambda entry: (entry["post_at"], entry["id"]))


def cancel(world: World, channel_id: str, entry_id: str) -> None:
    """Takes a message back; raises invalid_scheduled_message_id, also in the last minute before its time."""
    entry = world.workspace.shelf("scheduled").get(entry_id)
    if entry is None or entry["channel_id"] != channel_id or entry["post_at"] - world.clock.now() < TOO_LATE:
        raise SlackError("invalid_scheduled_message_id")
    world.workspace.drop("scheduled", entry_id)


def resume(world: World) -> None:
    """Waits again for what was scheduled before a restart."""
    for entry in waiting(world):
        world.hub.spawn(_post_when_due(world, entry))


async def _post_when_due(world: World, entry: Json) -> None:
    """Posts it at its time; one with metadata is never posted, which Slack documents as a known bug."""
    await world.clock.sleep(entry["post_at"] - world.clock.now())
    if entry["id"] not in world.workspace.shelf("scheduled"):
        return
    world.workspace.drop("scheduled", entry["id"])
    channel, draft = world.workspace.channels.get(entry["channel_id"]), Draft(**entry["draft"])
    if channel and draft.user_id in channel["members"] and not channel["is_archived"] and not draft.metadata:
        messages.post(world, channel, draft)
