"""Messages: posting, threads, updates, metadata, schedules."""

from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.local import LocalSlack
from tests.sandbox.slack.conformance.conftest import refusal
from tests.sandbox.slack.conformance.rules import stands_for
from tests.sandbox.slack.conftest import until
from tests.sandbox.slack.kit import Json, actions, button, section

METADATA = {"event_type": "case", "event_payload": {"id": "C-1"}}
HOUR = 3600


async def latest(client: AsyncWebClient, channel: str, **fields: bool) -> Json:
    return dict((await client.conversations_history(channel=channel, limit=1, **fields))["messages"][0])  # type: ignore[arg-type]


async def scheduled(slack: LocalSlack, client: AsyncWebClient, channel: str, **fields: object) -> str:
    post_at = int(slack.world.clock.now()) + HOUR
    answer = await client.chat_scheduleMessage(channel=channel, post_at=post_at, text="later", **fields)  # type: ignore[arg-type]
    return str(answer["scheduled_message_id"])


@stands_for("reference/block-kit/blocks", "block_id: Slack assigns one where none is given")
async def test_block_ids_are_assigned(client: AsyncWebClient, inbox: str) -> None:
    blocks = (await client.chat_postMessage(channel=inbox, text="x", blocks=[section("a"), section("b", block_id="mine")]))["message"][
        "blocks"
    ]
    assert blocks[0]["block_id"]
    assert blocks[1]["block_id"] == "mine"


@stands_for("reference/block-kit/blocks", "block_id is unique within a message")
async def test_block_ids_are_unique(client: AsyncWebClient, inbox: str) -> None:
    twice = [section("a", block_id="same"), section("b", block_id="same")]
    assert "already exists" in (await refusal(client.chat_postMessage(channel=inbox, text="x", blocks=twice)))["errors"][0]


@stands_for("reference/block-kit/block-elements/button-element", "action_id is unique within its block")
async def test_action_ids_are_unique(client: AsyncWebClient, inbox: str) -> None:
    row = actions(button("same"), button("same"))
    assert "already exists" in (await refusal(client.chat_postMessage(channel=inbox, text="x", blocks=[row])))["errors"][0]


@stands_for("reference/methods/chat.postMessage#truncating", "text beyond 40,000 characters is cut off")
async def test_long_text_is_cut(client: AsyncWebClient, inbox: str) -> None:
    assert len((await client.chat_postMessage(channel=inbox, text="x" * 40_001))["message"]["text"]) == 40_000


@stands_for("reference/methods/chat.postMessage#channels", "a user id writes into the direct conversation")
async def test_a_user_id_as_channel(slack: LocalSlack, client: AsyncWebClient) -> None:
    assert (await client.chat_postMessage(channel=slack.user("ana"), text="x"))["channel"] == slack.channel("ana")


@stands_for("reference/methods/chat.postMessage#threads", "thread_ts makes a reply, which history does not show")
async def test_replies_stay_in_their_thread(client: AsyncWebClient, inbox: str, ts: str) -> None:
    await client.chat_postMessage(channel=inbox, text="reply", thread_ts=ts)
    parent = await latest(client, inbox)
    assert (parent["ts"], parent["reply_count"]) == (ts, 1)


@stands_for("reference/methods/chat.postMessage#threads", "reply_broadcast shows a reply in the channel too")
async def test_a_broadcast_reply(client: AsyncWebClient, inbox: str, ts: str) -> None:
    await client.chat_postMessage(channel=inbox, text="reply", thread_ts=ts, reply_broadcast=True)
    shown = await latest(client, inbox)
    assert (shown["text"], shown["subtype"], shown["thread_ts"]) == ("reply", "thread_broadcast", ts)


@stands_for("reference/methods/chat.update", "text without blocks takes the blocks away")
async def test_an_update_with_text_alone(client: AsyncWebClient, inbox: str) -> None:
    ts = (await client.chat_postMessage(channel=inbox, text="x", blocks=[section("x")]))["ts"]
    assert "blocks" not in (await client.chat_update(channel=inbox, ts=ts, text="y"))["message"]


@stands_for("reference/methods/chat.update", "an update of text is marked as edited")
async def test_the_edited_mark(slack: LocalSlack, client: AsyncWebClient, inbox: str, ts: str) -> None:
    assert (await client.chat_update(channel=inbox, ts=ts, text="y"))["message"]["edited"]["user"] == slack.bot_user


@stands_for("reference/methods/chat.update", "an update with blocks is not marked as edited")
async def test_no_mark_with_blocks(client: AsyncWebClient, inbox: str, ts: str) -> None:
    assert "edited" not in (await client.chat_update(channel=inbox, ts=ts, text="y", blocks=[section("y")]))["message"]


@stands_for("reference/methods/chat.delete", "a deleted message is gone from history")
async def test_a_deleted_message(client: AsyncWebClient, inbox: str, ts: str) -> None:
    await client.chat_delete(channel=inbox, ts=ts)
    assert (await latest(client, inbox))["ts"] != ts


@stands_for("reference/methods/chat.postEphemeral", "one person sees it and history does not hold it")
async def test_an_ephemeral(slack: LocalSlack, client: AsyncWebClient, inbox: str, ts: str) -> None:
    shown = await client.chat_postEphemeral(channel=inbox, user=slack.user("ana"), text="psst")
    assert [message["ts"] for message in await slack.ephemerals("ana", inbox)] == [shown["message_ts"]]
    assert (await latest(client, inbox))["ts"] == ts


@stands_for("messaging/message-metadata", "metadata comes back with include_all_metadata")
async def test_metadata_where_asked_for(client: AsyncWebClient, inbox: str) -> None:
    await client.chat_postMessage(channel=inbox, text="x", metadata=METADATA)
    assert (await latest(client, inbox, include_all_metadata=True))["metadata"] == METADATA


@stands_for("messaging/message-metadata", "metadata stays away without include_all_metadata")
async def test_metadata_where_not_asked_for(client: AsyncWebClient, inbox: str) -> None:
    await client.chat_postMessage(channel=inbox, text="x", metadata=METADATA)
    assert "metadata" not in await latest(client, inbox)


@stands_for("messaging/message-metadata", "chat.update replaces the metadata")
async def test_metadata_is_replaced(client: AsyncWebClient, inbox: str, ts: str) -> None:
    await client.chat_update(channel=inbox, ts=ts, text="x", metadata=METADATA)
    assert (await latest(client, inbox, include_all_metadata=True))["metadata"] == METADATA


@stands_for("reference/methods/conversations.history", "latest and oldest are exclusive unless inclusive is set")
async def test_the_bounds_of_history(client: AsyncWebClient, inbox: str, ts: str) -> None:
    assert (await client.conversations_history(channel=inbox, oldest=ts))["messages"] == []
    assert len((await client.conversations_history(channel=inbox, oldest=ts, inclusive=True))["messages"]) == 1


@stands_for("reference/methods/conversations.replies", "the ts of a reply finds its thread")
async def test_a_reply_names_its_thread(client: AsyncWebClient, inbox: str, ts: str) -> None:
    reply = await client.chat_postMessage(channel=inbox, text="reply", thread_ts=ts)
    assert [one["ts"] for one in (await client.conversations_replies(channel=inbox, ts=reply["ts"]))["messages"]] == [ts, reply["ts"]]


@stands_for("reference/methods/chat.getPermalink", "a reply's link carries thread_ts and cid")
async def test_the_link_of_a_reply(client: AsyncWebClient, inbox: str, ts: str) -> None:
    reply = await client.chat_postMessage(channel=inbox, text="reply", thread_ts=ts)
    link = (await client.chat_getPermalink(channel=inbox, message_ts=reply["ts"]))["permalink"]
    assert link.endswith(f"/archives/{inbox}/p{reply['ts'].replace('.', '')}?thread_ts={ts}&cid={inbox}")


@stands_for("reference/methods/chat.scheduleMessage", "the message is posted at its time")
async def test_a_scheduled_message_comes_in_time(slack: LocalSlack, client: AsyncWebClient, inbox: str) -> None:
    await scheduled(slack, client, inbox)
    slack.advance(HOUR + 1)
    await until(lambda: not slack.world.workspace.shelf("scheduled"))
    assert (await latest(client, inbox))["text"] == "later"


@stands_for("reference/methods/chat.scheduleMessage", "known issue: a message with metadata is not posted")
async def test_a_scheduled_message_with_metadata(slack: LocalSlack, client: AsyncWebClient, inbox: str, ts: str) -> None:
    await scheduled(slack, client, inbox, metadata=METADATA)
    slack.advance(HOUR + 1)
    await until(lambda: not slack.world.workspace.shelf("scheduled"))
    assert (await latest(client, inbox))["ts"] == ts


@stands_for("reference/methods/chat.scheduleMessage", "restricted_too_many: 30 per five minutes and channel")
async def test_too_many_at_once(slack: LocalSlack, client: AsyncWebClient, inbox: str) -> None:
    post_at = (int(slack.world.clock.now()) // 300 + 20) * 300
    for _ in range(30):
        await client.chat_scheduleMessage(channel=inbox, post_at=post_at, text="x")
    assert (await refusal(client.chat_scheduleMessage(channel=inbox, post_at=post_at, text="x")))["error"] == "restricted_too_many"
    assert (await client.chat_scheduleMessage(channel=inbox, post_at=post_at + 300, text="x"))["ok"]


@stands_for("reference/methods/chat.scheduledMessages.list", "it lists what is still to come")
async def test_scheduled_messages_are_listed(slack: LocalSlack, client: AsyncWebClient, inbox: str) -> None:
    name = await scheduled(slack, client, inbox)
    listed = (await client.chat_scheduledMessages_list())["scheduled_messages"]
    assert [(entry["id"], entry["channel_id"], entry["text"]) for entry in listed] == [(name, inbox, "later")]


@stands_for("reference/methods/chat.deleteScheduledMessage", "a deleted message is never posted")
async def test_a_scheduled_message_is_taken_back(slack: LocalSlack, client: AsyncWebClient, inbox: str) -> None:
    name = await scheduled(slack, client, inbox)
    await client.chat_deleteScheduledMessage(channel=inbox, scheduled_message_id=name)
    assert (await client.chat_scheduledMessages_list())["scheduled_messages"] == []


@stands_for("reference/methods/chat.deleteScheduledMessage", "not within the last minute before its time")
async def test_too_late_to_take_back(slack: LocalSlack, client: AsyncWebClient, inbox: str) -> None:
    name = await scheduled(slack, client, inbox)
    slack.advance(HOUR - 30)
    answer = await refusal(client.chat_deleteScheduledMessage(channel=inbox, scheduled_message_id=name))
    assert answer["error"] == "invalid_scheduled_message_id"
