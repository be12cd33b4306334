"""The bot's own cards and windows, worked on the page: by keyboard, through edit, reject and wrong, and a rule changed."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from blocks import ids, reject, wrong
from pipeline.case import Case, CaseId, Status
from pipeline.recipients import addressed
from tests.blocks.cases import REVIEW, outcome
from tests.bot.editions import CAUTIOUS
from tests.chromium import needs_chromium, page
from tests.handlers.stage import CHANNEL, Stage, stage
from tests.handlers.test_policy import office
from tests.handlers.test_whom import FRESH

pytestmark = [*needs_chromium, pytest.mark.asyncio(loop_scope="module")]


@dataclass(frozen=True, slots=True)
class Bench:
    """The bot on a local Slack, and Ana's browser."""

    at: Stage
    page: Page

    async def thread(self, case: Case) -> Locator:
        """The thread of a new case, open beside the channel."""
        placed = await self.at.place(case)
        root = self.page.locator(f".messages [data-ts='{placed['root']}']")
        await root.locator(".thread-summary").click()
        draft = self.page.get_by_role("complementary", name="Thread").locator(f"[data-ts='{placed['draft']}']")
        await expect(draft).to_be_visible()
        return draft


@asynccontextmanager
async def _ana(at: Stage) -> AsyncIterator[Page]:
    ana = at.slack.user("ana")
    async with page(f"{at.slack.page_url}?user={ana}#/{ana}/{at.slack.channel(CHANNEL)}") as opened:
        opened.set_default_timeout(5_000)
        yield opened


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def bench() -> AsyncIterator[Bench]:
    async with stage() as at, _ana(at) as opened:
        yield Bench(at, opened)


def _button(draft: Locator, action: str) -> Locator:
    return draft.locator(f"[data-action-id='{action}']")


async def test_a_draft_is_approved_by_keyboard_alone(bench: Bench) -> None:
    draft = await bench.thread(replace(REVIEW, id=CaseId(21)))
    await draft.focus()
    for _ in range(30):
        await bench.page.keyboard.press("Tab")
        if await _button(draft, ids.APPROVE).evaluate("node => node === document.activeElement"):
            break
    await expect(_button(draft, ids.APPROVE)).to_be_focused()
    await bench.page.keyboard.press("Enter")
    async with asyncio.timeout(5):
        while bench.at.case(CaseId(21)).status is not Status.APPROVED:  # noqa: ASYNC110  # the effect is on the other side of a socket
            await asyncio.sleep(0.01)


async def test_a_draft_is_rewritten_in_its_window(bench: Bench) -> None:
    draft = await bench.thread(replace(FRESH, id=CaseId(22)))
    await _button(draft, ids.EDIT).click()
    window = bench.page.get_by_role("dialog", name="Edit the reply")
    await expect(window.get_by_label("nora@northwind.example")).to_be_checked()
    await window.get_by_label("ceo@northwind.example").check()
    await window.locator("[data-block-id^='subject.'] input").fill("Your question")
    await window.locator("textarea").first.fill("Dear Nora, it depends.")
    await window.get_by_role("button", name="Save").click()
    await expect(window).to_be_hidden()
    made = bench.at.case(CaseId(22)).draft
    assert made is not None
    assert (made.subject, made.text) == ("Your question", "Dear Nora, it depends.")
    to, cc = addressed(FRESH.email, made)
    assert {"nora@northwind.example", "ceo@northwind.example"} == {*to, *cc}


async def _choose(bench: Bench, window: Locator, words: str) -> None:
    await window.locator(".select").click()
    await bench.page.locator(".popover").get_by_role("option", name=words).click()


async def test_a_draft_is_rejected_with_a_reason_and_a_remark(bench: Bench) -> None:
    draft = await bench.thread(replace(REVIEW, id=CaseId(23)))
    await _button(draft, ids.REJECT).click()
    window = bench.page.get_by_role("dialog", name="Reject the draft")
    await window.get_by_role("button", name="Reject").click()
    await expect(window.locator(f"[data-block-id={reject.WHY}] .input-error")).to_be_visible()
    await _choose(bench, window, "The answer is wrong")
    await window.locator("textarea").fill("She asks for something else")
    await window.get_by_role("button", name="Reject").click()
    await expect(window).to_be_hidden()
    assert ("why", "wrong_answer") in bench.at.cases.moves[-1].detail


async def test_what_was_wrong_with_a_sent_answer_is_chosen(bench: Bench) -> None:
    sent = replace(REVIEW, id=CaseId(24), status=Status.SENT, outcome=outcome("auto_sent", name=""))
    await _button(await bench.thread(sent), ids.WAS_WRONG).click()
    window = bench.page.get_by_role("dialog", name="It was wrong")
    await window.get_by_role("button", name="Save").click()
    await expect(window.locator(f"[data-block-id={wrong.WHAT}] .input-error")).to_be_visible()
    await _choose(bench, window, "It names a price that is not ours")
    await window.get_by_role("button", name="Save").click()
    await expect(window).to_be_hidden()
    looked = bench.at.case(CaseId(24)).looked
    assert looked is not None
    assert looked.fault == "invented_price"


@pytest.mark.asyncio(loop_scope="function")
async def test_a_rule_is_written_checked_and_published(database: str) -> None:
    async with office(database) as held, _ana(held.at) as opened:
        composer = opened.locator("[data-composer=channel]")
        await composer.fill("/triage policy ")
        await composer.press("Enter")
        await opened.get_by_role("dialog", name="Policies").get_by_role("button", name="New rule").click()
        window = opened.get_by_role("dialog", name="New rule")
        rule = window.locator("textarea")
        await rule.fill("{")
        await window.get_by_role("button", name="Check").click()
        await expect(window.locator(".input-error")).to_contain_text("line 1, column 2: this is not JSON")
        await rule.fill(json.dumps(CAUTIOUS))
        await window.locator("input.field").fill("Because.")
        await window.get_by_role("button", name="Check").click()
        await expect(opened.get_by_role("dialog")).to_contain_text("Can only lower routes: yes.")
        await opened.get_by_role("dialog").locator("[data-role=submit]").click()
        await expect(opened.get_by_role("dialog")).to_contain_text("Version 2 is in force.")
        assert await held.in_force() == 2
