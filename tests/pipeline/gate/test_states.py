"""The right to answer by itself: who may give it, what takes it at once, and that nothing else gives it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.gate.demotion import Cause, Detector, Drifted, KeyChanged, SevereError, TakenAway, TooManyErrors, TooManyReverts, said
from pipeline.gate.promotion import Evidence, Progress, Terms
from pipeline.gate.states import (
    Change,
    Cleared,
    Event,
    Lost,
    Measured,
    Promoted,
    Rekeyed,
    Standing,
    StartedOver,
    State,
    Suspected,
    start,
    step,
)
from pipeline.review import Refused

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = T0 + timedelta(days=30)
ENOUGH = Progress(Evidence(171), Terms(), 0.0)
SCANT = Progress(Evidence(170), Terms(), 0.0)
ANA = "U0ANA"
CAUSES: list[Cause] = [
    TooManyErrors(1200.0),
    TooManyReverts(1100.0),
    SevereError(7, "wrong_recipient", ANA),
    KeyChanged(("model",)),
    Drifted("languages"),
    TakenAway(ANA, "New prices tomorrow."),
]


def _go(standing: Standing, *events: Event) -> Standing:
    """The standing after these events, each of which must change it."""
    for number, event in enumerate(events):
        change = step(standing, event, LATER + timedelta(minutes=number))
        assert isinstance(change, Change)
        standing = change.after
    return standing


NEW = start("pricing", "k1", T0)
ELIGIBLE = _go(NEW, Measured("k1", ENOUGH))
PROMOTED = _go(ELIGIBLE, Promoted(ANA, "k1", ENOUGH))
SUSPENDED = _go(PROMOTED, Suspected(7, "The price is not ours."))
DEMOTED = _go(PROMOTED, Lost(TooManyErrors(1200.0)))


def test_evidence_makes_eligible_takes_it_back_and_promotes_nobody() -> None:
    assert step(NEW, Measured("k1", SCANT), LATER) is None
    assert (ELIGIBLE.state, ELIGIBLE.since) == (State.ELIGIBLE, LATER)
    assert step(ELIGIBLE, Measured("k1", ENOUGH), LATER) is None
    assert _go(ELIGIBLE, Measured("k1", SCANT)).state is State.LEARNING
    assert step(NEW, Measured("k0", ENOUGH), LATER) is None


def test_a_person_promotes_what_is_eligible_and_the_detectors_start() -> None:
    change = step(ELIGIBLE, Promoted(ANA, "k1", ENOUGH), LATER)
    assert isinstance(change, Change)
    assert (change.by, change.before, change.after.state, change.after.watched_from) == (ANA, State.ELIGIBLE, State.AUTO_SEND, LATER)
    assert change.event == Promoted(ANA, "k1", ENOUGH)
    assert (change.restarts_watch, change.stops) == (True, False)


@pytest.mark.parametrize(
    ("standing", "event", "says"),
    [
        (ELIGIBLE, Promoted("", "k1", ENOUGH), "person"),
        (ELIGIBLE, Promoted(ANA, "k0", ENOUGH), "changed"),
        (ELIGIBLE, Promoted(ANA, "k1", SCANT), "not certified"),
        (NEW, Promoted(ANA, "k1", ENOUGH), "not enough"),
        (PROMOTED, Promoted(ANA, "k1", ENOUGH), "already"),
        (SUSPENDED, Promoted(ANA, "k1", ENOUGH), "suspended"),
        (DEMOTED, Promoted(ANA, "k1", ENOUGH), "demoted"),
        (SUSPENDED, Cleared(7, ""), "person"),
        (PROMOTED, Lost(SevereError(7, "leak", "")), "person confirmed"),
        (PROMOTED, StartedOver(ANA, "fixed"), "not demoted"),
        (DEMOTED, StartedOver(ANA, " "), "mended"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(standing: Standing, event: Event, says: str) -> None:
    refused = step(standing, event, LATER)
    assert isinstance(refused, Refused)
    assert says in refused.sentence


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: type(cause).__name__)
@pytest.mark.parametrize("standing", [ELIGIBLE, PROMOTED, SUSPENDED], ids=lambda standing: standing.state)
def test_every_cause_takes_the_right_at_once(standing: Standing, cause: Cause) -> None:
    change = step(standing, Lost(cause), LATER)
    assert isinstance(change, Change)
    assert change.after.state is State.DEMOTED
    assert (change.after.counts_from, change.after.watched_from, change.after.suspected) == (LATER, None, ())
    assert change.stops == (standing.state is State.AUTO_SEND)
    assert said(cause) in change.sentence
    assert step(change.after, Lost(cause), LATER) is None


def test_a_models_verdict_suspends_and_a_person_restores() -> None:
    change = step(PROMOTED, Suspected(7, "The price is not ours."), LATER)
    assert isinstance(change, Change)
    assert (change.after.state, change.stops, change.by) == (State.SUSPENDED, True, "")
    assert step(SUSPENDED, Suspected(7, "Again."), LATER) is None
    restored = _go(SUSPENDED, Cleared(7, ANA))
    assert (restored.state, restored.watched_from) == (State.AUTO_SEND, PROMOTED.watched_from)


def test_the_right_comes_back_only_when_no_suspicion_is_left() -> None:
    two = _go(SUSPENDED, Suspected(8, "It promises a refund."))
    one = _go(two, Cleared(7, ANA))
    assert (one.state, one.suspected) == (State.SUSPENDED, (8,))
    assert step(one, Cleared(7, ANA), LATER) is None
    assert _go(one, Cleared(8, ANA)).state is State.AUTO_SEND
    assert _go(one, Lost(SevereError(8, "invented_commitment", ANA))).state is State.DEMOTED


@pytest.mark.parametrize("standing", [NEW, ELIGIBLE, DEMOTED], ids=lambda standing: standing.state)
def test_a_model_suspends_nobody_who_has_no_right(standing: Standing) -> None:
    assert step(standing, Suspected(7, "The price is not ours."), LATER) is None


@pytest.mark.parametrize("standing", [PROMOTED, SUSPENDED], ids=lambda standing: standing.state)
def test_rules_that_can_only_lower_keep_the_right_and_restart_the_detectors(standing: Standing) -> None:
    at = LATER + timedelta(days=1)
    change = step(standing, Rekeyed("k2", ("rules",), True), at)
    assert isinstance(change, Change)
    assert (change.after.state, change.after.key, change.after.watched_from) == (standing.state, "k2", at)
    assert change.restarts_watch
    assert not change.stops
    assert change.after.since == standing.since


@pytest.mark.parametrize("standing", [PROMOTED, SUSPENDED], ids=lambda standing: standing.state)
def test_any_other_new_key_takes_the_right(standing: Standing) -> None:
    change = step(standing, Rekeyed("k2", ("prompt",), False), LATER)
    assert isinstance(change, Change)
    assert (change.after.state, change.after.key, change.after.counts_from) == (State.DEMOTED, "k2", LATER)
    assert "prompt" in change.sentence


@pytest.mark.parametrize("lowers", [True, False])
@pytest.mark.parametrize(("standing", "then"), [(NEW, State.LEARNING), (ELIGIBLE, State.LEARNING), (DEMOTED, State.DEMOTED)])
def test_without_the_right_a_new_key_starts_over(standing: Standing, then: State, lowers: bool) -> None:
    at = LATER + timedelta(days=1)
    change = step(standing, Rekeyed("k2", ("rules",), lowers), at)
    assert isinstance(change, Change)
    assert (change.after.state, change.after.key, change.after.counts_from) == (then, "k2", at)
    assert step(standing, Rekeyed("k1", (), lowers), at) is None


def test_a_demoted_intent_learns_again_from_its_demotion_on() -> None:
    again = _go(DEMOTED, StartedOver(ANA, "The template names the new prices."))
    assert (again.state, again.counts_from) == (State.LEARNING, DEMOTED.counts_from)
    assert step(DEMOTED, Measured("k1", ENOUGH), LATER) is None


events = st.one_of(
    st.builds(Measured, st.sampled_from(["k1", "k2"]), st.sampled_from([ENOUGH, SCANT])),
    st.builds(Promoted, st.sampled_from(["", ANA]), st.sampled_from(["k1", "k2"]), st.sampled_from([ENOUGH, SCANT])),
    st.builds(Lost, st.sampled_from(CAUSES)),
    st.builds(Suspected, st.integers(1, 3), st.just("doubtful")),
    st.builds(Cleared, st.integers(1, 3), st.sampled_from(["", ANA])),
    st.builds(Rekeyed, st.sampled_from(["k1", "k2"]), st.just(("rules",)), st.booleans()),
    st.builds(StartedOver, st.sampled_from(["", ANA]), st.just("mended")),
)


@given(st.lists(events, max_size=40))
def test_whatever_happens_only_a_person_with_evidence_gives_the_right(happened: list[Event]) -> None:
    standing = NEW
    for number, event in enumerate(happened):
        change = step(standing, event, T0 + timedelta(hours=number + 1))
        if not isinstance(change, Change):
            continue
        before, standing = standing, change.after
        assert standing.revision == before.revision + 1
        if standing.state is State.AUTO_SEND and before.state is not State.AUTO_SEND:
            promoted = isinstance(event, Promoted) and event.progress.certified and before.state is State.ELIGIBLE
            restored = isinstance(event, Cleared) and before.state is State.SUSPENDED
            assert promoted or restored
            assert change.by == ANA
        assert (standing.watched_from is not None) == (standing.state in (State.AUTO_SEND, State.SUSPENDED))
        assert bool(standing.suspected) == (standing.state is State.SUSPENDED)


def test_the_detector_alarms_stays_alarmed_and_refuses_impossible_chances() -> None:
    detector = Detector()
    for _ in range(20):
        detector = detector.after(wrong=True)
    assert detector.alarmed
    assert detector.after(wrong=False) is detector
    for chance in (0.0, 1.1):
        with pytest.raises(ValueError, match="chance"):
            Detector().after(wrong=None, chance=chance)


def test_with_everything_looked_at_a_bet_is_the_ratio_of_likelihoods() -> None:
    once = replace(Detector(), stakes=(1.0,) * 5).after(wrong=True)
    assert once.stakes == pytest.approx([2 * worse / 0.02 for worse in (0.03, 0.05, 0.08, 0.15, 0.30)])
    calm = replace(Detector(), stakes=(1.0,) * 5).after(wrong=False)
    assert calm.stakes == pytest.approx([2 * (1 - worse) / 0.98 for worse in (0.03, 0.05, 0.08, 0.15, 0.30)])
