"""What a reply may offer: times that are really free, articles that exist, and nothing from who does not answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.case import Article, CaseId, Classification, Context, Decision, Draft, Route, Window
from pipeline.email import RedactedEmail
from pipeline.errors import Temporary
from pipeline.house import House
from pipeline.meetings import free, say
from pipeline.policy.content import Meetings
from pipeline.stages.draft import draft
from pipeline.stages.lint import lint
from pipeline.stages.lookups import look_up, with_found
from tests.pipeline.letters import house, mail

FRIDAY = datetime(2026, 3, 27, 8, 0, tzinfo=UTC)
"""Two days before clocks change in Europe."""
SYNC = Article("sync", "Photos do not appear", "https://docs.larkspur.example/sync", "en")
ASKED = RedactedEmail("Map", "The map does not load.", "en", (), ())


class Shelf:
    name = "the shelf"

    async def search(self, text: str, language: str, most: int) -> Sequence[Article]:
        return (SYNC,)


class Diary:
    name = "the diary"

    def __init__(self, taken: Sequence[Window] = (), failure: Exception | None = None, delay: float = 0.0) -> None:
        self.taken, self.failure, self.delay = taken, failure, delay

    async def busy(self, start: datetime, end: datetime) -> Sequence[Window]:
        await asyncio.sleep(self.delay)
        if self.failure:
            raise self.failure
        return self.taken


def meetings() -> Meetings:
    ours = house().company.meetings
    assert ours is not None
    return ours


def written(ours: House, intent: str, context: Context, language: str = "en") -> Draft:
    picked = ours.voice.pick(ours.intents[intent].template or "", language).name
    decision = Decision(Route.REVIEW, Route.REVIEW, picked, "sales", "normal", None, (), ())
    seen = Classification(intent, "normal", "sales", (), 0.9, "", "1")
    return draft(mail(language=language), seen, context, decision, ours, CaseId(7))


def test_two_days_are_offered_in_the_houses_own_time_across_the_change_of_clocks() -> None:
    offered = free(meetings(), (), FRIDAY)
    assert [say(window, meetings(), "en", "en") for window in offered] == [
        "Monday 30 March, 10:00 (UK time)",
        "Tuesday 31 March, 10:00 (UK time)",
    ]
    assert say(offered[0], meetings(), "de", "en") == "Montag, 30. März, 10:00 (britische Zeit)"
    assert say(offered[0], meetings(), "fr", "en") == "lundi 30 mars, 10:00 (heure britannique)"
    assert say(offered[0], meetings(), "es", "en") == "lunes 30 de marzo, 10:00 (hora británica)"
    assert say(offered[0], meetings(), "ja", "en") == "Monday 30 March, 10:00 (UK time)"
    assert offered[0].start == datetime(2026, 3, 30, 9, 0, tzinfo=UTC)


def test_taken_times_are_not_offered_and_a_full_day_gives_way_to_another() -> None:
    monday = datetime(2026, 3, 30, 9, 0, tzinfo=UTC)
    first = Window(monday + timedelta(minutes=15), monday + timedelta(minutes=30))
    assert free(meetings(), [first], FRIDAY)[0].start == monday + timedelta(minutes=30)
    whole = Window(monday - timedelta(hours=9), monday + timedelta(hours=15))
    assert free(meetings(), [whole], FRIDAY)[0].start == monday + timedelta(days=1)
    assert free(meetings(), [Window(FRIDAY, FRIDAY + timedelta(days=60))], FRIDAY) == ()
    rest = Window(monday + timedelta(days=1) - timedelta(hours=9), FRIDAY + timedelta(days=60))
    assert [window.start.day for window in free(meetings(), [rest], FRIDAY)] == [30, 30]


@given(st.lists(st.tuples(st.integers(0, 15_000), st.integers(1, 3000)), max_size=12), st.integers(0, 600_000))
def test_what_is_offered_is_free_within_hours_and_in_time(taken: list[tuple[int, int]], later: int) -> None:
    now = FRIDAY + timedelta(minutes=later)
    busy = [Window(now + timedelta(minutes=start), now + timedelta(minutes=start + length)) for start, length in taken]
    for window in free(meetings(), busy, now):
        assert window.end - window.start == timedelta(minutes=30)
        assert now + timedelta(hours=24) <= window.start
        assert window.end <= now + timedelta(days=10)
        assert all(window.end <= one.start or one.end <= window.start for one in busy)


async def test_scheduling_proposes_two_times_and_support_points_to_the_article() -> None:
    ours = replace(house(), knowledge=Shelf(), calendar=Diary())
    context = with_found(Context(False, False, 0), await look_up(mail(), ASKED, ours, FRIDAY))
    assert context.missing == ()
    for language in ("en", "de", "fr", "es"):
        letter = written(ours, "scheduling", context, language)
        assert letter.text.count("10:00") == 2
        assert ours.company.booking_link in letter.text
        assert {slot.source for slot in letter.slots if slot.name == "times"} == {"calendar:free"}
        assert lint(letter, mail(language=language), ours) == ()
        support = written(ours, "support", context, language)
        assert "- Photos do not appear: https://docs.larkspur.example/sync" in support.text
        assert {slot.source for slot in support.slots if slot.name == "articles"} == {"kb:sync"}
        assert any("kb:sync" in cited.sources for cited in support.cited)
        assert lint(support, mail(language=language), ours) == ()


async def test_without_an_answer_in_time_only_the_link_goes_and_it_is_told() -> None:
    for diary in (Diary(failure=Temporary("down")), Diary(delay=5.0)):
        ours = replace(house(), calendar=diary)
        context = with_found(Context(False, False, 0), await look_up(mail(), ASKED, ours, FRIDAY, patience=0.05))
        assert context.missing == ("the calendar",)
        letter = written(ours, "scheduling", context)
        assert "free in our calendar" not in letter.text
        assert ours.company.booking_link in letter.text


async def test_a_house_with_neither_misses_nothing() -> None:
    found = await look_up(mail(), ASKED, house(), FRIDAY)
    assert (found.articles, found.free_slots, found.missing) == ((), (), ())


def test_an_article_in_another_language_or_that_the_intent_names_already_is_left_out() -> None:
    known = replace(SYNC, url=house().company.docs["troubleshooting"].url)
    for article in (known, replace(SYNC, language="it")):
        context = Context(False, False, 0, articles=(article,))
        assert "Photos do not appear" not in written(house(), "support", context).text
