"""Hands of a person on one element of the page: by mouse or by keyboard, wherever the element stands."""

import re
from collections.abc import Awaitable, Callable

from playwright.async_api import Locator, Page, expect

Operate = Callable[[Page, Locator], Awaitable[None]]


async def press(page: Page, element: Locator) -> None:
    await element.click()


async def confirm(page: Page, element: Locator) -> None:
    await element.click()
    await page.get_by_role("dialog", name="Are you sure?").get_by_role("button", name="Do it").click()


def choose(label: str) -> Operate:
    """Opens the menu and clicks the option."""

    async def operate(page: Page, element: Locator) -> None:
        await element.click()
        await page.locator(".popover").get_by_role("option", name=re.compile(label)).click()

    return operate


def search(typed: str, label: str) -> Operate:
    """Opens the menu, types into its search field and takes the first hit with Enter."""

    async def operate(page: Page, element: Locator) -> None:
        await element.focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("searchbox", name="Search options").fill(typed)
        await expect(page.locator(".popover .option.active")).to_contain_text(label)
        await page.keyboard.press("Enter")

    return operate


def several(*steps: Operate) -> Operate:
    async def operate(page: Page, element: Locator) -> None:
        for step in steps:
            await step(page, element)
            await page.keyboard.press("Escape")

    return operate


async def item(page: Page, element: Locator) -> None:
    """The second row of a menu, reached by the arrow key."""
    await element.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem").first).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")


def day(label: str) -> Operate:
    async def operate(page: Page, element: Locator) -> None:
        await element.click()
        await page.get_by_role("button", name=label, exact=True).click()

    return operate


def tick(label: str) -> Operate:
    async def operate(page: Page, element: Locator) -> None:
        await element.get_by_label(label).check()

    return operate


def write(text: str) -> Operate:
    async def operate(page: Page, element: Locator) -> None:
        await element.click()
        await page.keyboard.type(text)

    return operate
