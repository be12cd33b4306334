"""The page's endpoints and event stream, as docs/local-slack.md describes them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.local import LocalSlack
from tests.sandbox.slack.conftest import Connect
from tests.sandbox.slack.kit import actions, button, field, home, modal, section, typed

Json = dict[str, Any]


class Page:
    """What the page's api.js does."""

    def __init__(self, slack: LocalSlack, http: aiohttp.ClientSession, name: str) -> None:
        self.base, self.http, self.user = f"{slack.page_url}page/api/", http, slack.user(name)

    async def get(self, endpoint: str, /, **params: str) -> Json:
        async with self.http.get(self.base + endpoint, params={"user": self.user, **params}) as response:
            return dict(await response.json())

    async def post(self, endpoint: str, /, **body: Any) -> Json:
        async with self.http.post(self.base + endpoint, json={"user": self.user, **body}) as response:
            return dict(await response.json())

    @asynccontextmanager
    async def events(self) -> AsyncIterator[aiohttp.StreamReader]:
        async with self.http.get(self.base + "events", params={"user": self.user}) as response:
            assert response.content_type == "text/event-stream"
            assert await response.content.readline() == b"retry: 1000\n"
            yield response.content


async def heard(stream: aiohttp.StreamReader, kind: str) -> Json:
    async with asyncio.timeout(5):
        while True:
            text = (await stream.readline()).decode()
            if text.startswith("data: ") and json.loads(text[6:])["type"] == kind:
                return dict(json.loads(text[6:]))


async def test_bootstrap_shows_each_person_their_own_workspace(slack: LocalSlack, http: aiohttp.ClientSession) -> None:
    ana = await Page(slack, http, "ana").get("bootstrap")
    assert (ana["team"]["name"], ana["me"]["name"]) == ("Larkspur", "ana")
    assert ana["app"] == {
        "id": slack.world.identity.app_id, "name": "Inbox Triage", "bot_user_id": slack.bot_user, "home_tab_enabled": True,
        "messages_tab_enabled": True, "dm_channel": slack.channel("ana"),
    }  # fmt: skip
    assert ana["commands"][0]["command"] == "/triage"
    assert ana["shortcuts"][0]["callback_id"] == "triage_message"
    assert {"support-inbox", "general", "shared-with-acme"} <= {channel["name"] for channel in ana["channels"]}
    assert not any(channel["unread"] for channel in ana["channels"])
    gus = await Page(slack, http, "gus").get("bootstrap")
    assert {channel["name"] for channel in gus["channels"] if not channel["is_im"]} == {"general", "random"}
    assert [channel["user"] for channel in gus["channels"] if channel["is_im"]] == [slack.bot_user]
    assert (await Page(slack, http, "gus").get("bootstrap", user=""))["me"]["name"] == "ana"


async def test_every_channel_of_the_seed_has_something_to_read(slack: LocalSlack, http: aiohttp.ClientSession) -> None:
    page = Page(slack, http, "ana")
    for channel in (await page.get("bootstrap"))["channels"]:
        if not channel["is_im"]:
            messages = (await page.get("messages", channel=channel["id"]))["messages"]
            assert messages, channel["name"]
            assert [message["ts"] for message in messages] == sorted(message["ts"] for message in messages)


async def test_a_message_is_posted_streamed_counted_and_read(slack: LocalSlack, http: aiohttp.ClientSession) -> None:
    ana, ben, inbox = Page(slack, http, "ana"), Page(slack, http, "ben"), slack.channel("#support-inbox")
    async with ben.events() as stream:
        ts = (await ana.post("post", channel=inbox, text="@ben see #ops-inbox & <this>"))["ts"]
        event = await heard(stream, "message")
        expected = f"<@{slack.user('ben')}> see <#{slack.channel('ops-inbox')}> &amp; &lt;this&gt;"
        assert (event["channel"], event["message"]["text"]) == (inbox, expected)
        marks = (await heard(stream, "channel"))["channel"]
        assert (marks["unread"], marks["mention_count"], marks["latest"]) == (1, 1, ts)
        await ana.post("post", channel=inbox, text="a reply", thread_ts=ts)
        assert (await heard(stream, "message"))["message"]["thread_ts"] == ts
        assert (await heard(stream, "message_changed"))["message"]["reply_count"] == 1
        await ben.post("read", channel=inbox, ts=ts)
    found = next(channel for channel in (await ben.get("bootstrap"))["channels"] if channel["id"] == inbox)
    assert found["unread"] == 0
    assert [message["text"] for message in (await ben.get("thread", channel=inbox, ts=ts))["messages"]] == [expected, "a reply"]


async def test_a_card_is_clicked_and_changes_under_the_persons_eyes(
    slack: LocalSlack, http: aiohttp.ClientSession, app: AsyncApp, client: AsyncWebClient, connect: Connect
) -> None:
    @app.action("go")
    async def go(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text="done", blocks=[section("done")])
        await client.views_open(trigger_id=body["trigger_id"], view=modal(field("reply", typed(initial_value="Dear"))))
        await client.chat_postEphemeral(channel=body["channel"]["id"], user=body["user"]["id"], text="only you")

    @app.view("edit")
    async def edited(ack: Any) -> None:
        await ack(response_action="errors", errors={"reply": "Longer, please"})

    await connect()
    ana, inbox = Page(slack, http, "ana"), slack.channel("#support-inbox")
    ts = (await client.chat_postMessage(channel=inbox, text="card", blocks=[actions(button("go", value="1"), block_id="row")]))["ts"]
    async with ana.events() as stream:
        container = {"type": "message", "channel": inbox, "ts": ts}
        assert await ana.post("action", container=container, block_id="row", action_id="go", value={"value": "1"}, state={}) == {"ok": True}
        assert (await heard(stream, "message_changed"))["message"]["text"] == "done"
        view = (await heard(stream, "views"))["views"][0]
        assert (await heard(stream, "ephemeral"))["message"]["is_ephemeral"]
    assert (await ana.get("views"))["views"][0]["id"] == view["id"]
    assert "only you" in {message["text"] for message in (await ana.get("messages", channel=inbox))["messages"]}
    answer = await ana.post("submit", view_id=view["id"], state={"reply": {"text": {"value": "x"}}})
    assert answer == {"ok": True, "response_action": "errors", "errors": {"reply": "Longer, please"}}
    assert await ana.post("close", view_id=view["id"]) == {"ok": True}
    assert (await ana.get("views"))["views"] == []
    gone = await ana.post("action", container=container, block_id="row", action_id="go", value={})
    assert (gone["ok"], gone["error"]) == (False, "action_not_found")


async def test_a_silent_app_shows_as_a_time_out_and_a_notice(slack: LocalSlack, http: aiohttp.ClientSession) -> None:
    ana = Page(slack, http, "ana")
    async with ana.events() as stream:
        answer = await ana.post("post", channel=slack.channel("#support-inbox"), text="/triage stats")
        assert (answer["ok"], answer["error"]) == (False, "operation_timeout")
        assert "did not answer" in (await heard(stream, "notice"))["text"]


async def test_home_is_streamed(slack: LocalSlack, http: aiohttp.ClientSession, client: AsyncWebClient) -> None:
    ana = Page(slack, http, "ana")
    assert (await ana.get("home"))["view"] is None
    async with ana.events() as stream:
        await client.views_publish(user_id=ana.user, view=home(section("My queue")))
        assert (await heard(stream, "home"))["view"]["blocks"][0]["text"]["text"] == "My queue"
    assert (await ana.get("home"))["view"]["type"] == "home"


async def test_reactions_of_people_are_streamed(slack: LocalSlack, http: aiohttp.ClientSession, client: AsyncWebClient) -> None:
    ana, inbox = Page(slack, http, "ana"), slack.channel("#support-inbox")
    ts = (await client.chat_postMessage(channel=inbox, text="card"))["ts"]
    async with ana.events() as stream:
        await ana.post("react", channel=inbox, ts=ts, name="eyes")
        assert (await heard(stream, "message_changed"))["message"]["reactions"][0]["users"] == [ana.user]
    await ana.post("react", channel=inbox, ts=ts, name="eyes", remove=True)
    assert "reactions" not in (await slack.messages(inbox))[-1]


async def test_the_inspector_shows_message_calls_and_envelopes(
    slack: LocalSlack, http: aiohttp.ClientSession, client: AsyncWebClient, connect: Connect
) -> None:
    await connect()
    ana, inbox = Page(slack, http, "ana"), slack.channel("#support-inbox")
    ts = (await client.chat_postMessage(channel=inbox, text="card", metadata={"event_type": "case", "event_payload": {"id": 1}}))["ts"]
    seen = await ana.get("inspect", channel=inbox, ts=ts)
    assert seen["message"]["metadata"]["event_payload"] == {"id": 1}
    assert {"chat.postMessage", "apps.connections.open"} <= {call["method"] for call in seen["calls"]}
    assert seen["envelopes"][0]["payload"]["event"]["ts"] == ts


async def test_guests_and_strangers_stay_where_they_belong(slack: LocalSlack, http: aiohttp.ClientSession) -> None:
    gus = Page(slack, http, "gus")
    assert (await gus.get("messages", channel=slack.channel("#support-inbox")))["error"] == "channel_not_found"
    assert (await gus.post("post", channel=slack.channel("#support-inbox"), text="hi"))["error"] == "channel_not_found"
    lena = Page(slack, http, "lena")
    assert (await lena.post("post", channel=slack.channel("#general"), text="hi"))["error"] == "user_disabled"
    assert (await gus.post("nonsense"))["error"] == "unknown_method"


async def test_a_page_that_does_not_read_is_cut_off(slack: LocalSlack) -> None:
    with slack.world.streams.watch(slack.user("ana")) as queue:
        for number in range(queue.maxsize + 1):
            slack.world.streams.send(slack.user("ana"), {"type": "notice", "text": str(number), "level": "info"})
        assert slack.user("ana") not in slack.world.streams.open
        events = [queue.get_nowait() for _ in range(queue.qsize())]
        assert events[-1] is None
