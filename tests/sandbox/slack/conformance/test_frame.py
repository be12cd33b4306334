"""Arguments, tokens, scopes, limits and pages: what holds for every method."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.local import LocalSlack
from tests.sandbox.slack.conformance.conftest import refusal
from tests.sandbox.slack.conformance.rules import stands_for
from tests.slack import local_slack


@stands_for("apis/web-api#post-bodies", "arguments may be JSON in the body")
async def test_json_body(client: AsyncWebClient, inbox: str) -> None:
    assert (await client.api_call("conversations.info", json={"channel": inbox}))["channel"]["id"] == inbox


@stands_for("apis/web-api#post-bodies", "arguments may be a form in the body")
async def test_form_body(client: AsyncWebClient, inbox: str) -> None:
    assert (await client.api_call("conversations.info", data={"channel": inbox}))["channel"]["id"] == inbox


@stands_for("apis/web-api#basics", "arguments may stand in the query string")
async def test_query_string(client: AsyncWebClient, inbox: str) -> None:
    assert (await client.api_call("conversations.info", http_verb="GET", params={"channel": inbox}))["channel"]["id"] == inbox


@stands_for("apis/web-api#post-bodies", "nested arguments of a form are JSON in text")
async def test_nested_json_in_a_form(client: AsyncWebClient, inbox: str) -> None:
    answer = await client.api_call("chat.postMessage", data={"channel": inbox, "text": "x", "blocks": '[{"type": "divider"}]'})
    assert answer["message"]["blocks"][0]["type"] == "divider"


@stands_for("apis/web-api#basics", "a form may carry the token")
async def test_a_token_in_the_form(slack: LocalSlack, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{slack.api_url}auth.test", data={"token": slack.bot_token}) as response:
        assert (await response.json())["user_id"] == slack.bot_user


@stands_for("reference/methods/auth.test#errors", "not_authed: no token")
async def test_no_token(slack: LocalSlack) -> None:
    assert (await refusal(AsyncWebClient(base_url=slack.api_url).auth_test()))["error"] == "not_authed"


@stands_for("reference/methods/auth.test#errors", "invalid_auth: a token that Slack does not know")
async def test_a_wrong_token(slack: LocalSlack) -> None:
    assert (await refusal(AsyncWebClient("xoxb-no", base_url=slack.api_url).auth_test()))["error"] == "invalid_auth"


@stands_for("apis/web-api#slack-web-api__evaluating-responses", "missing_scope names what is needed and what is there")
async def test_a_missing_scope() -> None:
    async with local_slack() as slack:
        answer = await refusal(AsyncWebClient(slack.bot_token, base_url=slack.api_url).pins_list(channel=slack.channel("#support-inbox")))
    assert (answer["error"], answer["needed"], "chat:write" in answer["provided"]) == ("missing_scope", "pins:read", True)


@stands_for("authentication/installing-with-oauth", "the answer's X-OAuth-Scopes header lists the token's scopes")
async def test_scopes_in_the_header(client: AsyncWebClient) -> None:
    assert {"chat:write", "pins:read"} <= set((await client.auth_test()).headers["x-oauth-scopes"].split(","))


@stands_for("apis/web-api#slack-web-api__evaluating-responses", "response_metadata.messages say what is wrong, with a JSON pointer")
async def test_the_shape_of_errors(client: AsyncWebClient, inbox: str) -> None:
    answer = await refusal(client.chat_postMessage(channel=inbox, text="x", blocks=[{"type": "header", "text": {}}]))
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {sentence}" for sentence in answer["errors"]]
    assert "missing required field: text [json-pointer:/blocks/0/text]" in answer["errors"]


@stands_for("apis/web-api/rate-limits#overview", "429 with Retry-After in seconds, and ratelimited")
async def test_a_method_beyond_its_tier() -> None:
    async with local_slack(rate_limits=True) as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        for _ in range(20):
            await client.users_list()
        with pytest.raises(SlackApiError) as caught:
            await client.users_list()
        assert (caught.value.response.status_code, caught.value.response["error"]) == (429, "ratelimited")
        slack.advance(int(caught.value.response.headers["Retry-After"]))
        assert (await client.users_list())["ok"]


@stands_for("apis/web-api/rate-limits#posting-messages", "one message per second and channel, short bursts allowed")
async def test_posting_beyond_the_burst() -> None:
    async with local_slack(rate_limits=True) as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        inbox, other = slack.channel("#support-inbox"), slack.channel("#ops-inbox")
        for number in range(4):
            await client.chat_postMessage(channel=inbox, text=f"{number}")
        assert (await refusal(client.chat_postMessage(channel=inbox, text="5")))["error"] == "ratelimited"
        assert (await client.chat_postMessage(channel=other, text="elsewhere"))["ok"]
        slack.advance(1)
        assert (await client.chat_postMessage(channel=inbox, text="5"))["ok"]


@stands_for("apis/web-api/pagination", "next_cursor leads through a list and is empty at its end")
async def test_pages_of_channels(client: AsyncWebClient) -> None:
    whole = [channel["id"] for channel in (await client.conversations_list())["channels"]]
    pages = [answer.data async for answer in await client.conversations_list(limit=2)]
    assert [channel["id"] for answer in pages for channel in answer["channels"]] == whole
    assert pages[-1]["response_metadata"]["next_cursor"] == ""


@stands_for("apis/web-api/pagination", "users.list has pages")
async def test_pages_of_people(client: AsyncWebClient) -> None:
    seen = [user["id"] async for answer in await client.users_list(limit=4) for user in answer["members"]]
    assert len(seen) == len(set(seen)) == len((await client.users_list())["members"])


@stands_for("apis/web-api/pagination", "conversations.members has pages")
async def test_pages_of_members(client: AsyncWebClient, inbox: str) -> None:
    pages = [answer["members"] async for answer in await client.conversations_members(channel=inbox, limit=3)]
    whole = (await client.conversations_members(channel=inbox))["members"]
    assert (len(pages[0]), [member for page in pages for member in page]) == (3, whole)


@stands_for("apis/web-api/pagination", "conversations.replies has pages")
async def test_pages_of_replies(client: AsyncWebClient, inbox: str, ts: str) -> None:
    for number in range(5):
        await client.chat_postMessage(channel=inbox, text=str(number), thread_ts=ts)
    pages = [answer["messages"] async for answer in await client.conversations_replies(channel=inbox, ts=ts, limit=3)]
    replies = [message["text"] for page in pages for message in page if message["ts"] != ts]
    assert replies == ["0", "1", "2", "3", "4"]


@stands_for("reference/methods/api.test", "it answers with the arguments")
async def test_api_test(client: AsyncWebClient) -> None:
    assert (await client.api_test(foo="bar"))["args"]["foo"] == "bar"


@stands_for("reference/methods/auth.test", "it names the team, the bot user and the bot")
async def test_auth_test(slack: LocalSlack, client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team"]) == (slack.bot_user, slack.world.identity.bot_id, "Larkspur")


@stands_for("reference/methods/blocks.validate", "it checks blocks and posts nothing")
async def test_blocks_validate(client: AsyncWebClient) -> None:
    assert (await client.blocks_validate(blocks=[{"type": "divider"}]))["ok"]
    assert (await refusal(client.blocks_validate(blocks=[{"type": "dividers"}])))["error"] == "invalid_blocks"
