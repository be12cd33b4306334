"""What stands around the elements: a missed answer, the Home tab, whispers, whom one acts as, shortcuts and slash commands."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import HALL, Exhibition
from tests.chromium import needs_chromium

pytestmark = [*needs_chromium, pytest.mark.asyncio(loop_scope="module")]


async def test_an_app_that_hangs_is_told_beside_the_button(exhibition: Exhibition) -> None:
    button = exhibition.elements.locator("[data-action-id=silent]")
    await button.click()
    sign = exhibition.elements.locator(".ack-warning")
    await expect(sign).to_have_attribute("aria-label", "Operation timed out. Apps need to respond within 3 seconds.")
    await expect(button).not_to_have_attribute("aria-busy", "true")


async def test_a_whisper_reaches_one_person_and_acting_as_another_hides_it(exhibition: Exhibition) -> None:
    page, slack = exhibition.page, exhibition.slack
    await exhibition.client.chat_postEphemeral(channel=slack.channel(HALL), user=slack.user("ana"), text="For your eyes")
    whisper = page.locator(".message.ephemeral", has_text="For your eyes")
    await expect(whisper).to_contain_text("Only visible to you")
    for name, seen in (("Ben", 0), ("Ana", 1)):
        await page.locator(".act-as").click()
        await page.get_by_role("menuitemradio", name=re.compile(f"^{name} ")).click()
        await expect(page.locator(".act-as")).to_contain_text(name)
        await expect(exhibition.elements).to_be_visible()
        await expect(whisper).to_have_count(seen)


async def test_a_slash_command_is_completed_and_answered(exhibition: Exhibition) -> None:
    composer = exhibition.page.locator("[data-composer=channel]")
    await composer.press_sequentially("/tri")
    await expect(exhibition.page.locator(".completion [role=option]")).to_contain_text("/triage")
    await composer.press("Tab")
    await expect(composer).to_have_value("/triage ")
    await composer.press_sequentially("stats")
    await composer.press("Enter")
    await expect(exhibition.page.locator(".message.ephemeral", has_text="You said stats.")).to_be_visible()
    await expect(composer).to_have_value("")


async def test_a_shortcut_on_a_message_and_one_from_anywhere(exhibition: Exhibition) -> None:
    page = exhibition.page
    await exhibition.display.hover()
    await exhibition.display.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Triage this").click()
    called = await exhibition.gallery.of("triage_message")
    assert called["message"]["ts"] == await exhibition.display.get_attribute("data-ts")
    await page.locator(".rail").get_by_role("button", name="Shortcuts").click()
    await page.get_by_role("menuitem", name="Start a case").click()
    assert (await exhibition.gallery.of("start_case"))["type"] == "shortcut"


async def test_the_home_tab_is_published_and_its_button_tells_the_app(exhibition: Exhibition) -> None:
    page, slack = exhibition.page, exhibition.slack
    before = page.url
    app = await exhibition.client.conversations_open(users=slack.user("ana"))
    await page.goto(f"{before.split('#')[0]}#/{slack.user('ana')}/{app['channel']['id']}/home")
    await page.locator(".home-page [data-action-id=button]").click()
    assert (await exhibition.gallery.of("button"))["value"] == "plain"
    await expect(page.locator(".home-page [data-block-type=data_visualization]")).to_have_count(2)
    await page.goto(before)


SHOWN = {
    "header": "The gallery",
    "section": "Bold",
    "context": "Posted by",
    "rich_text": "as she said",
    "markdown": "A heading",
    "table": "support",
}


@pytest.mark.parametrize("kind", SHOWN)
async def test_a_block_that_only_shows_something_is_read(exhibition: Exhibition, kind: str) -> None:
    await expect(exhibition.display.locator(f"[data-block-type={kind}]").first).to_contain_text(SHOWN[kind])
