"""The connections of Socket Mode: tickets, disconnect frames, and what happens to payloads around them."""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.errors import SlackError
from sandbox.slack.local import LocalSlack
from tests.sandbox.slack.conformance.conftest import refusal
from tests.sandbox.slack.conformance.rules import stands_for
from tests.sandbox.slack.conftest import Connect, until
from tests.sandbox.slack.kit import Json, actions, button
from tests.slack import QUICK

PAGE = "apis/events-api/using-socket-mode"
INBOX = "#support-inbox"


@pytest.fixture
def clicks(app: AsyncApp) -> list[Json]:
    """Every click on `go`, acknowledged at once."""
    seen: list[Json] = []

    @app.action("go")
    async def take(ack: Any, body: Json) -> None:
        seen.append(body)
        await ack()

    return seen


@pytest.fixture
async def card(client: AsyncWebClient, inbox: str) -> str:
    return str((await client.chat_postMessage(channel=inbox, text="card", blocks=[actions(button("go"))]))["ts"])


async def ticket(client: AsyncWebClient, slack: LocalSlack) -> str:
    return str((await client.apps_connections_open(app_token=slack.app_token))["url"])


async def joined(http: aiohttp.ClientSession, url: str) -> tuple[aiohttp.ClientWebSocketResponse, Json]:
    """A bare socket, and the first frame that it gets."""
    socket = await http.ws_connect(url)
    return socket, await socket.receive_json()


async def frame(socket: aiohttp.ClientWebSocketResponse, kind: str) -> Json:
    """The next frame of this type; events are acknowledged on the way."""
    while (came := await socket.receive_json())["type"] != kind:
        await socket.send_json({"envelope_id": came["envelope_id"]})
    return dict(came)


def acknowledged(slack: LocalSlack) -> list[bool]:
    """Of each interactive payload, whether it was."""
    return [record.acked_at is not None for record in slack.journal.envelopes if record.type == "interactive"]


@stands_for(f"{PAGE}#connect", "the address is temporary: it opens one connection, and a second call gives another one")
async def test_one_connection_an_address(slack: LocalSlack, client: AsyncWebClient, http: aiohttp.ClientSession) -> None:
    url, other = await ticket(client, slack), await ticket(client, slack)
    assert url != other
    socket, hello = await joined(http, url)
    assert hello["type"] == "hello"
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await http.ws_connect(url)
    await socket.close()


@stands_for(f"{PAGE}#connections", "an app has up to ten connections; one more is told too_many_websockets")
async def test_ten_connections(slack: LocalSlack, client: AsyncWebClient, http: aiohttp.ClientSession) -> None:
    opened = [await joined(http, await ticket(client, slack)) for _ in range(11)]
    assert [frame["type"] for _, frame in opened] == ["hello"] * 10 + ["disconnect"]
    assert opened[9][1]["num_connections"] == 10
    assert opened[10][1]["reason"] == "too_many_websockets"
    assert (await opened[10][0].receive()).type is aiohttp.WSMsgType.CLOSE
    for socket, _ in opened:
        await socket.close()


@stands_for(f"{PAGE}#connections", "each payload goes to one of the connections, no matter which")
async def test_one_of_several(slack: LocalSlack, connect: Connect, clicks: list[Json], card: str) -> None:
    for _ in range(3):
        await connect()
    for _ in range(6):
        await slack.click("ana", INBOX, card, "go")
    sent = [record for record in slack.journal.envelopes if record.type == "interactive"]
    assert (len(clicks), len(sent)) == (6, 6)
    assert len({record.connection for record in sent}) == 3


@stands_for(f"{PAGE}#disconnect", "a connection that was told to refresh gets nothing new: the others do")
async def test_payloads_after_a_refresh(
    slack: LocalSlack, client: AsyncWebClient, http: aiohttp.ClientSession, connect: Connect, clicks: list[Json], card: str
) -> None:
    old, _ = await joined(http, await ticket(client, slack))
    await slack.disconnect("refresh_requested")
    assert (await frame(old, "disconnect"))["reason"] == "refresh_requested"
    await connect()
    for _ in range(4):
        await slack.click("ana", INBOX, card, "go")
    assert len(clicks) == 4
    assert {record.connection for record in slack.journal.envelopes if record.type == "interactive"} == {2}
    await old.close()


@stands_for(f"{PAGE}#acknowledge", "an envelope is acknowledged by its id, also over the connection that replaced its own")
async def test_an_acknowledgement_elsewhere(slack: LocalSlack, client: AsyncWebClient, http: aiohttp.ClientSession, card: str) -> None:
    old, _ = await joined(http, await ticket(client, slack))
    clicking = asyncio.create_task(slack.click("ana", INBOX, card, "go"))
    envelope = await frame(old, "interactive")
    await slack.disconnect("refresh_requested")
    new, _ = await joined(http, await ticket(client, slack))
    await old.close()
    await new.send_json({"envelope_id": envelope["envelope_id"]})
    await clicking
    assert acknowledged(slack) == [True]
    await new.close()


@stands_for(f"{PAGE}#acknowledge", "an acknowledgement of nothing that is waited for is ignored")
async def test_an_acknowledgement_of_nothing(slack: LocalSlack, client: AsyncWebClient, http: aiohttp.ClientSession, card: str) -> None:
    socket, _ = await joined(http, await ticket(client, slack))
    await socket.send_json({"envelope_id": "11111111-2222-3333-4444-555555555555"})
    await socket.send_str("no JSON")
    clicking = asyncio.create_task(slack.click("ana", INBOX, card, "go"))
    await socket.send_json({"envelope_id": (await frame(socket, "interactive"))["envelope_id"], "payload": {}})
    await clicking
    assert acknowledged(slack) == [True]
    await socket.close()


@stands_for(f"{PAGE}#disconnect", "after a warning the connection still works, for about ten seconds")
async def test_payloads_after_a_warning(slack: LocalSlack, client: AsyncWebClient, http: aiohttp.ClientSession, card: str) -> None:
    socket, _ = await joined(http, await ticket(client, slack))
    await slack.disconnect("warning")
    assert (await frame(socket, "disconnect"))["reason"] == "warning"
    clicking = asyncio.create_task(slack.click("ana", INBOX, card, "go"))
    await socket.send_json({"envelope_id": (await frame(socket, "interactive"))["envelope_id"]})
    await clicking
    await socket.close()


@stands_for(f"{PAGE}#disconnect", "link_disabled: Socket Mode was turned off, and nobody gets in until it is on again")
async def test_socket_mode_turned_off(
    slack: LocalSlack, app: AsyncApp, client: AsyncWebClient, connect: Connect, http: aiohttp.ClientSession, clicks: list[Json], card: str
) -> None:
    unused = await ticket(client, slack)
    handler = await connect(ping_interval=0.1)
    await slack.disconnect("link_disabled")
    await until(lambda: not slack.world.hub.connections)
    assert (await refusal(client.apps_connections_open(app_token=slack.app_token)))["error"] == "access_denied"
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await http.ws_connect(unused)
    with pytest.raises(SlackError, match="did not answer"):
        await slack.click("ana", INBOX, card, "go")
    await _control(http, slack, "socket_mode", on=True)
    handler.client.wss_uri = None
    await slack.connected()
    await slack.click("ana", INBOX, card, "go")
    assert len(clicks) == 1


async def _control(http: aiohttp.ClientSession, slack: LocalSlack, name: str, **given: object) -> None:
    async with http.post(f"{slack.page_url}control/{name}", json=given) as answer:
        assert (await answer.json())["ok"]


@stands_for(f"{PAGE}#interactive", "an interactive payload for which nobody is connected is the person's loss: it is not kept")
async def test_nobody_connected(slack: LocalSlack, connect: Connect, clicks: list[Json], card: str) -> None:
    with pytest.raises(SlackError, match="did not answer"):
        await slack.click("ana", INBOX, card, "go")
    await connect()
    await slack.post("ana", INBOX, "later")
    await until(lambda: any(record.type == "events_api" for record in slack.journal.envelopes))
    assert clicks == []


@stands_for(f"{PAGE}#connect", "a connection that comes within the three seconds still gets the payload")
async def test_connected_in_time(slack: LocalSlack, connect: Connect, clicks: list[Json], card: str) -> None:
    clicking = asyncio.create_task(slack.click("ana", INBOX, card, "go"))
    await asyncio.sleep(QUICK.ack / 6)
    await connect()
    await clicking
    assert len(clicks) == 1


@stands_for(
    "reference/methods/apps.connections.open#usage-info", "the app-level token belongs in the header: as an argument it is an error"
)
async def test_a_token_as_an_argument(slack: LocalSlack, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{slack.api_url}apps.connections.open", data={"token": slack.app_token}) as answer:
        assert await answer.json() == {"ok": False, "error": "not_authed"}


@stands_for("reference/methods/apps.connections.open#errors", "invalid_auth: no app has this token")
async def test_an_unknown_app_token(client: AsyncWebClient) -> None:
    assert (await refusal(client.apps_connections_open(app_token="xapp-1-nobody")))["error"] == "invalid_auth"


@stands_for("authentication/tokens#app-level", "an app-level token opens connections and nothing else")
async def test_the_app_token_elsewhere(slack: LocalSlack) -> None:
    client = AsyncWebClient(slack.app_token, base_url=slack.api_url, retry_handlers=[])
    assert (await refusal(client.auth_test()))["error"] == "not_allowed_token_type"
    assert (await refusal(client.conversations_list()))["error"] == "not_allowed_token_type"


@stands_for(f"{PAGE}#disconnect", "the handler that was told too_many_websockets tries again, and gets in once there is room")
async def test_room_again(slack: LocalSlack, app: AsyncApp, client: AsyncWebClient, http: aiohttp.ClientSession) -> None:
    others = [(await joined(http, await ticket(client, slack)))[0] for _ in range(10)]
    handler = AsyncSocketModeHandler(app, slack.app_token, ping_interval=0.1)
    await handler.client.connect()  # type: ignore[no-untyped-call]
    await until(lambda: slack.world.hub.opened > 10)
    assert len(slack.world.hub.connections) == 10
    await others[0].close()
    await until(lambda: len(slack.world.hub.connections) == 10 and slack.world.hub.connections[-1].number > 10)
    await handler.close_async()  # type: ignore[no-untyped-call]
    for socket in others:
        await socket.close()
