"""Dry runs: mails that already are go through the whole flow, and nothing is sent or stored."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.mailbox.archives import mails
from bot.mailbox.reader import reader
from bot.ordered import ordered
from bot.redaction.process import name_process
from pipeline.case import NO_HISTORY, Triaged
from pipeline.email import MailboxId
from pipeline.flow import triage
from pipeline.house import House

AT_ONCE = 4
"""Mails in work at a time: two are read in processes of their own while others are embedded."""


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

    Nothing is known of earlier mails: each is judged alone, as arrived `now` (default: this moment). The local model reads each mail as
    it would in a running program: where policy wants names out, they are taken out here, too.
    """
    judged_at = now or datetime.now(UTC)
    async with reader() as reading, name_process() as names:
        judge = replace(house, names=house.names or names)

        async def line(mail: tuple[str, bytes]) -> ReplayLine:
            email = await reading.read(mail[1], mail[0], judged_at, authserv_ids)
            return line_of(mail[0], await triage(email, mailbox, NO_HISTORY, judge, judged_at, time.perf_counter))

        async with aclosing(ordered(mails(path), line, at_once=AT_ONCE)) as lines:
            async for made in lines:
                yield made


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
