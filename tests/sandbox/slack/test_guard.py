"""Who may ask: only this machine, and only the page itself."""

import aiohttp
import pytest
from yarl import URL

from sandbox.slack.local import LocalSlack

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
