"""One local Slack, one gallery app and one browser page for all tests of a module."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest_asyncio
from playwright.async_api import Locator, Page
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.local import LocalSlack
from tests.browser.gallery import Gallery, display_blocks, element_blocks
from tests.chromium import page
from tests.sandbox.slack.kit import actions, button
from tests.slack import QUICK, local_slack

HALL = "#ops-inbox"


@dataclass(frozen=True, slots=True)
class Exhibition:
    """The gallery on show: Ana looks at it in the browser."""

    slack: LocalSlack
    client: AsyncWebClient
    gallery: Gallery
    page: Page
    elements: Locator
    display: Locator


@asynccontextmanager
async def _gallery(slack: LocalSlack, client: AsyncWebClient) -> AsyncIterator[Gallery]:
    app = AsyncApp(client=client)
    gallery, handler = Gallery(app), AsyncSocketModeHandler(app, slack.app_token)
    try:
        await handler.client.connect()  # type: ignore[no-untyped-call]
        await slack.connected()
        yield gallery
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def exhibition() -> AsyncIterator[Exhibition]:
    async with local_slack(timing=QUICK) as slack:
        client, hall, ana = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url), slack.channel(HALL), slack.user("ana")
        async with _gallery(slack, client) as gallery, page(f"{slack.page_url}?user={ana}#/{ana}/{hall}") as opened:
            opened.set_default_timeout(5_000)
            shown = await client.chat_postMessage(channel=hall, text="Pictures", blocks=display_blocks())
            controls = [*element_blocks(), actions(button("open_form", "Open the form"))]
            live = await client.chat_postMessage(channel=hall, text="Elements", blocks=controls)
            display, elements = (opened.locator(f"[data-ts='{message['ts']}']") for message in (shown, live))
            yield Exhibition(slack, client, gallery, opened, elements, display)
