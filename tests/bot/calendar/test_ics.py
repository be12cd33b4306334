"""The calendar from an iCalendar file: taken times of every kind, and a source that fails is told, not guessed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.calendar import ics
from pipeline.case import Window
from pipeline.errors import Misconfigured, Temporary
from pipeline.ports import Calendar

WEEK = (datetime(2026, 3, 30, tzinfo=UTC), datetime(2026, 4, 6, tzinfo=UTC))


def calendar(folder: Path, *events: str, wrap: bool = True) -> Path:
    made = "\r\n".join(f"BEGIN:VEVENT\r\nUID:{at}\r\nDTSTAMP:20260101T000000Z\r\n{event}\r\nEND:VEVENT" for at, event in enumerate(events))
    path = folder / "team.ics"
    path.write_text(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\n{made}\r\nEND:VCALENDAR\r\n" if wrap else "".join(events))
    return path


async def taken(path: Path) -> list[Window]:
    diary: Calendar = ics.connect(str(path), "Europe/London")
    return sorted(await diary.busy(*WEEK), key=lambda window: window.start)


def day(number: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3 if number > 20 else 4, number, hour, minute, tzinfo=UTC)


async def test_times_repeat_have_zones_and_last_whole_days(tmp_path: Path) -> None:
    path = calendar(
        tmp_path,
        "DTSTART:20260330T100000Z\r\nDTEND:20260330T110000Z",
        "DTSTART;TZID=Europe/Berlin:20260316T090000\r\nDURATION:PT30M\r\nRRULE:FREQ=WEEKLY;BYDAY=TU\r\nEXDATE;TZID=Europe/Berlin:20260324T090000",
        "DTSTART;VALUE=DATE:20260402\r\nDTEND;VALUE=DATE:20260403",
        "DTSTART:20260403T090000\r\nDTEND:20260403T100000",
        "DTSTART:20260401T090000Z\r\nDTEND:20260401T100000Z\r\nTRANSP:TRANSPARENT",
        "DTSTART:20260401T110000Z\r\nDTEND:20260401T120000Z\r\nSTATUS:CANCELLED",
    )
    found = [(window.start.astimezone(UTC), window.end.astimezone(UTC)) for window in await taken(path)]
    assert found == [
        (day(30, 10), day(30, 11)),
        (day(31, 7), day(31, 7, 30)),
        (day(1, 23), day(2, 23)),
        (day(3, 8), day(3, 9)),
    ]


async def test_an_empty_calendar_takes_nothing(tmp_path: Path) -> None:
    assert await taken(calendar(tmp_path)) == []


@pytest.mark.parametrize("text", ["", "hello", "BEGIN:VCALENDAR", "<html>", "\x00\xff" * 10])
async def test_what_is_no_calendar_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(Temporary):
        await taken(calendar(tmp_path, text, wrap=False))


async def test_a_file_that_goes_away_is_told(tmp_path: Path) -> None:
    path = calendar(tmp_path)
    diary = ics.connect(str(path), "Europe/London")
    path.unlink()
    with pytest.raises(Temporary, match="cannot be read"):
        await diary.busy(*WEEK)


def test_what_can_be_no_calendar_is_refused_at_the_start(tmp_path: Path) -> None:
    for source in ("http://x.example/a.ics", "file:///etc/passwd", str(tmp_path / "none.ics")):
        with pytest.raises(Misconfigured):
            ics.connect(source, "Europe/London")
