"""A local Slack whose app asks for every scope and event, with a global shortcut beside the others."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.local import LocalSlack
from sandbox.slack.settings import DEFAULT_MANIFEST
from tests.sandbox.slack.kit import Json
from tests.slack import QUICK, local_slack

SCOPES = (
    "bookmarks:read bookmarks:write channels:join channels:manage files:read groups:write im:read mpim:read pins:read pins:write "
    "team:read usergroups:read usergroups:write users.profile:read"
)
EVENTS = "file_shared member_joined_channel member_left_channel message.groups pin_added reaction_added reaction_removed"
GLOBAL = {"name": "New case", "type": "global", "callback_id": "new_case", "description": "Write a case by hand"}


@pytest.fixture(scope="session")
def wide_manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    manifest = yaml.safe_load(DEFAULT_MANIFEST.read_text())
    manifest["oauth_config"]["scopes"]["bot"] += SCOPES.split()
    manifest["settings"]["event_subscriptions"]["bot_events"] += EVENTS.split()
    manifest["features"]["shortcuts"].append(GLOBAL)
    path = tmp_path_factory.mktemp("manifest") / "manifest.yml"
    path.write_text(yaml.safe_dump(manifest))
    return path


@pytest.fixture
async def slack(wide_manifest: Path) -> AsyncIterator[LocalSlack]:
    async with local_slack(manifest=wide_manifest, timing=QUICK) as running:
        yield running


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    """Bolt leaves out what the bot itself caused, unless it is told not to."""
    return AsyncApp(client=client, ignoring_self_events_enabled=False)


@pytest.fixture
def inbox(slack: LocalSlack) -> str:
    return slack.channel("#support-inbox")


@pytest.fixture
async def ts(client: AsyncWebClient, inbox: str) -> str:
    """The bot's own message."""
    return str((await client.chat_postMessage(channel=inbox, text="card"))["ts"])


async def refusal(call: object) -> Json:
    """What Slack answers to a call that it refuses."""
    with pytest.raises(SlackApiError) as caught:
        await call  # type: ignore[misc]
    return dict(caught.value.response.data)
