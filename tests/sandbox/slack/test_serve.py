"""The local Slack as a program: its first line, a taken port, a kill, and what is left after it."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.errors import CannotStart
from sandbox.slack.local import LocalSlack
from sandbox.slack.serve import start
from sandbox.slack.settings import SlackSettings
from tests.sandbox.slack.kit import home, modal, section
from tests.slack import local_slack

RUN = "import sys; from pathlib import Path; from sandbox.slack.serve import SlackSettings, run; run(SlackSettings({}))"


@asynccontextmanager
async def program(arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUN.format(arguments), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def first_line(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout
    return dict(json.loads(await asyncio.wait_for(process.stdout.readline(), 20)))


def bot(address: dict[str, Any]) -> AsyncWebClient:
    return AsyncWebClient(token=address["bot_token"], base_url=address["api_url"])


async def test_everything_posted_survives_a_kill(tmp_path: Path) -> None:
    arguments = f"data=Path({str(tmp_path)!r})"
    async with program(arguments) as process:
        before = await first_line(process)
        assert set(before) == {"api_url", "bot_token", "app_token", "channel", "user", "page"}
        client = bot(before)
        ts = (await client.chat_postMessage(channel=before["channel"], text="card", blocks=[section("card")]))["ts"]
        await client.chat_postMessage(channel=before["channel"], text="reply", thread_ts=ts)
        await client.chat_update(channel=before["channel"], ts=ts, text="changed", blocks=[section("changed")])
        await client.reactions_add(channel=before["channel"], timestamp=ts, name="eyes")
        await client.views_publish(user_id=before["user"], view=home(section("queue")))
        process.send_signal(signal.SIGKILL)
        await process.wait()
    async with local_slack(data=tmp_path) as slack:
        assert (slack.bot_token, slack.app_token) == (before["bot_token"], before["app_token"])
        parent, reply = await slack.thread(before["channel"], ts)
        assert (parent["text"], parent["reply_count"], reply["text"]) == ("changed", 1, "reply")
        assert parent["reactions"][0]["name"] == "eyes"
        view = await slack.home("ana")
        assert view is not None
        assert view["blocks"][0]["text"]["text"] == "queue"
        later = await slack.post("ana", before["channel"], "later")
        assert later > reply["ts"]


async def test_deletions_and_read_marks_survive_a_restart(tmp_path: Path) -> None:
    async with local_slack(data=tmp_path) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        inbox = slack.channel("#support-inbox")
        ts = (await client.chat_postMessage(channel=inbox, text="gone soon"))["ts"]
        await client.chat_delete(channel=inbox, ts=ts)
        slack.world.workspace.save_read(slack.user("ben"), inbox, ts)
        count = len(await slack.messages(inbox))
    async with local_slack(data=tmp_path) as slack:
        assert len(await slack.messages(slack.channel("#support-inbox"))) == count
        assert slack.world.workspace.reads[slack.user("ben"), inbox] == ts


async def test_a_taken_port_is_one_sentence_and_exit_code_2() -> None:
    async with local_slack() as slack, program(f"port={slack.port}") as process:
        out, err = await asyncio.wait_for(process.communicate(), 20)
        assert (process.returncode, out) == (2, b"")
        assert err.decode() == f"Port {slack.port} of 127.0.0.1 is taken: stop what uses it, or name another with --port.\n"


async def test_a_term_signal_ends_it_quietly() -> None:
    async with program("") as process:
        await first_line(process)
        process.terminate()
        out, err = await asyncio.wait_for(process.communicate(), 20)
        assert (process.returncode, out, err) == (0, b"", b"")


async def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    script = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {RUN.format("die_with_parent=True")!r}], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
sys.stdin.read()
"""
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.PIPE
    )
    assert parent.stdout
    child = int(await asyncio.wait_for(parent.stdout.readline(), 20))
    parent.kill()
    await parent.wait()
    async with asyncio.timeout(10):
        while _runs(child):  # noqa: ASYNC110  another process's end has no event here
            await asyncio.sleep(0.02)
    assert not _runs(child)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (lambda folder: {"manifest": folder / "none.yml"}, "The app manifest .* cannot be read"),
        (lambda folder: {"seed": folder / "none.json"}, "The seed file .* cannot be read"),
        (lambda folder: {"seed": _write(folder / "seed.json", "{")}, "is not JSON"),
        (lambda folder: {"manifest": _write(folder / "m.yml", "a: b")}, "not a Slack manifest"),
        (lambda folder: {"manifest": _write(folder / "m.yml", "a: [")}, "is not YAML"),
        (lambda folder: {"manifest": _write(folder / "m.yml", "display_information: x")}, "holds no fields"),
        (lambda folder: {"manifest": _manifest(folder, settings={"socket_mode_enabled": False})}, "turns Socket Mode off"),
        (
            lambda folder: {"manifest": _manifest(folder, features={"slash_commands": [{"url": "x"}]})},
            "slash_commands, each entry with its",
        ),
        (lambda folder: {"manifest": _manifest(folder, display_information={"name": "x" * 36})}, "more than 35 characters in display_info"),
        (
            lambda folder: {"manifest": _manifest(folder, features={"slash_commands": [{"command": "/x"}] * 51})},
            "more than 50 entries in features.slash_commands",
        ),
        (lambda folder: {"manifest": _manifest(folder, features={"shortcuts": "x"})}, "needs a list under features.shortcuts"),
    ],
)
async def test_what_prevents_a_start_is_said_in_a_sentence(
    tmp_path: Path, settings: Callable[[Path], dict[str, Any]], sentence: str
) -> None:
    with pytest.raises(CannotStart, match=sentence):
        await start(SlackSettings(**settings(tmp_path)))


def _manifest(folder: Path, **parts: Any) -> Path:
    """JSON is YAML as well."""
    return _write(folder / "m.yml", json.dumps({"display_information": {"name": "X"}, **parts}))


def _write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


async def test_two_servers_do_not_share_a_folder(tmp_path: Path) -> None:
    async with local_slack(data=tmp_path):
        with pytest.raises(CannotStart, match="already uses the data folder"):
            await start(SlackSettings(data=tmp_path))


async def test_a_seed_of_ones_own_is_served(tmp_path: Path) -> None:
    seed = {
        "team": {"name": "Birch"},
        "users": [{"name": "kim", "real_name": "Kim Berg", "email": "kim@birch.example"}],
        "channels": [{"name": "mail", "members": ["staff", "bot"], "messages": [{"user": "kim", "minutes_ago": 5, "text": "hello"}]}],
    }
    async with local_slack(seed=_write(tmp_path / "seed.json", json.dumps(seed))) as slack:
        assert [message["text"] for message in await slack.messages("#mail")] == ["hello"]
        assert slack.world.workspace.team["domain"] == "birch"
        await _modal_for_kim(slack)


async def _modal_for_kim(slack: LocalSlack) -> None:
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    await client.views_open(trigger_id=slack.world.triggers.issue(slack.user("kim")), view=modal(section("hello")))
    assert len(await slack.views("kim")) == 1
