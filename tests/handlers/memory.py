"""The Cases port in memory, honouring compare-and-set, for tests of what people do in Slack."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.case import Case, CaseId, PersonId, Status
from pipeline.email import MailboxId
from pipeline.ports import CardKind, Figures, Placed, Waiting
from pipeline.review import OPEN, Move
from tests.blocks.views import FIGURES


@dataclass(slots=True)
class MemoryCases:
    """`slow` is awaited between the read and the write of a commit, so that two clicks can meet there."""

    cases: dict[CaseId, Case] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)
    first: dict[CaseId, str] = field(default_factory=dict)
    placed: dict[CaseId, dict[CardKind, Placed]] = field(default_factory=dict)
    opened: dict[CaseId, PersonId] = field(default_factory=dict)
    revealed: dict[CaseId, PersonId] = field(default_factory=dict)
    slow: float = 0.0
    broken: bool = False

    def add(self, case: Case) -> None:
        self.cases[case.id] = case
        self.first[case.id] = case.draft.text if case.draft else ""

    async def load(self, case: CaseId) -> Case | None:
        await asyncio.sleep(0)
        if self.broken:
            raise ConnectionError("the database is away")
        return self.cases.get(case)

    async def commit(self, before: Case, move: Move) -> Case | None:
        await asyncio.sleep(self.slow)
        now = self.cases[before.id]
        if now.revision != before.revision:
            return None
        after = replace(
            now,
            revision=now.revision + 1,
            status=move.status,
            draft=move.draft or now.draft,
            outcome=move.outcome,
            note=move.note,
            agreed=move.agreed,
            looked=move.looked or now.looked,
            seeded=None,
        )
        self.cases[before.id] = after
        self.moves.append(move)
        return after

    async def first_text(self, case: CaseId) -> str:
        return self.first[case]

    async def reveal(self, case: CaseId, by: PersonId) -> None:
        self.revealed[case] = by

    async def open(self, case: CaseId, by: PersonId) -> bool:
        first = case not in self.opened
        self.opened[case] = by
        return first

    async def at_card(self, channel: str, ts: str) -> CaseId | None:
        found = [case for case, cards in self.placed.items() for card in cards.values() if (card.channel, card.ts) == (channel, ts)]
        return found[0] if found else None

    async def waiting(self, mailboxes: Sequence[MailboxId], most: int) -> Sequence[Waiting]:
        return [_waiting(case) for case in self.cases.values() if case.status in {*OPEN, Status.SCHEDULED} and case.mailbox in mailboxes][
            :most
        ]

    async def figures(self, since: datetime) -> Figures:
        if self.broken:
            raise ConnectionError("the database is away")
        return replace(FIGURES, since=since)

    def cards(self, case: CaseId) -> Mapping[CardKind, Placed]:
        return self.placed.setdefault(case, {})


def _waiting(case: Case) -> Waiting:
    intent = case.classification.intent if case.classification else ""
    due = case.decision.respond_by if case.decision else None
    mail = case.email
    return Waiting(
        case.id,
        case.mailbox,
        case.status,
        mail.sender.name,
        mail.subject,
        intent,
        "normal",
        "sales",
        mail.received_at,
        due,
        "https://x.example/p1",
    )
