"""Who may ask: only this machine, and only the page itself."""

from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from sandbox.slack.local import LocalSlack
from tests.sandbox.slack.conftest import Connect, until
from tests.sandbox.slack.kit import actions, button, field, modal, typed

PATHS = ("page/api/bootstrap", "control/journal", "", "api/api.test")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "[::2]:80"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
    ],
    ids=str,
)
async def test_strangers_are_refused(slack: LocalSlack, http: aiohttp.ClientSession, path: str, headers: dict[str, str]) -> None:
    async with http.get(slack.page_url + path, headers=headers) as response:
        assert response.status == 403
        assert (await response.json())["error"] == "forbidden"


async def test_other_sites_may_not_reach_the_pages_endpoints(slack: LocalSlack, http: aiohttp.ClientSession) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    async with http.post(f"{slack.page_url}control/abort", json={}, headers=headers) as response:
        assert response.status == 403
    async with http.get(f"{slack.page_url}page/api/bootstrap", headers={"Sec-Fetch-Site": "same-origin"}) as response:
        assert response.status == 200


async def test_this_machine_is_welcome_by_each_of_its_names(slack: LocalSlack, http: aiohttp.ClientSession) -> None:
    for host in (f"127.0.0.1:{slack.port}", f"localhost:{slack.port}", f"[::1]:{slack.port}"):
        headers = {"Host": host, "Origin": f"http://{host}"}
        async with http.get(f"{slack.page_url}page/api/bootstrap", headers=headers) as response:
            assert response.status == 200


async def test_the_pages_files_are_never_stale_and_stay_in_their_folder(slack: LocalSlack, http: aiohttp.ClientSession) -> None:
    async with http.get(slack.page_url) as response:
        assert response.headers["Cache-Control"] == "no-cache"
        assert response.content_type == "text/html"
    for path in ("../serve.py", "%2e%2e/serve.py", "..%2fserve.py", "nothing.js"):
        async with http.get(URL(f"{slack.page_url}{path}", encoded=True)) as response:
            assert response.status == 404
    async with http.get(f"{slack.page_url}avatars/{slack.user('ana')}.svg") as response:
        assert ">AR<" in await response.text()


async def test_the_controls_order_faults_and_show_the_journal(slack: LocalSlack, http: aiohttp.ClientSession) -> None:
    control = f"{slack.page_url}control/"
    async with http.post(f"{control}fault", json={"method": "api.test", "kind": "rate_limited", "retry_after": 7}) as response:
        assert (await response.json()) == {"ok": True}
    async with http.post(f"{slack.api_url}api.test") as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "7")
    async with http.get(f"{control}journal", params={"method": "api.test"}) as response:
        assert [call["status"] for call in (await response.json())["calls"]] == [429]
    async with http.post(f"{control}fault", json={"kind": "earthquake"}) as response:
        assert response.status == 400
    for name in ("ticket", "duplicate", "disconnect", "abort", "clear"):
        async with http.post(f"{control}{name}", json={}) as response:
            assert (await response.json())["ok"]
    assert not slack.faults.dead_tickets


async def test_the_controls_act_as_people_and_show_what_they_see(
    slack: LocalSlack, http: aiohttp.ClientSession, client: AsyncWebClient, app: AsyncApp, connect: Connect
) -> None:
    @app.action("go")
    async def go(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(field("reply", typed())))

    @app.view("edit")
    async def edited(ack: Any, view: dict[str, Any]) -> None:
        await ack(response_action="errors", errors={"reply": view["state"]["values"]["reply"]["text"]["value"]})

    async def do(name: str, **asked: Any) -> dict[str, Any]:
        async with http.post(f"{slack.page_url}control/{name}", json=asked) as response:
            return dict(await response.json())

    async def see(name: str, **asked: str) -> Any:
        async with http.get(f"{slack.page_url}control/{name}", params=asked) as response:
            return (await response.json())["result"]

    await connect()
    ts = (await do("post", user="ana", channel="#support-inbox", text="hello"))["result"]
    assert (await see("messages", channel="#support-inbox"))[-1]["ts"] == ts
    card = (await client.chat_postMessage(channel=slack.channel("#support-inbox"), text="card", blocks=[actions(button("go"))]))["ts"]
    assert (await do("click", user="ana", channel="#support-inbox", ts=card, action_id="go"))["ok"]
    await until(lambda: slack.world.stacks)
    view = (await see("views", user="ana"))[0]["id"]
    assert (await do("type", user="ana", view_id=view, action_id="text", text="Dear"))["ok"]
    assert (await do("submit", user="ana", view_id=view))["result"] == {"response_action": "errors", "errors": {"reply": "Dear"}}
    assert (await do("click", user="ana", ts=card))["error"] == "invalid_arguments"
    assert (await do("clock", advance=60))["now"] > slack.world.clock.now() - 60
    assert (await do("limits", on=True))["ok"]
    assert slack.world.rates.enabled
    async with http.get(f"{slack.page_url}control/nothing") as response:
        assert response.status == 404
