"""When the house is open: its time zone, its hours by weekday, and the days on which it is closed."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
LONGEST = 400
"""Days that a clock is followed: a house that is closed for longer has no hours."""
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f'there is no time zone "{name}"; write one such as Europe/London') from error
    return name


class Span(BaseModel):
    """From one time of a day until another; the end does not belong to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    start: time
    end: time

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.start >= self.end or self.start.tzinfo or self.end.tzinfo:
            raise ValueError("a span starts before it ends, on one day, in the calendar's own time zone")
        return self


class Calendar(BaseModel):
    """The house's clock. A weekday without hours is closed; `holidays` are closed whatever day they fall on."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    timezone: Annotated[str, AfterValidator(_zone)]
    hours: Mapping[Weekday, tuple[Span, ...]]
    holidays: tuple[date, ...] = Field(default=(), max_length=2000)

    def is_holiday(self, at: datetime) -> bool:
        """`at` is aware."""
        return at.astimezone(ZoneInfo(self.timezone)).date() in self.holidays

    def is_open(self, at: datetime) -> bool:
        """`at` is aware."""
        local = at.astimezone(ZoneInfo(self.timezone))
        spans = self.hours.get(WEEKDAYS[local.weekday()], ())
        return not self.is_holiday(at) and any(span.start <= local.time() < span.end for span in spans)

    def after(self, start: datetime, length: timedelta) -> datetime:
        """When the house has been open for `length` since `start` (aware), in UTC; round the clock where it never opens."""
        left = length
        for opens, closes in self._open_from(start):
            begun = max(opens, start)
            if closes - begun >= left:
                return begun + left
            left -= max(closes - begun, timedelta(0))
        return start.astimezone(UTC) + length

    def _open_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The spans that end after `start`, as aware times in UTC, in order."""
        zone = ZoneInfo(self.timezone)
        first = start.astimezone(zone).date()
        for day in (first + timedelta(days=number) for number in range(LONGEST)):
            spans = () if day in self.holidays else self.hours.get(WEEKDAYS[day.weekday()], ())
            for span in sorted(spans, key=lambda span: span.start):
                opens, closes = (datetime.combine(day, at, zone).astimezone(UTC) for at in (span.start, span.end))
                if closes > start:
                    yield opens, closes
