"""The Web API's frame: argument forms, tokens, scopes, unknown methods, rates."""

from pathlib import Path

import aiohttp
import pytest
import yaml
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.local import LocalSlack
from sandbox.slack.settings import DEFAULT_MANIFEST
from tests.slack import local_slack


def named(slack: LocalSlack, token: str | None) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=slack.api_url, retry_handlers=[])


async def refused(call: object) -> dict[str, object]:
    with pytest.raises(SlackApiError) as caught:
        await call  # type: ignore[misc]
    return dict(caught.value.response.data)


async def test_arguments_come_as_json_form_or_query(slack: LocalSlack, http: aiohttp.ClientSession) -> None:
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    channel, url = slack.channel("#general"), f"{slack.api_url}conversations.info"
    for request in (
        http.post(url, json={"channel": channel}, headers=headers),
        http.post(url, data={"channel": channel, "token": slack.bot_token}),
        http.post(url, params={"channel": channel}, headers=headers),
        http.get(url, params={"channel": channel, "token": slack.bot_token}),
    ):
        async with request as response:
            assert (await response.json())["channel"]["name"] == "general"


async def test_tokens_are_checked_as_slack_does(slack: LocalSlack) -> None:
    assert (await refused(named(slack, None).auth_test()))["error"] == "not_authed"
    assert (await refused(named(slack, "xoxb-wrong").auth_test()))["error"] == "invalid_auth"
    assert (await refused(named(slack, slack.app_token).auth_test()))["error"] == "not_allowed_token_type"
    assert (await refused(named(slack, slack.bot_token).apps_connections_open(app_token=slack.bot_token)))[
        "error"
    ] == "not_allowed_token_type"


async def test_auth_test_names_the_bot_of_the_manifest(slack: LocalSlack, client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["team"], answer["user"], answer["user_id"]) == ("Larkspur", "triage", slack.bot_user)
    assert "chat:write" in answer.headers["x-oauth-scopes"]


async def test_a_scope_that_the_manifest_lacks_is_named(tmp_path: Path) -> None:
    manifest = yaml.safe_load(DEFAULT_MANIFEST.read_text())
    manifest["oauth_config"]["scopes"]["bot"] = ["channels:read"]
    path = tmp_path / "manifest.yml"
    path.write_text(yaml.safe_dump(manifest))
    async with local_slack(manifest=path) as slack:
        client = named(slack, slack.bot_token)
        answer = await refused(client.chat_postMessage(channel=slack.channel("general"), text="hello"))
        assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", "chat:write", "channels:read")
        history = await refused(client.conversations_history(channel=slack.channel("#support-inbox")))
        assert history["needed"] == "channels:history"


async def test_unknown_methods_and_missing_arguments_are_refused(client: AsyncWebClient) -> None:
    assert (await refused(client.api_call("chat.postPostcard")))["error"] == "unknown_method"
    answer = await refused(client.views_open(trigger_id="", view={"type": "modal"}))
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"] == {"messages": ["[ERROR] missing required field: trigger_id"]}


async def test_messages_beyond_the_burst_meet_429_where_limits_are_on() -> None:
    async with local_slack(rate_limits=True) as slack:
        client, channel = named(slack, slack.bot_token), slack.channel("#support-inbox")
        for number in range(4):
            await client.chat_postMessage(channel=channel, text=f"card {number}")
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel=channel, text="one too many")
        assert caught.value.response.status_code == 429
        assert caught.value.response.headers["Retry-After"] == "1"
        assert caught.value.response["error"] == "ratelimited"
        await client.chat_postMessage(channel=slack.channel("#ops-inbox"), text="another channel has its own allowance")


async def test_people_of_every_role_are_told_apart(slack: LocalSlack, client: AsyncWebClient) -> None:
    users = {user["name"]: user for user in (await client.users_list())["members"]}
    assert users["gus"]["is_restricted"]
    assert users["jonas"]["is_stranger"]
    assert users["lena"]["deleted"]
    assert users["triage"]["is_bot"]
    assert not any(users["ana"][role] for role in ("is_restricted", "is_ultra_restricted", "deleted", "is_bot"))
    assert (await client.users_lookupByEmail(email="ana@larkspur.example"))["user"]["id"] == slack.user("ana")
    assert (await refused(client.users_lookupByEmail(email="nobody@larkspur.example")))["error"] == "users_not_found"
    assert (await refused(client.users_info(user="U000")))["error"] == "user_not_found"
