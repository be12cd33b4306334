"""What people do, as the app hears it: actions, submissions, shortcuts, commands and menus."""

from typing import Any

from sandbox.slack import hooks, messages, modals, state
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.forms import errors as form_errors
from sandbox.slack.kit import validate
from sandbox.slack.shapes import channel_label, message_shape
from sandbox.slack.world import World

TIMED_OUT = SlackError("operation_timeout", "The app did not answer within 3 seconds, so Slack does not know whether this worked.")


TROUBLE = "We had some trouble connecting. Try again?"
"""What Slack shows where an app's answer to a submission makes no sense."""
ON_ENTER, ON_CHARACTER = "on_enter_pressed", "on_character_entered"


async def act(world: World, user_id: str, container: Json, block_id: str, action_id: str, value: Json, given: Json) -> None:
    """A click or a change of an element, of which the app hears unless it is an input without dispatch_action; raises operation_timeout."""
    surface = surface_of(world, user_id, container)
    element = state.find(surface["blocks"], block_id, action_id)
    if element is None:
        raise SlackError("action_not_found", "This element is no longer there; the message or view has changed meanwhile.")
    block_id = block_id or state.home_of(surface["blocks"], action_id)
    before = surface["view"]["state"]["values"] if "view" in surface else {}
    held = state.values(surface["blocks"], _merged(_over(before, given), block_id, action_id, value))
    if not state.dispatches(surface["blocks"], block_id):
        _remember(surface, held)
        return
    payload = _frame(world, user_id, "block_actions", surface.get("view", {}).get("id")) | _place(world, user_id, surface, held)
    payload["actions"] = [_action(world, element, block_id, value)]
    await _ask(world, user_id, "interactive", payload)


async def write(world: World, user_id: str, view_id: str, block_id: str, action_id: str, value: Json, enter: bool) -> None:
    """Text typed into a view, with or without Enter; `dispatch_action_config` says which of the two the app hears of."""
    surface = surface_of(world, user_id, {"type": "view", "view_id": view_id})
    element = state.find(surface["blocks"], block_id, action_id) or {}
    wanted = element.get("dispatch_action_config", {}).get("trigger_actions_on") or [ON_ENTER]
    if (ON_ENTER if enter else ON_CHARACTER) in wanted:
        await act(world, user_id, {"type": "view", "view_id": view_id}, block_id, action_id, value, {})
    else:
        before = surface["view"]["state"]["values"]
        _remember(surface, state.values(surface["blocks"], _merged(before, block_id, action_id, value)))


async def submit(world: World, user_id: str, view_id: str, given: Json) -> Json:
    """Submits the uppermost modal; answers `{response_action, errors?}` and raises operation_timeout."""
    view = modals.top(world, user_id, view_id)
    held = state.values(view["blocks"], _over(view["state"]["values"], given))
    wrong = form_errors(view["blocks"], held)
    if wrong:
        return {"response_action": "errors", "errors": wrong}
    view["state"] = {"values": held}
    payload = _frame(world, user_id, "view_submission", view_id) | {"view": view, "response_urls": _response_urls(world, user_id, view)}
    answer = await _ask(world, user_id, "interactive", payload)
    return _respond(world, user_id, view_id, answer or {})


async def close(world: World, user_id: str, view_id: str, everything: bool) -> None:
    """Closes the uppermost modal, or all, and says so to the app where the view asks for it."""
    view = modals.top(world, user_id, view_id)
    everything = everything or view["clear_on_close"]
    for closed in modals.pop(world, user_id, everything):
        if closed["notify_on_close"]:
            payload = _frame(world, user_id, "view_closed") | {"view": closed, "is_cleared": everything}
            world.hub.spawn(world.hub.ask("interactive", payload))


async def shortcut(world: World, user_id: str, callback_id: str, channel_id: str | None, ts: str | None) -> None:
    """A global shortcut, or one of a message; raises operation_timeout."""
    known = world.manifest.shortcut(callback_id)
    if known is None:
        raise SlackError("shortcut_not_found", f"The manifest has no shortcut {callback_id}.")
    payload = _frame(world, user_id, "shortcut") | {"callback_id": callback_id, "action_ts": world.workspace.next_ts()}
    if known["type"] == "message":
        channel = world.workspace.channel(channel_id or "")
        message = world.workspace.message(channel["id"], ts or "")
        payload |= {
            "type": "message_action", "channel": _channel(channel), "message_ts": message["ts"],
            "message": message_shape(world.workspace, channel["id"], message),
            "response_url": hooks.issue(world, user_id, channel["id"], message["ts"], message.get("thread_ts")),
        }  # fmt: skip
    await _ask(world, user_id, "interactive", payload)


async def command(world: World, user_id: str, channel_id: str, line: str) -> None:
    """A slash command; what the app answers in its acknowledgement is shown. Raises unknown_command and operation_timeout."""
    name, _, text = line.strip().partition(" ")
    if world.manifest.command(name) is None:
        raise SlackError("unknown_command", f"{name} is not a command of this workspace.")
    identity, channel, user = world.identity, world.workspace.channel(channel_id), world.workspace.user(user_id)
    payload = {
        "token": "local", "team_id": identity.team_id, "team_domain": world.workspace.team["domain"], "channel_id": channel_id,
        "channel_name": channel_label(channel), "user_id": user_id, "user_name": user["name"], "command": name, "text": text.strip(),
        "api_app_id": identity.app_id, "is_enterprise_install": "false", "trigger_id": world.triggers.issue(user_id),
        "response_url": hooks.issue(world, user_id, channel_id, None, None),
    }  # fmt: skip
    answer = await _ask(world, user_id, "slash_commands", payload)
    if answer and (answer.get("text") or answer.get("blocks")):
        hooks.answer(world, user_id, channel, answer)


async def suggest(world: World, user_id: str, container: Json, block_id: str, action_id: str, query: str) -> Json:
    """The options of an external menu for what was typed; raises operation_timeout."""
    surface = surface_of(world, user_id, container)
    element = state.find(surface["blocks"], block_id, action_id)
    if element is None:
        raise SlackError("action_not_found", "This menu is no longer there.")
    payload = _frame(world, user_id, "block_suggestion") | _place(world, user_id, surface, None)
    payload |= {"action_id": action_id, "block_id": block_id or state.home_of(surface["blocks"], action_id), "value": query}
    del payload["trigger_id"]
    answer = await _ask(world, user_id, "interactive", payload) or {}
    return _offered(world, user_id, answer)


def _offered(world: World, user_id: str, answer: Json) -> Json:
    """What the app offers; raises invalid_response where Slack could not show it."""
    found = {key: answer[key] for key in ("options", "option_groups") if answer.get(key)}
    wrong = validate.option_problems(found)
    if wrong:
        world.streams.send(user_id, {"type": "notice", "level": "error", "text": "The app's options cannot be shown."})
        raise SlackError("invalid_response", f"The app's options cannot be shown: {wrong[0]}")
    return found or {"options": []}


async def _ask(world: World, user_id: str, kind: str, payload: Json) -> Json | None:
    if kind == "interactive" and not world.manifest.interactive:
        raise SlackError("interactivity_disabled", "The app's manifest does not turn on interactivity.")
    ack = await world.hub.ask(kind, payload)
    if ack is None:
        world.streams.send(user_id, {"type": "notice", "level": "error", "text": TIMED_OUT.sentence})
        raise TIMED_OUT
    return ack.payload


def _frame(world: World, user_id: str, kind: str, view_id: str | None = None) -> Json:
    user, team = world.workspace.user(user_id), world.workspace.team
    return {
        "type": kind, "token": "local", "api_app_id": world.identity.app_id, "enterprise": None, "is_enterprise_install": False,
        "team": {"id": team["id"], "domain": team["domain"]}, "trigger_id": world.triggers.issue(user_id, view_id),
        "user": {"id": user_id, "username": user["name"], "name": user["name"], "team_id": user["team_id"]},
    }  # fmt: skip


def surface_of(world: World, user_id: str, container: Json) -> Json:
    """Where it happened: `{blocks, message?, channel?, view?}`."""
    if container.get("type") == "view":
        view = modals.find(world, str(container.get("view_id")))
        if modals.owner(world, view["id"]) != user_id:
            raise SlackError("not_found", "This view belongs to somebody else.")
        return {"view": view, "blocks": view["blocks"]}
    channel = world.workspace.channel(str(container.get("channel")))
    ts = str(container.get("ts"))
    message = messages.ephemeral(world, channel["id"], user_id, ts) or world.workspace.message(channel["id"], ts)
    return {"message": message, "channel": channel, "blocks": message.get("blocks", [])}


def _place(world: World, user_id: str, surface: Json, held: Json | None) -> Json:
    """The part of a payload that tells of the surface."""
    if "view" in surface:
        view = surface["view"]
        if held is not None:
            _remember(surface, held)
        return {"container": {"type": "view", "view_id": view["id"]}, "view": view}
    message, channel = surface["message"], surface["channel"]
    unseen = bool(message.get("is_ephemeral"))
    container = {"type": "message", "message_ts": message["ts"], "channel_id": channel["id"], "is_ephemeral": unseen}
    place: Json = {"container": container, "channel": _channel(channel), "state": {"values": held or {}}}
    if message.get("thread_ts"):
        container["thread_ts"] = message["thread_ts"]
    if not unseen:
        place["message"] = message_shape(world.workspace, channel["id"], message)
    place["response_url"] = hooks.issue(world, user_id, channel["id"], message["ts"], message.get("thread_ts"))
    return place


def _channel(channel: Json) -> Json:
    return {"id": channel["id"], "name": channel_label(channel)}


def _action(world: World, element: Json, block_id: str, value: Json) -> Json:
    action = {"type": element["type"], "action_id": element["action_id"], "block_id": block_id, "action_ts": world.workspace.next_ts()}
    for key in ("text", "style", "value", "placeholder", "confirm", *(f"initial_{word}" for word in ("option", "options", "value"))):
        if key in element:
            action[key] = element[key]
    return action | value


def _remember(surface: Json, held: Json) -> None:
    if "view" in surface:
        surface["view"]["state"] = {"values": held}


def _over(before: Json, given: Json) -> Json:
    """What was known of the inputs with what is given now laid over it."""
    return {block_id: {**before.get(block_id, {}), **(given.get(block_id) or {})} for block_id in {**before, **given}}


def _merged(given: Json, block_id: str, action_id: str, value: Json) -> Json:
    return {**given, block_id: {**(given.get(block_id) or {}), action_id: value}}


def _respond(world: World, user_id: str, view_id: str, answer: Json) -> Json:
    """Does what the app's answer to a submission asks for."""
    kind: Any = answer.get("response_action")
    match kind:
        case None:
            if any(view["id"] == view_id for view in modals.stack(world, user_id)):
                modals.pop(world, user_id)
        case "clear":
            modals.pop(world, user_id, everything=True)
        case "errors":
            return {"response_action": "errors", "errors": _errors(world, user_id, view_id, answer)}
        case "update":
            checked = validate.view(answer.get("view"), "modal")
            modals.update(world, modals.find(world, view_id), checked, None)
        case "push":
            modals.push(world, user_id, validate.view(answer.get("view"), "modal"))
        case _:
            raise SlackError("invalid_arguments", f"The app answered with an unknown response_action: {kind}.")
    return {"response_action": kind}


def _errors(world: World, user_id: str, view_id: str, answer: Json) -> Json:
    """The app's sentences by block_id; raises invalid_response where one belongs to no input of the modal, or there is none."""
    inputs = {block["block_id"] for block in modals.find(world, view_id)["blocks"] if block["type"] == "input"}
    sentences: Json = answer.get("errors") or {}
    if not sentences or not sentences.keys() <= inputs:
        world.streams.send(user_id, {"type": "notice", "level": "error", "text": TROUBLE})
        raise SlackError("invalid_response", f"{TROUBLE} (The app's errors do not name input blocks of this modal.)")
    return sentences


def _response_urls(world: World, user_id: str, view: Json) -> list[Json]:
    """A response_url for each channel chosen in a menu that asks for one."""
    urls = []
    for block, element in validate.with_elements(view["blocks"]):
        held = view["state"]["values"].get(block["block_id"], {}).get(element.get("action_id"), {})
        channel_id = held.get("selected_conversation") or held.get("selected_channel")
        if element.get("response_url_enabled") and channel_id:
            url = hooks.issue(world, user_id, channel_id, None, None)
            place = {"block_id": block["block_id"], "action_id": element["action_id"], "channel_id": channel_id}
            urls.append({**place, "response_url": url})
    return urls
