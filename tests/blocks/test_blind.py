"""Until a person has decided, a card of an unpromoted intent says nothing that could sway them."""

import json
from dataclasses import replace

import pytest

from blocks import card, draft, ids, sources
from pipeline.case import Case, Reader, Route, Status
from tests.blocks.cases import GATE, REVIEW, REWORDED, SEVERAL, STATES, VIP, outcome, read_twice


def drawn(case: Case) -> str:
    thread = draft.message(case)
    return json.dumps([card.view(case).blocks, thread.blocks if thread else []], ensure_ascii=False)


@pytest.mark.parametrize("state", ["review", "review-edited", "human", "hostile"])
def test_undecided_card_hides_score_and_would_be_route(state: str) -> None:
    shown = drawn(STATES[state])
    assert "0.93" not in shown
    assert "score" not in shown
    assert "Would have been" not in shown
    assert "itself:" not in shown


def test_undecided_review_says_why_in_general_and_shows_no_reason() -> None:
    shown = drawn(REVIEW)
    assert "Needs review" in shown
    assert card.EARN in shown
    assert all(reason.text not in shown for reason in (REVIEW.decision.reasons if REVIEW.decision else ()))


def test_human_route_shows_every_reason_but_the_gates() -> None:
    case = STATES["human"]
    assert case.decision is not None
    assert all((reason.text in drawn(case)) is (reason.speaker != "gate") for reason in case.decision.reasons)


@pytest.mark.parametrize("state", ["approved", "sent", "rejected", "unknown"])
def test_decided_card_reveals_score_route_and_reasons(state: str) -> None:
    shown = drawn(STATES[state])
    assert "Would have been: sent by itself (score 0.93, read by the local model)" in shown
    assert GATE.text in shown
    assert card.EARN not in shown


def test_promoted_intent_shows_its_score_before_the_decision() -> None:
    assert "score 0.93" in drawn(STATES["review-promoted"])


def test_a_human_reason_is_shown_even_while_blind() -> None:
    assert REVIEW.decision is not None
    decision = replace(REVIEW.decision, reasons=(*REVIEW.decision.reasons, VIP))
    assert VIP.text in drawn(replace(REVIEW, decision=decision))


def test_decided_cards_have_no_deciding_buttons() -> None:
    for state in ("approved", "sent", "rejected", "taken-over", "auto-sent"):
        assert not set(buttons(STATES[state])) & {ids.APPROVE, ids.EDIT, ids.REJECT, ids.TAKE_OVER, ids.HOLD}, state
        assert ids.WHY in buttons(STATES[state]), state


def test_buttons_stand_where_somebody_is_waited_for() -> None:
    assert buttons(STATES["review"]) == [ids.APPROVE, ids.EDIT, ids.REJECT, ids.TAKE_OVER, ids.WHY]
    for state in ("human", "quarantined", "unknown", "dead"):
        assert buttons(STATES[state]) == [ids.TAKE_OVER, ids.WHY], state


def buttons(case: Case) -> list[str]:
    thread = draft.message(case)
    blocks = [*card.view(case).blocks, *(thread.blocks if thread else ())]
    return [element["action_id"] for block in blocks if block["type"] == "actions" for element in block["elements"]]


def test_a_scheduled_card_tells_its_time_and_how_to_stop_it() -> None:
    shown = drawn(STATES["scheduled"])
    assert shown.count("⏱️ Sends by itself") == 2
    assert shown.count('"format": "{time}"') == 2
    assert [label for label in ("Hold", "Edit", "Take over", "Approve & send", "Reject") if f'"text": "{label}"' in shown] == [
        "Hold",
        "Edit",
        "Take over",
    ]
    assert buttons(STATES["released"]) == [ids.WHY]
    assert "Held by Ana Ruiz" in drawn(STATES["held"])
    assert "Sends by itself" not in drawn(STATES["held"])


def test_who_when_and_what_stand_on_a_decided_card() -> None:
    rejected = replace(REVIEW, status=Status.REJECTED, outcome=outcome("rejected", "not_ours: try ops"))
    shown = drawn(rejected)
    assert "Ana Ruiz" in shown
    assert "It is not for this inbox. try ops" in shown
    assert '"date"' in shown


def test_every_status_has_a_card() -> None:
    for status in Status:
        assert card.view(replace(REVIEW, status=status)).blocks


def test_route_review_without_gate_names_the_route() -> None:
    assert REVIEW.decision is not None
    decision = replace(REVIEW.decision, would_be=Route.REVIEW, reasons=(VIP,))
    assert "Route: needs review (score 0.93, read by the local model)" in drawn(replace(REVIEW, decision=decision))


@pytest.mark.parametrize(
    ("by", "told"), [("hosted", "read by a language model"), ("both", "read by the local model and a language model, which agree")]
)
def test_who_found_the_intent_is_told_once_it_cannot_sway(by: Reader, told: str) -> None:
    sent = STATES["sent"]
    assert sent.classification is not None
    assert f"(score 0.93, {told})" in drawn(replace(sent, classification=replace(sent.classification, by=by)))
    assert REVIEW.classification is not None
    assert told not in drawn(replace(REVIEW, classification=replace(REVIEW.classification, by=by)))


def test_that_a_mail_asks_for_several_things_is_told_to_a_blind_reviewer_too() -> None:
    shown = drawn(STATES["review-several"])
    assert SEVERAL.text in shown
    assert GATE.text not in shown
    assert card.EARN in shown


def test_the_words_that_a_model_read_are_told_to_whoever_answers_and_to_no_blind_reviewer() -> None:
    told = "by these words: “What would that cost us a year?”, “move in January”."
    assert told in drawn(STATES["human-read-twice"])
    assert told in drawn(STATES["sent-read-twice"])
    blind = STATES["review-several"]
    assert told not in drawn(blind)
    assert told not in json.dumps(sources.view(replace(blind, draft=REWORDED)), ensure_ascii=False)
    open_one = read_twice(replace(STATES["review-promoted"], draft=REWORDED))
    assert told in json.dumps(sources.view(open_one), ensure_ascii=False)


def test_quotes_are_shown_as_a_strangers_words() -> None:
    case = STATES["human-read-twice"]
    assert case.classification is not None
    planted = replace(case.classification, evidence=("<!channel> https://evil.example/pay *now*\u202e",))
    shown = drawn(replace(case, classification=planted))
    assert "https://evil.example" not in shown
    assert "hxxps://evil[.]example" in shown
    assert "\u202e" not in shown


def test_a_models_line_is_told_as_one_until_the_case_is_decided() -> None:
    case = STATES["human-long"]
    assert "In short (by a model): " in drawn(case)
    assert "In short" not in drawn(replace(case, status=Status.TAKEN_OVER, outcome=outcome("taken_over")))
    planted = json.dumps(card.view(STATES["human-long-hostile"]).blocks, ensure_ascii=False)
    assert "https://evil.example" not in planted
    assert '"type": "link"' not in planted
    assert '"type": "user"' not in planted
    assert '"type": "broadcast"' not in planted
