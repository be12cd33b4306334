"""When the house is open: its time zone, its hours by weekday, and the days on which it is closed."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
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
