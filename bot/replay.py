"""Dry runs: mails that already are go through the whole flow, and nothing is sent or stored."""

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.mailbox.archives import mails
from bot.mailbox.mime import read
from pipeline.case import NO_HISTORY, Triaged
from pipeline.email import MailboxId
from pipeline.flow import triage
from pipeline.house import House

AT_ONCE = 4
"""Mails in work at a time: the embedding runs beside the parsing of the next."""


@dataclass(frozen=True, slots=True)
class ReplayLine:
    """What would have become of one mail. `intent` is None where it was not classified; `reasons` are sentences, `draft` a text."""

    source: str
    intent: str | None
    urgency: str
    owner: str
    confidence: float | None
    policy_flags: tuple[str, ...]
    route: str
    reasons: tuple[str, ...]
    template: str | None
    draft: str | None


def to_json(line: ReplayLine) -> str:
    """The line as one line of JSON."""
    return json.dumps(asdict(line), ensure_ascii=False)


async def replay(
    path: Path, house: House, mailbox: MailboxId, authserv_ids: frozenset[str] = frozenset(), now: datetime | None = None
) -> AsyncIterator[ReplayLine]:
    """A line for each mail under `path` (an mbox, a Maildir, .eml files, an archive of them), in order. Raises what `mails` raises.

    Nothing is known of earlier mails: each is judged alone, as arrived `now` (default: this moment).
    """
    judged_at = now or datetime.now(UTC)
    going: deque[asyncio.Task[ReplayLine]] = deque()
    source = _numbered(path)
    try:
        while True:
            while len(going) < AT_ONCE and (following := await asyncio.to_thread(next, source, None)) is not None:
                going.append(asyncio.create_task(_line(*following, house, mailbox, authserv_ids, judged_at)))
            if not going:
                return
            yield await going.popleft()
    finally:
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)


def _numbered(path: Path) -> Iterator[tuple[str, bytes]]:
    yield from mails(path)


async def _line(source: str, raw: bytes, house: House, mailbox: MailboxId, authserv_ids: frozenset[str], now: datetime) -> ReplayLine:
    email = read(raw, source, now, authserv_ids)
    return line_of(source, await triage(email, mailbox, NO_HISTORY, house, now, time.perf_counter))


def line_of(source: str, triaged: Triaged) -> ReplayLine:
    """The line for what the flow made of a mail."""
    seen, decision, draft = triaged.classification, triaged.decision, triaged.draft
    return ReplayLine(
        source=source,
        intent=seen.intent if seen else None,
        urgency=decision.urgency,
        owner=decision.owner,
        confidence=seen.confidence if seen else None,
        policy_flags=seen.policy_flags if seen else (),
        route=decision.route,
        reasons=tuple(reason.text for reason in decision.reasons),
        template=decision.template,
        draft=draft.text if draft else None,
    )
