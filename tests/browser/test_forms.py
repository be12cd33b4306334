"""Every field of a modal, filled in by a person on the page; the app's listener says what the submission held."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Exhibition
from tests.browser.gallery import INPUTS, MENUS, PICKERS, SEVERAL
from tests.browser.hands import write
from tests.browser.test_elements import IN_MESSAGES
from tests.chromium import needs_chromium

pytestmark = [*needs_chromium, pytest.mark.asyncio(loop_scope="module")]

WRITTEN = {
    "plain_text_input": "Short words",
    "letter": "Dear Ana,\nall is well.",
    "email_text_input": "ana@larkspur.example",
    "url_text_input": "https://larkspur.example/case/1",
    "number_input": "7",
}
REQUIRED = "Please complete this required field."


async def _opened(at: Exhibition, door: str, name: str) -> Locator:
    await at.elements.locator(f"[data-action-id={door}]").click()
    window = at.page.get_by_role("dialog", name=name, exact=True)
    await expect(window).to_be_visible()
    return window


async def _send(window: Locator) -> None:
    await window.get_by_role("button", name="Send").click()


async def _fill(page: Page, window: Locator) -> None:
    for name, text in (WRITTEN | {"rich_text_input": "Rich words"}).items():
        await write(text)(page, window.locator(f"[data-action-id={name}]"))
    for element in (*MENUS, *SEVERAL, *PICKERS):
        if element["type"] != "datetimepicker":
            operate, _ = IN_MESSAGES[element["type"]]
            await operate(page, window.locator(f"[data-action-id={element['type']}]"))


async def test_a_submission_holds_every_field_the_touched_and_the_untouched(exhibition: Exhibition) -> None:
    window = await _opened(exhibition, "open_form", "Every field")
    await _fill(exhibition.page, window)
    await _send(window)
    sent = {block: fields[block] for block, fields in (await exhibition.gallery.of("form")).items()}
    assert set(sent) == {element["action_id"] for element in (*INPUTS, *MENUS, *SEVERAL, *PICKERS)}
    assert {name: sent[name]["value"] for name in WRITTEN} == WRITTEN
    assert sent["untouched"]["value"] == "As it was"
    assert sent["datetimepicker"]["selected_date_time"] == 1_793_613_600
    assert sent["rich_text_input"]["rich_text_value"]["elements"][0]["elements"] == [{"type": "text", "text": "Rich words"}]
    for element in (*MENUS, *SEVERAL, *PICKERS[:2], *PICKERS[3:]):
        kind = element["type"]
        assert sent[kind] | IN_MESSAGES[kind][1] == sent[kind]
    assert [option["value"] for option in sent["multi_static_select"]["selected_options"]] == ["amber"]
    await expect(window).to_be_hidden()


async def test_what_is_missing_or_malformed_is_told_at_its_field(exhibition: Exhibition) -> None:
    window = await _opened(exhibition, "open_form", "Every field")
    for name, text in {
        "email_text_input": "nobody",
        "url_text_input": "nowhere",
        "number_input": "12",
        "plain_text_input": "x" * 21,
    }.items():
        await write(text)(exhibition.page, window.locator(f"[data-action-id={name}]"))
    await _send(window)
    told = {
        "email_text_input": "Please enter a valid email address.",
        "url_text_input": "Please enter a valid URL.",
        "number_input": "Please enter a number of at most 9.",
        "plain_text_input": "Please enter no more than 20 characters.",
        "letter": REQUIRED,
        "static_select": REQUIRED,
        "checkboxes": REQUIRED,
    }
    for name, words in told.items():
        await expect(window.locator(f"[data-block-id={name}] .input-error")).to_have_text(words)
    await expect(window.locator("[data-block-id=untouched] .input-error")).to_have_count(0)
    await window.get_by_role("button", name="Cancel").click()
    await expect(window).to_be_hidden()


async def test_an_error_of_the_app_stands_at_its_field_and_keeps_the_words(exhibition: Exhibition) -> None:
    window = await _opened(exhibition, "open_form", "Every field")
    await _fill(exhibition.page, window)
    words = window.locator("[data-action-id=plain_text_input]")
    await words.fill("refused")
    await _send(window)
    error = window.locator("[data-block-id=plain_text_input] .input-error")
    await expect(error).to_have_text("Not this word.")
    await expect(window.locator("[data-action-id=letter]")).to_have_value(WRITTEN["letter"])
    await words.fill("taken")
    await expect(error).to_have_count(0)
    await _send(window)
    assert (await exhibition.gallery.of("form"))["plain_text_input"]["plain_text_input"]["value"] == "taken"


async def test_enter_in_a_field_that_dispatches_tells_the_app_and_sends_nothing(exhibition: Exhibition) -> None:
    window = await _opened(exhibition, "open_steps", "First")
    await write("now")(exhibition.page, window.locator("[data-action-id=words]"))
    await exhibition.page.keyboard.press("Enter")
    assert (await exhibition.gallery.of("words"))["value"] == "now"
    await expect(window).to_be_visible()
    await exhibition.page.keyboard.press("Escape")
    await expect(window).to_be_hidden()


async def test_a_window_is_pushed_updated_and_all_are_cleared(exhibition: Exhibition) -> None:
    page = exhibition.page
    await _send(await _opened(exhibition, "open_steps", "First"))
    second = page.get_by_role("dialog", name="Second")
    await expect(second.get_by_role("button", name="Back")).to_be_visible()
    await _send(second)
    third = page.get_by_role("dialog", name="Third")
    await expect(third.get_by_role("button", name="Back")).to_be_visible()
    await _send(third)
    await expect(page.get_by_role("dialog")).to_have_count(0)
