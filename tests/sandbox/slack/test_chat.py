"""chat.*: messages, threads, updates, metadata."""

import pytest
from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.local import LocalSlack
from tests.sandbox.slack.kit import actions, button, section


async def error_of(call: object) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call  # type: ignore[misc]
    return str(caught.value.response["error"])


@pytest.fixture
def inbox(slack: LocalSlack) -> str:
    return slack.channel("#support-inbox")


async def test_a_card_is_stored_with_the_ids_it_came_without(slack: LocalSlack, client: AsyncWebClient, inbox: str) -> None:
    posted = await client.chat_postMessage(channel=inbox, text="A card", blocks=[section("A card"), actions(button("go"))])
    stored = (await slack.messages(inbox))[-1]
    assert stored["ts"] == posted["ts"]
    assert (stored["user"], stored["text"]) == (slack.bot_user, "A card")
    assert len({block["block_id"] for block in stored["blocks"]}) == 2


async def test_blocks_without_text_fall_back_to_slacks_sentence(slack: LocalSlack, http: ClientSession, inbox: str) -> None:
    body = {"channel": inbox, "blocks": [section("card")]}
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    async with http.post(f"{slack.api_url}chat.postMessage", json=body, headers=headers) as response:
        assert (await response.json())["message"]["text"] == "This content can't be displayed."


async def test_replies_are_counted_on_the_parent(slack: LocalSlack, client: AsyncWebClient, inbox: str) -> None:
    ts = (await client.chat_postMessage(channel=inbox, text="parent"))["ts"]
    reply = await client.chat_postMessage(channel=inbox, text="reply", thread_ts=ts)
    await slack.post("ana", inbox, "a person's reply", thread_ts=reply["ts"])
    thread = (await client.conversations_replies(channel=inbox, ts=ts))["messages"]
    assert [message["text"] for message in thread] == ["parent", "reply", "a person's reply"]
    assert (thread[0]["reply_count"], thread[0]["reply_users"]) == (2, [slack.bot_user, slack.user("ana")])
    assert thread[2]["thread_ts"] == ts
    assert ts in {message["ts"] for message in (await client.conversations_history(channel=inbox))["messages"]}
    assert reply["ts"] not in {message["ts"] for message in (await client.conversations_history(channel=inbox))["messages"]}


async def test_a_reply_to_a_message_that_is_gone_lands_at_the_top_level(client: AsyncWebClient, inbox: str) -> None:
    ts = (await client.chat_postMessage(channel=inbox, text="parent"))["ts"]
    await client.chat_delete(channel=inbox, ts=ts)
    orphan = await client.chat_postMessage(channel=inbox, text="reply", thread_ts=ts)
    assert "thread_ts" not in orphan["message"]
    assert await error_of(client.conversations_replies(channel=inbox, ts=ts)) == "thread_not_found"
    assert await error_of(client.chat_postMessage(channel=inbox, text="reply", thread_ts="0")) == "invalid_thread_ts"


async def test_an_update_with_text_alone_takes_the_blocks_away(slack: LocalSlack, client: AsyncWebClient, inbox: str) -> None:
    ts = (await client.chat_postMessage(channel=inbox, text="card", blocks=[section("card")]))["ts"]
    await client.chat_update(channel=inbox, ts=ts, text="done", blocks=[section("done")])
    message = (await slack.messages(inbox))[-1]
    assert message["blocks"][0]["text"]["text"] == "done"
    assert "edited" not in message
    await client.chat_update(channel=inbox, ts=ts, text="plain")
    message = (await slack.messages(inbox))[-1]
    assert "blocks" not in message
    assert message["edited"]["user"] == slack.bot_user


async def test_only_the_bots_own_messages_can_be_changed(slack: LocalSlack, client: AsyncWebClient, inbox: str) -> None:
    ts = await slack.post("ana", inbox, "mine")
    assert await error_of(client.chat_update(channel=inbox, ts=ts, text="yours")) == "cant_update_message"
    assert await error_of(client.chat_delete(channel=inbox, ts=ts)) == "cant_delete_message"
    assert await error_of(client.chat_update(channel=inbox, ts="1700000000.000000", text="x")) == "message_not_found"


async def test_a_deleted_parent_with_replies_leaves_a_tombstone(slack: LocalSlack, client: AsyncWebClient, inbox: str) -> None:
    ts = (await client.chat_postMessage(channel=inbox, text="parent", blocks=[section("parent")]))["ts"]
    await client.chat_postMessage(channel=inbox, text="reply", thread_ts=ts)
    await client.chat_delete(channel=inbox, ts=ts)
    assert (await slack.thread(inbox, ts))[0]["subtype"] == "tombstone"


async def test_metadata_comes_back_only_where_asked_for(client: AsyncWebClient, inbox: str) -> None:
    metadata = {"event_type": "case", "event_payload": {"id": "C-1"}}
    ts = (await client.chat_postMessage(channel=inbox, text="card", metadata=metadata))["ts"]
    plain = await client.conversations_history(channel=inbox, latest=ts, inclusive=True, limit=1)
    assert "metadata" not in plain["messages"][0]
    whole = await client.conversations_history(channel=inbox, latest=ts, inclusive=True, limit=1, include_all_metadata=True)
    assert whole["messages"][0]["metadata"] == metadata
    assert await error_of(client.chat_postMessage(channel=inbox, text="x", metadata={"event_type": "case"})) == "invalid_metadata_format"


async def test_places_and_texts_that_slack_refuses(slack: LocalSlack, client: AsyncWebClient, inbox: str) -> None:
    assert await error_of(client.chat_postMessage(channel="C000", text="x")) == "channel_not_found"
    assert await error_of(client.chat_postMessage(channel=slack.channel("founders"), text="x")) == "channel_not_found"
    assert await error_of(client.chat_postMessage(channel=slack.channel("general"), text="x")) == "not_in_channel"
    assert await error_of(client.api_call("chat.postMessage", params={"channel": inbox, "text": ""})) == "no_text"
    long = [section("x" * 2900) for _ in range(5)]
    assert await error_of(client.chat_postMessage(channel=inbox, text="x", blocks=long)) == "msg_blocks_too_long"


async def test_a_person_can_be_written_to_directly(slack: LocalSlack, client: AsyncWebClient) -> None:
    opened = await client.conversations_open(users=[slack.user("ana")])
    posted = await client.chat_postMessage(channel=slack.user("ana"), text="hello")
    assert posted["channel"] == opened["channel"]["id"] == slack.channel("ana")
    assert await error_of(client.conversations_open(users=[slack.user("lena")])) == "user_disabled"


async def test_an_ephemeral_is_seen_by_one_person(slack: LocalSlack, client: AsyncWebClient, inbox: str) -> None:
    await client.chat_postEphemeral(channel=inbox, user=slack.user("ana"), text="for you")
    assert [message["text"] for message in await slack.ephemerals("ana", inbox)] == ["for you"]
    assert await slack.ephemerals("ben", inbox) == []
    assert await error_of(client.chat_postEphemeral(channel=inbox, user=slack.user("gus"), text="x")) == "user_not_in_channel"


async def test_history_is_paged_without_loss_or_repetition(client: AsyncWebClient, inbox: str) -> None:
    posted = [(await client.chat_postMessage(channel=inbox, text=str(number)))["ts"] for number in range(7)]
    seen: list[str] = []
    async for answer in await client.conversations_history(channel=inbox, limit=3, oldest=posted[0], inclusive=True):
        seen += [message["ts"] for message in answer["messages"]]
    assert seen == posted[::-1]
    assert await error_of(client.conversations_history(channel=inbox, cursor="nonsense")) == "invalid_cursor"


async def test_reactions_are_added_once_and_taken_back(slack: LocalSlack, client: AsyncWebClient, inbox: str) -> None:
    ts = (await client.chat_postMessage(channel=inbox, text="card"))["ts"]
    await client.reactions_add(channel=inbox, timestamp=ts, name="eyes")
    assert (await slack.messages(inbox))[-1]["reactions"] == [{"name": "eyes", "users": [slack.bot_user], "count": 1}]
    assert await error_of(client.reactions_add(channel=inbox, timestamp=ts, name="eyes")) == "already_reacted"
    await client.reactions_remove(channel=inbox, timestamp=ts, name="eyes")
    assert await error_of(client.reactions_remove(channel=inbox, timestamp=ts, name="eyes")) == "no_reaction"
    assert "reactions" not in (await slack.messages(inbox))[-1]


async def test_channels_are_listed_by_type(slack: LocalSlack, client: AsyncWebClient) -> None:
    public = {channel["name"]: channel for channel in (await client.conversations_list())["channels"]}
    assert public["support-inbox"]["is_member"]
    assert not public["general"]["is_member"]
    assert public["shared-with-acme"]["is_ext_shared"]
    assert "founders" not in public
    assert await error_of(client.conversations_list(types="im")) == "missing_scope"
    members = (await client.conversations_members(channel=slack.channel("#support-inbox")))["members"]
    assert slack.bot_user in members
    assert slack.user("gus") not in members


async def test_a_permalink_opens_the_page_at_the_message(client: AsyncWebClient, slack: LocalSlack, inbox: str) -> None:
    ts = (await client.chat_postMessage(channel=inbox, text="card"))["ts"]
    link = (await client.chat_getPermalink(channel=inbox, message_ts=ts))["permalink"]
    assert link == f"{slack.page_url}archives/{inbox}/p{ts.replace('.', '')}"
