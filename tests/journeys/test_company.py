"""What the demo's company knows beside its mail reaches its drafts: articles, free times, and who writes."""

import asyncio
import time
from datetime import UTC, datetime

import pytest

from bot.demo import DemoSettings, bot_settings
from bot.house import load
from bot.mailbox.mime import read
from bot.settings import ROOT
from bot.sources import informed, opened
from pipeline.case import NO_HISTORY, CaseId, Route, Triaged
from pipeline.email import MailboxId
from pipeline.flow import triage
from pipeline.house import House
from sandbox.mail.letters import letters

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
"""A Sunday: the calendar holds planning on Monday morning, and a product tour on Tuesday at 10:00."""
ABOUT = {
    "03-calendar-not-syncing": "calendar-sync",
    "16-reply-in-old-thread": "job-sheet-photos",
    "23-screenshot-empty-board": "empty-board",
    "29-csv-import": "customer-import",
    "43-very-long": "recurring-jobs",
}


@pytest.fixture(scope="module")
def larkspur(tmp_path_factory: pytest.TempPathFactory) -> House:
    data = tmp_path_factory.mktemp("demo")
    house = asyncio.run(load(ROOT / "policies", ROOT / "templates", data / "cache"))
    settings = bot_settings(DemoSettings(data, 0, 0, 0, 1.0))
    return informed(house, settings, opened(settings))


async def made_of(name: str, house: House) -> Triaged:
    letter = next(letter for letter in letters() if letter.name == name)
    email = read(letter.raw, name, NOW, frozenset({"mx.larkspur.example"}))
    return await triage(email, MailboxId(letter.inbox), NO_HISTORY, house, NOW, time.monotonic, CaseId(7))


async def test_support_letters_link_to_the_article_that_is_about_them(larkspur: House) -> None:
    for name, article in ABOUT.items():
        made = await made_of(name, larkspur)
        assert made.context is not None
        assert made.context.articles[0].id == article, name
        if made.draft and not made.draft.outline:
            assert f"https://docs.larkspur.example/{article}" in made.draft.text, name
    made = await made_of("03-calendar-not-syncing", larkspur)
    assert made.draft is not None
    assert any("kb:calendar-sync" in source for cited in made.draft.cited for source in cited.sources)


async def test_a_request_for_a_call_is_offered_two_times_that_are_free(larkspur: House) -> None:
    made = await made_of("01-rollout-call", larkspur)
    assert made.draft is not None
    assert "- Monday 23 November, 14:00 (UK time)\n- Tuesday 24 November, 10:30 (UK time)" in made.draft.text
    assert "https://larkspur.example/meet" in made.draft.text


async def test_a_vip_of_the_crm_gets_a_person_who_sees_the_open_deal(larkspur: House) -> None:
    vip = await made_of("12-third-outage", larkspur)
    assert vip.decision.route is Route.HUMAN
    assert "vip" in {reason.name for reason in vip.decision.reasons}
    biggest = await made_of("07-vip-sixty-seats", larkspur)
    assert biggest.draft is not None
    assert "In the CRM: open deals: Denmark: 60 seats (51,840)." in biggest.draft.text


async def test_whoever_only_claims_to_be_the_vip_is_not_looked_up(larkspur: House) -> None:
    spoofed = await made_of("60-vip-spoofed", larkspur)
    assert spoofed.context is not None
    assert spoofed.context.contact is None
    assert "Nordlift AS" not in (spoofed.draft.text if spoofed.draft else "")
