"""What others know that a reply may point to: articles and free times. It needs no intent, so it runs beside classification."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from pipeline.case import Article, Context, Window
from pipeline.email import RedactedEmail
from pipeline.errors import Permanent, Temporary
from pipeline.house import House
from pipeline.meetings import free, reach

PATIENCE = 2.0
"""Seconds for each source: a reply without it is better than a mail that waits."""
ARTICLES = 2

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, and which sources could not be asked."""

    articles: tuple[Article, ...] = ()
    free_slots: tuple[Window, ...] = ()
    missing: tuple[str, ...] = ()


async def look_up(redacted: RedactedEmail, house: House, now: datetime, patience: float = PATIENCE) -> Found:
    """Ask the knowledge base and the calendar side by side; what does not answer in time is missing, never an error."""
    articles, slots = await asyncio.gather(
        _within(patience, _articles(redacted, house), ()), _within(patience, _free_slots(house, now), ())
    )
    silent = [name for name, (_, answered) in (("the knowledge base", articles), ("the calendar", slots)) if not answered]
    return Found(articles[0], slots[0], tuple(silent))


def with_found(context: Context, found: Found) -> Context:
    """The context with what was found."""
    return replace(context, articles=found.articles, free_slots=found.free_slots, missing=(*context.missing, *found.missing))


async def _articles(redacted: RedactedEmail, house: House) -> tuple[Article, ...]:
    if house.knowledge is None:
        return ()
    hits = await house.knowledge.search(f"{redacted.subject}\n{redacted.text}", redacted.language, ARTICLES)
    return tuple(hits[:ARTICLES])


async def _free_slots(house: House, now: datetime) -> tuple[Window, ...]:
    meetings = house.company.meetings
    if house.calendar is None or meetings is None:
        return ()
    asked = reach(meetings, now)
    return free(meetings, await house.calendar.busy(asked.start, asked.end), now)


async def _within(patience: float, asking: Awaitable[T], nothing: T) -> tuple[T, bool]:
    """The answer, and whether there was one."""
    try:
        async with asyncio.timeout(patience):
            return await asking, True
    except (TimeoutError, Temporary, Permanent):
        return nothing, False
