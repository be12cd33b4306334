"""Personal data out before a model sees a mail, and back in after it spoke."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.case import Status
from pipeline.email import Address, Email, RedactedEmail, Span
from pipeline.errors import Temporary
from pipeline.house import House
from pipeline.policy.rulebook import Rulebook
from pipeline.redaction.find import spans
from pipeline.stages.redact import redact, redacted_for, restore
from tests.pipeline.letters import SUPPORT, house, judged, mail
from tests.pipeline.redaction_letters import LETTERS, Letter


class Finder:
    """A NameFinder that knows one name, and notes what it was asked."""

    def __init__(self, failure: Temporary | None = None) -> None:
        self.asked, self.failure = list[str](), failure

    @property
    def languages(self) -> frozenset[str]:
        return frozenset({"en"})

    async def find(self, text: str) -> Sequence[Span]:
        if self.failure:
            raise self.failure
        self.asked.append(text)
        return [Span("PERSON", text.index(name), text.index(name) + len(name)) for name in ("Ubik",) if name in text]


def found(text: str, *names: str) -> list[tuple[str, str]]:
    return [(span.type, text[span.start : span.end]) for span in spans(text, names)]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("EMAIL_ADDRESS", "ann.lee+shop@mail.shop.example"),
        ("EMAIL_ADDRESS", "ann@x.co.uk"),
        ("PHONE_NUMBER", "+49 172 1234567"),
        ("PHONE_NUMBER", "+1 (212) 555-0199"),
        ("PHONE_NUMBER", "(212) 555-0199"),
        ("PHONE_NUMBER", "212-555-0199"),
        ("PHONE_NUMBER", "0172/1234567"),
        ("PHONE_NUMBER", "(978)645-9740x11144"),
        ("PHONE_NUMBER", "06 12 34 56 78"),
        ("PHONE_NUMBER", "0044 20 7946 0958"),
        ("IBAN_CODE", "DE89 3704 0044 0532 0130 00"),
        ("IBAN_CODE", "GB29NWBK60161331926819"),
        ("IBAN_CODE", "FR14 2004 1010 0505 0001 3M02 606"),
        ("CREDIT_CARD", "4111 1111 1111 1111"),
        ("CREDIT_CARD", "5500000000000004"),
        ("CREDIT_CARD", "3782 822463 10005"),
        ("IP_ADDRESS", "192.168.17.4"),
        ("IP_ADDRESS", "2001:db8::8a2e:370:7334"),
        ("US_SSN", "078-05-1120"),
        ("URL", "https://us.example/reset?token=a1b2c3d4e5"),
        ("URL", "https://us.example/i/9f8e7d6c5b4a39281706f5e4d3c2b1a0"),
        ("ADDRESS", "12 Baker Street, London, NW1 6XE"),
        ("ADDRESS", "1600 Pennsylvania Avenue, Washington, DC 20500"),
        ("ADDRESS", "Hauptstraße 12a, 10115 Berlin"),
        ("ADDRESS", "12 rue de la Paix, 75002 Paris"),
    ],
)
@pytest.mark.parametrize("around", ["{}", "Here: {}.", "it is {}, please", "({})"])
def test_personal_data_is_found_whole(kind: str, value: str, around: str) -> None:
    assert found(around.format(value)) == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "order #4029357733",
        "Order number 4111111111111111 is late",
        "order 555-123-4567",
        "ref. 2024-000123",
        "invoice 078-05-1120",
        "IMEI 356938035643809",
        "IMEI: 490154203237518",
        "version 10.2.3.4",
        "v1.2.3 and 1.2.3.4",
        "on 2024-05-01 at 12:30:45",
        "01.02.2024, 01/02/2024, 1-2-24",
        "$1,234.56 or 1.234,56 EUR",
        "Bestellnummer 0012345678",
        "4111 1111 1111 1112",
        "DE89 3704 0044 0532 0130 01",
        "https://shop.example/orders/4029357733?page=2",
        "ISBN 978-3-16-148410-0",
        "tracking 1Z999AA10123456784",
        "size 10 x 20 x 30, 2 pieces",
        "May I ask? Will you?",
    ],
)
def test_what_a_model_needs_stays(text: str) -> None:
    assert found(text, "May Will") == []


@pytest.mark.parametrize(
    ("before", "kind"), [("card number", "CREDIT_CARD"), ("Kartennummer:", "CREDIT_CARD"), ("my number is", "CREDIT_CARD")]
)
def test_a_card_that_is_called_a_number_is_found(before: str, kind: str) -> None:
    assert found(f"{before} 4111111111111111") == [(kind, "4111111111111111")]


def test_names_of_the_headers_are_found_whole_and_in_part() -> None:
    text = "Ann Lee here. ann lee's order; Lee asks. The leeway and Annex stay."
    assert [value for _, value in found(text, "Ann Lee", "Support Team")] == ["Ann Lee", "ann lee", "Lee"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My name is Jane Roe and I wait", "Jane Roe"),
        ("Hallo, mein Name ist Jürgen Wüst.", "Jürgen Wüst"),
        ("Thanks,\nJane Roe", "Jane Roe"),
        ("Viele Grüße\nJürgen", "Jürgen"),
        ("Cordialement,\n\nMarie Dupont\n", "Marie Dupont"),
    ],
)
def test_who_the_author_says_to_be_is_found(text: str, name: str) -> None:
    assert found(text) == [("PERSON", name)]


def test_one_value_has_one_placeholder_in_subject_and_text() -> None:
    redacted = redact("From ann@x.example", "Mail Ann@X.example or bob@x.example, call +49 172 1234567.", "en", [])
    assert redacted.subject == "From ⟦EMAIL_ADDRESS_1⟧"
    assert redacted.text == "Mail ⟦EMAIL_ADDRESS_1⟧ or ⟦EMAIL_ADDRESS_2⟧, call ⟦PHONE_NUMBER_1⟧."
    assert dict(redacted.restore)["⟦PHONE_NUMBER_1⟧"] == "+49 172 1234567"


def test_addresses_that_differ_by_a_dot_are_two() -> None:
    assert redact("", "a.b@x.example ab@x.example", "en", []).text == "⟦EMAIL_ADDRESS_1⟧ ⟦EMAIL_ADDRESS_2⟧"


def test_spans_are_those_of_the_original_text() -> None:
    text = "Call +49 172 1234567."
    (span,) = redact("a@b.example", text, "en", []).spans
    assert (span.type, text[span.start : span.end]) == ("PHONE_NUMBER", "+49 172 1234567")


def test_a_placeholder_that_the_sender_wrote_is_never_filled() -> None:
    redacted = redact("", "Say ⟦EMAIL_ADDRESS_1⟧ to ann@x.example", "en", [])
    assert redacted.text == "Say ⟦EMAIL_ADDRESS_1⟧ to ⟦EMAIL_ADDRESS_2⟧"
    assert restore(redacted.text, redacted) == "Say ⟦EMAIL_ADDRESS_1⟧ to ann@x.example"


def test_what_was_put_back_is_not_read_again() -> None:
    redacted = redact("", "https://x.example/?token=⟦EMAIL_ADDRESS_1⟧abcdef ann@x.example", "en", [])
    assert restore(redacted.text, redacted).endswith("ann@x.example")


@given(st.text(max_size=200) | st.text("0123456789 +-.()/@:aAé⟦⟧<>_\n", max_size=200))
def test_any_text_can_be_restored(text: str) -> None:
    redacted = redact(text, text, "und", ["Ann Lee"])
    assert [(s.start, s.end) for s in redacted.spans] == sorted((s.start, s.end) for s in redacted.spans)
    assert restore(redacted.text, redacted).lower() == text.lower()


@pytest.mark.parametrize(
    "piece", ["1 ", "1", "a@", "a.", "+1", "DE12 ", "12 Abc ", "Thanks\n", "https://", "a:", "A", "12 rue de ", "(1", "Ann "]
)
def test_no_text_makes_it_slow(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    begun = time.process_time()
    spans(text, ["Ann Lee"])
    assert time.process_time() - begun < 1


@given(
    st.lists(
        st.sampled_from(["Ann Lee", "ann@x.example", "⟦PERSON_1⟧", "⟦EMAIL_ADDRESS_2⟧", "+49 172 1234567", "x", "\n", " "]), max_size=12
    )
)
def test_what_a_drafter_copies_comes_back_and_what_the_sender_forged_does_not(pieces: list[str]) -> None:
    text = " ".join(pieces)
    redacted = redact("", text, "und", ["Ann Lee"])
    assert restore(redacted.text, redacted) == text
    assert "Ann Lee" not in redacted.text
    assert "@" not in redacted.text
    assert not {placeholder for placeholder, _ in redacted.restore} & set(pieces)


def test_a_draft_in_another_order_has_the_values_in_their_places() -> None:
    redacted = redact("", "I am Ann Lee, ann@x.example.", "en", ["Ann Lee"])
    draft = "We wrote to ⟦EMAIL_ADDRESS_1⟧, dear ⟦PERSON_1⟧; ⟦PERSON_2⟧ is nobody."
    assert restore(draft, redacted) == "We wrote to ann@x.example, dear Ann Lee; ⟦PERSON_2⟧ is nobody."


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.text.split("\n")[0][:30])
def test_a_letter_keeps_what_a_model_needs(letter: Letter) -> None:
    hidden = redact("", letter.text, "und", ()).text
    assert [words for words in letter.stays if words not in hidden] == []


def test_patterns_alone_hide_what_has_a_form_in_letters() -> None:
    missed = [(kind, value) for letter in LETTERS for kind, value in letter.hidden if value in redact("", letter.text, "und", ()).text]
    assert missed == []


async def asked(email: Email, by: House) -> tuple[list[str], RedactedEmail]:
    finder = Finder()
    return finder.asked, await redacted_for(email, SUPPORT, replace(by, names=finder))


def ruled(mode: str, *rules: Mapping[str, object]) -> House:
    ours = house()
    book = Rulebook.model_validate({"signals": ours.rulebook.model_dump()["signals"], "rules": rules, "redaction": mode})
    return replace(ours, rulebook=book)


@pytest.mark.parametrize(("mode", "asks", "hides"), [("off", False, False), ("patterns", False, True), ("full", True, True)])
async def test_policy_says_how_much_is_redacted(mode: str, asks: bool, hides: bool) -> None:
    questions, redacted = await asked(mail("Write to ann@x.example."), ruled(mode))
    assert (bool(questions), "ann@x.example" not in redacted.text) == (asks, hides)


async def test_flagged_mail_is_always_redacted_in_full() -> None:
    questions, redacted = await asked(mail("Our lawyers will write to ann@x.example."), ruled("off"))
    assert questions
    assert "ann@x.example" not in redacted.text


async def test_what_the_engine_cannot_read_has_the_patterns() -> None:
    questions, redacted = await asked(mail("Schreiben Sie an ann@x.example.", language="de"), ruled("full"))
    assert (questions, redacted.text) == ([], "Schreiben Sie an ⟦EMAIL_ADDRESS_1⟧.")


async def test_a_rule_asks_for_more_and_never_for_less() -> None:
    rule = {"name": "foreign", "why": "Foreign mail.", "when": {"kind": "language", "one_of": ["en"]}, "then": {"redact": "patterns"}}
    assert "⟦EMAIL_ADDRESS_1⟧" in (await asked(mail("ann@x.example"), ruled("off", rule)))[1].text
    assert (await asked(mail("ann@x.example"), ruled("full", rule)))[0]


def test_a_rule_cannot_redact_by_what_the_model_has_yet_to_say() -> None:
    rule = {"name": "late", "why": "Too late.", "when": {"kind": "intent", "one_of": ["pricing"]}, "then": {"redact": "full"}}
    with pytest.raises(ValidationError, match="redaction comes before the intent is known"):
        ruled("off", rule)


async def test_names_of_all_headers_but_ours_and_what_the_engine_finds_are_hidden() -> None:
    letter = mail(
        "Zorb and Quux of Larkspur met Ubik.", "About Zorb", sender=Address("Quux Blip", "q@x.example"), to=(Address("Larkspur", SUPPORT),)
    )
    letter = replace(letter, cc=(Address("Zorb Fnord", "z@x.example"),))
    redacted = (await asked(letter, ruled("full")))[1]
    assert redacted.subject == "About ⟦PERSON_1⟧"
    assert redacted.text == "⟦PERSON_1⟧ and ⟦PERSON_2⟧ of Larkspur met ⟦PERSON_3⟧."


async def test_where_the_engine_fails_a_person_gets_the_mail_and_no_model_sees_it() -> None:
    ours = replace(ruled("full"), names=Finder(Temporary("The engine is away.")))
    triaged = await judged(mail("Hello"), ours)
    assert triaged.status is Status.HUMAN
    assert ours.model.asked == []  # type: ignore[attr-defined]  # the scripted model notes it
