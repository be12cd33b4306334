"""Debian's Chromium for the tests of pages: skipped where it is missing, unless TRIAGE_REQUIRE_BROWSER says that it must be there."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, async_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

needs_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None and not os.environ.get("TRIAGE_REQUIRE_BROWSER"), reason="Chromium is not installed"),
]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A headless browser."""
    assert CHROMIUM is not None, "TRIAGE_REQUIRE_BROWSER is set, but there is no Chromium: install Debian's package chromium."
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def page(address: str) -> AsyncIterator[Page]:
    """A page at this address, 1440 by 900; an error in its scripts fails the test."""
    errors: list[str] = []
    async with chromium() as browser:
        opened = await browser.new_page(viewport={"width": 1440, "height": 900})
        opened.on("pageerror", lambda error: errors.append(str(error)))
        await opened.goto(address)
        yield opened
    assert errors == []
