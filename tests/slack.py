"""The local Slack for tests: one per `async with`, on a free port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sandbox.slack.local import LocalSlack
from sandbox.slack.serve import start
from sandbox.slack.settings import SlackSettings, Timing

QUICK = Timing(ack=0.6, event_retries=(0.05, 0.05, 0.05))
"""Shorter than Slack's deadlines, so that a test of a missed one does not wait three seconds."""


@asynccontextmanager
async def local_slack(**settings: Any) -> AsyncIterator[LocalSlack]:
    """A started local Slack; `settings` are those of SlackSettings."""
    slack = await start(SlackSettings(**settings))
    try:
        yield slack
    finally:
        await slack.stop()
