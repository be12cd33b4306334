"""One intent in the running demo: its mails, its cards, its right, and the policies that hold for it."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bot.embedded import postgres
from sandbox.mail.letters import letters
from tests.bot.recorded import shipped
from tests.journeys.running import ROOT, Browserless, Demo, demo, person, until

INTENT, INBOX, CHANNEL = "pricing", "sales@larkspur.example", "sales-inbox"
QUIET = 0.1
"""So slow do the demo's own letters come that few come meanwhile."""


@dataclass
class Journey:
    """The running demo, somebody at its Slack, and the database behind it."""

    demo: Demo
    chloe: Browserless
    channel: str
    database: str

    async def right(self, state: str) -> None:
        """What the gate writes when a person promotes, written by hand."""
        changed = "update gates set state = $2 where intent = $1 returning key"

        async def begun() -> Any:
            return await self.sql(changed, INTENT, state)

        await until(begun, f"the gate never looked at {INTENT}")

    async def sql(self, statement: str, *given: object) -> Any:
        connection = await asyncpg.connect(self.database)
        try:
            return await connection.fetchval(statement, *given)
        finally:
            await connection.close()

    def arrive(self, name: str) -> None:
        """A question about prices from a customer of its own."""
        box = self.demo.data / "mail" / INBOX
        (box / "tmp" / name).write_bytes(question(name))
        (box / "tmp" / name).rename(box / "new" / name)

    async def card(self, name: str, words: str) -> Any:
        """The root card of this customer's mail, once it says these words."""

        async def look() -> Any:
            said = [each for each in await self.chloe.messages(self.channel) if f"Prices for {name}" in str(each.get("blocks"))]
            return next((each for each in said if words in str(each["blocks"])), None)

        return await until(look, f"the card of {name} never said {words}")

    async def drafted(self, name: str, action: str) -> Any:
        """What stands under this customer's card with this button."""
        card = await self.card(name, "")

        async def look() -> Any:
            said = await self.chloe.thread(self.channel, card["ts"])
            return next((each for each in said if f"'{action}'" in str(each.get("blocks"))), None)

        return await until(look, f"nothing under the card of {name} offers {action}")

    async def clicked(self, who: Browserless, name: str, action: str) -> None:
        """This person clicks on it."""
        assert (await who.click(self.channel, await self.drafted(name, action), action))["ok"]

    async def becomes(self, name: str, status: str) -> None:
        """Wait until the customer's case has this status."""

        async def look() -> bool:
            return await self.status(name) == status

        await until(look, f"the mail of {name} never became {status}")

    async def announced(self, words: str) -> None:
        """Wait until the channel reads these words."""

        async def look() -> bool:
            return any(words in str(each) for each in await self.chloe.messages(self.channel))

        await until(look, f"the channel never read: {words}")

    async def thread(self, name: str, *words: str) -> str:
        """What stands under the card, once all these words are among it."""
        card = await self.card(name, "")

        async def look() -> str | None:
            said = str(await self.chloe.thread(self.channel, card["ts"]))
            return said if all(each in said for each in words) else None

        return await until(look, f"nothing under the card of {name} says {' and '.join(words)}")

    def answers(self, name: str) -> list[EmailMessage]:
        found = [path for path in (self.demo.data / "customers").glob("*/*/*") if path.is_file() and path.parent.name in ("new", "cur")]
        mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in found]
        return [one for one in mails if f"<{name}." in str(one["In-Reply-To"])]

    async def answered(self) -> list[EmailMessage]:
        return self.answers("once")

    async def status(self, name: str) -> str:
        return str(await self.sql("select status from messages where sender like $1", f"%{name}%"))


@asynccontextmanager
async def journey(folder: Path, monkeypatch: pytest.MonkeyPatch, hold: str, *more: str, dry_run: bool = False) -> AsyncIterator[Journey]:
    """The demo's company, but sending by itself is on, and an answer of this kind is held for `hold`. `more` is for the command line."""
    shipped(folder)
    write(folder, hold, dry_run=dry_run)
    for name in ("policies", "templates"):
        monkeypatch.setenv(f"TRIAGE_{name.upper()}", str(folder / name))
    async with demo(folder / "demo", *more, speed=QUIET) as running, person(running, "Chloe Martin") as chloe:
        url = postgres.beside(running.data / "services")
        assert url is not None
        yield Journey(running, chloe, await chloe.channel(CHANNEL), url)


def question(name: str) -> bytes:
    """The letter of a customer with this name."""
    letter = next(one for one in letters() if one.name == "02-price-fourteen-technicians")
    raw = letter.raw.replace(b"bellandsons", name.encode()).replace(b"Price for 14 technicians?", f"Prices for {name}".encode())
    return re.sub(rb"Message-ID: <", f"Message-ID: <{name}.".encode(), raw)


def write(folder: Path, hold: str, *, dry_run: bool) -> None:
    """Change the policies' files."""
    rules, intent = folder / "policies" / "rules.json", folder / "policies" / "intents" / f"{INTENT}.json"
    rules.write_text(json.dumps({**json.loads(rules.read_text()), "dry_run": dry_run}))
    intent.write_text(json.dumps({**json.loads(intent.read_text()), "hold": hold}))


async def command(*given: str, ends: int = 0) -> None:
    """The command line, beside the running bot."""
    made = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", *given, cwd=ROOT, stderr=asyncio.subprocess.PIPE)
    _, said = await made.communicate()
    assert made.returncode == ends, said.decode()
