"""What the linter finds in drafts and in what people make of them."""

from dataclasses import replace

import pytest

from pipeline.atoms import Atom, atoms, scrub
from pipeline.case import Draft, Route
from pipeline.stages.lint import lint
from tests.pipeline.letters import house, mail
from tests.pipeline.test_draft import written

LETTER = written(mail(), "pricing")


def edited(text: str, subject: str = LETTER.subject) -> Draft:
    return replace(LETTER, text=text, subject=subject, author="U1", version=2)


def codes(draft: Draft) -> set[str]:
    return {finding.code for finding in lint(draft, mail(), house())}


@pytest.mark.parametrize(
    ("added", "code"),
    [
        ("Sign in at https://evil.test/login first.", "unapproved_link"),
        ("See evil.test/login for more.", "unapproved_link"),
        ("Write to ceo@evil.test instead.", "unapproved_address"),
        ("Call us on +44 1632 960520.", "unapproved_phone"),
        ("For you it is only £9 per person.", "unapproved_amount"),
        ("You save 20% in all.", "unapproved_percent"),
        ("Let us meet on Friday.", "unapproved_date"),
        ("We start on 12 March.", "unapproved_date"),
        ("Let us say 10:30.", "unapproved_time"),
        ("We give you a discount.", "unapproved_promise"),
        ("You will get a full refund.", "unapproved_promise"),
        ("Pay to GB33 BUKB 2020 1555 5555 55.", "unapproved_iban"),
    ],
)
def test_what_nobody_approved_is_found(added: str, code: str) -> None:
    assert codes(edited(f"{LETTER.text}\n\n{added}")) == {code}


@pytest.mark.parametrize("left", ["Dear <PERSON_1>,", "Hi {{ first_name }},", "[insert date]", "{% if x %}"])
def test_what_was_left_in_goes_to_a_person(left: str) -> None:
    found = lint(edited(f"{LETTER.text}\n{left}"), mail(), house())
    assert [(finding.code, finding.at_most) for finding in found] == [("left_over", Route.HUMAN)]


def test_what_is_ours_may_be_said() -> None:
    ours = (
        "Our pages: https://docs.larkspur.example/billing, https://status.larkspur.example. Write to support@larkspur.example. Team is £29."
    )
    assert codes(edited(f"{LETTER.text}\n\n{ours}")) == set()


def test_length_and_language_are_seen() -> None:
    assert codes(edited("Ok.")) == {"too_short"}
    assert codes(edited("A very kind word from us to you. " * 200)) == {"too_long"}
    german = "Guten Tag, wir freuen uns, von Ihnen zu hören, und melden uns bald. " * 4
    assert codes(edited(german)) == {"language"}


def test_an_answer_in_another_language_than_the_mail_is_seen() -> None:
    found = lint(LETTER, mail(language="nl"), house())
    assert [finding.text for finding in found] == ["The mail is in Dutch, this answer in English."]
    assert lint(LETTER, mail(language="und"), house()) == ()


def test_the_senders_own_subject_may_return_but_not_its_links() -> None:
    email = mail(subject="Meeting on Friday at 10:30")
    assert lint(replace(LETTER, subject="Re: Meeting on Friday at 10:30"), email, house()) == ()
    planted = mail(subject="https://evil.test")
    assert [finding.code for finding in lint(replace(LETTER, subject="Re: https://evil.test"), planted, house())] == ["unapproved_link"]


def test_an_atom_counts_once_and_compares_by_meaning() -> None:
    assert atoms("See https://A.example/x/. And a@b.example!") == {Atom("link", "https://a.example/x"), Atom("address", "a@b.example")}
    assert atoms("€ 39 and 39 €") == {Atom("amount", "€39"), Atom("amount", "39€")}
    assert atoms("It works.The end, e.g. like this") == frozenset()
    assert scrub("mail a@b.example or http://x.test/y") == "mail [address] or [link]"
