"""The demo as its own process, and a person at its pages."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = re.compile(r"http://127\.0\.0\.1:\d+[^\s]*")


@dataclass(frozen=True, slots=True)
class Demo:
    """A running `triage demo`: its pages, its folder, its process."""

    slack: str
    mail: str
    health: str
    data: Path
    process: asyncio.subprocess.Process


@asynccontextmanager
async def demo(data: Path, *more: str, speed: float = 10.0) -> AsyncIterator[Demo]:
    """Start the demo on free ports; at the end it gets Ctrl-C, and must end by itself with 0."""
    command = (
        "-m",
        "bot",
        "demo",
        "--data",
        str(data),
        "--slack-port",
        "0",
        "--mail-port",
        "0",
        "--health-port",
        "0",
        "--speed",
        str(speed),
        *more,
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=ROOT, stderr=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.DEVNULL, start_new_session=True
    )
    assert process.stderr is not None
    said: list[str] = []
    pages: list[str] = []
    while len(pages) < 3:
        line = await asyncio.wait_for(process.stderr.readline(), 60)
        assert line, "the demo ended before it was up:\n" + "".join(said)
        said.append(line.decode())
        pages += PAGES.findall(line.decode())
    draining = asyncio.create_task(_keep(process.stderr, said))
    try:
        yield Demo(pages[0].split("?")[0], pages[1], pages[2], data, process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        code = await asyncio.wait_for(process.wait(), 30)
        await draining
    assert code == 0, "".join(said)
    assert "Traceback" not in "".join(said), "".join(said)


async def _keep(stream: asyncio.StreamReader, said: list[str]) -> None:
    while line := await stream.readline():
        said.append(line.decode(errors="replace"))


def descendants(data: Path) -> list[str]:
    """The command lines of every living process that works in this folder."""
    listed = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(data) in line and str(os.getpid()) != line.split()[0]]


@dataclass(frozen=True, slots=True)
class Browserless:
    """Somebody at the local Slack's page, without the page: the same requests."""

    session: aiohttp.ClientSession
    origin: str
    user: str

    async def get(self, what: str, **query: str) -> Any:
        async with self.session.get(f"{self.origin}/page/api/{what}", params={"user": self.user, **query}) as answer:
            return await answer.json()

    async def post(self, what: str, **given: object) -> Any:
        async with self.session.post(f"{self.origin}/page/api/{what}", json={"user": self.user, **given}) as answer:
            return await answer.json()

    async def channel(self, name: str) -> str:
        found = await self.get("bootstrap")
        return next(str(channel["id"]) for channel in found["channels"] if channel["name"] == name)

    async def messages(self, channel: str) -> list[Any]:
        return list((await self.get("messages", channel=channel))["messages"])

    async def thread(self, channel: str, ts: str) -> list[Any]:
        return list((await self.get("thread", channel=channel, ts=ts))["messages"])

    async def click(self, channel: str, message: Any, action_id: str) -> Any:
        block, button = next(
            (block, element)
            for block in message["blocks"]
            for element in (*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else ()))
            if element.get("action_id") == action_id
        )
        container = {"type": "message", "channel": channel, "ts": message["ts"]}
        return await self.post(
            "action", container=container, block_id=block["block_id"], action_id=action_id, value={"value": button["value"]}
        )

    async def window(self, words: str) -> Any:
        """The uppermost window, once it says these words."""

        async def look() -> Any:
            stack = (await self.get("views"))["views"]
            return stack[-1] if stack and words in str(stack[-1]) else None

        return await until(look, f"no window says {words}")

    async def press(self, view: Any, action_id: str, value: str) -> Any:
        """A click on a button of a window."""
        container = {"type": "view", "view_id": view["id"]}
        return await self.post("action", container=container, action_id=action_id, value={"value": value})

    async def submit(self, view: Any, **given: object) -> Any:
        """Fill these fields, each a block whose element has the block's name, and submit."""
        return await self.post("submit", view_id=view["id"], state={name: {name: value} for name, value in given.items()})

    async def close(self) -> None:
        """Every window."""
        while stack := (await self.get("views"))["views"]:
            await self.post("close", view_id=stack[-1]["id"], clear=True)


@asynccontextmanager
async def person(demo: Demo, name: str) -> AsyncIterator[Browserless]:
    """Act as the person with this real name."""
    origin = demo.slack.rstrip("/")
    async with aiohttp.ClientSession() as session, session.get(f"{origin}/page/api/bootstrap") as answer:
        users = (await answer.json())["users"]
        user = next(each["id"] for each in users if each["real_name"] == name)
        yield Browserless(session, origin, user)


async def until(look: Callable[[], Awaitable[T | None]], what: str, seconds: float = 60.0) -> T:
    """What `look` finds, asked again until it is something."""
    async with asyncio.timeout(seconds):
        while True:
            found = await look()
            if found:
                return found
            await asyncio.sleep(0.1)
    raise AssertionError(what)
