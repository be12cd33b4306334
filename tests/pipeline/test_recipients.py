"""Who gets an answer: by itself exactly one person, with approval those whom the mail names and the reviewer ticked."""

import hashlib
import json
from dataclasses import replace

import pytest

from bot.store.documents import DRAFT as STORED
from bot.store.documents import dump
from pipeline.case import Draft
from pipeline.effects import Forward, SendReply
from pipeline.email import Address, Authentication
from pipeline.errors import Permanent
from pipeline.people import Person
from pipeline.recipients import MOST, Recipients, addressed, author, elsewhere, offered, recipients, ticked
from pipeline.review import Move, Refused, Whom, approve, edit
from tests.blocks.cases import DRAFT, MAIL, NOW, REVIEW, SUPPORT

NORA = MAIL.sender
VISITOR = Address("Vera", "vera@visitor.example")
COPIED = Address("", "ceo@northwind.example")
OWN = frozenset({str(SUPPORT), "sales@larkspur.example"})
FORMS = frozenset({"form@web.example"})
FORM = replace(MAIL, sender=Address("Web form", "form@web.example"), reply_to=(VISITOR,))
MANY = replace(
    MAIL,
    reply_to=(VISITOR, NORA),
    to=(Address("", SUPPORT), Address("", "support+x@larkspur.example"), Address("", "otto@northwind.example")),
    cc=(COPIED, VISITOR, Address("", "sales@larkspur.example"), Address("", "bad address"), Address("", "eva@bücher.example")),
)
ANA = Person(DRAFT.author, "Ana", "ana@larkspur.example", "member")  # type: ignore[arg-type]  # any id will do
UNKNOWN = Authentication("none", "", "")


def test_an_automatic_answer_goes_to_the_authenticated_sender_alone() -> None:
    assert recipients(MANY, DRAFT, OWN, FORMS, automatic=True) == Recipients((NORA,))
    for verdict in ("none", "fail"):
        with pytest.raises(Permanent, match="nobody vouches"):
            recipients(replace(MANY, authentication=Authentication(verdict, "", "")), DRAFT, OWN, FORMS, automatic=True)


@pytest.mark.parametrize("whom", [(VISITOR.address,), (NORA.address, COPIED.address), (COPIED.address,)])
def test_an_automatic_answer_to_anybody_else_is_refused(whom: tuple[str, ...]) -> None:
    with pytest.raises(Permanent, match="other recipients"):
        recipients(MANY, replace(DRAFT, to=whom), OWN, FORMS, automatic=True)
    with pytest.raises(Permanent, match="other recipients"):
        recipients(MANY, replace(DRAFT, to=(NORA.address,), cc=(COPIED.address,)), OWN, FORMS, automatic=True)


def test_a_listed_contact_form_is_answered_at_its_reply_to() -> None:
    draft = replace(DRAFT, to=(VISITOR.address,))
    assert author(FORM, FORMS) == VISITOR
    assert recipients(FORM, draft, OWN, FORMS, automatic=True) == Recipients((VISITOR,))
    assert recipients(FORM, draft, OWN, FORMS, automatic=False) == Recipients((VISITOR,))


def test_a_form_that_is_not_listed_or_not_authenticated_is_not_believed() -> None:
    assert author(FORM, frozenset()) == author(replace(FORM, authentication=UNKNOWN), FORMS) == FORM.sender
    for email, forms in ((FORM, frozenset[str]()), (replace(FORM, authentication=UNKNOWN), FORMS)):
        with pytest.raises(Permanent):
            recipients(email, replace(DRAFT, to=(VISITOR.address,)), OWN, forms, automatic=True)


@pytest.mark.parametrize("reply_to", [(), (VISITOR, COPIED), (Address("", SUPPORT),), (Address("", "a b@x.example"),)])
def test_a_form_that_names_no_single_person_gets_no_automatic_answer(reply_to: tuple[Address, ...]) -> None:
    with pytest.raises(Permanent):
        recipients(replace(FORM, reply_to=reply_to), DRAFT, OWN, FORMS, automatic=True)


def test_every_other_address_of_the_mail_is_offered_once_where_it_first_stands() -> None:
    assert [(offer.address.address, offer.place) for offer in offered(MANY, OWN)] == [
        (NORA.address, "From"), (VISITOR.address, "Reply-To"), ("otto@northwind.example", "To"), (COPIED.address, "Cc"),
        ("eva@xn--bcher-kva.example", "Cc"),
    ]  # fmt: skip
    crowd = tuple(Address("", f"a{number}@x.example") for number in range(200))
    assert len(offered(replace(MAIL, cc=crowd), OWN)) == MOST


def test_what_is_ticked_keeps_its_place_and_what_is_not_offered_cannot_be_ticked() -> None:
    keys = {offer.address.address: offer.key for offer in offered(MANY, OWN)}
    assert ticked(MANY, OWN, frozenset({keys[NORA.address], keys[COPIED.address]})) == ((NORA.address,), (COPIED.address,))
    foreign = hashlib.sha256(b"evil@x.test").hexdigest()[:16]
    assert ticked(MANY, OWN, frozenset({foreign, "x"})) == ((), ())


def test_an_approved_answer_goes_exactly_to_whom_the_draft_names() -> None:
    draft = replace(DRAFT, to=(NORA.address, VISITOR.address), cc=(COPIED.address,))
    assert recipients(MANY, draft, OWN, FORMS, automatic=False) == Recipients((NORA, VISITOR), (COPIED,))
    assert recipients(MANY, DRAFT, OWN, FORMS, automatic=False) == Recipients((NORA,))


@pytest.mark.parametrize(
    ("to", "cc"),
    [
        (("evil@x.test",), ()), ((NORA.address, "evil@x.test"), ()), ((NORA.address,), ("evil@x.test",)), ((), (COPIED.address,)),
        ((NORA.address, NORA.address), ()), ((NORA.address,), (NORA.address,)), ((COPIED.address,), ()), ((str(SUPPORT),), ()),
        (("support+x@larkspur.example",), ()), ((NORA.address,), (VISITOR.address,)), (("Nora@Northwind.example",), ()),
    ],
)  # fmt: skip
def test_an_approved_answer_to_anybody_else_is_refused(to: tuple[str, ...], cc: tuple[str, ...]) -> None:
    with pytest.raises(Permanent):
        recipients(MANY, replace(DRAFT, to=to, cc=cc), OWN, FORMS, automatic=False)


def test_a_reply_to_elsewhere_is_named_until_the_draft_goes_there() -> None:
    assert elsewhere(MANY, DRAFT) == (VISITOR.address,)
    assert elsewhere(MANY, replace(DRAFT, to=(VISITOR.address,))) == ()
    assert elsewhere(MAIL, DRAFT) == ()


def test_a_draft_that_was_stored_before_recipients_goes_to_from_under_its_old_digest() -> None:
    stored = json.loads(dump(STORED, DRAFT))
    for name in ("to", "cc", "forward_to"):
        del stored[name]
    old = STORED.validate_python(stored)
    assert addressed(MAIL, old) == ((NORA.address,), ())
    assert old.sha256 == hashlib.sha256(f"{old.subject}\n\n{old.text}".encode()).hexdigest()


def test_the_digest_covers_the_recipients() -> None:
    drafts: list[Draft] = [
        DRAFT,
        replace(DRAFT, to=("a@x",)),
        replace(DRAFT, cc=("a@x",)),
        replace(DRAFT, forward_to="a@x"),
        replace(DRAFT, to=("a@x", "b@x")),
        replace(DRAFT, to=("a@x,b@x",)),
    ]
    assert len({draft.sha256 for draft in drafts}) == len(drafts)


def test_a_reviewers_choice_is_a_new_version_that_is_written_down_and_approved() -> None:
    chosen = edit(REVIEW, 3, ANA, NOW, "Re: x", "Hello", (), Whom((NORA.address,), (COPIED.address,), "partners@larkspur.example"))
    assert isinstance(chosen, Move)
    assert chosen.draft is not None
    assert (chosen.draft.to, chosen.draft.cc, chosen.draft.version) == ((NORA.address,), (COPIED.address,), 2)
    assert dict(chosen.detail)["sha256"] == chosen.draft.sha256
    assert (dict(chosen.detail)["to"], dict(chosen.detail)["cc"]) == ("1", "1")
    assert not any("@" in value for _, value in chosen.detail)
    sent = approve(replace(REVIEW, draft=chosen.draft), 3, ANA, NOW, "")
    assert isinstance(sent, Move)
    _, reply, forward = sent.effects
    assert (isinstance(reply, SendReply) and reply.sha256) == chosen.draft.sha256
    assert forward == Forward(REVIEW.id, 4, "partners@larkspur.example", ANA.id)
    assert dict(sent.detail)["recipients_sha256"] == dict(chosen.detail)["recipients_sha256"]


@pytest.mark.parametrize("whom", [Whom((), (), ""), Whom((), (COPIED.address,), "")])
def test_a_choice_of_nobody_is_refused(whom: Whom) -> None:
    assert isinstance(edit(REVIEW, 3, ANA, NOW, "Re: x", "Hello", (), whom), Refused)
