"""The flow, on one page: one mail in, everything we made of it out; the world is asked, never changed."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.cascade import understood
from pipeline.case import CaseId, Decision, Draft, History, Reason, Route, Status, Triaged
from pipeline.email import Email, MailboxId
from pipeline.errors import Permanent, Temporary
from pipeline.house import House
from pipeline.matter import Matter
from pipeline.policy.evaluate import signals
from pipeline.policy.rulebook import delay
from pipeline.prompt import Call
from pipeline.screening.cautions import late, past
from pipeline.speculation import Ahead, asking_ahead
from pipeline.stages import summary
from pipeline.stages.classify import unclassified
from pipeline.stages.draft import outline
from pipeline.stages.enrich import enrich, facts
from pipeline.stages.lint import lint
from pipeline.stages.paraphrase import paraphrase, refused
from pipeline.stages.prefilter import screen
from pipeline.stages.route import without_intent
from pipeline.voice import Refusal


async def triage(
    email: Email,
    mailbox: MailboxId,
    history: History,
    house: House,
    now: datetime,
    clock: Callable[[], float],
    number: CaseId | None = None,
) -> Triaged:
    """Judge one mail. `now` bounds what the mail claims of its arrival; `clock` (s) times the draft; `number` is its number, if it has one.

    The same inputs give the same Triaged. What a model cannot answer goes to a person: no error of a model leaves this function.
    """
    started = clock()
    email = replace(email, received_at=min(email.received_at, now))
    if email.quarantined is not None:
        return _unread(
            Status.QUARANTINED, without_intent(email, mailbox, house, Reason("mail", "quarantined", Route.HUMAN, email.quarantined))
        )
    vip = house.people.is_vip(email)
    ours, judge = house.people, None if vip else house.spam_judge(mailbox)
    screening = screen(email, ours.own_addresses(), history, ours.watched(), judge, ours.forms())
    if screening.ignore is not None:
        return _unread(Status.IGNORED, without_intent(email, mailbox, house, screening.ignore))
    context = enrich(email, history, house.people)
    cautions = (*screening.may_answer, *late(email, now), *past(history))
    said = signals(house.rulebook, facts(email, mailbox))
    matter = Matter(email, mailbox, unclassified(email, mailbox, house, said), context, house, number, cautions, said)
    async with asking_ahead(house.language_models) as ahead:
        matter, calls = await understood(matter, ahead, now)
        decided = _since(started, clock)
        made = await _in_short(await _answer(matter, ahead, clock), matter, ahead)
        discarded = await ahead.discarded()
    foreseen = ahead.foresaw("draft") or ahead.foresaw("draft_complex")
    if made.status is Status.SCHEDULED:
        made = replace(made, sends_at=now + _hold(made, house))
    return replace(made, calls=(*calls, *made.calls, *discarded), discarded=discarded, decided_ms=decided, foreseen=foreseen)


async def _answer(matter: Matter, ahead: Ahead, clock: Callable[[], float]) -> Triaged:
    """Route, draft, reword, lint, and route again with what the linter found."""
    started = clock()
    written, findings = matter.write(matter.route())
    calls: tuple[Call, ...] = ()
    if written is not None and not written.outline:
        written, calls = await _reworded(written, matter, ahead) if "draft" in ahead.models else (written, ())
        findings = lint(written, matter.email, matter.house)
    decision = matter.route(findings)
    if decision.route is Route.HUMAN and (written is None or not written.outline):
        written = outline(matter.email, matter.classification, matter.context, decision, matter.house)
    took, cost = _since(started, clock), sum(call.usd for call in calls)
    finished = replace(written, findings=findings, latency_ms=took, cost_usd=cost) if written else None
    return Triaged(_status(decision, finished), matter.classification, matter.context, decision, finished, calls)


def _status(decision: Decision, made: Draft | None) -> Status:
    """Nothing is scheduled without a letter."""
    match decision.route:
        case Route.AUTO_SEND if made is not None and not made.outline:
            return Status.SCHEDULED
        case Route.REVIEW:
            return Status.REVIEW
        case _:
            return Status.HUMAN


def _hold(made: Triaged, house: House) -> timedelta:
    """How long its answer waits for somebody who stops it."""
    assert made.classification is not None
    return delay(house.intents[made.classification.intent].hold)


async def _reworded(letter: Draft, matter: Matter, ahead: Ahead) -> tuple[Draft, tuple[Call, ...]]:
    try:
        shown = await matter.show()
    except Temporary as error:
        return refused(letter, error.sentence), ()
    return await paraphrase(letter, shown, matter.house, ahead, matter.email.sender.address, matter.writer())


async def _in_short(made: Triaged, matter: Matter, ahead: Ahead) -> Triaged:
    """One line about a long mail that a person answers; none where no model says it soon."""
    seen = made.classification
    if made.status is not Status.HUMAN or seen is None or not matter.wants_summary():
        return made
    try:
        shown = await matter.show()
        prompt = replace(matter, shown=shown).in_short()
        async with asyncio.timeout(summary.PATIENCE):
            answer = await ahead.ask(prompt) if prompt else None
    except (TimeoutError, Temporary, Permanent, Refusal):
        return made
    if answer is None:
        return made
    line = summary.read(answer.text, shown)
    return replace(made, classification=replace(seen, summary=line), calls=(*made.calls, *answer.calls))


def _since(started: float, clock: Callable[[], float]) -> int:
    """Milliseconds."""
    return max(0, round((clock() - started) * 1000))


def _unread(status: Status, decision: Decision) -> Triaged:
    return Triaged(status, None, None, decision, None)
