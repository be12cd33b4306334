"""A calendar as an iCalendar file (RFC 5545), on this disk or at an address that a calendar program publishes."""

import asyncio
import ssl
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import icalendar
import recurring_ical_events  # type: ignore[import-untyped]  # the package ships no types

from pipeline.case import Window
from pipeline.errors import Misconfigured, Temporary

LARGEST = 5_000_000
"""Bytes of a calendar."""
FRESH = 60.0
"""Seconds for which a calendar that was read is believed."""
PATIENCE = 10.0
"""Seconds for a server that publishes one."""


@dataclass(slots=True)
class IcsCalendar:
    """A Calendar; `zone` is where whole days and times without a zone are meant."""

    source: str
    zone: ZoneInfo
    trusted: ssl.SSLContext | None = None
    """Whose servers are believed; None for a file."""
    name: str = "the calendar"
    _read_at: float = field(default=-FRESH)
    _events: icalendar.Component | None = None

    async def busy(self, start: datetime, end: datetime) -> Sequence[Window]:
        """As of at most a minute ago. Temporary where the file or its server cannot be read, or holds no calendar."""
        if self._events is None or time.monotonic() - self._read_at > FRESH:
            data = await self._fetch() if self.source.startswith("https://") else await asyncio.to_thread(self._load)
            self._events, self._read_at = await asyncio.to_thread(_parsed, data), time.monotonic()
        return await asyncio.to_thread(lambda events: tuple(_taken(events, start, end, self.zone)), self._events)

    def _load(self) -> bytes:
        try:
            with Path(self.source).open("rb") as file:
                return file.read(LARGEST + 1)
        except OSError as error:
            raise Temporary("The calendar's file cannot be read.") from error

    async def _fetch(self) -> bytes:
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(self.source, ssl=self.trusted or True) as answer:
                answer.raise_for_status()
                if any(step.url.scheme != "https" for step in (*answer.history, answer)):
                    raise Temporary("The calendar's server sends us to an address that is not https.")
                return await _bounded(answer)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Temporary("The calendar's server did not answer.") from error


def connect(source: str, zone: str) -> IcsCalendar:
    """`source` is a path or an https address. Raises Misconfigured for what can be neither.

    Servers are believed whose certificates this machine's authorities issued, or those of SSL_CERT_FILE where it is set.
    """
    if "://" in source and not source.startswith("https://"):
        raise Misconfigured("TRIAGE_CALENDAR", "only https addresses are read. Use one, or the path of a file.")
    if source.startswith("https://"):
        return IcsCalendar(source, ZoneInfo(zone), ssl.create_default_context())
    if not Path(source).is_file():
        raise Misconfigured(source, "there is no such file. Correct TRIAGE_CALENDAR, or leave it out.")
    return IcsCalendar(source, ZoneInfo(zone))


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    """The whole body in however many pieces it comes, but no more than LARGEST + 1 bytes of it."""
    data = b""
    async for piece in answer.content.iter_chunked(65_536):
        data += piece
        if len(data) > LARGEST:
            break
    return data


def _parsed(data: bytes) -> icalendar.Component:
    if len(data) > LARGEST:
        raise Temporary(f"The calendar has more than {LARGEST // 1_000_000} MB.")
    try:
        return icalendar.Calendar.from_ical(data)
    except (ValueError, IndexError, KeyError) as error:
        raise Temporary("What the calendar's source holds is no calendar.") from error


def _taken(events: icalendar.Component, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Window]:
    try:
        found = recurring_ical_events.of(events).between(start, end)
    except (ValueError, KeyError, OverflowError) as error:
        raise Temporary("The calendar holds events that cannot be read.") from error
    for event in found:
        if str(event.get("TRANSP", "")).upper() != "TRANSPARENT" and str(event.get("STATUS", "")).upper() != "CANCELLED":
            begins = event["DTSTART"].dt
            yield Window(_moment(begins, zone), _moment(event["DTEND"].dt if "DTEND" in event else begins + timedelta(days=1), zone))


def _moment(at: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(at, datetime):
        return datetime.combine(at, clock(0), zone)
    return at if at.tzinfo else at.replace(tzinfo=zone)
