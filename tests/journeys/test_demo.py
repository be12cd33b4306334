"""The first thing anyone does: a mail arrives, a card appears, a person clicks, the customer has the answer."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiohttp

from blocks import ids
from tests.journeys.running import Browserless, Demo, demo, descendants, person, until


async def test_a_click_becomes_the_customers_answer_and_a_restart_goes_on(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    async with demo(data) as first, person(first, "Ana Ruiz") as ana:
        channel = await ana.channel("support-inbox")
        card = await until(lambda: _card(ana, channel, "calendar"), "the card of letter 03 never came")
        draft = await until(lambda: _with_button(ana, channel, card["ts"], ids.APPROVE), "its thread has no draft")
        assert (await ana.click(channel, draft, ids.APPROVE))["ok"]
        received = await until(lambda: _received(data, "letter-03-calendar-not-syncing"), "the customer has no answer")
        letter = _letter(data, "letter-03-calendar-not-syncing")
        assert received["In-Reply-To"] == letter["Message-ID"]
        assert letter["Message-ID"] in received["References"]
        assert received["Auto-Submitted"] is None
        await _healthy(first)
    assert descendants(data) == []

    async with demo(data) as second, person(second, "Ana Ruiz") as ana:
        shown = await until(lambda: _decided(ana, channel, card["ts"]), "the card was lost, or does not say who approved")
        assert "Ana Ruiz" in str(shown)
        await until(lambda: _card(ana, channel, "screenshot"), "the mails that were still to come did not come")
        cards = [message["ts"] for message in await ana.messages(channel) if message.get("bot_id") and "calendar" in str(message).lower()]
        assert cards == [card["ts"]]
        assert len(_answers(data, "letter-03-calendar-not-syncing")) == 1
    assert descendants(data) == []


async def _card(who: Browserless, channel: str, words: str) -> Any:
    """The newest card of the bot whose text has these words."""
    return next((each for each in await who.messages(channel) if each.get("bot_id") and words in str(each).lower()), None)


async def _with_button(who: Browserless, channel: str, ts: str, action_id: str) -> Any:
    return next((each for each in await who.thread(channel, ts) if action_id in str(each.get("blocks"))), None)


async def _decided(who: Browserless, channel: str, ts: str) -> Any:
    parent = (await who.thread(channel, ts))[0]
    return parent if "sent" in str(parent["blocks"]).lower() else None


def _letter(data: Path, name: str) -> EmailMessage:
    path = next((data / "mail" / "support@larkspur.example" / "cur").glob(f"{name}*"))
    return message_from_bytes(path.read_bytes(), policy=policy.default)


def _answers(data: Path, name: str) -> list[EmailMessage]:
    asked = _letter(data, name)["Message-ID"]
    mails = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in (data / "customers").glob("*/*/*")
        if path.is_file() and path.parent.name in ("new", "cur")
    ]
    return [mail for mail in mails if mail["In-Reply-To"] == asked]


async def _received(data: Path, name: str) -> EmailMessage | None:
    return next(iter(_answers(data, name)), None)


async def _healthy(running: Demo) -> None:
    async with aiohttp.ClientSession() as session, session.get(running.health.replace("healthz", "readyz")) as answer:
        assert await answer.json() == {"ok": True, "database": True, "slack": True}
