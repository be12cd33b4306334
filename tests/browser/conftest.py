"""One local Slack, one gallery app and one browser page for all tests of a module."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
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
MANIFEST = Path(__file__).parents[2] / "app_manifest.yml"


@dataclass(frozen=True, slots=True)
class Exhibition:
    """The gallery on show: Ana looks at it in the browser."""

    slack: LocalSlack
    client: AsyncWebClient
    gallery: Gallery
    page: Page
    elements: Locator
    display: Locator


def _manifest(folder: Path) -> Path:
    """Our manifest and a global shortcut, which the bot has none of."""
    one = "    - {name: Start a case, type: global, callback_id: start_case, description: From anywhere}\n"
    written = folder / "app_manifest.yml"
    written.write_text(MANIFEST.read_text().replace("  shortcuts:\n", f"  shortcuts:\n{one}"))
    return written


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
async def exhibition(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Exhibition]:
    async with local_slack(timing=QUICK, manifest=_manifest(tmp_path_factory.mktemp("app"))) as slack:
        client, hall, ana = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url), slack.channel(HALL), slack.user("ana")
        async with _gallery(slack, client) as gallery, page(f"{slack.page_url}?user={ana}#/{ana}/{hall}") as opened:
            opened.set_default_timeout(5_000)
            shown = await client.chat_postMessage(channel=hall, text="Pictures", blocks=display_blocks())
            doors = (button("open_form", "Open the form"), button("open_steps", "Open the steps"), button("silent", "Hang"))
            controls = [*element_blocks(), actions(*doors)]
            live = await client.chat_postMessage(channel=hall, text="Elements", blocks=controls)
            display, elements = (opened.locator(f"[data-ts='{message['ts']}']") for message in (shown, live))
            yield Exhibition(slack, client, gallery, opened, elements, display)
