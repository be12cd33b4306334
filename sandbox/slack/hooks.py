"""response_url: five answers within half an hour to something a person did."""

import secrets
from typing import Any

from sandbox.slack import messages
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.kit import validate
from sandbox.slack.messages import Draft
from sandbox.slack.world import Hook, World

USES = 5
KEPT = 1000


def issue(world: World, user_id: str, channel_id: str, message_ts: str | None, thread_ts: str | None) -> str:
    """A new response_url for what this person did in this channel, about a message or none."""
    name = secrets.token_urlsafe(24)
    world.hooks[name] = Hook(user_id, channel_id, message_ts, thread_ts, world.clock.now() + world.settings.timing.response_url)
    while len(world.hooks) > KEPT:
        del world.hooks[next(iter(world.hooks))]
    return f"{world.origin}/actions/{world.identity.team_id}/{name}"


def use(world: World, name: str, body: Json) -> None:
    """Answers through a response_url; raises used_url, expired_url and the errors of a message."""
    hook = world.hooks.get(name)
    if hook is None or world.clock.now() > hook.expires:
        raise SlackError("expired_url", status=404)
    if hook.uses >= USES:
        raise SlackError("used_url", status=404)
    channel = world.workspace.channel(hook.channel_id)
    if body.get("delete_original"):
        _delete(world, channel, hook)
    elif body.get("replace_original"):
        _replace(world, channel, hook, _content(body))
    else:
        answer(world, hook.user_id, channel, body, hook.thread_ts)
    hook.uses += 1


def answer(world: World, user_id: str, channel: Json, body: Json, thread_ts: str | None = None) -> None:
    """Shows an answer to this person alone, or to the channel where `response_type` says in_channel."""
    content = _content(body)
    thread = body.get("thread_ts") or thread_ts
    draft = Draft(world.identity.bot_user_id, content["text"] or "", content["blocks"], content["attachments"], thread)
    if body.get("response_type") == "in_channel":
        messages.post(world, channel, draft)
    else:
        messages.post_ephemeral(world, channel, user_id, draft)


def _content(body: Json) -> dict[str, Any]:
    blocks = body.get("blocks")
    checked = validate.message_blocks(blocks) if blocks else None
    if not (body.get("text") or checked or body.get("attachments")):
        raise SlackError("no_text", status=400)
    return {"text": body.get("text") or "", "blocks": checked, "attachments": body.get("attachments") or None}


def _replace(world: World, channel: Json, hook: Hook, content: dict[str, Any]) -> None:
    unseen = messages.ephemeral(world, channel["id"], hook.user_id, hook.message_ts or "")
    if unseen:
        messages.change_ephemeral(world, channel["id"], hook.user_id, unseen, content)
    else:
        message = world.workspace.message(channel["id"], hook.message_ts or "")
        messages.change(world, channel, message, content, edited=not content["blocks"])


def _delete(world: World, channel: Json, hook: Hook) -> None:
    ts = hook.message_ts or ""
    if messages.ephemeral(world, channel["id"], hook.user_id, ts):
        messages.delete_ephemeral(world, channel["id"], hook.user_id, ts)
    else:
        messages.delete(world, channel, world.workspace.message(channel["id"], ts))
