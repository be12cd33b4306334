"""Every action by everybody: approvers may, all others are told why not, and nothing happens when Slack cannot say who they are."""

import pytest

from blocks import ids
from pipeline.case import Status
from tests.blocks.cases import REVIEW, STATES
from tests.handlers.stage import CHANNEL, Stage, stage, until

ACTIONS = (ids.APPROVE, ids.EDIT, ids.REJECT, ids.TAKE_OVER, ids.SHOW_MAIL)
REFUSED = {
    "chloe": "not on the approver list",
    "gus": "Guests cannot answer",
    "jonas": "Guests cannot answer",
    "lena": "Only people of this workspace",
}


async def clicked(at: Stage, user: str, action: str) -> None:
    ts = await at.place()
    members = at.slack.world.workspace.channels[at.slack.channel(CHANNEL)]["members"]
    members.extend({at.slack.user(user)} - set(members))
    await at.click(user, ts["mail" if action == ids.SHOW_MAIL else "draft"], action)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("user", REFUSED)
async def test_who_may_not_act_is_told_why(user: str, action: str) -> None:
    async with stage() as at:
        await clicked(at, user, action)
        assert REFUSED[user] in await at.whisper(user)
        assert at.case() == REVIEW
        assert at.cases.moves == []
        assert await at.slack.views(user) == []


async def test_who_cannot_be_told_in_the_channel_is_told_directly() -> None:
    async with stage() as at:
        ts = await at.place()
        await at.click("gus", ts["draft"], ids.APPROVE)
        told = await until(lambda: at.slack.messages("gus"))
        assert "Guests cannot answer" in told[-1]["text"]


@pytest.mark.parametrize("action", ACTIONS)
async def test_an_approver_is_not_refused(action: str) -> None:
    async with stage() as at:
        await clicked(at, "ana", action)
        assert await at.slack.ephemerals("ana", CHANNEL) == []
        assert len(at.cases.moves) + len(await at.slack.views("ana")) == 1


@pytest.mark.parametrize("action", ACTIONS)
async def test_nothing_is_decided_in_a_channel_that_became_shared(action: str) -> None:
    async with stage() as at:
        ts = await at.place()
        at.slack.world.workspace.channels[at.slack.channel(CHANNEL)]["is_ext_shared"] = True
        await at.click("ana", ts["mail" if action == ids.SHOW_MAIL else "draft"], action)
        assert "shared with another organisation" in await at.whisper("ana")
        assert at.case() == REVIEW
        assert await at.slack.views("ana") == []


@pytest.mark.parametrize("fault", ["server_error", "rate_limited", "hang"])
async def test_access_fails_closed_when_slack_cannot_be_asked(fault: str) -> None:
    async with stage() as at:
        ts = await at.place()
        at.slack.faults.fail("users.info", fault, times=5, retry_after=60, seconds=5.0)  # type: ignore[arg-type]  # one of its literals
        await at.click("ana", ts["draft"], ids.APPROVE)
        assert "nothing was changed" in await at.whisper("ana")
        assert at.case() == REVIEW
        at.slack.faults.clear()


async def test_rights_taken_away_while_a_form_is_open_count_at_the_submit() -> None:
    async with stage() as at:
        ts = await at.place()
        await at.click("ana", ts["draft"], ids.EDIT)
        window = await at.window("ana")
        at.slack.world.workspace.users[at.slack.user("ana")]["is_restricted"] = True
        answer = await at.slack.submit("ana", window["id"], {"text.0.0.3": "My own words, which nobody may send."})
        assert answer["response_action"] == "errors"
        assert "Guests cannot" in str(answer["errors"])
        assert at.case() == REVIEW


@pytest.mark.parametrize("state", ["human", "quarantined", "unknown", "dead"])
async def test_take_over_stands_on_the_card_of_whatever_needs_a_person(state: str) -> None:
    async with stage() as at:
        ts = await at.place(STATES[state])
        await at.click("chloe", ts["root"], ids.TAKE_OVER)
        assert "not on the approver list" in await at.whisper("chloe")
        await at.click("ben", ts["root"], ids.TAKE_OVER)
        assert at.case().status is Status.TAKEN_OVER
        assert "Ben Okafor" in await _after(at, ts["root"])


async def _after(at: Stage, ts: str) -> str:
    await at.redraw()
    return await at.drawn(ts)
