"""An intent that may answer by itself, in the local Slack: it waits, goes out once, and is stopped by a click, a pause, or a lost right."""

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

from blocks import ids
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
        letter = next(one for one in letters() if one.name == "02-price-fourteen-technicians")
        raw = letter.raw.replace(b"bellandsons", name.encode()).replace(b"Price for 14 technicians?", f"Prices for {name}".encode())
        box = self.demo.data / "mail" / INBOX
        (box / "tmp" / name).write_bytes(re.sub(rb"Message-ID: <", f"Message-ID: <{name}.".encode(), raw))
        (box / "tmp" / name).rename(box / "new" / name)

    async def card(self, name: str, words: str) -> Any:
        """The root card of this customer's mail, once it says these words."""

        async def look() -> Any:
            said = [each for each in await self.chloe.messages(self.channel) if f"Prices for {name}" in str(each.get("blocks"))]
            return next((each for each in said if words in str(each["blocks"])), None)

        return await until(look, f"the card of {name} never said {words}")

    async def thread(self, name: str, words: str) -> str:
        """What stands under the card, once these words are among it."""
        card = await self.card(name, "")

        async def look() -> str | None:
            said = str(await self.chloe.thread(self.channel, card["ts"]))
            return said if words in said else None

        return await until(look, f"nothing under the card of {name} says {words}")

    def answers(self, name: str) -> list[EmailMessage]:
        found = [path for path in (self.demo.data / "customers").glob("*/*/*") if path.is_file() and path.parent.name in ("new", "cur")]
        mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in found]
        return [one for one in mails if f"<{name}." in str(one["In-Reply-To"])]

    async def answered(self) -> list[EmailMessage]:
        return self.answers("once")

    async def status(self, name: str) -> str:
        return str(await self.sql("select status from messages where sender like $1", f"%{name}%"))


@asynccontextmanager
async def journey(folder: Path, monkeypatch: pytest.MonkeyPatch, hold: str) -> AsyncIterator[Journey]:
    """The demo's company, but sending by itself is on, and an answer of this kind is held for `hold`."""
    rules, intent = folder / "policies" / "rules.json", folder / "policies" / "intents" / f"{INTENT}.json"
    shipped(folder)
    rules.write_text(json.dumps({**json.loads(rules.read_text()), "dry_run": False}))
    intent.write_text(json.dumps({**json.loads(intent.read_text()), "hold": hold}))
    for name in ("policies", "templates"):
        monkeypatch.setenv(f"TRIAGE_{name.upper()}", str(folder / name))
    async with demo(folder / "demo", speed=QUIET) as running, person(running, "Chloe Martin") as chloe:
        url = postgres.beside(running.data / "services")
        assert url is not None
        yield Journey(running, chloe, await chloe.channel(CHANNEL), url)


async def command(*given: str) -> None:
    """The command line, beside the running bot."""
    made = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", *given, cwd=ROOT, stderr=asyncio.subprocess.PIPE)
    _, said = await made.communicate()
    assert made.returncode == 0, said.decode()


@pytest.mark.timeout(300)
async def test_it_goes_out_once_and_whoever_or_whatever_stops_it_leaves_it_to_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with journey(tmp_path, monkeypatch, "4s") as at:
        await at.right("auto_send")
        at.arrive("once")
        assert ids.HOLD in str(await at.card("once", "Sends by itself"))
        await at.card("once", "sent by itself")
        (answer,) = await until(at.answered, "the customer has no answer")
        assert (answer["Auto-Submitted"], answer["To"]) == ("auto-replied", "Marcus Bell <marcus@once.example>")

        at.arrive("held")
        assert (await at.chloe.click(at.channel, await at.card("held", ids.HOLD), ids.HOLD))["ok"]
        assert "Approve & send" in await at.thread("held", "Held by Chloe Martin")

        at.arrive("paused")
        await at.card("paused", ids.HOLD)
        await at.chloe.post("post", channel=at.channel, text="/triage pause the prices change")
        why = "Not sent by itself: Chloe Martin paused all answers that go out by themselves: the prices change."
        assert "Approve & send" in await at.thread("paused", why)
        at.arrive("unsent")
        await at.thread("unsent", "Approve & send")
        assert await at.sql("select route || would_be from messages where sender like '%unsent%'") == "reviewauto_send"
        await command("resume", "--data", str(at.demo.data / "services"))

        at.arrive("lost")
        await at.card("lost", ids.HOLD)
        await at.right("demoted")
        await at.thread("lost", "lost the right to go out by themselves")

        for name in ("held", "paused", "unsent", "lost"):
            assert (await at.status(name), at.answers(name)) == ("review", [])
        assert len(await at.answered()) == 1
        assert await at.sql("select string_agg(action, ' ' order by id) from audit_log where message_id is null") == "pause resume"
