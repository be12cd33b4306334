"""Which times can be offered for a meeting: the house's hours without what its calendar holds, and how such a time is said."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pipeline.case import Window
from pipeline.policy.content import WEEKDAYS, Meetings

OFFERED = 2
"""Times in one reply, on different days where there are such."""

_DAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
}
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
_DATE = {
    "en": "{day} {number} {month}",
    "de": "{day}, {number}. {month}",
    "fr": "{day} {number} {month}",
    "es": "{day} {number} de {month}",
}


def reach(meetings: Meetings, now: datetime) -> Window:
    """From when until when the calendar needs to be asked."""
    return Window(now + timedelta(hours=meetings.notice_hours), now + timedelta(days=meetings.days_ahead))


def free(meetings: Meetings, busy: Sequence[Window], now: datetime) -> tuple[Window, ...]:
    """At most OFFERED times that nothing in `busy` touches, the first of each day, else the earliest."""
    found = [window for window in _possible(meetings, now) if all(window.end <= taken.start or taken.end <= window.start for taken in busy)]
    zone = ZoneInfo(meetings.time_zone)
    first_of_day = list({window.start.astimezone(zone).date(): window for window in reversed(found)}.values())[::-1]
    chosen = first_of_day[:OFFERED]
    more = [window for window in found if window not in chosen]
    return tuple(sorted([*chosen, *more[: OFFERED - len(chosen)]], key=lambda window: window.start))


def say(window: Window, meetings: Meetings, language: str, own: str) -> str:
    """ "Tuesday 24 November, 10:00 (UK time)", in this language or in the house's `own`."""
    told = language if language in _DATE and language in meetings.zone_name else own
    start = window.start.astimezone(ZoneInfo(meetings.time_zone))
    zone = meetings.zone_name[told]
    if told not in _DATE:
        return f"{start:%Y-%m-%d, %H:%M} ({zone})"
    day, month = _DAYS[told].split()[start.weekday()], _MONTHS[told].split()[start.month - 1]
    return f"{_DATE[told].format(day=day, number=start.day, month=month)}, {start:%H:%M} ({zone})"


def _possible(meetings: Meetings, now: datetime) -> Iterator[Window]:
    asked, zone, length = reach(meetings, now), ZoneInfo(meetings.time_zone), timedelta(minutes=meetings.minutes)
    day = asked.start.astimezone(zone).date()
    while datetime.combine(day, time(0), zone) < asked.end:
        for opens, closes in meetings.hours.get(WEEKDAYS[day.weekday()], ()):
            for start in _starts(_at(day, opens, zone), _at(day, closes, zone), length):
                if asked.start <= start and start + length <= asked.end:
                    yield Window(start, start + length)
        day += timedelta(days=1)


def _starts(opens: datetime, closes: datetime, length: timedelta) -> Iterator[datetime]:
    start = opens
    while start + length <= closes:
        yield start
        start += length


def _at(day: date, clock: str, zone: ZoneInfo) -> datetime:
    """The moment in UTC, so that arithmetic crosses the change of clocks."""
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(ZoneInfo("UTC"))
