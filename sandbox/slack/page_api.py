"""The page's endpoints under /page/api/, as docs/local-slack.md describes them."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from sandbox.slack import events, interactions, messages, modals, reactions
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.page_text import stored
from sandbox.slack.shapes import can_see, message_shape, page_channel, page_user
from sandbox.slack.world import World

Answer = Callable[[World, Json], Awaitable[Json]]
INSPECTED = 50


async def bootstrap(world: World, asked: Json) -> Json:
    workspace, identity = world.workspace, world.identity
    me = workspace.user(asked.get("user") or first_person(world))
    bot = workspace.user(identity.bot_user_id)
    channels = [page_channel(workspace, channel, me["id"]) for channel in workspace.channels.values() if can_see(channel, me)]
    direct = None if me["is_stranger"] else workspace.direct(me["id"])["id"]
    return {
        "team": workspace.team,
        "me": page_user(me),
        "users": [page_user(user) for user in workspace.users.values()],
        "channels": channels,
        "app": {
            "id": identity.app_id, "name": world.manifest.name, "bot_user_id": bot["id"],
            "home_tab_enabled": world.manifest.home_tab,
            "messages_tab_enabled": world.manifest.messages_tab, "dm_channel": direct,
        },
        "commands": [{key: c.get(key, "") for key in ("command", "description", "usage_hint")} for c in world.manifest.commands],
        "shortcuts": [{key: s.get(key, "") for key in ("type", "name", "callback_id", "description")} for s in world.manifest.shortcuts],
    }  # fmt: skip


async def channel_messages(world: World, asked: Json) -> Json:
    channel = _visible(world, asked)
    return {"messages": messages.listed(world, channel["id"], asked["user"])}


async def thread(world: World, asked: Json) -> Json:
    channel = _visible(world, asked)
    return {"messages": messages.thread(world, channel["id"], asked["user"], str(asked.get("ts")))}


async def home(world: World, asked: Json) -> Json:
    return {"view": world.workspace.homes.get(_me(world, asked))}


async def views(world: World, asked: Json) -> Json:
    return {"views": modals.stack(world, _me(world, asked))}


async def post(world: World, asked: Json) -> Json:
    channel, user_id, text = _visible(world, asked), _me(world, asked), str(asked.get("text", ""))
    if text.startswith("/"):
        await interactions.command(world, user_id, channel["id"], text)
        return {"ok": True}
    if user_id not in channel["members"]:
        raise SlackError("not_in_channel", f"You are not a member of #{channel['name']}.")
    if not text.strip():
        raise SlackError("no_text", "There is nothing to send.")
    if channel["is_im"] and world.manifest.messages_tab_read_only:
        raise SlackError("messages_tab_disabled", "The app does not take messages.")
    draft = messages.Draft(user_id, stored(world.workspace, text), thread_ts=asked.get("thread_ts"))
    return {"ok": True, "ts": messages.post(world, channel, draft)["ts"]}


async def action(world: World, asked: Json) -> Json:
    block_id, action_id = str(asked.get("block_id") or ""), str(asked.get("action_id") or "")
    await interactions.act(
        world, _me(world, asked), asked.get("container") or {}, block_id, action_id, asked.get("value") or {}, asked.get("state") or {}
    )
    return {"ok": True}


async def submit(world: World, asked: Json) -> Json:
    answer = await interactions.submit(world, _me(world, asked), str(asked.get("view_id")), asked.get("state") or {})
    return {"ok": True, **answer}


async def close(world: World, asked: Json) -> Json:
    await interactions.close(world, _me(world, asked), str(asked.get("view_id")), bool(asked.get("clear")))
    return {"ok": True}


async def shortcut(world: World, asked: Json) -> Json:
    await interactions.shortcut(world, _me(world, asked), str(asked.get("callback_id")), asked.get("channel"), asked.get("ts"))
    return {"ok": True}


async def options(world: World, asked: Json) -> Json:
    block_id, action_id = str(asked.get("block_id") or ""), str(asked.get("action_id") or "")
    query = str(asked.get("query") or "")
    found = await interactions.suggest(world, _me(world, asked), asked.get("container") or {}, block_id, action_id, query)
    return {"ok": True, **found}


async def react(world: World, asked: Json) -> Json:
    channel = _visible(world, asked)
    message = world.workspace.message(channel["id"], str(asked.get("ts")))
    change = reactions.remove if asked.get("remove") else reactions.add
    change(world, channel, message, _me(world, asked), str(asked.get("name", "")).strip(":"))
    return {"ok": True}


async def home_opened(world: World, asked: Json) -> Json:
    events.home_opened(world, _me(world, asked), str(asked.get("tab") or "home"))
    return {"ok": True}


async def read(world: World, asked: Json) -> Json:
    channel, user_id = _visible(world, asked), _me(world, asked)
    world.workspace.save_read(user_id, channel["id"], str(asked.get("ts")))
    world.streams.send(user_id, {"type": "channel", "channel": page_channel(world.workspace, channel, user_id)})
    return {"ok": True}


async def inspect(world: World, asked: Json) -> Json:
    channel_id, ts = str(asked.get("channel")), str(asked.get("ts"))
    kept = world.workspace.ephemerals.get(channel_id, [])
    unseen = next((entry["message"] for entry in kept if entry["message"]["ts"] == ts), None)
    message = unseen or message_shape(world.workspace, channel_id, world.workspace.message(channel_id, ts), with_metadata=True)
    envelopes, calls = world.journal.newest(INSPECTED)
    return {"message": message, "envelopes": envelopes, "calls": calls}


GETS: dict[str, Answer] = {
    "bootstrap": bootstrap, "messages": channel_messages, "thread": thread, "home": home, "views": views, "inspect": inspect,
}  # fmt: skip
POSTS: dict[str, Answer] = {
    "post": post, "action": action, "submit": submit, "close": close, "shortcut": shortcut, "options": options, "react": react,
    "home_opened": home_opened, "read": read,
}  # fmt: skip


async def handle(world: World, request: web.Request) -> web.StreamResponse:
    """One request of the page; errors come as `{ok, error, message}`."""
    name = request.match_info["name"]
    if name == "events" and request.method == "GET":
        return await stream(world, request)
    answer = (GETS if request.method == "GET" else POSTS).get(name)
    try:
        if answer is None:
            raise SlackError("unknown_method", f"The page has no endpoint {name}.", status=404)
        return web.json_response(await answer(world, await _asked(request)))
    except SlackError as error:
        return web.json_response({**error.body(), "message": error.sentence}, status=error.status)


async def stream(world: World, request: web.Request) -> web.StreamResponse:
    """The server-sent events of one page, until it goes or falls behind."""
    user_id = request.query.get("user", "")
    if user_id not in world.workspace.users:
        return web.json_response({"ok": False, "error": "user_not_found", "message": f"There is no user {user_id}."})
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
    await response.prepare(request)
    with world.streams.watch(user_id) as queue:
        try:
            await response.write(b"retry: 1000\n\n")
            while await _write_next(world, response, queue):
                pass
        except ConnectionError:
            pass
    return response


async def _write_next(world: World, response: web.StreamResponse, queue: asyncio.Queue[Json | None]) -> bool:
    try:
        event = await asyncio.wait_for(queue.get(), world.settings.timing.stream_ping)
    except TimeoutError:
        await response.write(b": ping\n\n")
        return True
    if event is None:
        return False
    await response.write(f"data: {json.dumps(event)}\n\n".encode())
    return True


def first_person(world: World) -> str:
    """The person a page shows when it names nobody."""
    return next(str(user["id"]) for user in world.workspace.users.values() if not (user["is_bot"] or user["deleted"]))


async def _asked(request: web.Request) -> Json:
    if request.method == "GET":
        return dict(request.query)
    try:
        body = json.loads(await request.text() or "{}")
    except json.JSONDecodeError as error:
        raise SlackError("invalid_json", "The request is not JSON.", status=400) from error
    if not isinstance(body, dict):
        raise SlackError("invalid_json", "The request is not a JSON object.", status=400)
    return body


def _me(world: World, asked: Json) -> str:
    user = world.workspace.user(str(asked.get("user") or ""))
    if user["deleted"] or user["is_bot"]:
        raise SlackError("user_disabled", f"Nobody can act as {user['real_name']}.")
    return str(user["id"])


def _visible(world: World, asked: Json) -> Json:
    channel, user = world.workspace.channel(str(asked.get("channel") or "")), world.workspace.user(_me(world, asked))
    if not can_see(channel, user):
        raise SlackError("channel_not_found", f"{user['real_name']} cannot see this channel.")
    return channel
