"""A database with decided cases of the demo's letters, and the policies as they ship in a folder of the test's own."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from bot.house import load_unasked
from bot.mailbox import mime
from bot.store.documents import INPUTS, TRIAGED, Inputs, dump
from pipeline.case import NO_HISTORY
from pipeline.flow import triage
from pipeline.house import House
from pipeline.ports import IntentScore
from tests.pipeline.letters import ROOT, SUPPORT

LETTERS = ROOT / "sandbox" / "mail" / "letters"
MESSAGE = """
insert into messages (mailbox_id, source, rfc822_message_id, thread_id, sender, subject, received_at, status, traceparent)
select $1, 'new/' || n, n || '@customer.example', n || '@customer.example', 'a@customer.example', 'Map', clock_timestamp(), 'review', ''
from generate_series(1, $2) n
"""
DECIDED = """
insert into decisions (message_id, attempt, codec, inputs, versions, output)
select m.id, 1, 'identity', $3, '{}', $4 from messages m where m.id % $1 = $2
"""


@dataclass(frozen=True, slots=True)
class Guessing:
    """An IntentModel that goes by the length of a text, so that every intent has some."""

    version: str = "guessing"
    languages: frozenset[str] = frozenset({"en"})

    async def rank(self, subject: str, text: str) -> list[IntentScore]:
        intents = ("support", "pricing", "invoice", "scheduling", "account_access", "complaint")
        return [IntentScore(intents[len(text) % len(intents)], 0.9), IntentScore("referral", 0.05)]


def shipped(folder: Path) -> Path:
    """A copy of the policies and templates."""
    shutil.copytree(ROOT / "policies", folder / "policies")
    shutil.copytree(ROOT / "templates", folder / "templates")
    return folder


def house(folder: Path) -> House:
    return replace(load_unasked(folder / "policies", folder / "templates"), model=Guessing())


async def fill(url: str, folder: Path, cases: int) -> int:
    """So many decided cases, made of the demo's letters in turn; how many letters there are."""
    by, now = house(folder), datetime.now(UTC)
    emails = [mime.read(path.read_bytes(), path.name, now, frozenset({"mx.larkspur.example"})) for path in sorted(LETTERS.glob("*.eml"))]
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(MESSAGE, SUPPORT, cases)
        for number, email in enumerate(emails):
            made = await triage(email, SUPPORT, NO_HISTORY, by, now, lambda: 0.0, None)
            inputs = dump(INPUTS, Inputs(email, SUPPORT, NO_HISTORY, now))
            await connection.execute(DECIDED, len(emails), number, inputs, dump(TRIAGED, made))
        await connection.execute("analyze")
    finally:
        await connection.close()
    return len(emails)


def changed(folder: Path, name: str, edit: Mapping[str, object]) -> Path:
    """A rulebook with one rule more."""
    path = folder / name
    rules = json.loads((folder / "policies" / "rules.json").read_text())
    rules["rules"].append(edit)
    path.write_text(json.dumps(rules))
    return path
