"""Channels, people, files and the things kept beside messages."""

from pathlib import Path

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.local import LocalSlack
from tests.sandbox.slack.conformance.conftest import refusal
from tests.sandbox.slack.conformance.rules import stands_for
from tests.slack import local_slack

PIXEL = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


async def uploaded(client: AsyncWebClient, name: str = "chart.png", **fields: str) -> str:
    return str((await client.files_upload_v2(filename=name, content=PIXEL, title="Chart", **fields))["file"]["id"])  # type: ignore[arg-type]


@stands_for("reference/methods/conversations.create", "the bot is a member of the channel it makes")
async def test_a_new_channel(client: AsyncWebClient) -> None:
    channel = (await client.conversations_create(name="escalations"))["channel"]
    assert (channel["name"], channel["is_member"], channel["is_private"]) == ("escalations", True, False)


@stands_for("reference/methods/conversations.create", "is_private makes a private channel")
async def test_a_new_private_channel(client: AsyncWebClient) -> None:
    channel = (await client.conversations_create(name="quiet", is_private=True))["channel"]
    assert channel["is_private"]
    assert channel["id"] not in {one["id"] for one in (await client.conversations_list())["channels"]}


@stands_for("reference/methods/conversations.invite", "people are added, several at once")
async def test_an_invitation(slack: LocalSlack, client: AsyncWebClient, inbox: str) -> None:
    await client.conversations_invite(channel=inbox, users=[slack.user("gus"), slack.user("jonas")])
    members = (await client.conversations_members(channel=inbox))["members"]
    assert {slack.user("gus"), slack.user("jonas")} <= set(members)


@stands_for("reference/methods/conversations.join", "the bot becomes a member; again is a warning")
async def test_joining(slack: LocalSlack, client: AsyncWebClient) -> None:
    general = slack.channel("#general")
    assert (await client.conversations_join(channel=general))["channel"]["is_member"]
    assert (await client.conversations_join(channel=general))["warning"] == "already_in_channel"


@stands_for("reference/methods/conversations.leave", "not_in_channel: true where the bot was not there")
async def test_leaving(slack: LocalSlack, client: AsyncWebClient, inbox: str) -> None:
    await client.conversations_leave(channel=inbox)
    assert (await client.conversations_leave(channel=inbox))["not_in_channel"]
    assert (await refusal(client.chat_postMessage(channel=inbox, text="x")))["error"] == "not_in_channel"


@stands_for("reference/methods/conversations.archive", "is_archived: nothing is posted any more")
async def test_an_archived_channel(client: AsyncWebClient, inbox: str) -> None:
    await client.conversations_archive(channel=inbox)
    assert (await refusal(client.chat_postMessage(channel=inbox, text="x")))["error"] == "is_archived"
    assert inbox not in {one["id"] for one in (await client.conversations_list(exclude_archived=True))["channels"]}
    await client.conversations_unarchive(channel=inbox)
    assert (await client.chat_postMessage(channel=inbox, text="x"))["ok"]


@stands_for("reference/methods/conversations.setTopic", "the new topic is told in the channel")
async def test_a_new_topic(client: AsyncWebClient, inbox: str) -> None:
    assert (await client.conversations_setTopic(channel=inbox, topic="Mail"))["channel"]["topic"]["value"] == "Mail"
    told = (await client.conversations_history(channel=inbox, limit=1))["messages"][0]
    assert (told["subtype"], told["topic"]) == ("channel_topic", "Mail")


@stands_for("reference/methods/conversations.rename", "the channel keeps its id")
async def test_a_new_name(client: AsyncWebClient, inbox: str) -> None:
    await client.conversations_rename(channel=inbox, name="help-inbox")
    assert (await client.conversations_info(channel=inbox))["channel"]["name"] == "help-inbox"


@stands_for("reference/methods/conversations.open", "the same people, the same conversation")
async def test_opening_twice(slack: LocalSlack, client: AsyncWebClient) -> None:
    first = await client.conversations_open(users=slack.user("ana"))
    again = await client.conversations_open(users=slack.user("ana"), return_im=True)
    assert (again["already_open"], again["channel"]["id"], again["channel"]["is_im"]) == (True, first["channel"]["id"], True)


@stands_for("reference/methods/conversations.list", "types: im lists direct conversations")
async def test_direct_conversations(slack: LocalSlack, client: AsyncWebClient) -> None:
    found = (await client.conversations_list(types="im"))["channels"]
    assert slack.user("ana") in {channel["user"] for channel in found}


@stands_for("reference/methods/users.conversations", "the channels of one person that the bot may know of")
async def test_the_channels_of_a_person(slack: LocalSlack, client: AsyncWebClient) -> None:
    names = {channel["name"] for channel in (await client.users_conversations(user=slack.user("gus")))["channels"]}
    assert names == {"general", "random"}


@stands_for("reference/methods/users.info", "guests, strangers and deactivated people are told apart")
async def test_kinds_of_people(slack: LocalSlack, client: AsyncWebClient) -> None:
    kinds = {name: (await client.users_info(user=slack.user(name)))["user"] for name in ("gus", "jonas", "lena", "ana")}
    assert (kinds["gus"]["is_restricted"], kinds["jonas"]["is_stranger"], kinds["lena"]["deleted"]) == (True, True, True)
    assert [kinds["ana"].get(kind, False) for kind in ("is_restricted", "is_stranger", "deleted")] == [False] * 3


@stands_for("reference/methods/users.lookupByEmail", "a person is found by address")
async def test_a_person_by_address(slack: LocalSlack, client: AsyncWebClient) -> None:
    assert (await client.users_lookupByEmail(email="Ana@larkspur.example"))["user"]["id"] == slack.user("ana")


@stands_for("reference/methods/users.profile.get", "a profile has names and title")
async def test_a_profile(slack: LocalSlack, client: AsyncWebClient) -> None:
    profile = (await client.users_profile_get(user=slack.user("ana")))["profile"]
    assert (profile["display_name"], profile["title"], profile["email"]) == ("Ana", "Support lead", "ana@larkspur.example")


@stands_for("reference/methods/team.info", "the team has a name and a domain")
async def test_the_team(client: AsyncWebClient) -> None:
    assert (await client.team_info())["team"]["domain"] == "larkspur"


@stands_for("reference/methods/bots.info", "the bot belongs to the app and to its user")
async def test_the_bot(slack: LocalSlack, client: AsyncWebClient) -> None:
    assert (await client.bots_info(bot=slack.world.identity.bot_id))["bot"]["user_id"] == slack.bot_user


@stands_for("reference/methods/usergroups.users.update", "the list replaces the members")
async def test_a_user_group(slack: LocalSlack, client: AsyncWebClient) -> None:
    group = (await client.usergroups_create(name="Support team", handle="support"))["usergroup"]["id"]
    await client.usergroups_users_update(usergroup=group, users=[slack.user("ana"), slack.user("ben")])
    await client.usergroups_users_update(usergroup=group, users=[slack.user("mia")])
    assert (await client.usergroups_users_list(usergroup=group))["users"] == [slack.user("mia")]
    assert (await refusal(client.usergroups_create(name="Support team")))["error"] == "name_already_exists"


@stands_for("reference/methods/usergroups.list", "disabled groups only with include_disabled")
async def test_a_disabled_user_group(client: AsyncWebClient) -> None:
    group = (await client.usergroups_create(name="Old"))["usergroup"]["id"]
    await client.usergroups_disable(usergroup=group)
    assert (await client.usergroups_list())["usergroups"] == []
    assert (await client.usergroups_list(include_disabled=True, include_count=True))["usergroups"][0]["user_count"] == 0
    assert (await client.usergroups_enable(usergroup=group))["usergroup"]["date_delete"] == 0


@stands_for("reference/methods/reactions.add", "already_reacted: once per person")
async def test_a_reaction(client: AsyncWebClient, inbox: str, ts: str) -> None:
    await client.reactions_add(channel=inbox, timestamp=ts, name="eyes")
    assert (await refusal(client.reactions_add(channel=inbox, timestamp=ts, name="eyes")))["error"] == "already_reacted"
    assert (await client.reactions_get(channel=inbox, timestamp=ts))["message"]["reactions"][0]["count"] == 1
    assert [item["message"]["ts"] for item in (await client.reactions_list())["items"]] == [ts]


@stands_for("reference/methods/pins.add", "already_pinned: once; pins.list holds it")
async def test_a_pin(client: AsyncWebClient, inbox: str, ts: str) -> None:
    await client.pins_add(channel=inbox, timestamp=ts)
    assert (await refusal(client.pins_add(channel=inbox, timestamp=ts)))["error"] == "already_pinned"
    assert [item["message"]["ts"] for item in (await client.pins_list(channel=inbox))["items"]] == [ts]
    await client.pins_remove(channel=inbox, timestamp=ts)
    assert (await client.conversations_history(channel=inbox, limit=1))["pin_count"] == 0


@stands_for("reference/methods/bookmarks.add", "a bookmark is a link with a title")
async def test_a_bookmark(client: AsyncWebClient, inbox: str) -> None:
    made = (await client.bookmarks_add(channel_id=inbox, title="Queue", type="link", link="https://x.example"))["bookmark"]["id"]
    await client.bookmarks_edit(channel_id=inbox, bookmark_id=made, title="Cases")
    assert [one["title"] for one in (await client.bookmarks_list(channel_id=inbox))["bookmarks"]] == ["Cases"]
    await client.bookmarks_remove(channel_id=inbox, bookmark_id=made)
    assert (await client.bookmarks_list(channel_id=inbox))["bookmarks"] == []


@stands_for("messaging/working-with-files#upload", "an upload shared in a thread is a message with the file")
async def test_a_file_in_a_thread(client: AsyncWebClient, inbox: str, ts: str) -> None:
    name = await uploaded(client, channel=inbox, thread_ts=ts, initial_comment="As asked")
    shared = (await client.conversations_replies(channel=inbox, ts=ts))["messages"][-1]
    assert (shared["text"], shared["files"][0]["id"], shared["files"][0]["title"]) == ("As asked", name, "Chart")
    assert (await client.files_info(file=name))["file"]["channels"] == [inbox]


@stands_for("reference/objects/file-object", "url_private needs a token; others are sent to the sign-in page")
async def test_a_files_bytes(slack: LocalSlack, client: AsyncWebClient, http: aiohttp.ClientSession) -> None:
    url = (await client.files_info(file=await uploaded(client)))["file"]["url_private"]
    async with http.get(url, headers={"Authorization": f"Bearer {slack.bot_token}"}) as response:
        assert (response.content_type, await response.read()) == ("image/png", PIXEL)
    async with http.get(url, allow_redirects=False) as response:
        assert response.status == 302


@stands_for("reference/methods/files.completeUploadExternal#errors", "file_not_found: no bytes have come")
async def test_a_file_without_bytes(client: AsyncWebClient) -> None:
    reserved = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    ended = client.files_completeUploadExternal(files=[{"id": reserved["file_id"], "title": "a"}])
    assert (await refusal(ended))["error"] == "file_not_found"


@stands_for("messaging/working-with-files#upload", "an upload address takes one upload")
async def test_an_upload_address_is_used_once(client: AsyncWebClient, http: aiohttp.ClientSession) -> None:
    url = (await client.files_getUploadURLExternal(filename="a.txt", length=3))["upload_url"]
    for status in (200, 404):
        async with http.post(url, data=b"abc") as response:
            assert response.status == status


@stands_for("reference/methods/files.list", "files by channel, in numbered pages")
async def test_files_are_listed(client: AsyncWebClient, inbox: str) -> None:
    names = [await uploaded(client, channel=inbox) for _ in range(2)]
    await uploaded(client)
    answer = await client.files_list(channel=inbox, count=1, page=2)
    assert ([file["id"] for file in answer["files"]], answer["paging"]["total"]) == (names[:1], 2)


@stands_for("reference/methods/files.delete", "a deleted file is gone, from its message too")
async def test_a_deleted_file(client: AsyncWebClient, inbox: str) -> None:
    name = await uploaded(client, channel=inbox)
    await client.files_delete(file=name)
    assert (await refusal(client.files_info(file=name)))["error"] == "file_not_found"
    assert "files" not in (await client.conversations_history(channel=inbox, limit=1))["messages"][0]


@stands_for("reference/block-kit/composition-objects/slack-file-object", "an image block shows an uploaded picture by id")
async def test_an_image_of_a_slack_file(client: AsyncWebClient, inbox: str) -> None:
    picture = {"type": "image", "alt_text": "chart", "slack_file": {"id": await uploaded(client)}}
    assert (await client.chat_postMessage(channel=inbox, text="x", blocks=[picture]))["ok"]


@stands_for("reference/block-kit/composition-objects/slack-file-object", "png, jpg and gif only, and only files that exist")
async def test_an_image_of_something_else(client: AsyncWebClient, inbox: str) -> None:
    for name in ("F000", await uploaded(client, "notes.txt")):
        picture = {"type": "image", "alt_text": "chart", "slack_file": {"id": name}}
        answer = await refusal(client.chat_postMessage(channel=inbox, text="x", blocks=[picture]))
        assert answer["errors"] == ["invalid slack file [json-pointer:/blocks/0/slack_file]"]


async def test_files_and_schedules_survive_a_restart(tmp_path: Path, wide_manifest: Path) -> None:
    async with local_slack(data=tmp_path, manifest=wide_manifest) as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
        inbox, name = slack.channel("#support-inbox"), await uploaded(client)
        await client.chat_scheduleMessage(channel=inbox, post_at=int(slack.world.clock.now()) + 100, text="later")
    async with local_slack(data=tmp_path, manifest=wide_manifest) as slack:
        assert slack.world.workspace.storage.get_bytes(name) == PIXEL
        slack.advance(101)
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
        while (await client.conversations_history(channel=inbox, limit=1))["messages"][0]["text"] != "later":
            assert slack.world.workspace.shelf("scheduled"), "the schedule is done, and nothing was posted"
