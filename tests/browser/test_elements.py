"""Every element of Block Kit, worked by a person on the page; the app's listener says what arrived."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Exhibition
from tests.browser.gallery import OFFERED, OPTIONS
from tests.browser.hands import Operate, choose, confirm, day, item, press, search, several, tick
from tests.chromium import needs_chromium

pytestmark = [*needs_chromium, pytest.mark.asyncio(loop_scope="module")]

RED, GREEN, _ = OPTIONS
ANA, BEN = "U0ANARUIZ0", "U0BENOKAFO"
GENERAL, SUPPORT = "C0GENERAL1", "C0SUPPORT1"

IN_MESSAGES: dict[str, tuple[Operate, dict[str, Any]]] = {
    "button": (press, {"value": "plain"}),
    "primary": (press, {"value": "yes", "style": "primary"}),
    "danger": (confirm, {"value": "no", "style": "danger"}),
    "workflow_button": (press, {"type": "workflow_button"}),
    "overflow": (item, {"selected_option": GREEN}),
    "static_select": (choose("Red"), {"selected_option": RED}),
    "external_select": (search("lis", "Lisbon"), {"selected_option": OFFERED[0]}),
    "users_select": (search("Ben", "Ben"), {"selected_user": BEN}),
    "conversations_select": (search("supp", "support-inbox"), {"selected_conversation": SUPPORT}),
    "channels_select": (search("gen", "general"), {"selected_channel": GENERAL}),
    "datepicker": (day("November 20, 2026"), {"selected_date": "2026-11-20"}),
    "timepicker": (search("09:30", ""), {"selected_time": "09:30"}),
    "checkboxes": (tick("Blue"), {"selected_options": [OPTIONS[2]]}),
    "radio_buttons": (tick("Green"), {"selected_option": GREEN}),
    "multi_static_select": (several(choose("Amber")), {"type": "multi_static_select"}),
    "multi_external_select": (several(search("lima", "Lima")), {"selected_options": [OFFERED[1]]}),
    "multi_users_select": (several(search("Ana", "Ana")), {"selected_users": [ANA]}),
    "multi_conversations_select": (several(search("gen", "general")), {"selected_conversations": [GENERAL]}),
    "multi_channels_select": (several(search("supp", "support-inbox")), {"selected_channels": [SUPPORT]}),
}


@pytest.mark.parametrize("kind", IN_MESSAGES)
async def test_a_person_works_an_element_of_a_message(exhibition: Exhibition, kind: str) -> None:
    operate, expected = IN_MESSAGES[kind]
    await operate(exhibition.page, exhibition.elements.locator(f"[data-action-id={kind}]"))
    action = await exhibition.gallery.of(kind)
    assert action | expected == action


async def test_a_link_opens_its_page_and_tells_the_app(exhibition: Exhibition) -> None:
    link = exhibition.elements.locator("[data-action-id=link]")
    await expect(link).to_have_attribute("href", "https://example.com/case/1")
    await link.evaluate("node => node.addEventListener('click', event => event.preventDefault(), { once: true })")
    await link.click()
    assert (await exhibition.gallery.of("link"))["type"] == "button"


async def test_a_moment_is_a_date_and_a_time(exhibition: Exhibition) -> None:
    parts = exhibition.elements.locator(".date-time")
    await day("November 12, 2026")(exhibition.page, parts.locator("[data-action-id=datetimepicker]"))
    before = await exhibition.gallery.of("datetimepicker")
    await search("16:45", "")(exhibition.page, parts.get_by_role("combobox"))
    after = await exhibition.gallery.of("datetimepicker")
    moment = await exhibition.page.evaluate("new Date('2026-11-12T16:45').getTime() / 1000")
    assert (after["selected_date_time"], before["selected_date_time"] < moment) == (moment, True)
