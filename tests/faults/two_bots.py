"""Real `triage run` processes on one database, one Valkey, one local Slack and one post office."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.mailbox import maildir
from sandbox.mail import office
from sandbox.slack.local import LocalSlack
from tests.faults.fuse import Point
from tests.services import ROOT
from tests.slack import local_slack

INBOXES = ("support", "sales", "ops")
UP_WITHIN = 60.0
ENTRY = """
[[mailboxes]]
kind = "maildir"
address = "{0}@larkspur.example"
path = "{1}"
authserv_ids = ["mx.larkspur.example"]
dkim = "off"
"""


@dataclass(eq=False)
class Bot:
    """One running `triage run`; what it said is in `log`."""

    process: Process
    log: Path

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """Its exit code once it has ended of this signal."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), UP_WITHIN)


@dataclass(eq=False)
class House:
    """What all bots share. A bot started with a point dies there once `flag` is laid."""

    slack: LocalSlack
    folder: Path
    environment: dict[str, str]
    bots: list[Bot] = field(default_factory=list)

    @property
    def flag(self) -> Path:
        return self.folder / "flag"

    @property
    def living(self) -> list[Bot]:
        return [bot for bot in self.bots if bot.process.returncode is None]

    async def start(self, point: Point | None = None) -> Bot:
        """Another bot, which listens to Slack from now on."""
        program = ("tests.faults.armed", str(self.flag), point.when, point.name) if point else ("bot",)
        log = self.folder / f"bot-{len(self.bots)}.log"
        with log.open("wb") as written:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", *program, "run", "--port", "0", cwd=ROOT, env=self.environment, stdout=PIPE, stderr=written,
                stdin=asyncio.subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        bot = Bot(process, log)
        self.bots.append(bot)
        opened = self.slack.world.hub.opened
        await until(lambda: self._is_up(bot, opened), f"{log.name}: it never came up")
        return bot

    async def _is_up(self, bot: Bot, opened: int) -> bool:
        assert bot.process.returncode is None, bot.log.read_text()
        return "Triage runs." in bot.log.read_text() and self.slack.world.hub.opened >= opened + 2

    def deliver(self, inbox: str, name: str, raw: bytes) -> None:
        (self.folder / "mail" / f"{inbox}@larkspur.example" / "new" / name).write_bytes(raw)

    async def carried(self) -> bool:
        """Nothing lies in an outbox any more."""
        return not list((self.folder / "mail").glob("*/.Outbox/new/*"))

    def received(self) -> list[Path]:
        """Every mail that any customer has got."""
        return [path for part in ("new", "cur") for path in (self.folder / "customers").glob(f"*/{part}/*")]


@asynccontextmanager
async def house(folder: Path, database_url: str, redis_url: str) -> AsyncIterator[House]:
    """Slack, post office and mailboxes; no process of ours outlives the block."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(local_slack())
        carrying = await office.start(office.OfficeSettings(folder))
        stack.push_async_callback(carrying.stop)
        made = House(slack, folder, _environment(folder, slack, database_url, redis_url))
        for inbox in INBOXES:
            maildir.make(folder / "mail" / f"{inbox}@larkspur.example")
        try:
            yield made
        finally:
            await asyncio.gather(*(bot.stop(signal.SIGKILL) for bot in made.living))


def _environment(folder: Path, slack: LocalSlack, database_url: str, redis_url: str) -> dict[str, str]:
    entries = [ENTRY.format(inbox, folder / "mail" / f"{inbox}@larkspur.example") for inbox in INBOXES]
    config = folder / "triage.toml"
    config.write_text("poll_seconds = 0.2\nreviewer_checks = false\n[models]\nlocal_only = true\n" + "".join(entries))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRIAGE_", "OPENAI_", "ANTHROPIC_"))}
    return kept | {
        "TRIAGE_CONFIG": str(config), "TRIAGE_DATA": str(folder / "bot"), "DATABASE_URL": database_url, "REDIS_URL": redis_url,
        "SLACK_API_URL": slack.api_url, "SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token,
    }  # fmt: skip


async def until(holds: Callable[[], Awaitable[bool]], what: str, seconds: float = UP_WITHIN) -> None:
    """Wait for what another process does."""
    try:
        async with asyncio.timeout(seconds):
            while not await holds():  # noqa: ASYNC110  # another process does it
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(what) from None
