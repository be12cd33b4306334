"""Interactive payloads by Socket Mode, through the unmodified handler."""

from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.slack.errors import SlackError
from sandbox.slack.local import LocalSlack
from tests.sandbox.slack.conformance.conftest import refusal
from tests.sandbox.slack.conformance.rules import stands_for
from tests.sandbox.slack.conftest import Connect, until
from tests.sandbox.slack.kit import Json, actions, button, field, modal, option, plain, section, typed

INBOX = "#support-inbox"
HALF_AN_HOUR = 1800


@pytest.fixture
def bodies(app: AsyncApp) -> list[Json]:
    """Every interactive payload and command, acknowledged at once."""
    seen: list[Json] = []

    async def take(ack: Any, body: Json) -> None:
        seen.append(body)
        await ack()

    for name in ("go", "text", "pick", "when", "boxes", "more", "where"):
        app.action(name)(take)
    for listen in (app.view("edit"), app.view_closed("edit"), app.shortcut("new_case"), app.command("/triage")):
        listen(take)
    return seen


async def card(slack: LocalSlack, client: AsyncWebClient, *blocks: Json, **fields: Any) -> str:
    return str((await client.chat_postMessage(channel=slack.channel(INBOX), text="card", blocks=list(blocks), **fields))["ts"])


async def opened(slack: LocalSlack, client: AsyncWebClient, *blocks: Json, **fields: Any) -> str:
    trigger = slack.world.triggers.issue(slack.user("ana"))
    return str((await client.views_open(trigger_id=trigger, view=modal(*blocks, **fields)))["view"]["id"])


@stands_for("reference/block-kit/blocks/input-block#fields", "without dispatch_action, an input sends no block_actions")
async def test_a_quiet_input(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    view = await opened(slack, client, field("reply", typed()))
    await slack.type("ana", view, "text", "Dear", enter=True)
    await slack.submit("ana", view)
    assert [body["type"] for body in bodies] == ["view_submission"]
    assert bodies[0]["view"]["state"]["values"]["reply"]["text"]["value"] == "Dear"


@stands_for("reference/block-kit/composition-objects/dispatch-action-configuration-object", "by default, Enter sends block_actions")
async def test_enter_dispatches(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    view = await opened(slack, client, field("reply", typed(), dispatch_action=True))
    await slack.type("ana", view, "text", "De")
    assert bodies == []
    await slack.type("ana", view, "text", "Dear", enter=True)
    assert (bodies[0]["type"], bodies[0]["actions"][0]["value"]) == ("block_actions", "Dear")
    assert bodies[0]["view"]["state"]["values"]["reply"]["text"]["value"] == "Dear"


@stands_for("reference/block-kit/composition-objects/dispatch-action-configuration-object", "on_character_entered sends each change")
async def test_characters_dispatch(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    element = typed(dispatch_action_config={"trigger_actions_on": ["on_character_entered"]})
    view = await opened(slack, client, field("reply", element, dispatch_action=True))
    for text in ("D", "De"):
        await slack.type("ana", view, "text", text)
    assert [body["actions"][0]["value"] for body in bodies] == ["D", "De"]


@stands_for("reference/interaction-payloads/block_actions-payload", "each kind of element tells its choice in its own field")
async def test_every_choice(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    options = [option("a"), option("b")]
    row = actions(
        {"type": "static_select", "action_id": "pick", "options": options}, {"type": "datepicker", "action_id": "when"},
        {"type": "checkboxes", "action_id": "boxes", "options": options}, {"type": "overflow", "action_id": "more", "options": options},
        block_id="row",
    )  # fmt: skip
    ts = await card(slack, client, row)
    for name, value in (("pick", "b"), ("when", "2026-12-01"), ("boxes", ["a", "b"]), ("more", "a")):
        await slack.click("ana", INBOX, ts, name, value)
    told = [body["actions"][0] for body in bodies]
    assert (told[0]["selected_option"]["value"], told[1]["selected_date"]) == ("b", "2026-12-01")
    assert ([one["value"] for one in told[2]["selected_options"]], told[3]["selected_option"]["value"]) == (["a", "b"], "a")
    assert "more" not in bodies[3]["state"]["values"].get("row", {})


@stands_for("reference/interaction-payloads/block_actions-payload", "a click in a thread names the thread")
async def test_a_click_in_a_thread(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    parent = await card(slack, client, section("parent"))
    ts = await card(slack, client, actions(button("go")), thread_ts=parent)
    await slack.click("ana", INBOX, ts, "go")
    assert (bodies[0]["container"]["thread_ts"], bodies[0]["message"]["thread_ts"]) == (parent, parent)


@stands_for("reference/block-kit/blocks/container-block", "a block within a container has a block_id of its own, which its click names")
async def test_a_click_in_a_container(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    container = {"type": "container", "title": plain("Case"), "block_id": "outer", "child_blocks": [actions(button("go"))]}
    ts = await card(slack, client, container)
    await slack.click("ana", INBOX, ts, "go")
    inner = bodies[0]["message"]["blocks"][0]["child_blocks"][0]["block_id"]
    assert bodies[0]["actions"][0]["block_id"] == inner
    assert inner not in ("", "outer")


EMPTY: dict[str, tuple[str, Any]] = {
    "plain_text_input": ("value", None), "email_text_input": ("value", None), "url_text_input": ("value", None),
    "datepicker": ("selected_date", None), "timepicker": ("selected_time", None), "datetimepicker": ("selected_date_time", None),
    "users_select": ("selected_user", None), "conversations_select": ("selected_conversation", None),
    "channels_select": ("selected_channel", None), "external_select": ("selected_option", None),
    "multi_users_select": ("selected_users", []), "multi_conversations_select": ("selected_conversations", []),
    "multi_channels_select": ("selected_channels", []), "multi_external_select": ("selected_options", []),
}  # fmt: skip


@stands_for("reference/views#state", "state.values holds every input, an untouched one as null or an empty list")
async def test_untouched_inputs(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    fields = [field(kind, {"type": kind, "action_id": "it"}, optional=True) for kind in EMPTY]
    view_id = await opened(slack, client, *fields, callback_id="edit")
    await slack.submit("ana", view_id)
    assert bodies[0]["view"]["state"]["values"] == {kind: {"it": {"type": kind, key: empty}} for kind, (key, empty) in EMPTY.items()}


@stands_for("interactivity/handling-user-interaction#ephemeral", "an ephemeral's click has no message; response_url replaces it")
async def test_a_click_on_an_ephemeral(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    shown = {"channel": slack.channel(INBOX), "user": slack.user("ana"), "text": "psst", "blocks": [actions(button("go"))]}
    ts = (await client.chat_postEphemeral(**shown))["message_ts"]  # type: ignore[arg-type]
    await slack.click("ana", INBOX, ts, "go")
    assert (bodies[0]["container"]["is_ephemeral"], "message" in bodies[0]) == (True, False)
    await AsyncWebhookClient(bodies[0]["response_url"]).send(text="done", replace_original=True)
    assert [message["text"] for message in await slack.ephemerals("ana", INBOX)] == ["done"]


@stands_for("interactivity/handling-user-interaction#message_responses", "a response_url lasts thirty minutes")
async def test_a_late_response(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    ts = await card(slack, client, actions(button("go")))
    await slack.click("ana", INBOX, ts, "go")
    hook = AsyncWebhookClient(bodies[0]["response_url"])
    slack.advance(HALF_AN_HOUR - 5)
    assert (await hook.send(text="in time")).status_code == 200
    slack.advance(10)
    assert "expired_url" in (await hook.send(text="late")).body


@stands_for("interactivity/handling-user-interaction#message_responses", "a response_url takes five answers")
async def test_a_sixth_response(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    await slack.command("ana", INBOX, "/triage")
    hook = AsyncWebhookClient(bodies[0]["response_url"])
    assert [(await hook.send(text=str(number))).status_code for number in range(6)] == [200] * 5 + [404]


@stands_for("interactivity/handling-user-interaction#modal_responses", "a trigger_id works once")
async def test_a_trigger_works_once(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    await slack.shortcut("ana", "new_case")
    await client.views_open(trigger_id=bodies[0]["trigger_id"], view=modal(section("x")))
    again = await refusal(client.views_open(trigger_id=bodies[0]["trigger_id"], view=modal(section("x"))))
    assert again["error"] == "exchanged_trigger_id"


@stands_for("interactivity/handling-user-interaction#modal_responses", "a trigger_id lasts three seconds")
async def test_a_trigger_expires(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    await slack.command("ana", INBOX, "/triage")
    slack.advance(3.1)
    late = await refusal(client.views_open(trigger_id=bodies[0]["trigger_id"], view=modal(section("x"))))
    assert late["error"] == "expired_trigger_id"


@stands_for("reference/interaction-payloads/shortcuts-interaction-payload", "a global shortcut has no channel, message or response_url")
async def test_a_global_shortcut(slack: LocalSlack, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    await slack.shortcut("ana", "new_case")
    assert (bodies[0]["type"], bodies[0]["callback_id"], bodies[0]["user"]["id"]) == ("shortcut", "new_case", slack.user("ana"))
    assert not {"channel", "message", "response_url"} & bodies[0].keys()


@stands_for("reference/methods/views.push", "the pushed view knows the one below and the first one")
async def test_a_pushed_view(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    first = await opened(slack, client, actions(button("go")))
    await slack.click_view("ana", first, "go")
    view = (await client.views_push(trigger_id=bodies[0]["trigger_id"], view=modal(section("more"))))["view"]
    assert (view["previous_view_id"], view["root_view_id"]) == (first, first)
    assert [one["id"] for one in await slack.views("ana")] == [first, view["id"]]


@stands_for("surfaces/modals#pushing_views", "push_limit_reached: three views at most")
async def test_a_fourth_view(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    view = await opened(slack, client, actions(button("go")))
    for depth in range(3):
        await slack.click_view("ana", view, "go")
        push = client.views_push(trigger_id=bodies[-1]["trigger_id"], view=modal(actions(button("go"))))
        if depth == 2:
            assert (await refusal(push))["error"] == "push_limit_reached"
        else:
            view = (await push)["view"]["id"]


@stands_for("reference/methods/views.update", "hash_conflict: the view has changed since")
async def test_an_old_hash(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    view = await opened(slack, client, actions(button("go")))
    await slack.click_view("ana", view, "go")
    seen = bodies[0]["view"]["hash"]
    await client.views_update(view_id=view, hash=seen, view=modal(section("new")))
    late = await refusal(client.views_update(view_id=view, hash=seen, view=modal(section("newer"))))
    assert late["error"] == "hash_conflict"


@stands_for("reference/methods/views.update", "external_id finds the view, and no two views share one")
async def test_an_external_id(slack: LocalSlack, client: AsyncWebClient, connect: Connect) -> None:
    await connect()
    view = await opened(slack, client, section("x"), external_id="case-1")
    assert (await client.views_update(external_id="case-1", view=modal(section("y"), external_id="case-1")))["view"]["id"] == view
    trigger = slack.world.triggers.issue(slack.user("ben"))
    twice = await refusal(client.views_open(trigger_id=trigger, view=modal(section("x"), external_id="case-1")))
    assert twice["error"] == "duplicate_external_id"


@stands_for("surfaces/modals#updating_views", "typed text stays where block_id and action_id stay")
async def test_typed_text_outlives_an_update(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    view = await opened(slack, client, field("reply", typed(initial_value="Dear")))
    await slack.type("ana", view, "text", "Dear Jo")
    await client.views_update(view_id=view, view=modal(section("Saved"), field("reply", typed(initial_value="Other"))))
    await slack.submit("ana", view)
    assert bodies[0]["view"]["state"]["values"]["reply"]["text"]["value"] == "Dear Jo"


@stands_for("reference/interaction-payloads/view-interactions-payload", "callback_id, private_metadata and hash travel with the view")
async def test_what_a_submission_carries(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    view = await opened(slack, client, section("x"), private_metadata="case-1")
    await slack.submit("ana", view)
    told = bodies[0]["view"]
    assert (told["id"], told["callback_id"], told["private_metadata"]) == (view, "edit", "case-1")
    assert told["hash"]
    assert bodies[0]["response_urls"] == []


@stands_for("surfaces/modals#response_url_enabled", "a chosen conversation comes with a response_url")
async def test_a_conversation_that_can_be_answered(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    menu = {"type": "conversations_select", "action_id": "where", "response_url_enabled": True}
    view = await opened(slack, client, field("place", menu))
    await slack.submit("ana", view, {"where": slack.channel(INBOX)})
    url = bodies[0]["response_urls"][0]
    assert (url["channel_id"], url["block_id"], url["action_id"]) == (slack.channel(INBOX), "place", "where")
    await AsyncWebhookClient(url["response_url"]).send(text="Posted from the modal", response_type="in_channel")
    assert (await slack.messages(INBOX))[-1]["text"] == "Posted from the modal"


@stands_for("surfaces/modals#displaying_errors", "errors name input blocks; others are a failure to the person")
async def test_errors_for_no_field(slack: LocalSlack, app: AsyncApp, client: AsyncWebClient, connect: Connect) -> None:
    @app.view("edit")
    async def refuse(ack: Any) -> None:
        await ack(response_action="errors", errors={"nowhere": "No"})

    await connect()
    view = await opened(slack, client, field("reply", typed()))
    with pytest.raises(SlackError, match="trouble connecting"):
        await slack.submit("ana", view, {"reply": "x"})
    assert len(await slack.views("ana")) == 1


@stands_for("surfaces/modals#closing_views", "clear_on_close closes the whole stack and says is_cleared")
async def test_clearing_on_close(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    first = await opened(slack, client, section("one"), notify_on_close=True)
    trigger = slack.world.triggers.issue(slack.user("ana"), first)
    top = (await client.views_push(trigger_id=trigger, view=modal(section("two"), clear_on_close=True)))["view"]["id"]
    await slack.close("ana", top)
    await until(lambda: bodies)
    assert (bodies[0]["type"], bodies[0]["view"]["id"], bodies[0]["is_cleared"]) == ("view_closed", first, True)
    assert await slack.views("ana") == []


@stands_for("surfaces/modals#closing_views", "a null answer closes the submitted view only")
async def test_a_plain_answer_closes_one_view(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    first = await opened(slack, client, section("one"))
    trigger = slack.world.triggers.issue(slack.user("ana"), first)
    top = (await client.views_push(trigger_id=trigger, view=modal(section("two"), title=plain("Two"))))["view"]["id"]
    await slack.submit("ana", top)
    assert [view["id"] for view in await slack.views("ana")] == [first]


@stands_for("reference/block-kit/block-elements/select-menu-element#external_select", "options may come in groups")
async def test_grouped_options(slack: LocalSlack, app: AsyncApp, client: AsyncWebClient, connect: Connect) -> None:
    @app.options("who")
    async def offer(ack: Any, payload: Json) -> None:
        await ack(option_groups=[{"label": plain("Customers"), "options": [option(payload["value"])]}])

    await connect()
    view = await opened(slack, client, field("person", {"type": "external_select", "action_id": "who"}))
    groups = (await slack.suggest("ana", {"view_id": view}, "who", "jo"))["option_groups"]
    assert groups[0]["options"][0]["value"] == "jo"


@stands_for("reference/block-kit/block-elements/select-menu-element#external_select", "one hundred options at most")
async def test_too_many_options(slack: LocalSlack, app: AsyncApp, client: AsyncWebClient, connect: Connect) -> None:
    @app.options("who")
    async def offer(ack: Any) -> None:
        await ack(options=[option(str(number)) for number in range(101)])

    await connect()
    ts = await card(slack, client, section("card", accessory={"type": "external_select", "action_id": "who"}))
    with pytest.raises(SlackError, match="no more than 100 items allowed"):
        await slack.suggest("ana", {"channel": INBOX, "ts": ts}, "who", "")


@stands_for("interactivity/implementing-slash-commands", "in_channel shows the answer to everybody")
async def test_a_public_answer_to_a_command(slack: LocalSlack, app: AsyncApp, connect: Connect) -> None:
    @app.command("/triage")
    async def answer(ack: Any) -> None:
        await ack(text="For all", response_type="in_channel")

    await connect()
    await slack.command("ana", INBOX, "/triage stats")
    assert (await slack.messages(INBOX))[-1]["text"] == "For all"


@stands_for("interactivity/handling-user-interaction#acknowledgment_response", "nobody is asked twice about a click")
async def test_an_unanswered_click_is_not_repeated(slack: LocalSlack, app: AsyncApp, client: AsyncWebClient, connect: Connect) -> None:
    @app.action("go")
    async def silent() -> None:
        """Never acknowledges."""

    await connect()
    ts = await card(slack, client, actions(button("go")))
    with pytest.raises(SlackError, match="did not answer within 3 seconds"):
        await slack.click("ana", INBOX, ts, "go")
    slack.advance(600)
    assert sum(record.type == "interactive" for record in slack.journal.envelopes) == 1
