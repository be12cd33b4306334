"""What becomes of the demo's letters: each must end where its author meant it to."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.house import load
from bot.mailbox.mime import read
from bot.settings import ROOT
from pipeline.case import OUT_OF_SCOPE, Route, Triaged
from pipeline.email import Email, MailboxId
from pipeline.flow import triage
from sandbox.mail.letters import Letter, letters
from tests.journeys.history import Histories

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MACHINES = {"out_of_office": "auto_reply", "newsletter": "newsletter", "bounce": "bounce", "duplicate": "duplicate"}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


async def _all(cache: Path) -> list[tuple[Letter, Email, Triaged]]:
    house, histories, found = await load(ROOT / "policies", ROOT / "templates", cache), Histories(), []
    for letter in letters():
        email = read(letter.raw, letter.name, NOW, frozenset({"mx.larkspur.example"}))
        mailbox = MailboxId(letter.inbox)
        found.append((letter, email, await triage(email, mailbox, histories.of(mailbox, email), house, NOW, time.monotonic)))
    return found


async def test_every_letter_ends_where_its_author_meant_it_to(cache: Path) -> None:
    wrong: list[str] = []
    right = 0
    for letter, _, triaged in await _all(cache):
        decision, expect = triaged.decision, letter.expect
        names = {reason.name for reason in decision.reasons}
        if expect.kind in MACHINES:
            if decision.route is not Route.IGNORE or MACHINES[expect.kind] not in names:
                wrong.append(f"{letter.name}: not ignored as {expect.kind}: {decision}")
            continue
        if expect.human and decision.would_be is Route.AUTO_SEND:
            wrong.append(f"{letter.name}: would have been sent by itself")
        if decision.route is Route.IGNORE and expect.kind != "spam":
            wrong.append(f"{letter.name}: ignored, but a person wrote it")
        if triaged.classification and expect.intent:
            right += triaged.classification.intent == expect.intent.replace("other", OUT_OF_SCOPE)
    assert wrong == []
    judged = sum(1 for letter in letters() if letter.expect.intent and letter.expect.kind not in MACHINES)
    assert right >= 0.9 * judged, f"{right} of {judged} intents"


async def test_nothing_that_a_stranger_wrote_stands_in_a_draft_as_link_or_address(cache: Path) -> None:
    for letter, email, triaged in await _all(cache):
        text = triaged.draft.text if triaged.draft and not triaged.draft.outline else ""
        planted = [word for word in email.text.split() if ("://" in word or "@" in word) and "larkspur.example" not in word]
        assert not [word for word in planted if word in text], letter.name
