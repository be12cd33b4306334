"""What customers would read: every template in every case, first names, subjects, and outlines for people."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.atoms import atoms
from pipeline.case import CaseId, Classification, Context, Decision, Draft, Reason, Route
from pipeline.email import Address, Email
from pipeline.people import People
from pipeline.slots import first_name
from pipeline.stages.draft import Unfilled, draft, subject_of
from pipeline.stages.lint import lint
from pipeline.voice import LONGEST, Refusal, render, template
from tests.pipeline.letters import attached, house, mail, policies, voice, vouched

STRANGER = Context(vip=False, known=False, earlier=0)
SLOTS = frozenset({"first_name", "eta"})


def written(
    email: Email, intent: str, language: str = "en", case: CaseId | None = None, route: Route = Route.REVIEW, people: People | None = None
) -> Draft:
    ours = replace(house(), people=people or policies().people)
    name = ours.intents[intent].template
    picked = ours.voice.pick(name, language).name if name else None
    reasons = (Reason("rule", "vip", Route.HUMAN, "A named customer."),) if route is Route.HUMAN else ()
    decision = Decision(route, route, picked, "support", "normal", None, reasons, ())
    seen = Classification(intent, "normal", "support", ("anger",), 0.8, "invoice", "scripted-1")
    return draft(email, seen, STRANGER, decision, ours, case)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
@pytest.mark.parametrize("intent", sorted(name for name, intent in policies().intents.items() if intent.template))
@pytest.mark.parametrize(("name", "case"), [("Aoife Byrne", CaseId(7)), ("Reception", None)])
def test_every_template_says_something_whole(intent: str, language: str, name: str, case: CaseId | None) -> None:
    email = mail(sender=Address(name, "x@customer.example"), language=language)
    letter = written(email, intent, language, case)
    assert letter.language == language
    assert lint(letter, email, house()) == ()
    assert ("Aoife" in letter.text) is (name == "Aoife Byrne")
    assert "\n\n\n" not in letter.text
    assert " ," not in letter.text
    assert not letter.text.startswith("\n")
    assert all(slot.source.split(":")[0] in ("config", "price", "mail", "case", "calendar", "kb") for slot in letter.slots)


def test_prices_are_quoted_word_for_word() -> None:
    letter = written(mail(), "pricing")
    for plan in policies().prices.plans.values():
        assert plan.paragraph["en"] in letter.text


def test_support_carries_the_case_the_answer_time_and_the_pages() -> None:
    text = written(mail(), "support", case=CaseId(42)).text
    assert "case #42" in text
    assert "within one working day" in text
    assert "https://docs.larkspur.example/troubleshooting" in text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Aoife Byrne", "Aoife"),
        ("Müller, Anna-Lena", "Anna-Lena"),
        ("Dr. Renée O'Neill", "Renée"),
        ("marcus bell", "Marcus"),
        ("ACME Support", ""),
        ("<!here> Admin", ""),
        ("Visit https://evil.test now", ""),
        ("Agent 007", ""),
        ("A¼", ""),
        ("A" * 50 + " B", ""),
        ("J. Smith", ""),
        ("", ""),
    ],
)
def test_only_a_persons_first_name_gets_into_a_letter(name: str, expected: str) -> None:
    assert first_name(Address(name, "a@b.example")) == expected


@settings(max_examples=300, deadline=None)
@given(name=st.text(max_size=80), subject=st.text(max_size=300), text=st.text(max_size=400))
def test_nothing_of_a_mail_but_a_name_gets_into_a_letter(name: str, subject: str, text: str) -> None:
    letter = written(mail(text, subject, sender=Address(name, "x@customer.example")), "support")
    plain = written(mail(sender=Address("", "x@customer.example")), "support")
    called = first_name(Address(name, ""))
    assert len(called) <= 40
    assert called.replace("-", "").replace("'", "").replace("’", "").isalpha() or not called
    assert letter.text.split("\n\n", 1)[1] == plain.text.split("\n\n", 1)[1]
    assert "\n" not in letter.subject
    assert letter.subject.isprintable()
    assert len(letter.subject) <= 170


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Map", "Re: Map"),
        ("RE: Re: AW: Map", "Re: Map"),
        ("Map\r\nBcc: all@customer.example", "Re: Map Bcc: [address]"),
        ("Pay at https://evil.test/x today", "Re: Pay at [link] today"),
        ("", "Re: your message"),
    ],
)
def test_the_subject_is_one_line_and_carries_nothing_planted(subject: str, expected: str) -> None:
    assert subject_of(subject) == expected


def test_a_persons_case_gets_an_outline_from_facts() -> None:
    email = mail("Why is the map empty? See https://evil.test/a and call +44 1632 960520.", attachments=attached("image/png"))
    outline = written(email, "complaint", route=Route.HUMAN)
    assert outline.outline
    assert outline.template == "outline"
    assert "They ask: Why is the map empty?" in outline.text
    assert "1 attachment(s): image/png." in outline.text
    assert policies().intents["complaint"].checks[0] in outline.text
    assert not {atom.kind for atom in atoms(outline.text)} & {"link", "address", "phone"}


def test_a_slot_without_a_value_is_named() -> None:
    ours = house()
    bare = ours.intents["support"].model_copy(update={"docs": ()})
    email, seen = mail(), Classification("support", "normal", "support", (), 0.9, "", "m")
    decision = Decision(Route.REVIEW, Route.REVIEW, "support", "support", "normal", None, (), ())
    with pytest.raises(Unfilled) as caught:
        draft(email, seen, STRANGER, decision, replace(ours, intents={**ours.intents, "support": bare}), None)
    assert caught.value.slot == "docs"


@pytest.mark.parametrize(
    "source",
    [
        "{% for x in eta %}{{ x }}{% endfor %}",
        "{{ eta.__class__ }}",
        "{{ eta['x'] }}",
        "{{ eta() }}",
        "{{ eta * 9 }}",
        "{{ '%1000000000s' % eta }}",
        "{{ eta|attr('x') }}",
        "{{ eta|center(9) }}",
        "{{ lipsum() }}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% set x = eta %}",
        "{% macro m() %}{% endmacro %}",
        "{% extends 'x' %}",
        "{% block a %}{% endblock %}",
        "{% if eta is defined %}x{% endif %}",
        "{% if eta == 'x' %}x{% endif %}",
        "{{ unknown }}",
        "{{ eta",
        "x" * (LONGEST + 1),
    ],
)
def test_a_template_may_do_next_to_nothing(source: str) -> None:
    with pytest.raises(Refusal):
        template("t", "en", source, SLOTS)


def test_what_a_template_may_do() -> None:
    made = template("t", "en", "{% if first_name and not eta %}Hi {{ first_name|trim|title }}{% else %}{{ eta }}{% endif %}", SLOTS)
    assert render(made, {"first_name": " ann ", "eta": ""}) == "Hi Ann"
    assert render(made, {"first_name": "", "eta": "{{ first_name }}"}) == "{{ first_name }}"
    with pytest.raises(Refusal, match="eta has no value"):
        render(made, {"first_name": ""})
    with pytest.raises(Refusal, match="bytes"):
        render(made, {"first_name": "", "eta": "x" * (LONGEST + 1)})


def test_every_intent_speaks_four_languages() -> None:
    for intent in policies().intents.values():
        if intent.template:
            assert {voice().pick(intent.template, language).language for language in ("en", "de", "fr", "es")} == {"en", "de", "fr", "es"}


def test_a_referral_is_to_be_handed_on_and_other_mail_is_not() -> None:
    assert written(mail(), "referral").forward_to == policies().people.partnerships
    assert written(mail(), "support").forward_to == ""


def test_an_answer_to_a_listed_contact_form_goes_to_the_person_it_wrote_for() -> None:
    form, visitor = Address("Form", "form@web.example"), Address("Vera", "vera@visitor.example")
    email = mail(sender=form, reply_to=(visitor,))
    listed = policies().people.model_copy(update={"contact_forms": (form.address,)})
    assert written(email, "support").to == ()
    assert written(email, "support", people=listed).to == (visitor.address,)
    assert written(replace(email, authentication=vouched("none")), "support", people=listed).to == ()
