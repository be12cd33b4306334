"""What the house may ask beside models: a folder of articles, a calendar, a CRM, as the settings name them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.calendar import ics
from bot.calendar.ics import IcsCalendar
from bot.crm import file
from bot.house import read_policies
from bot.knowledge import folder
from bot.settings import Settings
from pipeline.errors import Misconfigured
from pipeline.house import House
from pipeline.policy.content import Company
from pipeline.ports import Crm, Knowledge

TRIED = timedelta(days=14)
"""How far ahead `triage doctor` reads the calendar."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What was opened once and serves every version of the policies."""

    knowledge: Knowledge | None
    crm: Crm | None


def opened(settings: Settings) -> Sources:
    """What the settings name. Raises Misconfigured for what is none."""
    knowledge = folder.connect(settings.knowledge) if settings.knowledge else None
    return Sources(knowledge, file.connect(settings.crm) if settings.crm else None)


def informed(house: House, settings: Settings, sources: Sources) -> House:
    """The house with its sources; the calendar keeps the company's time zone. Raises Misconfigured where the two do not fit."""
    return replace(house, knowledge=sources.knowledge, calendar=_calendar(settings, house.company), crm=sources.crm)


def checks(settings: Settings) -> Iterator[tuple[str, Callable[[], Awaitable[str]]]]:
    """For `triage doctor`: each source that is named, and how to try it."""
    for name, named, look in (
        ("knowledge", settings.knowledge, _articles),
        ("calendar", settings.calendar, _busy),
        ("crm", settings.crm, _contacts),
    ):
        if named:
            yield name, partial(look, settings)


def _calendar(settings: Settings, company: Company) -> IcsCalendar | None:
    if settings.calendar is None:
        return None
    if company.meetings is None:
        raise Misconfigured("TRIAGE_CALENDAR", 'a calendar is named, but company.json has no "meetings". Add when meetings may be offered.')
    return ics.connect(settings.calendar, company.meetings.time_zone)


async def _articles(settings: Settings) -> str:
    assert settings.knowledge is not None
    shelves = (await asyncio.to_thread(folder.connect, settings.knowledge)).shelves
    if not shelves:
        raise Misconfigured(str(settings.knowledge), "it holds no approved article. Add a Markdown file, or leave TRIAGE_KNOWLEDGE out.")
    told = ", ".join(f"{len(shelf.articles)} in {language}" for language, shelf in sorted(shelves.items()))
    return f"Approved articles: {told}."


async def _busy(settings: Settings) -> str:
    company = (await asyncio.to_thread(read_policies, settings.policies)).company
    calendar, now = _calendar(settings, company), datetime.now(UTC)
    assert calendar is not None
    return f"It can be read: {len(await calendar.busy(now, now + TRIED))} events in the next {TRIED.days} days."


async def _contacts(settings: Settings) -> str:
    assert settings.crm is not None
    return f"{len(await asyncio.to_thread(file.connect, settings.crm)):,} contacts."
