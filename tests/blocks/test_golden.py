"""Everything that is drawn looks as it did, and keeps within Slack's limits."""

import json
from typing import Any

import pytest

from blocks import kit
from blocks.kit import Message
from sandbox.slack.kit import validate
from tests.blocks import limits
from tests.blocks.golden import FOLDER, same
from tests.blocks.views import homes, messages, modals

MESSAGES = list(messages())
VIEWS = [*modals(), *homes()]


@pytest.mark.parametrize(("name", "drawn"), MESSAGES, ids=[name for name, _ in MESSAGES])
def test_message_is_as_stored(name: str, drawn: Message) -> None:
    assert same(name, {"text": drawn.text, "blocks": list(drawn.blocks)})


@pytest.mark.parametrize(("name", "drawn"), VIEWS, ids=[name for name, _ in VIEWS])
def test_view_is_as_stored(name: str, drawn: dict[str, Any]) -> None:
    assert same(name, drawn)


@pytest.mark.parametrize(("name", "drawn"), MESSAGES, ids=[name for name, _ in MESSAGES])
def test_message_keeps_within_limits(name: str, drawn: Message) -> None:
    assert limits.message(drawn.blocks) == []
    assert kit.weight(drawn.blocks) <= kit.MESSAGE_BUDGET
    assert 0 < len(drawn.text) <= kit.FALLBACK_TEXT


@pytest.mark.parametrize(("name", "drawn"), VIEWS, ids=[name for name, _ in VIEWS])
def test_view_keeps_within_limits(name: str, drawn: dict[str, Any]) -> None:
    assert limits.view(drawn) == []
    assert len(json.dumps(drawn).encode()) < 250_000


@pytest.mark.parametrize(("name", "drawn"), MESSAGES, ids=[name for name, _ in MESSAGES])
def test_local_slack_takes_the_message(name: str, drawn: Message) -> None:
    assert len(validate.message_blocks(list(drawn.blocks))) == len(drawn.blocks)


@pytest.mark.parametrize(("name", "drawn"), VIEWS, ids=[name for name, _ in VIEWS])
def test_local_slack_takes_the_view(name: str, drawn: dict[str, Any]) -> None:
    assert validate.view_problems(drawn, "modal", "home") == []


def test_no_stored_drawing_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {name for name, _ in (*MESSAGES, *VIEWS)}
