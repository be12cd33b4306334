"""Deadlines run by the house's clock, and each reminder is said once, at its time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.case import CaseId
from pipeline.policy.calendar import Calendar
from pipeline.policy.compare import changes, only_lowers
from pipeline.policy.rulebook import Reminder, Rulebook
from pipeline.reminders import FORGOTTEN, reminder

WORKDAYS = {day: [{"start": "09:00", "end": "12:00"}, {"start": "13:00", "end": "17:00"}] for day in ("mon", "tue", "wed", "thu", "fri")}
CALENDAR = Calendar.model_validate({"timezone": "Europe/Berlin", "hours": WORKDAYS, "holidays": ["2026-12-25"]})
DUE = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
STEPS = (Reminder(minutes=-30), Reminder(minutes=0), Reminder(minutes=120, tell=("ops",)))


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23T08:00+00:00", 2, "2026-11-23T10:00+00:00"),
        ("2026-11-23T10:00+00:00", 2, "2026-11-23T13:00+00:00"),
        ("2026-11-20T15:30+00:00", 1, "2026-11-23T08:30+00:00"),
        ("2026-11-21T11:00+00:00", 4, "2026-11-23T13:00+00:00"),
        ("2026-12-24T15:00+00:00", 2, "2026-12-28T09:00+00:00"),
    ],
    ids=["within a span", "over lunch", "over the weekend", "from a Saturday", "over a holiday"],
)
def test_the_clock_stands_still_while_the_house_is_closed(start: str, hours: int, end: str) -> None:
    assert CALENDAR.after(datetime.fromisoformat(start), timedelta(hours=hours)) == datetime.fromisoformat(end)


def test_a_house_that_never_opens_has_no_clock_of_its_own() -> None:
    closed = Calendar.model_validate({"timezone": "Europe/Berlin", "hours": {}})
    assert closed.after(DUE, timedelta(hours=4)) == DUE + timedelta(hours=4)


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    first=st.integers(1, 3000),
    more=st.integers(0, 3000),
)
def test_more_time_never_ends_earlier_and_ends_while_open(start: datetime, first: int, more: int) -> None:
    one, two = (CALENDAR.after(start, timedelta(minutes=minutes)) for minutes in (first, first + more))
    assert start < one <= two
    assert CALENDAR.is_open(one - timedelta(microseconds=1))


def test_the_clock_of_a_house_without_hours_is_refused() -> None:
    with pytest.raises(ValidationError, match="needs the house's hours"):
        Rulebook.model_validate({"clock": "open_hours"})
    with pytest.raises(ValidationError, match="two reminders are called 0"):
        Rulebook.model_validate({"reminders": [{"minutes": 0}, {"minutes": 0}]})


@pytest.mark.parametrize(
    ("minutes", "said", "loud"),
    [
        (-31, None, False),
        (-30, "The answer is due in 30 min. Owner: support.", False),
        (0, "The answer is due now. Owner: support.", True),
        (45, "The answer is 45 min late. Owner: support.", True),
        (120, "The answer is 2 h late. Owner: support. For the team ops.", True),
        (120 + FORGOTTEN.total_seconds() / 60 + 1, None, False),
    ],
)
def test_the_newest_step_is_said_in_words(minutes: float, said: str | None, loud: bool) -> None:
    notify = reminder(CaseId(7), DUE, "support", STEPS, DUE + timedelta(minutes=minutes))
    assert (notify.text if notify else None) == said
    assert (notify.loud if notify else False) is loud


def test_a_step_has_one_key_however_often_one_looks() -> None:
    keys = {reminder(CaseId(7), DUE, "", STEPS, DUE + timedelta(minutes=minute)).key for minute in range(-40, 300) if minute >= -30}  # type: ignore[union-attr]
    assert len(keys) == len(STEPS)


def test_every_part_of_a_rulebook_is_compared() -> None:
    plain = Rulebook.model_validate({})
    changed = {
        "redaction_for_models": "off",
        "clock": "open_hours",
        "calendar": CALENDAR,
        "reminders": [],
        "dry_run": False,
        "second_approval": "always",
        "redaction": "off",
    }
    assert {change.place for change in changes(plain, Rulebook.model_validate(changed))} == changed.keys()
    named = {"signals", "rules", "lists", "conditions", "tests"}
    assert Rulebook.model_fields.keys() - named == changed.keys(), "a new field of the rulebook must be compared too"


def test_ending_the_dry_run_frees_and_beginning_it_lowers() -> None:
    dry, wet = Rulebook(dry_run=True), Rulebook(dry_run=False)
    assert not only_lowers(dry, wet)
    assert only_lowers(wet, dry)
