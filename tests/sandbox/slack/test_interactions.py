"""What people do reaches the unmodified bolt app, and what it answers reaches them."""

from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.slack.errors import SlackError
from sandbox.slack.local import LocalSlack
from tests.sandbox.slack.conftest import Connect, until
from tests.sandbox.slack.kit import actions, button, field, home, modal, option, plain, section, typed

Bodies = list[dict[str, Any]]


@pytest.fixture
def bodies(app: AsyncApp) -> Bodies:
    """Collects every interactive payload and command, acknowledged at once."""
    seen: Bodies = []

    async def take(ack: Any, body: dict[str, Any]) -> None:
        seen.append(body)
        await ack()

    for listen in (app.action("go"), app.action("pick"), app.view("edit"), app.view_closed("edit"), app.shortcut("triage_message")):
        listen(take)
    app.command("/triage")(take)
    return seen


async def card(client: AsyncWebClient, slack: LocalSlack, *blocks: dict[str, Any]) -> str:
    return str((await client.chat_postMessage(channel=slack.channel("#support-inbox"), text="card", blocks=list(blocks)))["ts"])


async def opened(slack: LocalSlack, client: AsyncWebClient, view: dict[str, Any], user: str = "ana") -> str:
    trigger = slack.world.triggers.issue(slack.user(user))
    return str((await client.views_open(trigger_id=trigger, view=view))["view"]["id"])


async def test_a_click_carries_message_state_and_trigger(
    slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: Bodies
) -> None:
    await connect()
    menu = {
        "type": "static_select",
        "action_id": "pick",
        "options": [option("billing"), option("sales")],
        "initial_option": option("sales"),
    }
    ts = await card(client, slack, section("card"), actions(button("go", value="case-1"), menu, block_id="row"))
    await slack.click("ana", "#support-inbox", ts, "go")
    body = bodies[0]
    assert (body["type"], body["user"]["id"], body["channel"]["name"]) == ("block_actions", slack.user("ana"), "support-inbox")
    assert (body["message"]["ts"], body["container"]["message_ts"]) == (ts, ts)
    assert body["state"]["values"] == {"row": {"pick": {"type": "static_select", "selected_option": option("sales")}}}
    assert {key: body["actions"][0][key] for key in ("type", "action_id", "block_id", "value")} == {
        "type": "button", "action_id": "go", "block_id": "row", "value": "case-1",
    }  # fmt: skip
    await slack.click("ana", "#support-inbox", ts, "pick", "billing")
    assert bodies[1]["actions"][0]["selected_option"] == option("billing")
    assert bodies[1]["state"]["values"]["row"]["pick"]["selected_option"] == option("billing")


async def test_a_trigger_opens_one_view_once(slack: LocalSlack, client: AsyncWebClient) -> None:
    trigger = slack.world.triggers.issue(slack.user("ana"))
    await client.views_open(trigger_id=trigger, view=modal(section("hello")))
    for given, error in ((trigger, "exchanged_trigger_id"), ("1.2.3", "invalid_trigger_id")):
        with pytest.raises(SlackApiError, match=error):
            await client.views_open(trigger_id=given, view=modal(section("hello")))
    late = slack.world.triggers.issue(slack.user("ana"))
    slack.advance(3.1)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=late, view=modal(section("hello")))


async def test_a_submission_holds_untouched_initial_values(
    slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: Bodies
) -> None:
    await connect()
    boxes = {"type": "checkboxes", "action_id": "boxes", "options": [option("copy")]}
    date = {"type": "datepicker", "action_id": "date", "initial_date": "2026-11-30"}
    view_id = await opened(
        slack, client, modal(field("reply", typed(initial_value="Dear")), field("also", boxes, optional=True), field("due", date))
    )
    answer = await slack.submit("ana", view_id, {"reply": "Dear Jo"})
    assert answer == {"response_action": None}
    assert await slack.views("ana") == []
    assert bodies[0]["view"]["state"]["values"] == {
        "reply": {"text": {"type": "plain_text_input", "value": "Dear Jo"}},
        "also": {"boxes": {"type": "checkboxes", "selected_options": []}},
        "due": {"date": {"type": "datepicker", "selected_date": "2026-11-30"}},
    }


async def test_a_required_field_is_asked_for_before_the_app_hears(
    slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: Bodies
) -> None:
    await connect()
    view_id = await opened(slack, client, modal(field("reply", typed()), field("mail", {"type": "email_text_input", "action_id": "mail"})))
    answer = await slack.submit("ana", view_id, {"mail": "not an address"})
    assert answer["response_action"] == "errors"
    assert answer["errors"] == {"reply": "Please complete this required field.", "mail": "Please enter a valid email address."}
    assert bodies == []
    assert len(await slack.views("ana")) == 1


async def test_the_app_answers_a_submission_with_errors_update_push_or_clear(
    slack: LocalSlack, client: AsyncWebClient, app: AsyncApp, connect: Connect
) -> None:
    answers: list[dict[str, Any]] = [
        {"response_action": "errors", "errors": {"reply": "Too short"}},
        {"response_action": "update", "view": modal(field("reply", typed()), title=plain("Again"))},
        {"response_action": "push", "view": modal(section("Sure?"), title=plain("Sure?"))},
        {"response_action": "clear"},
    ]

    @app.view("edit")
    async def submitted(ack: Any) -> None:
        await ack(**answers.pop(0))

    await connect()
    view_id = await opened(slack, client, modal(field("reply", typed())))
    assert (await slack.submit("ana", view_id, {"reply": "x"}))["errors"] == {"reply": "Too short"}
    assert (await slack.submit("ana", view_id, {"reply": "x"}))["response_action"] == "update"
    assert [view["title"]["text"] for view in await slack.views("ana")] == ["Again"]
    assert (await slack.submit("ana", view_id, {"reply": "x"}))["response_action"] == "push"
    views = await slack.views("ana")
    assert [view["title"]["text"] for view in views] == ["Again", "Sure?"]
    assert (views[1]["previous_view_id"], views[1]["root_view_id"]) == (view_id, view_id)
    assert (await slack.submit("ana", views[1]["id"]))["response_action"] == "clear"
    assert await slack.views("ana") == []


async def test_the_stack_holds_three_and_an_old_hash_loses(slack: LocalSlack, client: AsyncWebClient) -> None:
    view_id = await opened(slack, client, modal(section("one")))
    first = (await slack.views("ana"))[0]["hash"]
    await client.views_update(view_id=view_id, view=modal(section("two")), hash=first)
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=view_id, view=modal(section("three")), hash=first)
    for _ in range(2):
        trigger = slack.world.triggers.issue(slack.user("ana"), view_id)
        await client.views_push(trigger_id=trigger, view=modal(section("more")))
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await client.views_push(trigger_id=slack.world.triggers.issue(slack.user("ana"), view_id), view=modal(section("more")))


async def test_closing_is_told_where_the_view_asks_for_it(
    slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: Bodies
) -> None:
    await connect()
    quiet = await opened(slack, client, modal(section("quiet")))
    await slack.close("ana", quiet)
    loud = await opened(slack, client, modal(section("loud"), notify_on_close=True))
    await slack.close("ana", loud)
    await until(lambda: bodies)
    assert [(body["type"], body["view"]["id"], body["is_cleared"]) for body in bodies] == [("view_closed", loud, False)]


async def test_a_command_is_answered_in_its_acknowledgement_or_later(
    slack: LocalSlack, app: AsyncApp, connect: Connect, client: AsyncWebClient
) -> None:
    @app.command("/triage")
    async def command(ack: Any, command: dict[str, Any], respond: Any) -> None:
        await ack(f"{command['command']} {command['text']} in {command['channel_name']}")
        await respond("and more")
        await respond("for all", response_type="in_channel")

    await connect()
    await slack.command("ana", "#support-inbox", "/triage stats")
    await until(lambda: len(slack.world.workspace.ephemerals.get(slack.channel("#support-inbox"), [])) == 2)
    shown = {message["text"] for message in await slack.ephemerals("ana", "#support-inbox")}
    assert shown == {"/triage stats in support-inbox", "and more"}
    await _posted(slack, "for all")
    with pytest.raises(SlackError, match="not a command"):
        await slack.command("ana", "#support-inbox", "/unknown")


async def _posted(slack: LocalSlack, text: str) -> None:
    known = slack.world.workspace.messages[slack.channel("#support-inbox")]
    await until(lambda: any(message["text"] == text for message in known.values()))
    assert text in {message["text"] for message in known.values()}


async def test_a_response_url_replaces_deletes_and_is_used_up(
    slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: Bodies
) -> None:
    await connect()
    ts = await card(client, slack, actions(button("go")))
    await slack.click("ana", "#support-inbox", ts, "go")
    hook = AsyncWebhookClient(bodies[0]["response_url"])
    assert (await hook.send(text="seen", replace_original=True)).body == "ok"
    assert (await slack.messages("#support-inbox"))[-1]["text"] == "seen"
    for number in range(3):
        assert (await hook.send(text=f"note {number}")).status_code == 200
    assert (await hook.send(delete_original=True)).status_code == 200
    assert (await slack.messages("#support-inbox"))[-1]["ts"] != ts
    refused = await hook.send(text="a sixth")
    assert (refused.status_code, "used_url" in refused.body) == (404, True)


async def test_a_message_shortcut_carries_the_message(slack: LocalSlack, connect: Connect, bodies: Bodies) -> None:
    await connect()
    ts = await slack.post("ben", "#support-inbox", "please look at this")
    await slack.shortcut("ana", "triage_message", "#support-inbox", ts)
    assert (bodies[0]["type"], bodies[0]["message"]["text"], bodies[0]["message_ts"]) == ("message_action", "please look at this", ts)


async def test_home_is_opened_published_and_clicked(slack: LocalSlack, app: AsyncApp, connect: Connect, bodies: Bodies) -> None:
    @app.event("app_home_opened")
    async def opened_home(event: dict[str, Any], client: AsyncWebClient) -> None:
        await client.views_publish(user_id=event["user"], view=home(actions(button("go")), section(f"views: {'view' in event}")))

    await connect()
    await slack.open_home("ana")
    await until(lambda: slack.user("ana") in slack.world.workspace.homes)
    view = await slack.home("ana")
    assert view is not None
    await slack.click_view("ana", view["id"], "go")
    assert (bodies[0]["container"], bodies[0]["view"]["type"]) == ({"type": "view", "view_id": view["id"]}, "home")
    assert "response_url" not in bodies[0]
    await slack.open_home("ana")
    await until(lambda: slack.world.workspace.homes[slack.user("ana")]["blocks"][1]["text"]["text"] == "views: True")


async def test_an_external_menu_asks_the_app(slack: LocalSlack, app: AsyncApp, client: AsyncWebClient, connect: Connect) -> None:
    @app.options("who")
    async def options(ack: Any, payload: dict[str, Any]) -> None:
        await ack(options=[option(payload["value"])])

    await connect()
    ts = await card(client, slack, section("card", accessory={"type": "external_select", "action_id": "who"}))
    from sandbox.slack import interactions

    container = {"type": "message", "channel": slack.channel("#support-inbox"), "ts": ts}
    found = await interactions.suggest(slack.world, slack.user("ana"), container, "", "who", "jo")
    assert found == {"options": [option("jo")]}


async def test_nobody_answering_is_told_to_the_person_and_not_repeated(slack: LocalSlack, client: AsyncWebClient) -> None:
    ts = await card(client, slack, actions(button("go")))
    with pytest.raises(SlackError) as caught:
        await slack.click("ana", "#support-inbox", ts, "go")
    assert caught.value.code == "operation_timeout"


async def test_a_button_that_is_gone_cannot_be_clicked(slack: LocalSlack, client: AsyncWebClient) -> None:
    ts = await card(client, slack, actions(button("go")))
    await client.chat_update(channel=slack.channel("#support-inbox"), ts=ts, text="done", blocks=[section("done")])
    with pytest.raises(SlackError, match="no element"):
        await slack.click("ana", "#support-inbox", ts, "go")
