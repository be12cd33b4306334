"""Socket Mode seen from Slack: deliveries, deadlines, retries, and the SDK's traps."""

import asyncio
import time
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.errors import SlackError
from sandbox.slack.local import LocalSlack
from tests.sandbox.slack.conftest import Connect, until
from tests.sandbox.slack.kit import actions, button, section

Events = list[dict[str, Any]]


@pytest.fixture
def heard(app: AsyncApp) -> Events:
    seen: Events = []

    @app.event("message")
    async def take(body: dict[str, Any]) -> None:
        seen.append(body)

    return seen


async def card(client: AsyncWebClient, slack: LocalSlack) -> str:
    return str((await client.chat_postMessage(channel=slack.channel("#support-inbox"), text="c", blocks=[actions(button("go"))]))["ts"])


async def test_a_persons_message_reaches_one_of_two_connections_once(slack: LocalSlack, connect: Connect, heard: Events) -> None:
    await connect()
    await connect()
    for number in range(4):
        await slack.post("ana", "#support-inbox", f"message {number}")
    await until(lambda: len(heard) == 4)
    assert sorted(body["event"]["text"] for body in heard) == [f"message {number}" for number in range(4)]
    assert len({record.connection for record in slack.journal.envelopes}) == 2
    assert len({body["event_id"] for body in heard}) == 4


async def test_a_channel_without_the_bot_is_silent(slack: LocalSlack, connect: Connect, heard: Events) -> None:
    await connect()
    await slack.post("ana", "#general", "not for the bot")
    await slack.post("ana", "ana", "for the bot")
    await until(lambda: heard)
    assert [(body["event"]["text"], body["event"]["channel_type"]) for body in heard] == [("for the bot", "im")]


async def test_a_mention_comes_as_message_and_as_app_mention(slack: LocalSlack, app: AsyncApp, connect: Connect, heard: Events) -> None:
    mentions: Events = []

    @app.event("app_mention")
    async def mention(event: dict[str, Any]) -> None:
        mentions.append(event)

    await connect()
    await slack.post("ana", "#support-inbox", "@triage help")
    await until(lambda: mentions and heard)
    assert mentions[0]["text"] == f"<@{slack.bot_user}> help"


async def test_an_event_nobody_took_is_repeated_with_its_reason(slack: LocalSlack, connect: Connect, heard: Events) -> None:
    await slack.post("ana", "#support-inbox", "early")
    await asyncio.sleep(slack.world.settings.timing.ack + 0.1)
    await connect()
    await until(lambda: heard)
    record = next(iter(slack.journal.envelopes))
    assert (record.retry_attempt, record.retry_reason) == (1, "no_connection")
    await until(lambda: record.latency_ms is not None)


async def test_a_ticket_opens_one_connection(slack: LocalSlack, http: aiohttp.ClientSession, client: AsyncWebClient) -> None:
    url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
    async with http.ws_connect(url) as socket:
        assert (await socket.receive_json())["num_connections"] == 1
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await http.ws_connect(url)
    assert caught.value.status == 403


async def test_an_eleventh_connection_is_turned_away(slack: LocalSlack, http: aiohttp.ClientSession) -> None:
    sockets = []
    for number in range(11):
        socket = await http.ws_connect(f"{slack.page_url}link/?ticket={slack.world.hub.issue_ticket()}")
        frame = await socket.receive_json()
        assert frame["type"] == ("hello" if number < 10 else "disconnect")
        sockets.append(socket)
    assert frame["reason"] == "too_many_websockets"
    for socket in sockets:
        await socket.close()


async def test_a_listener_that_fails_after_its_ack_sends_no_ack_frame(
    slack: LocalSlack, app: AsyncApp, client: AsyncWebClient, connect: Connect
) -> None:
    @app.action("go")
    async def fail(ack: Any) -> None:
        await ack()
        raise ValueError("after the ack")

    await connect()
    ts = await card(client, slack)
    with pytest.raises(SlackError, match="did not answer"):
        await slack.click("ana", "#support-inbox", ts, "go")
    sent = [record for record in slack.journal.envelopes if record.type == "interactive"]
    assert [record.latency_ms for record in sent] == [None]


async def test_a_dead_address_holds_the_sdk_until_it_is_forgotten(slack: LocalSlack, app: AsyncApp) -> None:
    slack.faults.kill_ticket()
    handler = AsyncSocketModeHandler(app, slack.app_token, ping_interval=0.05)
    connecting = asyncio.create_task(handler.client.connect())  # type: ignore[no-untyped-call]
    await until(lambda: slack.world.hub.refused >= 3)
    assert len(slack.journal.calls_of("apps.connections.open")) == 1
    assert slack.world.hub.connections == []
    handler.client.wss_uri = None
    await slack.connected()
    assert len(slack.journal.calls_of("apps.connections.open")) == 2
    await connecting
    await handler.close_async()  # type: ignore[no-untyped-call]


async def test_an_address_can_refuse_a_few_times_only(slack: LocalSlack, connect: Connect) -> None:
    slack.faults.kill_ticket(refusals=2)
    await connect(ping_interval=0.05)
    assert slack.world.hub.refused == 2


async def test_the_sdk_comes_back_after_a_disconnect_frame_and_after_an_abort(slack: LocalSlack, connect: Connect, heard: Events) -> None:
    await connect(ping_interval=0.2)
    assert await slack.disconnect("refresh_requested") == 1
    await until(lambda: slack.world.hub.opened == 2)
    await slack.connected()
    assert slack.abort() >= 1
    await until(lambda: slack.world.hub.opened == 3)
    await slack.connected()
    await slack.post("ana", "#support-inbox", "still there?")
    await until(lambda: heard)
    assert heard[-1]["event"]["text"] == "still there?"


async def test_a_duplicate_can_be_ordered_for_events_and_clicks(
    slack: LocalSlack, app: AsyncApp, client: AsyncWebClient, connect: Connect, heard: Events
) -> None:
    clicks: Events = []

    @app.action("go")
    async def take(ack: Any, body: dict[str, Any]) -> None:
        clicks.append(body)
        await ack()

    await connect()
    ts = await card(client, slack)
    slack.faults.duplicate("interactive")
    await slack.click("ana", "#support-inbox", ts, "go")
    await until(lambda: len(clicks) == 2)
    assert clicks[0]["actions"][0]["action_ts"] == clicks[1]["actions"][0]["action_ts"]
    slack.faults.duplicate("events_api")
    await slack.post("ana", "#support-inbox", "twice")
    await until(lambda: len([body for body in heard if body["event"].get("text") == "twice"]) == 2)
    assert len({body["event_id"] for body in heard if body["event"].get("text") == "twice"}) == 1


async def test_a_rate_limited_call_is_tried_again_by_the_sdks_handler(slack: LocalSlack) -> None:
    client = AsyncWebClient(
        token=slack.bot_token, base_url=slack.api_url, retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=2)]
    )
    slack.faults.fail("chat.postMessage", "rate_limited", retry_after=1)
    began = time.monotonic()
    await client.chat_postMessage(channel=slack.channel("#support-inbox"), text="patience")
    assert time.monotonic() - began >= 1
    assert [call.status for call in slack.journal.calls_of("chat.postMessage")] == [429, 200]


async def test_a_dropped_answer_leaves_its_effect(slack: LocalSlack, client: AsyncWebClient) -> None:
    channel = slack.channel("#support-inbox")
    for kind, stored in (("drop_after_effect", 1), ("drop_before_effect", 0)):
        before = len(await slack.messages(channel))
        slack.faults.fail("chat.postMessage", kind)  # type: ignore[arg-type]
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(channel=channel, text="did it arrive?")
        assert len(await slack.messages(channel)) - before == stored


async def test_server_errors_and_hangs_can_be_ordered(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.faults.fail("*", "server_error")
    with pytest.raises(SlackApiError) as caught:
        await client.auth_test()
    assert caught.value.response.status_code == 500
    slack.faults.fail("auth.test", "hang", seconds=30)
    quick = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, timeout=1, retry_handlers=[])
    with pytest.raises(TimeoutError):
        await quick.auth_test()


async def test_an_update_is_told_as_message_changed(slack: LocalSlack, client: AsyncWebClient, connect: Connect) -> None:
    await connect()
    ts = await card(client, slack)
    await client.chat_update(channel=slack.channel("#support-inbox"), ts=ts, text="done", blocks=[section("done")])
    await until(lambda: len(slack.journal.envelopes) == 2)
    event = slack.journal.envelopes[1].payload["event"]
    assert (event["subtype"], event["message"]["text"], event["previous_message"]["text"]) == ("message_changed", "done", "c")
    await until(lambda: slack.journal.envelopes[1].latency_ms is not None)
