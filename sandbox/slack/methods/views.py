"""views.*: modals and the Home tab."""

from sandbox.slack import modals
from sandbox.slack.errors import Json, SlackError, invalid_arguments
from sandbox.slack.kit import validate
from sandbox.slack.methods.call import Call, Method


def open_view(call: Call) -> Json:
    checked = validate.view(call.args.data("view"), "modal")
    trigger = call.world.triggers.exchange(call.args.text("trigger_id"))
    return {"view": modals.open_modal(call.world, trigger.user_id, checked)}


def push(call: Call) -> Json:
    checked = validate.view(call.args.data("view"), "modal")
    trigger = call.world.triggers.exchange(call.args.text("trigger_id"))
    if trigger.view_id is None:
        raise SlackError("invalid_trigger_id", "views.push needs a trigger from within a modal.")
    return {"view": modals.push(call.world, trigger.user_id, checked)}


def update(call: Call) -> Json:
    view_id, external_id = call.args.text("view_id"), call.args.text("external_id")
    if view_id and external_id:
        raise invalid_arguments("Cannot provide both `view_id` and `external_id`")
    if not (view_id or external_id):
        raise invalid_arguments("Must provide either `view_id` or `external_id`")
    view = modals.find(call.world, view_id, external_id)
    checked = validate.view(call.args.data("view"), view["type"])
    return {"view": modals.update(call.world, view, checked, call.args.text("hash"))}


def publish(call: Call) -> Json:
    checked = validate.view(call.args.data("view"), "home")
    user = call.world.workspace.user(call.args.text("user_id"))
    return {"view": modals.publish(call.world, user["id"], checked, call.args.text("hash"))}


METHODS = (
    Method("views.open", open_view, None, ("view", "trigger_id"), tier=4),
    Method("views.push", push, None, ("view", "trigger_id"), tier=4),
    Method("views.update", update, None, ("view",), tier=4),
    Method("views.publish", publish, None, ("view", "user_id"), tier=4),
)
