"""The Events API by Socket Mode, through the unmodified handler."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.local import LocalSlack
from sandbox.slack.settings import Timing
from tests.sandbox.slack.conformance.rules import stands_for
from tests.sandbox.slack.conftest import Connect, until
from tests.sandbox.slack.kit import Json, section
from tests.slack import local_slack

KINDS = (
    "app_home_opened app_mention file_shared member_joined_channel member_left_channel message pin_added reaction_added reaction_removed"
)
INBOX = "#support-inbox"


@pytest.fixture
def bodies(app: AsyncApp) -> list[Json]:
    """Every event that the app hears, as its whole body."""
    seen: list[Json] = []

    async def take(body: Json) -> None:
        seen.append(body)

    for kind in KINDS.split():
        app.event(kind)(take)
    return seen


@asynccontextmanager
async def connected(slack: LocalSlack, app: AsyncApp) -> AsyncIterator[None]:
    """The app of a Slack other than the fixture's, connected."""
    handler = AsyncSocketModeHandler(app, slack.app_token)
    await handler.client.connect()  # type: ignore[no-untyped-call]
    try:
        await slack.connected()
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


async def heard(bodies: list[Json], kind: str) -> Json:
    """The newest event of a type or message subtype."""

    def found() -> list[Json]:
        return [body["event"] for body in bodies if kind in (body["event"]["type"], body["event"].get("subtype"))]

    await until(found)
    return found()[-1]


@stands_for("apis/events-api#callback-field", "the wrapper names team, app, authorizations, and an event_id that no other event has")
async def test_the_wrapper(slack: LocalSlack, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    await slack.post("ana", INBOX, "one")
    await slack.post("ana", INBOX, "two")
    await until(lambda: len(bodies) == 2)
    identity, body = slack.world.identity, bodies[0]
    assert (body["type"], body["team_id"], body["api_app_id"]) == ("event_callback", identity.team_id, identity.app_id)
    assert body["authorizations"][0]["user_id"] == slack.bot_user
    assert body["event_id"] != bodies[1]["event_id"]


@stands_for("apis/events-api#errors", "an unacknowledged event comes again at once, after a minute, after five, with retry_reason")
async def test_three_retries(wide_manifest: Path) -> None:
    async with local_slack(manifest=wide_manifest, timing=Timing(ack=0.15)) as slack:
        app = AsyncApp(client=AsyncWebClient(slack.bot_token, base_url=slack.api_url), process_before_response=True)

        @app.event("message")
        async def fail() -> None:
            raise ValueError("never acknowledged")

        async with connected(slack, app):
            await slack.post("ana", INBOX, "hello?")
            for deliveries, wait in ((1, 1), (2, 60), (3, 300), (4, 3600)):
                await until(lambda due=deliveries: len(slack.journal.envelopes) == due and not slack.world.hub.waiting)  # type: ignore[misc]
                slack.advance(wait)
            await until(lambda: not slack.world.hub.tasks)
        sent = [(record.retry_attempt, record.retry_reason) for record in slack.journal.envelopes]
        assert sent == [(0, ""), (1, "timeout"), (2, "timeout"), (3, "timeout")]
        assert len({record.payload["event_id"] for record in slack.journal.envelopes}) == 1


@stands_for("apis/events-api#subscriptions", "what the manifest does not subscribe to is not sent")
async def test_no_subscription() -> None:
    async with local_slack() as slack:
        app = AsyncApp(client=AsyncWebClient(slack.bot_token, base_url=slack.api_url))

        @app.event("message")
        async def take() -> None:
            """Acknowledges."""

        async with connected(slack, app):
            ts = await slack.post("ana", INBOX, "look")
            await slack.react("ben", INBOX, ts, "eyes")
            await until(lambda: not slack.world.hub.tasks)
        assert [record.payload["event"]["type"] for record in slack.journal.envelopes] == ["message"]


@stands_for("reference/events/message", "channel_type tells channels, private channels and direct messages apart")
async def test_channel_types(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    private = (await client.conversations_create(name="quiet", is_private=True))["channel"]["id"]
    await client.conversations_invite(channel=private, users=slack.user("ana"))
    for place, text in ((INBOX, "one"), (private, "two"), ("ana", "three")):
        await slack.post("ana", place, text)
    await until(lambda: sum(body["event"]["type"] == "message" for body in bodies) == 3)
    kinds = {body["event"]["text"]: body["event"]["channel_type"] for body in bodies if body["event"]["type"] == "message"}
    assert kinds == {"one": "channel", "two": "group", "three": "im"}


@stands_for("reference/events/message", "a reply carries thread_ts")
async def test_a_reply(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    ts = (await client.chat_postMessage(channel=slack.channel(INBOX), text="card"))["ts"]
    await connect()
    await slack.post("ana", INBOX, "a reply", thread_ts=ts)
    await until(lambda: any(body["event"].get("text") == "a reply" for body in bodies))
    assert next(body["event"] for body in bodies if body["event"].get("text") == "a reply")["thread_ts"] == ts


@stands_for("reference/events/message/message_deleted", "it carries the message that is gone")
async def test_a_deletion(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    ts = (await client.chat_postMessage(channel=slack.channel(INBOX), text="gone"))["ts"]
    await client.chat_delete(channel=slack.channel(INBOX), ts=ts)
    event = await heard(bodies, "message_deleted")
    assert (event["deleted_ts"], event["previous_message"]["text"], event["hidden"]) == (ts, "gone", True)


@stands_for("reference/events/message/message_changed", "it carries the message before and after")
async def test_a_change(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    ts = (await client.chat_postMessage(channel=slack.channel(INBOX), text="before"))["ts"]
    await client.chat_update(channel=slack.channel(INBOX), ts=ts, text="after", blocks=[section("after")])
    event = await heard(bodies, "message_changed")
    assert (event["previous_message"]["text"], event["message"]["text"]) == ("before", "after")


@stands_for("reference/events/reaction_added", "it names the item, who reacted, and whose item it is")
async def test_a_reaction(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    inbox = slack.channel(INBOX)
    ts = (await client.chat_postMessage(channel=inbox, text="card"))["ts"]
    await slack.react("ana", INBOX, ts, "eyes")
    event = await heard(bodies, "reaction_added")
    assert (event["user"], event["item_user"], event["reaction"]) == (slack.user("ana"), slack.bot_user, "eyes")
    assert event["item"] == {"type": "message", "channel": inbox, "ts": ts}
    await slack.react("ana", INBOX, ts, "eyes", remove=True)
    assert (await heard(bodies, "reaction_removed"))["item"]["ts"] == ts


@stands_for("reference/events/app_home_opened", "tab says which tab; the view comes along once there is one")
async def test_the_home_tab(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    await slack.open_home("ana", "messages")
    assert (await heard(bodies, "app_home_opened"))["tab"] == "messages"
    view = (await client.views_publish(user_id=slack.user("ana"), view={"type": "home", "blocks": [section("x")]}))["view"]
    await slack.open_home("ana")
    await until(lambda: bodies[-1]["event"].get("view"))
    assert (bodies[-1]["event"]["tab"], bodies[-1]["event"]["view"]["id"]) == ("home", view["id"])


@stands_for("reference/events/member_joined_channel", "an invitation is told, and so is a departure")
async def test_members_come_and_go(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    inbox, gus = slack.channel(INBOX), slack.user("gus")
    await client.conversations_invite(channel=inbox, users=gus)
    joined = await heard(bodies, "member_joined_channel")
    assert (joined["user"], joined["channel"]) == (gus, inbox)
    await client.conversations_kick(channel=inbox, user=gus)
    assert (await heard(bodies, "member_left_channel"))["user"] == gus


@stands_for("reference/events/pin_added", "it carries the pinned message")
async def test_a_pin(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    ts = await slack.post("ana", INBOX, "keep this")
    await client.pins_add(channel=slack.channel(INBOX), timestamp=ts)
    assert (await heard(bodies, "pin_added"))["item"]["message"]["ts"] == ts


@stands_for("reference/events/file_shared", "it names the file and the channel")
async def test_a_shared_file(slack: LocalSlack, client: AsyncWebClient, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    name = (await client.files_upload_v2(filename="a.txt", content="abc", channel=slack.channel(INBOX)))["file"]["id"]
    event = await heard(bodies, "file_shared")
    assert (event["file_id"], event["channel_id"]) == (name, slack.channel(INBOX))


@stands_for("apis/events-api/using-socket-mode#disconnect", "warning comes about ten seconds before the end; the handler connects again")
async def test_a_warning(slack: LocalSlack, connect: Connect, bodies: list[Json]) -> None:
    await connect()
    await slack.disconnect("warning")
    await until(lambda: slack.world.hub.opened == 2)
    await slack.post("ana", INBOX, "still there?")
    assert (await heard(bodies, "message"))["text"] == "still there?"


@stands_for("apis/events-api/using-socket-mode#connect", "hello says how many connections there are and whose app it is")
async def test_hello(slack: LocalSlack, connect: Connect) -> None:
    frames: list[Json] = []

    async def keep(client: object, message: Json, raw: str | None) -> None:
        frames.append(message)

    handler = await connect()
    handler.client.message_listeners.append(keep)
    await slack.disconnect()
    await until(lambda: any(frame.get("type") == "hello" for frame in frames))
    hello = next(frame for frame in frames if frame.get("type") == "hello")
    assert hello["num_connections"] >= 1
    assert hello["connection_info"]["app_id"] == slack.world.identity.app_id
