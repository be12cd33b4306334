"""An intent that may answer by itself, in the local Slack: it waits, goes out once, and is stopped by a click, a pause, or a lost right."""

from pathlib import Path

import pytest

from blocks import ids
from tests.journeys.intent import command, journey
from tests.journeys.running import until


@pytest.mark.timeout(300)
async def test_it_goes_out_once_and_whoever_or_whatever_stops_it_leaves_it_to_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with journey(tmp_path, monkeypatch, "8s") as at:
        await at.right("auto_send")
        at.arrive("once")
        assert ids.HOLD in str(await at.card("once", "Sends by itself"))
        await at.card("once", "sent by itself")
        (answer,) = await until(at.answered, "the customer has no answer")
        assert (answer["Auto-Submitted"], answer["To"]) == ("auto-replied", "Marcus Bell <marcus@once.example>")

        at.arrive("held")
        assert (await at.chloe.click(at.channel, await at.card("held", ids.HOLD), ids.HOLD))["ok"]
        await at.thread("held", "Held by Chloe Martin", "Approve & send")

        at.arrive("paused")
        await at.card("paused", ids.HOLD)
        await at.chloe.post("post", channel=at.channel, text="/triage pause the prices change")
        why = "Not sent by itself: Chloe Martin paused all answers that go out by themselves: the prices change."
        await at.thread("paused", why, "Approve & send")
        at.arrive("unsent")
        await at.thread("unsent", "Approve & send")
        assert await at.sql("select route || would_be from messages where sender like '%unsent%'") == "reviewauto_send"
        await command("resume", "--data", str(at.demo.data / "services"))

        at.arrive("lost")
        await at.card("lost", ids.HOLD)
        await at.right("demoted")
        await at.thread("lost", "lost the right to go out by themselves")

        for name in ("held", "paused", "unsent", "lost"):
            assert (await at.status(name), at.answers(name)) == ("review", [])
        assert len(await at.answered()) == 1
        assert await at.sql("select string_agg(action, ' ' order by id) from audit_log where message_id is null") == "pause resume"
