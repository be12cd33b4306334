"""Conversational answers: only the person sees them, and losing one harms nothing."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from blocks.kit import Json, Message
from blocks.text import escape
from handlers.payload import Body, Click
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


async def push_window(client: AsyncWebClient, body: Body, view: Json) -> None:
    """Put a window over the one in which the click was; never raises for Slack's sake."""
    try:
        await client.views_push(trigger_id=str(body.get("trigger_id", "")), view=view)
    except UNANSWERED as error:
        log.info("A window was not opened: %s", reason(error))


async def redraw(client: AsyncWebClient, held: Json, view: Json) -> None:
    """Put another view in place of the window, unless it has changed or gone meanwhile; never raises for Slack's sake."""
    try:
        await client.views_update(view_id=held["id"], hash=held.get("hash"), view=view)
    except UNANSWERED as error:
        log.info("A window was not redrawn: %s", reason(error))


async def post(client: AsyncWebClient, channel: str, message: Message, instead_of: str = "") -> bool:
    """Say it to a channel, or in place of an earlier message of ours; False where Slack did not take it."""
    blocks = list(message.blocks)
    try:
        if instead_of:
            await client.chat_update(channel=channel, ts=instead_of, text=message.text, blocks=blocks)
        else:
            await client.chat_postMessage(channel=channel, text=message.text, blocks=blocks, unfurl_links=False)
    except UNANSWERED as error:
        log.warning("Nothing could be said in %s: %s", channel, reason(error))
        return False
    return True


async def publish(client: AsyncWebClient, user: PersonId, view: Json) -> None:
    """Put a view on somebody's Home tab; never raises for Slack's sake."""
    try:
        await client.views_publish(user_id=user, view=view)
    except UNANSWERED as error:
        log.warning("The Home tab of %s was not drawn: %s", user, reason(error))


async def replace_window(client: AsyncWebClient, body: Mapping[str, Any], shown: Json) -> None:
    """Put another view in place of the window that was acted in, unless it has changed or gone meanwhile."""
    try:
        await client.views_update(view_id=body["view"]["id"], hash=body["view"].get("hash"), view=shown)
    except UNANSWERED as error:
        log.info("A window was not redrawn: %s", reason(error))


def reason(error: Any) -> str:
    """Slack's own word for an error, or its kind."""
    if isinstance(error, SlackApiError):
        return str(error.response.get("error") or "no answer")
    return type(error).__name__
