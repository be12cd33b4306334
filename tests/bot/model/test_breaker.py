"""The breaker by itself, on a clock that the test turns."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from bot.model.breaker import Breaker, State


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def called(breaker: Breaker, went_well: bool) -> bool:
    """One call, if it is let through."""
    ticket = breaker.admit()
    if ticket is None:
        return False
    (breaker.succeeded if went_well else breaker.failed)(ticket)
    return True


def state(breaker: Breaker) -> State:
    """Read anew: for mypy, a property that was compared once stays what it was."""
    return breaker.state


def test_five_failures_in_a_row_open_it_and_one_success_in_between_does_not() -> None:
    breaker = Breaker(Clock())
    for went_well in (False, False, False, False, True, False, False, False, False):
        assert called(breaker, went_well)
    assert state(breaker) == "closed"
    assert called(breaker, False)
    assert state(breaker) == "open"
    assert not called(breaker, True)


def test_more_than_a_fifth_of_a_minute_s_calls_open_it_once_there_are_twenty() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for number in range(19):
        called(breaker, number % 4 != 0)
    assert state(breaker) == "closed"
    called(breaker, False)
    assert state(breaker) == "open"


def test_failures_of_an_hour_ago_do_not_count() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for number in range(100):
        called(breaker, number % 3 != 0)
        clock.now += 30
    assert state(breaker) == "closed"


def test_after_its_rest_one_call_probes_and_closes_it() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    while state(breaker) == "closed":
        called(breaker, False)
    clock.now += 29.9
    assert breaker.admit() is None
    clock.now += 0.1
    probe = breaker.admit()
    assert probe is not None
    assert breaker.admit() is None, "one at a time"
    breaker.succeeded(probe)
    assert state(breaker) == "closed"
    assert called(breaker, False)
    assert state(breaker) == "closed", "what was before the rest is forgotten"


def test_a_probe_that_fails_opens_it_anew_and_one_that_is_cut_off_lets_the_next_one_through() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    while state(breaker) == "closed":
        called(breaker, False)
    clock.now += 30
    cut_off = breaker.admit()
    assert cut_off is not None
    breaker.abandoned(cut_off)
    assert called(breaker, False)
    assert state(breaker) == "open"
    assert breaker.reopens_in == 30


def test_a_call_from_before_says_nothing_of_now() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    late = breaker.admit()
    assert late is not None
    while state(breaker) == "closed":
        called(breaker, False)
    breaker.succeeded(late)
    assert state(breaker) == "open"
    clock.now += 30
    probe = breaker.admit()
    assert probe is not None
    breaker.failed(late)
    breaker.succeeded(probe)
    assert state(breaker) == "closed"


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 40)), max_size=200))
def test_it_always_lets_somebody_through_after_its_rest(calls: list[tuple[bool, float]]) -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for went_well, pause in calls:
        called(breaker, went_well)
        clock.now += pause
    clock.now += breaker.rest
    assert called(breaker, True)
    assert state(breaker) == "closed"
