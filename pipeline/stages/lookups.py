"""What others know of the sender and what a reply may point to. It needs no intent, so it runs beside classification."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from pipeline.case import Article, Contact, Context, Window
from pipeline.email import Email, RedactedEmail
from pipeline.errors import Permanent, Temporary
from pipeline.house import House
from pipeline.meetings import free, reach
from pipeline.stages.enrich import CRM

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
    contact: Contact | None = None


async def look_up(email: Email, redacted: RedactedEmail, house: House, now: datetime, patience: float = PATIENCE) -> Found:
    """Ask the knowledge base, the calendar and the CRM side by side; what does not answer in time is missing, never an error."""
    articles, slots, contact = await asyncio.gather(
        _within(patience, _articles(redacted, house), ()),
        _within(patience, _free_slots(house, now), ()),
        _within(patience, _contact(email, house), None),
    )
    asked = (("the knowledge base", articles[1]), ("the calendar", slots[1]), (CRM, contact[1]))
    return Found(articles[0], slots[0], tuple(name for name, answered in asked if not answered), contact[0])


def with_found(context: Context, found: Found) -> Context:
    """The context with what was found."""
    missing = (*context.missing, *found.missing)
    return replace(context, articles=found.articles, free_slots=found.free_slots, missing=missing, contact=found.contact)


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


async def _contact(email: Email, house: House) -> Contact | None:
    """Nobody is looked up by an address that anybody could have written into From."""
    if house.crm is None or email.authentication.verdict != "pass":
        return None
    return await house.crm.contact(email.sender.address.lower())


async def _within(patience: float, asking: Awaitable[T], nothing: T) -> tuple[T, bool]:
    """The answer, and whether there was one."""
    try:
        async with asyncio.timeout(patience):
            return await asking, True
    except (TimeoutError, Temporary, Permanent):
        return nothing, False
