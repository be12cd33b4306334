"""The model proposes; a threshold and closed lists dispose."""

import pytest

from pipeline.case import OUT_OF_SCOPE, Classification
from pipeline.email import RedactedEmail
from pipeline.policy.evaluate import Signals
from pipeline.ports import IntentScore
from pipeline.stages.classify import NAMING_THRESHOLD, THRESHOLD, classify, guess
from tests.pipeline.letters import SUPPORT, house, mail

SILENT = Signals((), "low")


def given(*scores: tuple[str, float], said: Signals = SILENT) -> Classification:
    return guess([IntentScore(*score) for score in scores], said, SUPPORT, house()).classification


def test_the_best_known_intent_wins_with_its_owner_and_urgency() -> None:
    seen = given(("invoice", 0.2), ("account_access", 0.7))
    assert (seen.intent, seen.runner_up, seen.owner, seen.urgency, seen.confidence) == ("account_access", "invoice", "support", "high", 0.7)


def test_under_the_threshold_nothing_fits() -> None:
    seen = given(("pricing", THRESHOLD - 0.01))
    assert (seen.intent, seen.runner_up, seen.owner) == (OUT_OF_SCOPE, "pricing", "support")
    assert seen.confidence == pytest.approx(1 - THRESHOLD + 0.01)
    assert given(("pricing", THRESHOLD)).intent == "pricing"


def test_an_intent_that_a_person_answers_is_named_sooner() -> None:
    assert given(("legal", NAMING_THRESHOLD)).intent == "legal"


@pytest.mark.parametrize("score", [float("nan"), -1.0, 1.5, float("inf")])
def test_a_score_that_is_no_probability_and_an_intent_that_is_not_ours_are_no_answer(score: float) -> None:
    assert given(("pricing", score)).intent == OUT_OF_SCOPE
    assert given(("transfer_money", 0.99)).intent == OUT_OF_SCOPE
    assert given().confidence == 0.0


def test_wording_raises_urgency_and_never_lowers_it() -> None:
    assert given(("pricing", 0.9), said=Signals(("urgent",), "high")).urgency == "high"
    assert given(("account_access", 0.9), said=Signals((), "low")).urgency == "high"


async def test_the_model_sees_only_what_was_redacted() -> None:
    ours = house()
    hidden = RedactedEmail("Re <PERSON_1>", "call <PHONE_1>", "en", (), ())
    await classify(hidden, mail("call 01632 960520"), SUPPORT, ours)
    assert ours.model.asked == [("Re <PERSON_1>", "call <PHONE_1>")]  # type: ignore[attr-defined]  # the scripted model notes it
