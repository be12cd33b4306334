"""Conversational answers: only the person sees them, and losing one harms nothing."""

import asyncio
import logging
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from blocks.kit import Json
from blocks.text import escape
from handlers.payload import Click
from pipeline.case import PersonId

log = logging.getLogger(__name__)

UNANSWERED = (SlackApiError, SlackRequestError, ClientError, TimeoutError, OSError)
"""What a call to Slack may end in."""

WINDOW_SECONDS = 1.5


async def tell(client: AsyncWebClient, click: Click, sentence: str) -> None:
    """Say one sentence to the person where they clicked, or else in their own conversation with us; never raises for Slack's sake."""
    try:
        await client.chat_postEphemeral(
            channel=click.channel or click.user, user=click.user, text=escape(sentence), thread_ts=click.thread or None
        )
    except SlackApiError as error:
        log.info("Could not tell %s in %s (%s); telling them directly.", click.user, click.channel, reason(error))
        await _directly(client, click, sentence)
    except UNANSWERED as error:
        log.warning("Could not tell %s in %s: %s", click.user, click.channel, reason(error))


async def _directly(client: AsyncWebClient, click: Click, sentence: str) -> None:
    try:
        await client.chat_postMessage(channel=click.user, text=escape(sentence))
    except UNANSWERED as error:
        log.warning("Could not tell %s: %s", click.user, reason(error))


async def open_window(client: AsyncWebClient, click: Click, view: Json) -> str:
    """Open a window for the click; "" or the sentence to show where Slack did not."""
    try:
        async with asyncio.timeout(WINDOW_SECONDS):
            await client.views_open(trigger_id=click.trigger, view=view)
    except UNANSWERED as error:
        log.warning("Could not open a window for %s: %s", click.user, reason(error))
        return f"The window could not be opened ({reason(error)}). Click again."
    return ""


async def redraw(client: AsyncWebClient, held: Json, view: Json) -> None:
    """Put another view in place of the window, unless it has changed or gone meanwhile; never raises for Slack's sake."""
    try:
        await client.views_update(view_id=held["id"], hash=held.get("hash"), view=view)
    except UNANSWERED as error:
        log.info("A window was not redrawn: %s", reason(error))


async def publish(client: AsyncWebClient, user: PersonId, view: Json) -> None:
    """Put a view on somebody's Home tab; never raises for Slack's sake."""
    try:
        await client.views_publish(user_id=user, view=view)
    except UNANSWERED as error:
        log.warning("The Home tab of %s was not drawn: %s", user, reason(error))


def reason(error: Any) -> str:
    """Slack's own word for an error, or its kind."""
    if isinstance(error, SlackApiError):
        return str(error.response.get("error") or "no answer")
    return type(error).__name__
