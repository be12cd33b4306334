"""What a click says of a draft is written down once, blind, and of the right person; a test draft never leaves the card."""

from dataclasses import replace

import pytest

from blocks import draft as drawn
from blocks.state import shown
from bot.store.labels import labels_of
from pipeline import review
from pipeline.case import Case, CaseId, Status
from pipeline.effects import SecondLook, SendReply
from pipeline.gate.labels import counted
from pipeline.review import Move, Whom
from tests.bot.gating import INTENT, SEEDED, Judging
from tests.bot.scene import ANA, BEN, Scene, mail


@pytest.fixture
async def judging(stage: Scene) -> Judging:
    made = Judging(stage)
    object.__setattr__(stage.worker, "triage", made.triage)
    return made


async def move(at: Judging, case: Case, made: Move | review.Refused) -> Case:
    assert isinstance(made, Move), made
    after = await at.scene.cases.commit(case, made)
    assert after is not None
    return after


async def label(at: Judging, case: CaseId) -> tuple[object, ...]:
    """fate, verdict, judged_by."""
    row = await at.scene.database.run(lambda link: link.fetchrow("select fate, verdict, judged_by from labels where case_id = $1", case))
    return tuple(row) if row else ()


async def edited(at: Judging, case: Case, text: str, whom: Whom | None = None) -> Case:
    return await move(at, case, review.edit(case, case.revision, BEN, await at.scene.now(), "Re: hours", text, (), whom))


async def test_sent_as_it_was_is_right_and_counted_once(judging: Judging) -> None:
    case = await judging.scene.reviewed("a")
    assert await label(judging, case.id) == (None, None, None)
    await judging.scene.approve(case)
    assert await label(judging, case.id) == ("sent_as_is", "right", ANA.id)
    await judging.scene.settle()
    assert (await judging.scene.case(case.id)).status is Status.SENT
    assert await label(judging, case.id) == ("sent_as_is", "right", ANA.id)
    assert await judging.scene.value("select revealed_at from labels") is None


async def test_a_changed_number_or_another_recipient_is_wrong(judging: Judging) -> None:
    number = await judging.scene.reviewed("a")
    await judging.scene.approve(await edited(judging, number, "We open at ten.\n"))
    assert await label(judging, number.id) == ("big_edit", "wrong", ANA.id)
    whom = await judging.scene.reviewed("b")
    other = await edited(judging, whom, "We open at nine.\n", Whom(("other@customers.example",), (), ""))
    await judging.scene.approve(other)
    assert await label(judging, whom.id) == ("big_edit", "wrong", ANA.id)


async def test_rejected_and_taken_over_are_wrong(judging: Judging) -> None:
    case = await judging.scene.reviewed("a")
    await move(judging, case, review.reject(case, case.revision, ANA, await judging.scene.now(), "wrong_answer", ""))
    assert await label(judging, case.id) == ("rejected", "wrong", ANA.id)
    other = await judging.scene.reviewed("b")
    await move(judging, other, review.take_over(other, other.revision, BEN, await judging.scene.now()))
    assert await label(judging, other.id) == ("taken_over", "wrong", BEN.id)


@pytest.mark.parametrize(
    ("text", "found"), [("We open at nine.", ("small_edit", "right", None)), ("Call us.", ("answered_by_hand", "wrong", None))]
)
async def test_answering_by_hand_is_a_label_too(judging: Judging, text: str, found: tuple[object, ...]) -> None:
    case = await judging.scene.reviewed("a")
    await move(judging, case, review.answered_by_hand(case, "Ben", await judging.scene.now(), text))
    assert await label(judging, case.id) == found


async def test_a_draft_that_was_not_sent_after_all_and_is_rejected_then_is_known_to_be_wrong(judging: Judging) -> None:
    case = await judging.scene.reviewed("a")
    await judging.scene.approve(case)
    await judging.scene.arrive(mail("b", thread="a"), "b")
    await judging.scene.settle()
    back = await judging.scene.case(case.id)
    assert back.status is Status.REVIEW
    await move(judging, back, review.reject(back, back.revision, BEN, await judging.scene.now(), "wrong_answer", ""))
    assert await label(judging, case.id) == ("sent_as_is", "right", ANA.id)
    assert await judging.scene.value("select complained_at is not null from labels where case_id = $1", case.id)


async def test_who_asked_to_see_what_the_rules_allow_gives_no_evidence(judging: Judging) -> None:
    seen, blind, late = [await judging.scene.reviewed(name) for name in "abc"]
    await judging.scene.cases.reveal(seen.id, BEN.id)
    for case in (seen, blind, late):
        await judging.scene.approve(case)
    await judging.scene.cases.reveal(late.id, BEN.id)
    rows = await judging.scene.database.run(lambda link: labels_of(link, INTENT))
    labels = [replace(row.label, sender=str(row.label.case)) for row in rows]
    found = counted(labels, judging.house.keys[INTENT], labels[0].received_at, await judging.scene.now())
    assert [(label.case, why) for label, why in found.left_out] == [(seen.id, "not_blind"), (blind.id, "open"), (late.id, "open")]
    assert await judging.scene.value("select count(*) from audit_log where action = 'reveal'") == 2


async def test_what_is_kept_tells_nobody_whom_it_was_about(judging: Judging) -> None:
    case = await judging.scene.reviewed("a")
    other = await judging.scene.reviewed("b", text="careful")
    rows = await judging.scene.database.run(lambda link: link.fetch("select * from labels order by case_id"))
    assert [row["would_go"] for row in rows] == [True, False]
    assert rows[0]["sender"] == rows[1]["sender"] != case.email.sender.address
    assert rows[0]["thread"] != rows[1]["thread"]
    assert "customers.example" not in str(rows)
    assert other.id != case.id


async def test_a_test_draft_is_on_the_card_and_its_approval_sends_nothing(judging: Judging) -> None:
    case = await judging.scene.reviewed("a", text="a test draft")
    assert case.seeded == SEEDED
    assert "We open at ten." in str(drawn.message(case))
    assert "We open at nine." not in str(drawn.message(case))
    assert isinstance(review.approve(case, case.revision, ANA, await judging.scene.now(), ""), review.Refused)
    after = await move(judging, case, review.unmask(case, case.revision, ANA, await judging.scene.now(), missed=True))
    assert (after.status, after.seeded, after.outcome) == (Status.REVIEW, None, None)
    await judging.scene.settle()
    assert judging.scene.sent() == []
    assert "We open at nine." in str(drawn.message(after))
    assert "This was a test draft" in str(drawn.message(after))
    assert await label(judging, case.id) == (None, None, None)
    assert await judging.scene.value("select (reviewer, missed)::text from reviewer_checks") == f"({ANA.id},t)"
    await judging.scene.approve(after)
    await judging.scene.settle()
    assert len(judging.scene.sent()) == 1
    assert b"We open at nine." in judging.scene.sent()[0]
    assert await judging.scene.value("select count(*) from effects where payload like '%' || $1 || '%'", "at ten") == 0
    assert await judging.scene.value("select seeded from labels where case_id = $1", case.id) is True


async def test_every_move_from_a_test_draft_leaves_the_true_one_alone(judging: Judging) -> None:
    """Whatever somebody does while the bad draft is shown, what a reply would be made of is the true one."""
    case, now = await judging.scene.reviewed("a", text="a test draft"), await judging.scene.now()
    assert case.draft is not None
    bad = shown(case).draft
    assert bad is not None
    assert bad.sha256 != case.draft.sha256
    tried = (
        review.approve(case, case.revision, ANA, now, ""),
        review.unmask(case, case.revision, ANA, now, missed=False),
        review.reject(case, case.revision, ANA, now, "other", ""),
        review.take_over(case, case.revision, ANA, now),
        review.answered_by_hand(case, "Ben", now, "x"),
        review.edit(case, case.revision, ANA, now, "Re", "words", ()),
    )
    moves = [made for made in tried if isinstance(made, Move)]
    assert len(moves) == 5
    sends = [effect for made in moves for effect in made.effects if isinstance(effect, SendReply)]
    assert sends == []
    assert all(made.draft is None or made.draft.sha256 != bad.sha256 for made in moves)
    assert await judging.scene.value("select count(*) from drafts where sha256 = $1", bad.sha256) == 0


async def test_a_second_person_is_asked_and_only_another_one_counts(judging: Judging) -> None:
    case = await judging.scene.reviewed("a", text="twice please")
    assert not await judging.second(case, BEN.id, wrong=True)
    await judging.scene.approve(case)
    await judging.scene.settle()
    asked = [line for line in judging.scene.board.lines() if line["kind"] == "second"]
    assert [(line["ts"], line["text"]) for line in asked] == [(SecondLook(case.id).key, "We open at nine.\n")]
    assert not await judging.second(case, ANA.id, wrong=True)
    assert await judging.second(case, BEN.id, wrong=True)
    assert not await judging.second(case, BEN.id, wrong=False)
    row = await judging.scene.value("select (reviewer, second, first_wrong, second_wrong)::text from reviewer_checks")
    assert row == f"({ANA.id},{BEN.id},f,t)"
