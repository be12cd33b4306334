"""The page in Chromium: an answer comes in before one's eyes, a reply goes out, and hostile mails stay text."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from sandbox.mail.arrivals import arrive
from sandbox.mail.letters import letters
from sandbox.mail.office import OfficeSettings, start
from tests.chromium import needs_chromium
from tests.chromium import page as chromium_page
from tests.sandbox.mail.world import answer, box, eventually, hand_over, keys

MARCUS = "marcus@bellandsons.example"
SALES = "sales@larkspur.example"
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"

pytestmark = needs_chromium


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    """The page of an office in which all letters have arrived; it fails the test on any error in the page."""
    await arrive(tmp_path, letters(), speed=float("inf"))
    office = await start(OfficeSettings(data=tmp_path))
    async with chromium_page(office.page_url) as page:
        await expect(page.locator(".person")).to_have_count(58)
        yield page
    await office.stop()


async def test_an_answer_arrives_and_a_reply_goes_out(page: Page, tmp_path: Path) -> None:
    await page.get_by_placeholder("Search people").fill("marcus")
    await page.locator(".person").click()
    await expect(page.locator(".message")).to_have_count(1)
    letter = (box(tmp_path, SALES) / "new" / "letter-02-price-fourteen-technicians").read_bytes()
    asked = next(line for line in letter.splitlines() if line.startswith(b"Message-ID:")).split(b": ")[1]
    hand_over(tmp_path, "r1", b"In-Reply-To: " + asked + b"\n" + answer(MARCUS, text="Here are our prices."), SALES)
    await expect(page.locator(".message.received.fresh .text")).to_have_text("Here are our prices.")
    await expect(page.locator(".thread .pill.ok")).to_have_text("Answered")
    await page.locator(".message.received .headers summary").click()
    await expect(page.locator(".message.received .telling", has_text="In-Reply-To")).to_be_visible()
    await page.get_by_role("button", name="Reply").click()
    await page.get_by_label("Text").fill("Thank you!")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".message")).to_have_count(3)
    await eventually(lambda: any(key.startswith("customer-") for key in keys(box(tmp_path) / "new")))


async def test_hostile_mails_stay_text(page: Page, tmp_path: Path) -> None:
    hostile = b"Content-Type: text/html\n" + b"To: zara@sparkandco.example\nFrom: " + b'"<b>x</b>" <sales@larkspur.example>\n'
    hand_over(tmp_path, "r1", hostile + b"Subject: " + HOSTILE.encode() + b"\n\n" + HOSTILE.encode(), SALES)
    await page.get_by_placeholder("Search people").fill("zara")
    await expect(page.locator(".person .badge")).to_have_text("1")
    await page.locator(".person").click()
    await expect(page.locator(".conversation h2")).to_have_text(HOSTILE)
    frame = page.frame_locator("iframe.html")
    await expect(frame.locator("img")).to_have_count(1)
    assert await page.locator("iframe.html").get_attribute("sandbox") == ""
    assert "owned" not in await page.title()
    assert await page.locator(".columns img, .columns script").count() == 0
    for name in ("freshpaint", "paymaster", "strouds"):
        await page.get_by_placeholder("Search people").fill(name)
        await page.locator(".person").click()
        await expect(page.locator(".message")).to_have_count(1)
    assert "owned" not in await page.title()
