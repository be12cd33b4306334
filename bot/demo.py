"""The demo: the whole product on one machine, with a local Slack, a post office and a small company's mail."""

import asyncio
import json
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot.embedded import services
from bot.mailbox import maildir
from bot.migrate import migrate
from bot.model.settings import ModelsSettings
from bot.serve import interrupted, running
from bot.settings import MaildirEntry, Settings
from bot.wiring import wired
from pipeline.errors import Misconfigured
from sandbox import company
from sandbox.mail.letters import letters
from sandbox.mail.office import arrive

INBOXES = ("support@larkspur.example", "sales@larkspur.example", "ops@larkspur.example")


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """`data` keeps everything between two runs; ports of 0 take free ones; `speed` 2.0 lets the mails arrive twice as fast.

    `reviewer_checks`: some cards show a test draft first, and some reviews are repeated, as `triage run` does it.
    """

    data: Path
    slack_port: int
    mail_port: int
    health_port: int
    speed: float
    reviewer_checks: bool = False


@dataclass(frozen=True, slots=True)
class Pages:
    """Where a person looks: the local Slack, the customers' mailboxes, the health endpoint."""

    slack: str
    mail: str
    health: str


@asynccontextmanager
async def demo(settings: DemoSettings) -> AsyncIterator[Pages]:
    """Run everything while the block lasts; a second run on the same data continues where the first one was."""
    for inbox in INBOXES:
        maildir.make(settings.data / "mail" / inbox)
    async with AsyncExitStack() as stack:
        starting = asyncio.gather(
            stack.enter_async_context(stand_in("slack", settings.slack_port, settings.data / "slack", "--rate-limits")),
            stack.enter_async_context(stand_in("mail", settings.mail_port, settings.data)),
        )
        embedded = await stack.enter_async_context(services(settings.data / "services", database_url=None, redis_url=None))
        bot = bot_settings(settings)
        await migrate(embedded.database_url, bot.migrations)
        slack, mail = await starting
        bot = bot.model_copy(
            update={
                "slack_api_url": slack["api_url"],
                "slack_bot_token": SecretStr(slack["bot_token"]),
                "slack_app_token": SecretStr(slack["app_token"]),
            }
        )
        program = await stack.enter_async_context(wired(bot, embedded))
        port = await stack.enter_async_context(running(program))
        async with asyncio.TaskGroup() as group:
            arriving = group.create_task(arrive(settings.data, letters(), speed=settings.speed))
            yield Pages(slack["page"], mail["page"], f"http://127.0.0.1:{port}/healthz")
            arriving.cancel()


def bot_settings(settings: DemoSettings) -> Settings:
    """What an operator would have written into triage.toml for the demo's company."""
    return Settings(
        data=settings.data,
        port=settings.health_port,
        poll_seconds=0.3,
        digest_at="*/2 * * * *",
        log_level="warning",
        models=ModelsSettings(local_only=True),
        reviewer_checks=settings.reviewer_checks,
        knowledge=company.HANDBOOK,
        calendar=str(company.CALENDAR),
        crm=company.CONTACTS,
        mailboxes=tuple(
            MaildirEntry(
                address=inbox,
                path=settings.data / "mail" / inbox,
                authserv_ids=("mx.larkspur.example",),
                dkim="off",
                trust_spam_headers=True,
            )
            for inbox in INBOXES
        ),
    )


def forget(data: Path) -> None:
    """Start over: remove what an earlier demo left in this folder, and nothing else that may lie there."""
    for name in ("slack", "services", "mail", "customers", "cache"):
        shutil.rmtree(data / name, ignore_errors=True)


@asynccontextmanager
async def stand_in(name: str, port: int, data: Path, *more: str) -> AsyncIterator[Mapping[str, str]]:
    """Run `triage sandbox NAME` as a child, in a process group of its own so that Ctrl-C ends it after the bot; gives its first line."""
    command = (sys.executable, "-m", "bot", "sandbox", name, "--port", str(port), "--data", str(data), "--die-with-parent", *more)
    child = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, start_new_session=True
    )
    assert child.stdout is not None
    assert child.stderr is not None
    try:
        first = await asyncio.wait_for(child.stdout.readline(), timeout=20)
        if not first.strip():
            said = (await child.stderr.read()).decode(errors="replace").strip().rsplit("\n", 1)[-1]
            raise Misconfigured(
                f"the demo's {name}",
                said.removeprefix("triage: ").replace("--port", f"--{name}-port")
                or "it did not start. Run it alone to see why: triage sandbox " + name,
            )
        draining = asyncio.create_task(_drain(child.stderr))
        yield json.loads(first)
        draining.cancel()
    finally:
        if child.returncode is None:
            child.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(child.wait(), timeout=5)
            except TimeoutError:
                child.kill()
                await child.wait()


async def _drain(stream: asyncio.StreamReader) -> None:
    while line := await stream.readline():
        sys.stderr.write(line.decode(errors="replace"))


async def until_interrupted(settings: DemoSettings, tell: Callable[[Pages], None]) -> None:
    """The demo as a person runs it: tell where to click, then wait for Ctrl-C."""
    async with demo(settings) as pages:
        tell(pages)
        await interrupted()
