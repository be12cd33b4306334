"""The bot of docs/local-slack.md, run as it stands there."""

import asyncio
import json
import os
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.bot.scene import until
from tests.services import ROOT

PAGE = (ROOT / "docs" / "local-slack.md").read_text()
Json = dict[str, Any]


def snippet(language: str) -> str:
    """The one block of this language on the page."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    return str(found)


@asynccontextmanager
async def program(*command: str, **environment: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=ROOT, env={**os.environ, **environment}, stdout=PIPE, stderr=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@asynccontextmanager
async def sandbox(manifest: Path) -> AsyncIterator[Json]:
    """`triage sandbox slack` on a free port; its first line."""
    async with program("-m", "bot", "sandbox", "slack", "--manifest", str(manifest), "--port", "0") as process:
        assert process.stdout is not None
        yield json.loads(await asyncio.wait_for(process.stdout.readline(), 60))


class Curl:
    """The page's curl commands, at the port that was free."""

    def __init__(self, session: aiohttp.ClientSession, page: str) -> None:
        self.session, self.page = session, page
        self.commands = re.findall(r"localhost:8900/(\S+?)'?(?: -d '(.*)')?$", snippet("sh"), re.MULTILINE)

    async def run(self, number: int) -> Json:
        path, body = self.commands[number]
        async with self.session.request("POST" if body else "GET", self.page + path, data=body or None) as answer:
            return dict(await answer.json())

    async def done(self, number: int) -> bool:
        return bool((await self.run(number))["ok"])

    async def says_more_than(self, said: Json) -> bool:
        return bool((await self.run(1))["result"][-1]["ts"] > said["ts"])


async def test_the_bot_of_the_page_answers_a_command_and_a_click(tmp_path: Path) -> None:
    (tmp_path / "echo.yml").write_text(snippet("yaml"))
    async with (
        sandbox(tmp_path / "echo.yml") as slack,
        program("-c", snippet("python"), SLACK=json.dumps(slack)),
        aiohttp.ClientSession() as session,
    ):
        assert set(slack) == {"api_url", "bot_token", "app_token", "channel", "user", "page"}
        curl = Curl(session, slack["page"])
        await until(lambda: curl.done(0))
        said = (await curl.run(1))["result"][-1]
        assert said["text"] == "hello"
        click = {"user": "ana", "channel": "#support-inbox", "ts": said["ts"], "action_id": "again"}
        async with session.post(slack["page"] + "control/click", json=click) as answer:
            assert (await answer.json())["ok"]
        await until(lambda: curl.says_more_than(said))
        newest = (await curl.run(1))["result"][-1]
        assert (newest["text"], "blocks" in newest) == ("hello", False)


async def test_what_the_manifest_does_not_ask_for_is_missing(tmp_path: Path) -> None:
    (tmp_path / "echo.yml").write_text(snippet("yaml"))
    async with sandbox(tmp_path / "echo.yml") as slack, aiohttp.ClientSession() as session:
        asked: Json = {"headers": {"Authorization": f"Bearer {slack['bot_token']}"}, "data": {"channel": slack["channel"]}}
        async with session.post(slack["api_url"] + "conversations.info", **asked) as answer:
            refused = await answer.json()
    assert refused["error"] == "missing_scope"
    assert "chat:write" in refused["provided"]


async def test_a_manifest_that_cannot_be_served_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text(snippet("yaml").replace("socket_mode_enabled: true", "socket_mode_enabled: false"))
    async with program("-m", "bot", "sandbox", "slack", "--manifest", str(tmp_path / "bad.yml"), "--port", "0") as process:
        out, err = await asyncio.wait_for(process.communicate(), 60)
    assert (process.returncode, out) == (2, b"")
    assert "turns Socket Mode off" in err.decode()
    assert err.decode().count("\n") == 1
