"""Every documented error of the table, through the real client."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.local import LocalSlack
from tests.sandbox.slack.conformance.conftest import refusal
from tests.sandbox.slack.conformance.refusals import REFUSALS, Refusal


async def named(slack: LocalSlack, client: AsyncWebClient, value: Any) -> Any:
    """The id or timestamp that a placeholder stands for."""
    match value:
        case "$bot":
            return (await client.chat_postMessage(channel=slack.channel("#support-inbox"), text="mine"))["ts"]
        case "$theirs":
            return await slack.post("ana", "#support-inbox", "theirs")
        case str() if value.startswith("@"):
            return slack.user(value)
        case str() if value.startswith("#"):
            return slack.channel(value.lstrip("#"))
    return value


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: f"{row.method}-{row.error}")
async def test_the_documented_error(slack: LocalSlack, client: AsyncWebClient, row: Refusal) -> None:
    args = {key: await named(slack, client, value) for key, value in row.args.items()}
    assert (await refusal(client.api_call(row.method, json=args)))["error"] == row.error
