"""api.*, auth.*, apps.* and blocks.*: the connection itself, and checks."""

from sandbox.slack.errors import Json, SlackError, invalid_arguments
from sandbox.slack.kit import validate
from sandbox.slack.kit.blocks import check_blocks
from sandbox.slack.methods.call import Call, Method


def api_test(call: Call) -> Json:
    args = {key: value for key, value in call.args.values.items() if key != "token"}
    if call.args.text("error"):
        raise SlackError(call.args.text("error"), args=args)
    return {"args": args} if args else {}


def auth_test(call: Call) -> Json:
    identity, team = call.world.identity, call.world.workspace.team
    bot = call.world.workspace.user(identity.bot_user_id)
    return {
        "url": f"{call.world.origin}/", "team": team["name"], "user": bot["name"], "team_id": team["id"], "user_id": bot["id"],
        "bot_id": identity.bot_id, "is_enterprise_install": False,
    }  # fmt: skip


def connections_open(call: Call) -> Json:
    ticket = call.world.hub.issue_ticket()
    return {"url": f"ws://127.0.0.1:{call.world.port}/link/?ticket={ticket}&app_id={call.world.identity.app_id}"}


def blocks_validate(call: Call) -> Json:
    given = [name for name in ("blocks", "message", "view") if call.args.values.get(name) is not None]
    if len(given) != 1:
        raise invalid_arguments("Must provide exactly one of `blocks`, `message` or `view`")
    value, problems = call.args.data(given[0]), list[str]()
    if given[0] == "view":
        problems = validate.view_problems(value, "modal", "home")
    else:
        blocks = value if given[0] == "blocks" else value.get("blocks") if isinstance(value, dict) else None
        check_blocks(blocks, "/blocks" if given[0] == "blocks" else "/message/blocks", "message", problems)
    if problems:
        raise validate.refusal("invalid_blocks", problems)
    return {}


METHODS = (
    Method("api.test", api_test, caller="anyone", tier=4),
    Method("auth.test", auth_test, tier=4),
    Method("apps.connections.open", connections_open, caller="app", tier=1),
    Method("blocks.validate", blocks_validate, tier=4),
)
