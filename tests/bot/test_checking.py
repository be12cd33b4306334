"""Who is checked is drawn before anybody looks, and only where a letter could have gone out by itself."""

from dataclasses import replace

from bot.checking import checked
from pipeline.case import Context, Route, Status, Triaged
from pipeline.gate.states import State
from pipeline.rights import Right, Rights
from tests.blocks.cases import DECISION, MAIL, REVIEW, human
from tests.pipeline.letters import house

SECRET = b"nobody knows"
MAILS = [replace(MAIL, message_id=f"{number}@northwind.example") for number in range(2000)]
MADE = Triaged(Status.REVIEW, REVIEW.classification, Context(False, True, 0), replace(DECISION, gate_key="k"), REVIEW.draft)


def drawn(made: Triaged, rights: Rights | None = None, secret: bytes = SECRET) -> list[Triaged]:
    return [checked(made, mail, replace(house(), rights=rights or Rights()), secret) for mail in MAILS]


def test_one_in_twenty_is_seeded_one_in_twenty_is_doubled_and_none_is_both() -> None:
    found = drawn(MADE)
    seeded, doubled = [one for one in found if one.seeded], [one for one in found if one.doubled]
    assert 70 < len(seeded) < 130
    assert 65 < len(doubled) < 130
    assert not any(one.seeded and one.doubled for one in found)
    assert len({one.seeded.kind for one in seeded if one.seeded}) > 1
    assert drawn(MADE) == found
    assert drawn(MADE, secret=b"another") != found


def test_the_true_draft_is_never_changed() -> None:
    assert all(one.draft == MADE.draft for one in drawn(MADE))


def test_nothing_is_drawn_where_nothing_could_have_gone_out_by_itself() -> None:
    demoted = Rights({"pricing": Right(State.DEMOTED, "k")})
    careful = replace(MADE, decision=replace(MADE.decision, would_be=Route.REVIEW))
    keyless = replace(MADE, decision=DECISION)
    outlined = replace(MADE, status=Status.HUMAN, draft=human(REVIEW).draft)
    for found in (drawn(MADE, demoted), drawn(careful), drawn(keyless), drawn(outlined)):
        assert not any(one.seeded or one.doubled for one in found)
