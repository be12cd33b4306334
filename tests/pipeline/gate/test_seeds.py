"""Bad drafts differ from the true one in a single thing, which a careful reader finds."""

from dataclasses import replace
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.state import shown
from pipeline.case import Case
from pipeline.gate.seeds import bad_drafts, caught
from tests.blocks.cases import DRAFT, REVIEW, REWORDED

LETTER = (
    "Hello Nora,\n\nthe Team plan is 12.50 EUR a seat. We answer within 4 hours, on Monday at the latest.\n\n"
    "- Prices: https://www.larkspur.example/prices\n\nWe do not share your data.\n\nKind regards"
)


def test_each_kind_of_error_is_made_once() -> None:
    bad = {each.kind: each.text for each in bad_drafts(replace(DRAFT, text=LETTER))}
    assert bad["price"] == LETTER.replace("12.50", "22.50")
    assert bad["number"] == LETTER.replace("4 hours", "5 hours")
    assert bad["date"] == LETTER.replace("Monday", "Wednesday")
    assert bad["link"] == LETTER.replace("www.larkspur", "www-login.larkspur")
    assert bad["name"] == LETTER.replace("Nora", "Miriam")
    assert bad["negation"] == LETTER.replace("do not share", "do share")


@given(st.text(max_size=400))
def test_no_bad_draft_is_the_true_one_and_its_line_is_found_in_it(text: str) -> None:
    for bad in bad_drafts(replace(DRAFT, text=text)):
        assert bad.text != text
        assert bad.planted in bad.text
        assert not caught(bad, bad.text)


@pytest.mark.parametrize("bad", bad_drafts(replace(DRAFT, text=LETTER)), ids=lambda bad: bad.kind)
def test_whoever_puts_it_right_has_caught_it(bad: object) -> None:
    one = next(each for each in bad_drafts(replace(DRAFT, text=LETTER)) if each == bad)
    assert caught(one, LETTER)
    assert not caught(one, f"{one.text}\n\nP.S. Thank you!")
    assert SequenceMatcher(None, one.text, LETTER).ratio() > 0.95


def test_the_card_shows_the_error_in_its_sources_too() -> None:
    drawn = replace(REWORDED, text=REWORDED.text.replace("one working day", "2 working days"))
    drawn = replace(drawn, cited=tuple(replace(each, text=each.text.replace("one working day", "2 working days")) for each in drawn.cited))
    for bad in bad_drafts(drawn):
        case: Case = shown(replace(REVIEW, draft=drawn, seeded=bad))
        assert case.draft is not None
        assert case.draft.text == bad.text
        assert all(each.text in bad.text for each in case.draft.cited)
