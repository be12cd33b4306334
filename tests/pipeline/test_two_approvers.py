"""Where a rule asks for two approvals, one person's is never enough, whatever they click."""

from dataclasses import replace

from pipeline.case import Case, PersonId, Status
from pipeline.effects import SendReply
from pipeline.people import Person
from pipeline.review import Move, Refused, approve, edit
from tests.blocks.cases import DECISION, NOW, REVIEW

ANA, BEN = (Person(PersonId(f"U{name}"), name, f"{name}@larkspur.example", "member") for name in ("ana", "ben"))
TWO = replace(REVIEW, decision=replace(DECISION, second_approver=True))


def after(case: Case, move: Move | Refused) -> Case:
    assert isinstance(move, Move)
    draft = move.draft or case.draft
    return replace(case, revision=case.revision + 1, status=move.status, draft=draft, outcome=move.outcome, agreed=move.agreed)


def approved(case: Case, by: Person) -> Move | Refused:
    return approve(case, case.revision, by, NOW, "")


def sends(move: Move | Refused) -> bool:
    return isinstance(move, Move) and any(isinstance(effect, SendReply) for effect in move.effects)


def test_the_first_approval_sends_nothing_and_the_second_does() -> None:
    first = approved(TWO, ANA)
    assert not sends(first)
    case = after(TWO, first)
    assert case.status is Status.REVIEW
    again = approved(case, ANA)
    assert isinstance(again, Refused)
    assert "somebody else" in again.sentence
    second = approved(case, BEN)
    assert sends(second)
    assert isinstance(second, Move)
    assert ("first_approver", ANA.id) in second.detail
    assert after(case, second).agreed is not None, "the send checks that both may still approve"


def test_an_edit_makes_the_first_approval_void() -> None:
    case = after(TWO, approved(TWO, ANA))
    edited = after(case, edit(case, case.revision, BEN, NOW, "Re: price", "Other words.", ()))
    assert edited.agreed is None
    assert not sends(approved(edited, BEN))


def test_without_such_a_rule_one_is_enough() -> None:
    assert sends(approved(REVIEW, ANA))
