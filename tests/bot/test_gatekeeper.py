"""From labels to a right and back, over the database: who is counted, who promotes, what takes the right away."""

import asyncio
from dataclasses import replace

import pytest

from bot import delivery
from pipeline.case import Status
from pipeline.gate.demotion import SevereError, TakenAway
from pipeline.gate.states import Change, Cleared, Lost, Promoted, StartedOver, State, Suspected
from pipeline.policy.rulebook import Rule
from pipeline.review import Move, Refused, answered_by_hand, hold
from tests.bot.gating import INTENT, Judging, kept
from tests.bot.scene import ANA, Scene, publish

STRICTER = {
    "name": "stricter",
    "why": "No answers to anybody.",
    "when": {"kind": "intent", "one_of": [INTENT]},
    "then": {"at_most": "human"},
}


@pytest.fixture
async def judging(stage: Scene) -> Judging:
    return Judging(stage)


async def said(judging: Judging) -> list[str]:
    """What the channel was told, in order."""
    await judging.scene.settle()
    return [str(line["text"]) for line in judging.scene.board.lines() if line["kind"] == "announce"]


async def test_labels_make_an_intent_eligible_a_person_promotes_it_and_the_channel_reads_it(judging: Judging) -> None:
    await judging.gatekeeper.look()
    assert await judging.state() is State.LEARNING
    await judging.labels(170)
    await judging.attentive(caught=400)
    await judging.gatekeeper.look()
    assert await judging.state() is State.LEARNING
    await judging.labels(10)
    await judging.gatekeeper.look()
    assert await judging.state() is State.ELIGIBLE
    assert isinstance(await judging.promote(), Change)
    assert await judging.state() is State.AUTO_SEND
    assert await said(judging) == [
        "support has earned it: 0 wrong in 180 answers. A person may promote it.",
        "support may answer by itself.",
    ]
    rows = await judging.scene.value("select array_agg(actor order by id) from gate_changes")
    assert rows == ["", ANA.id]
    assert await judging.scene.value("select count(*) from audit_log where action = 'gate'") == 2


async def test_without_any_trial_of_the_reviewers_nothing_is_promoted(judging: Judging) -> None:
    await judging.gatekeeper.look()
    await judging.labels(2000)
    await judging.gatekeeper.look()
    assert await judging.state() is State.LEARNING
    refused = await judging.promote()
    assert isinstance(refused, Refused)
    assert await judging.state() is State.LEARNING


async def test_labels_younger_than_three_days_do_not_count(judging: Judging) -> None:
    await judging.gatekeeper.look()
    await judging.labels(500, days=2.9)
    await judging.attentive()
    await judging.gatekeeper.look()
    assert await judging.state() is State.LEARNING


@pytest.mark.parametrize("right", [0, 100, 171, 300, 900])
async def test_looking_alone_never_gives_the_right(judging: Judging, right: int) -> None:
    await judging.gatekeeper.look()
    await judging.labels(right)
    await judging.attentive()
    for _ in range(4):
        await judging.gatekeeper.look()
    assert await judging.state() in (State.LEARNING, State.ELIGIBLE)
    assert await judging.scene.value("select count(*) from gates where watched_from is not null") == 0
    assert isinstance(await judging.promote(by=""), Refused)


async def test_an_error_takes_eligibility_back(judging: Judging) -> None:
    await judging.eligible()
    assert await judging.state() is State.ELIGIBLE
    await judging.labels(0, wrong=3, days=0)
    await judging.gatekeeper.look()
    assert await judging.state() is State.LEARNING
    assert isinstance(await judging.promote(), Refused)


async def test_money_needs_more(judging: Judging) -> None:
    house = judging.house
    judging.house = replace(house, intents={**house.intents, INTENT: house.intents[INTENT].model_copy(update={"careful": True})})
    await judging.gatekeeper.look()
    await judging.labels(220)
    await judging.attentive(caught=400)
    await judging.gatekeeper.look()
    assert await judging.state() is State.LEARNING
    await judging.labels(200)
    await judging.gatekeeper.look()
    assert await judging.state() is State.ELIGIBLE


async def test_many_wrong_answers_alarm_and_demote_and_a_person_starts_over(judging: Judging) -> None:
    await judging.promoted()
    await judging.sent(right=100)
    await judging.gatekeeper.look()
    assert await judging.state() is State.AUTO_SEND
    await judging.sent(right=0, wrong=8)
    await judging.gatekeeper.look()
    assert await judging.state() is State.DEMOTED
    assert "People found more wrong answers than the promise allows." in (await said(judging))[-1]
    await judging.gatekeeper.look()
    assert await judging.state() is State.DEMOTED
    revision = int(str(await judging.scene.value("select revision from gates where intent = $1", INTENT)))
    assert isinstance(await judging.gatekeeper.act(INTENT, revision, lambda seen: StartedOver(ANA.id, " ")), Refused)
    assert isinstance(await judging.gatekeeper.act(INTENT, revision, lambda seen: StartedOver(ANA.id, "new template")), Change)
    await judging.gatekeeper.look()
    assert await judging.state() is State.LEARNING


async def test_holds_and_complaints_alarm_though_nobody_found_them_wrong(judging: Judging) -> None:
    await judging.promoted()
    await judging.sent(right=60)
    await judging.scene.value("update auto_answers set complained_at = clock_timestamp() where case_id % 8 = 0")
    await judging.gatekeeper.look()
    assert await judging.state() is State.DEMOTED
    assert "held, undone or complained" in (await said(judging))[-1]


async def test_a_severe_error_and_a_person_who_says_so_demote_at_once(judging: Judging) -> None:
    await judging.promoted()
    assert isinstance(await judging.gatekeeper.act(INTENT, 2, lambda seen: Suspected(7, "a price")), Change)
    assert await judging.state() is State.SUSPENDED
    await judging.gatekeeper.look()
    assert await judging.state() is State.SUSPENDED
    assert isinstance(await judging.gatekeeper.act(INTENT, 3, lambda seen: Lost(SevereError(7, "invented_price", ANA.id))), Change)
    assert await judging.state() is State.DEMOTED


async def test_stricter_rules_keep_the_right_and_any_other_change_takes_it(judging: Judging) -> None:
    await judging.promoted()
    rules = judging.house.rulebook.rules
    judging.house = kept({"rules": (*rules, Rule.model_validate(STRICTER))})
    await judging.gatekeeper.look()
    assert await judging.state() is State.AUTO_SEND
    assert await judging.scene.value("select watched_from = since from gates where intent = $1", INTENT) is False
    judging.house = kept({"rules": rules})
    await judging.gatekeeper.look()
    assert await judging.state() is State.DEMOTED
    assert "has changed: rules" in (await said(judging))[-1]


async def test_a_process_that_has_not_taken_up_the_newest_policies_takes_no_right(judging: Judging) -> None:
    await judging.promoted()
    stricter = kept({"rules": (*judging.house.rulebook.rules, Rule.model_validate(STRICTER))})
    old, judging.house = judging.house, stricter
    await judging.gatekeeper.look()
    await publish(judging.scene.database, 2)
    judging.house = old.numbered(1)
    await judging.gatekeeper.look()
    assert await judging.state() is State.AUTO_SEND, "the older rules look freer, but they are not in force"
    judging.house = stricter.numbered(2)
    await judging.gatekeeper.look()
    assert await judging.state() is State.AUTO_SEND


async def test_an_intent_that_cannot_be_judged_keeps_no_other_from_losing_its_right(judging: Judging) -> None:
    await judging.promoted()
    await judging.scene.value("update gates set makings = '{}' where intent <> $1", INTENT)
    judging.house = replace(judging.house, keys={**judging.house.keys, INTENT: "another"})
    judging.asked = {"classify": ("openai/gpt-4o-2024-08-06",)}
    with pytest.raises(ExceptionGroup, match="could not be judged"):
        await judging.gatekeeper.look()
    assert await judging.state() is State.DEMOTED


async def test_another_model_takes_the_right(judging: Judging) -> None:
    await judging.promoted()
    judging.house = replace(judging.house, keys={**judging.house.keys, INTENT: "another"})
    judging.asked = {"classify": ("openai/gpt-4o-2024-08-06",)}
    await judging.gatekeeper.look()
    assert await judging.state() is State.DEMOTED
    assert await judging.scene.value("select key from gates where intent = $1", INTENT) == "another"


async def test_the_right_can_be_taken_even_when_the_key_has_changed_meanwhile(judging: Judging) -> None:
    await judging.promoted()
    judging.house = replace(judging.house, keys={**judging.house.keys, INTENT: "another"})
    assert isinstance(await judging.gatekeeper.act(INTENT, 2, lambda seen: Lost(TakenAway(ANA.id, "no"))), Change)
    assert await judging.state() is State.DEMOTED


async def test_promotion_is_refused_where_something_changed_since_it_was_opened(judging: Judging) -> None:
    await judging.eligible()
    stale = await judging.gatekeeper.act(INTENT, 0, lambda seen: Promoted(ANA.id, seen.standing.key, seen.progress))
    assert isinstance(stale, Refused)
    judging.house = replace(judging.house, keys={**judging.house.keys, INTENT: "another"})
    assert isinstance(await judging.promote(), Refused)
    assert await judging.state() is State.ELIGIBLE


async def test_two_processes_that_look_at_once_write_each_step_once(judging: Judging) -> None:
    await judging.gatekeeper.look()
    await judging.labels(260)
    await judging.attentive()
    await asyncio.gather(*(judging.gatekeeper.look() for _ in range(6)))
    assert await judging.state() is State.ELIGIBLE
    assert await judging.scene.value("select count(*) from gate_changes") == 1
    done = await asyncio.gather(*(judging.promote() for _ in range(6)))
    assert sum(isinstance(one, Change) for one in done) == 1
    assert await judging.scene.value("select array_agg(revision order by id) from gate_changes") == [1, 2]


async def test_nobody_learns_a_new_classifier_over_a_right(judging: Judging) -> None:
    from bot.store.codec import PLAIN
    from bot.store.models import Models

    await judging.scene.value("delete from gates")
    models = Models(judging.scene.database, PLAIN, fewest=0)
    assert await models.is_due("shipped")
    await judging.gatekeeper.look()
    await judging.labels(49)
    assert await models.is_due("shipped")
    await judging.labels(1)
    assert not await models.is_due("shipped")
    await judging.scene.value("delete from labels")
    await judging.promoted()
    await judging.scene.value("delete from labels")
    assert not await models.is_due("shipped")


async def test_what_goes_out_by_itself_is_kept_once_with_its_chance_and_what_people_hold_too(judging: Judging) -> None:
    """As the outbox and a person's Hold move a case; the first answers are all looked at."""
    object.__setattr__(judging.scene.worker, "triage", judging.triage)
    went, waits = await judging.scene.reviewed("a"), await judging.scene.reviewed("b")
    held = replace(waits, status=Status.SCHEDULED)
    await judging.scene.value("update messages set status = 'scheduled' where id = $1", held.id)
    sent = delivery.sent(went, await judging.scene.now())
    after = await judging.scene.cases.commit(went, sent)
    assert after is not None
    await judging.scene.value("update messages set status = 'scheduled' where id = $1", held.id)
    held = await judging.scene.case(held.id)
    stopped = hold(held, held.revision, ANA, await judging.scene.now())
    assert isinstance(stopped, Move)
    assert await judging.scene.cases.commit(held, stopped) is not None
    kept = "select array_agg((case_id, held, chance, picked)::text order by case_id) from auto_answers"
    assert await judging.scene.value(kept) == [f"({went.id},f,1,t)", f"({held.id},t,1,f)"]
    again = answered_by_hand(after, "Ben", await judging.scene.now(), "We open at ten.")
    assert isinstance(again, Move)
    assert await judging.scene.cases.commit(after, again) is not None
    assert await judging.scene.value("select corrected_at is not null from auto_answers where case_id = $1", went.id)


async def test_after_two_hundred_answers_a_share_is_looked_at_and_never_none(judging: Judging) -> None:
    await judging.promoted()
    await judging.sent(right=600)
    object.__setattr__(judging.scene.worker, "triage", judging.triage)
    for name, likely in (("stranger", 0.5), ("again", 0.1)):
        case = await judging.scene.reviewed(name)
        await judging.scene.cases.commit(case, delivery.sent(case, await judging.scene.now()))
        assert await judging.scene.value("select chance from auto_answers where case_id = $1", case.id) == pytest.approx(likely)


async def test_two_severe_doubts_at_once_both_wait_for_a_person_and_what_is_cleared_stays_so(judging: Judging) -> None:
    await judging.promoted()
    object.__setattr__(judging.scene.worker, "triage", judging.triage)
    for name in ("a", "b"):
        case = await judging.scene.reviewed(name)
        await judging.scene.cases.commit(case, delivery.sent(case, await judging.scene.now()))
    await judging.scene.value(
        "insert into qa_reviews (message_id, model, doubt, codec, finding) select id, 'm', 'leak', 'plain', '' from messages returning 1"
    )
    for _ in range(3):
        await judging.gatekeeper.look()
    found = await judging.scene.value("select suspected from gates where intent = $1", INTENT)
    assert isinstance(found, list)
    assert len(found) == 2
    for revision, case in enumerate(found, start=4):
        assert await judging.state() is State.SUSPENDED
        assert isinstance(await judging.gatekeeper.act(INTENT, revision, lambda seen, case=case: Cleared(case, ANA.id)), Change)  # type: ignore[misc]
        await judging.gatekeeper.look()
    assert await judging.state() is State.AUTO_SEND
