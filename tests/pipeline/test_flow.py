"""The whole page: what becomes of a mail, whatever the model does."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.case import NO_HISTORY, Case, CaseId, History, Route, Status
from pipeline.effects import PostCard, Release
from pipeline.email import Address, Email
from pipeline.errors import Permanent, Temporary
from pipeline.flow import triage
from pipeline.plan import effects
from pipeline.ports import IntentScore
from pipeline.voice import template
from tests.pipeline.letters import AT, SUPPORT, Scripted, earned, house, judged, mail, vouched


async def test_an_ordinary_mail_waits_for_review_with_a_letter() -> None:
    made = await judged(mail(), house("support"))
    assert made.status is Status.REVIEW
    assert made.draft is not None
    assert not made.draft.outline
    assert made.classification is not None
    assert made.classification.intent == "support"
    assert made.decision.would_be is Route.AUTO_SEND


async def test_an_intent_that_earned_it_is_scheduled_and_let_go_after_its_hold() -> None:
    made = await judged(mail(), earned(house("support")))
    assert (made.status, made.decision.route, made.sends_at) == (Status.SCHEDULED, Route.AUTO_SEND, AT + timedelta(minutes=2))
    assert made.draft is not None
    assert not made.draft.outline
    case = Case(CaseId(7), 1, made.status, SUPPORT, mail(), None, None, made.decision, made.draft, None, sends_at=made.sends_at)
    assert effects(case) == (PostCard(case.id), Release(case.id, 1, AT + timedelta(minutes=2)))


@pytest.mark.parametrize(
    ("email", "history"),
    [
        (mail(received_at=AT - timedelta(hours=25)), NO_HISTORY),
        (mail(), replace(NO_HISTORY, dry_run=True)),
        (mail(quarantined="This mail could not be read."), NO_HISTORY),
        (mail(), History(0, None, id_reused=True)),
        (mail(authentication=vouched("none")), NO_HISTORY),
    ],
    ids=["old", "dry run", "quarantined", "id reused", "nobody vouches"],
)
async def test_what_never_goes_out_by_itself(email: Email, history: History) -> None:
    made = await triage(email, SUPPORT, history, earned(house("support")), AT, lambda: 0.0)
    assert made.status is not Status.SCHEDULED
    assert made.sends_at is None


async def test_the_case_number_reaches_the_letter() -> None:
    made = await triage(mail(), SUPPORT, NO_HISTORY, house("support"), AT, lambda: 0.0, CaseId(93))
    assert made.draft is not None
    assert "case #93" in made.draft.text


@pytest.mark.parametrize("failure", [Temporary("The model is busy."), Permanent("The model is gone.")])
async def test_a_model_that_fails_leaves_the_mail_to_a_person(failure: Temporary | Permanent) -> None:
    made = await judged(mail("This is unacceptable."), house(failure=failure))
    assert made.status is Status.HUMAN
    assert made.decision.reasons[0].name == "failed"
    assert failure.sentence in made.decision.reasons[0].text
    assert made.decision.urgency == "high"
    assert made.draft is not None
    assert made.draft.outline


async def test_a_quarantined_mail_is_seen_by_a_person_and_not_judged() -> None:
    made = await judged(mail(quarantined="This mail could not be read."), house())
    assert (made.status, made.draft, made.classification) == (Status.QUARANTINED, None, None)
    assert [reason.text for reason in made.decision.reasons] == ["This mail could not be read."]


async def test_our_own_mail_and_a_duplicate_are_ignored() -> None:
    own = await judged(mail(sender=Address("", SUPPORT)), house())
    assert (own.status, own.decision.route, own.draft) == (Status.IGNORED, Route.IGNORE, None)
    again = await triage(mail(), SUPPORT, History(0, CaseId(1), id_reused=False), house(), AT, lambda: 0.0)
    assert again.status is Status.IGNORED


@pytest.mark.parametrize(("age", "would_be"), [(timedelta(hours=24), Route.AUTO_SEND), (timedelta(hours=24, seconds=1), Route.REVIEW)])
async def test_a_mail_more_than_a_day_old_is_never_answered_by_itself(age: timedelta, would_be: Route) -> None:
    made = await triage(mail(), SUPPORT, NO_HISTORY, house("support"), AT + age, lambda: 0.0)
    assert made.decision.would_be is would_be
    assert ("late" in [reason.name for reason in made.decision.reasons]) is (would_be is Route.REVIEW)


async def test_a_mail_from_before_the_first_connect_is_never_answered_but_judged_as_if_it_might_be() -> None:
    made = await triage(mail(), SUPPORT, replace(NO_HISTORY, dry_run=True), house("support"), AT, lambda: 0.0)
    assert (made.status, made.decision.route, made.decision.would_be) == (Status.HUMAN, Route.HUMAN, Route.AUTO_SEND)
    assert made.draft is not None
    assert made.draft.outline


async def test_a_template_that_cannot_be_filled_goes_to_a_person() -> None:
    ours = house("support")
    bare = ours.intents["support"].model_copy(update={"docs": ()})
    made = await judged(mail(), replace(ours, intents={**ours.intents, "support": bare}))
    assert made.status is Status.HUMAN
    assert "unfilled" in {reason.name for reason in made.decision.reasons}
    assert made.draft is not None
    assert made.draft.outline


async def test_a_letter_with_a_left_over_becomes_an_outline() -> None:
    ours = house("support")
    broken = template("support", "en", "Dear <PERSON_1>, thank you for your message to all of us.", frozenset())
    made = await judged(mail(), replace(ours, voice=replace(ours.voice, replies={**ours.voice.replies, "support": broken})))
    assert made.status is Status.HUMAN
    assert made.draft is not None
    assert made.draft.outline
    assert [finding.code for finding in made.draft.findings] == ["left_over"]


async def test_the_same_mail_gives_the_same_bytes() -> None:
    first = await judged(mail("Is it down? All my users cannot work!"), house("support"))
    assert repr(await judged(mail("Is it down? All my users cannot work!"), house("support"))) == repr(first)


async def test_a_mail_from_the_future_is_due_from_now_and_the_draft_is_timed() -> None:
    ticks = iter([4.0, 4.5, 5.0, 5.25])
    late = mail(received_at=AT + timedelta(days=9))
    made = await triage(late, SUPPORT, NO_HISTORY, house("support"), AT, lambda: next(ticks))
    assert made.decision.respond_by == AT + timedelta(hours=4)
    assert made.draft is not None
    assert made.draft.latency_ms == 250
    assert made.decided_ms == 500


@settings(max_examples=150, deadline=None)
@given(
    intent=st.one_of(st.sampled_from(["support", "pricing", "legal", "out_of_scope"]), st.text(max_size=20)),
    score=st.floats(),
    text=st.text(max_size=300),
    subject=st.text(max_size=80),
)
async def test_whatever_the_model_answers_nothing_is_sent_and_nothing_breaks(intent: str, score: float, text: str, subject: str) -> None:
    ours = replace(house(), model=Scripted([IntentScore(intent, score)]))
    made = await judged(mail(text, subject), ours)
    assert made.decision.route in (Route.REVIEW, Route.HUMAN, Route.IGNORE)
    assert made.status in (Status.REVIEW, Status.HUMAN, Status.IGNORED)
    if made.draft and not made.draft.outline:
        assert made.draft.template in ours.voice.replies


@pytest.mark.parametrize(
    ("status", "shown"), [(Status.REVIEW, 1), (Status.HUMAN, 1), (Status.QUARANTINED, 1), (Status.DEAD, 1), (Status.IGNORED, 0)]
)
def test_a_card_is_planned_for_what_a_person_must_see(status: Status, shown: int) -> None:
    case = Case(CaseId(3), 1, status, SUPPORT, mail(), None, None, None, None, None)
    assert effects(case) == (PostCard(CaseId(3)),) * shown
