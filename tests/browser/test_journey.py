"""The whole journey on the page, as a person makes it: card, thread, edit, approve, and the reply in the customer's mailbox."""

import re
from pathlib import Path

from playwright.async_api import Page, expect

from tests.chromium import needs_chromium, page
from tests.journeys.running import demo

pytestmark = needs_chromium

OURS = "P.S. I had a look at your account myself."
CUSTOMER = "aoife"


async def test_from_the_card_to_the_customers_mailbox(tmp_path: Path) -> None:
    async with demo(tmp_path / "demo") as running:
        async with page(running.slack) as slack:
            await _open_first_thread(slack)
            await _edit(slack)
            await _approve(slack)
            await _figures(slack)
        async with page(running.mail) as mail:
            await _reply_seen(mail, CUSTOMER)


async def _open_first_thread(slack: Page) -> None:
    await slack.locator(".sidebar").get_by_text("support-inbox").click()
    card = slack.locator(".messages .message", has_text="Jobs not showing").first
    await expect(card).to_be_visible(timeout=40_000)
    await card.locator(".thread-summary").click(timeout=20_000)
    await expect(slack.get_by_role("complementary", name="Thread").get_by_role("button", name="Approve & send")).to_be_visible(
        timeout=20_000
    )


async def _edit(slack: Page) -> None:
    thread = slack.get_by_role("complementary", name="Thread")
    await thread.get_by_role("button", name=re.compile("^Edit")).click()
    form = slack.get_by_role("dialog")
    field = form.locator("textarea").first
    await field.fill(f"{await field.input_value()}\n\n{OURS}")
    await form.get_by_role("button", name=re.compile("Save")).click()
    await expect(form).to_be_hidden()
    await expect(thread.get_by_text(OURS)).to_be_visible(timeout=20_000)


async def _approve(slack: Page) -> None:
    thread = slack.get_by_role("complementary", name="Thread")
    await thread.get_by_role("button", name="Approve & send").click()
    await expect(thread.get_by_text(re.compile("Sent", re.IGNORECASE)).first).to_be_visible(timeout=20_000)
    await expect(thread.get_by_role("button", name="Approve & send")).to_have_count(0)


async def _figures(slack: Page) -> None:
    composer = slack.locator("[data-composer=channel]")
    await composer.fill("/triage stats")
    await composer.press("Enter")
    await expect(slack.locator(".message.ephemeral").first).to_be_visible(timeout=20_000)


async def _reply_seen(mail: Page, customer: str) -> None:
    await mail.get_by_placeholder("Search people").fill(customer)
    await mail.locator(".person").first.click(timeout=20_000)
    reply = mail.locator(".message.received")
    await expect(reply.locator(".text")).to_contain_text(OURS, timeout=20_000)
    await reply.locator(".headers summary").click()
    await expect(reply.locator(".telling", has_text="In-Reply-To")).to_be_visible()
