"""The cards on the local Slack: posted once, changed in place, refused where strangers read."""

from dataclasses import replace
from typing import Any

import pytest

from blocks import ids
from bot.slack.rooms import Rooms
from pipeline.errors import Permanent, Temporary
from pipeline.people import Inbox, People
from pipeline.ports import Placed
from tests.blocks.cases import REVIEW, STATES, SUPPORT
from tests.handlers.stage import CHANNEL, Stage, stage


def calls(at: Stage, method: str) -> list[dict[str, Any]]:
    return [call.args for call in at.slack.journal.calls_of(method)]


async def test_a_case_is_a_card_with_the_mail_and_the_draft_in_its_thread() -> None:
    async with stage() as at:
        ts = await at.place()
        thread = await at.slack.thread(CHANNEL, ts["root"])
        assert [message["ts"] for message in thread] == [ts["root"], ts["mail"], ts["draft"]]
        payloads = [message["metadata"]["event_payload"] for message in thread]
        assert payloads == [{"case": 17, "kind": "root"}, {"case": 17, "kind": "mail"}, {"case": 17, "kind": "draft"}]
        for post in calls(at, "chat.postMessage"):
            assert (post["unfurl_links"], post["unfurl_media"], post["parse"], post["link_names"]) == (False, False, "none", False)
            assert post["text"]


async def test_a_card_that_shows_the_case_as_it_is_costs_no_call() -> None:
    async with stage() as at:
        await at.place()
        at.slack.journal.clear()
        await at.redraw()
        assert calls(at, "chat.postMessage") == calls(at, "chat.update") == []


async def test_a_newer_case_is_drawn_into_the_same_messages_with_text_and_blocks() -> None:
    async with stage() as at:
        ts = await at.place()
        at.cases.cases[REVIEW.id] = STATES["sent"]
        assert await at.redraw() == ts
        updates = calls(at, "chat.update")
        assert [update["ts"] for update in updates] == [ts["root"], ts["draft"]]
        assert all(update["text"] and update["blocks"] for update in updates)
        assert (await at.slack.thread(CHANNEL, ts["root"]))[0]["metadata"]["event_payload"] == {"case": 17, "kind": "root"}


async def test_a_card_that_somebody_deleted_is_posted_anew_with_its_thread() -> None:
    async with stage() as at:
        ts = await at.place()
        root = at.cases.placed[REVIEW.id]["root"]
        at.cases.placed[REVIEW.id]["root"] = replace(root, ts="1700000000.000001")
        at.cases.cases[REVIEW.id] = STATES["sent"]
        anew = await at.redraw()
        assert len({*ts.values(), *anew.values()}) == 6
        assert len(await at.slack.thread(CHANNEL, anew["root"])) == 3


async def test_hostile_mail_pings_nobody() -> None:
    async with stage() as at:
        await at.place(STATES["hostile"])
        assert all("<" not in post["text"] for post in calls(at, "chat.postMessage"))
        channels = at.slack.world.workspace.channels.values()
        assert all(not channel.get("mention_count") for channel in channels)


async def test_a_sentence_is_said_once_however_often_it_is_tried() -> None:
    async with stage() as at:
        ts = await at.place()
        placed = at.cases.placed[REVIEW.id]
        at.slack.faults.fail("chat.postMessage", "drop_after_effect")
        with pytest.raises(Temporary):
            await at.board.say(REVIEW, placed, "notify:17:late", "It is late <!here>", again=False)
        await at.board.say(REVIEW, placed, "notify:17:late", "It is late <!here>", again=True)
        said = [message for message in await at.slack.thread(CHANNEL, ts["root"]) if message["metadata"]["event_type"] == ids.NOTE_EVENT]
        assert len(said) == 1
        assert said[0]["text"] == "It is late &lt;!here&gt;"


async def test_nothing_is_said_before_there_is_a_card() -> None:
    async with stage() as at:
        with pytest.raises(Temporary, match="no card yet"):
            await at.board.say(REVIEW, {}, "key", "text", again=False)


@pytest.mark.parametrize(
    ("channel", "sentence"),
    [
        ("shared-with-acme", "shared with another organisation"),
        ("nowhere", "no channel #nowhere"),
        ("C0NOWHERE1", "/invite @triage"),
        ("general", "/invite @triage"),
    ],
)
async def test_a_channel_that_cannot_be_used_is_named_with_the_next_step(channel: str, sentence: str) -> None:
    async with stage(channel=channel) as at:
        with pytest.raises(Permanent, match=sentence):
            await at.place()
        assert at.cases.placed[REVIEW.id] == {}


async def test_an_inbox_without_an_entry_is_named() -> None:
    async with stage() as at:
        rooms = Rooms(at.board.client, at.desk.directory, lambda: People(inboxes={}))
        with pytest.raises(Permanent, match=r"support@larkspur\.example has no entry"):
            await rooms.room(SUPPORT)


async def test_a_channels_name_is_looked_up_once_and_an_id_never() -> None:
    async with stage() as at:
        for _ in range(3):
            assert await at.board.rooms.room(SUPPORT) == at.slack.channel(CHANNEL)
        assert len(calls(at, "conversations.list")) == 1
        by_id = People(inboxes={SUPPORT: Inbox(channel=at.slack.channel(CHANNEL), approvers=("ana@larkspur.example",))})
        assert await Rooms(at.board.client, at.desk.directory, lambda: by_id).room(SUPPORT) == at.slack.channel(CHANNEL)
        assert len(calls(at, "conversations.list")) == 1


async def test_what_was_posted_is_remembered_even_when_the_rest_fails() -> None:
    async with stage() as at:
        at.cases.add(REVIEW)
        remembered: list[Placed] = []

        async def remember(placed: Placed) -> None:
            remembered.append(placed)
            at.slack.faults.fail("chat.postMessage", "server_error")

        with pytest.raises(Temporary):
            await at.board.show(REVIEW, {}, again=False, remember=remember)
        assert [placed.kind for placed in remembered] == ["root"]
