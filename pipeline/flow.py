"""The flow, on one page: one mail in, everything we made of it out; the world is asked, never changed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.case import CaseId, Classification, Context, Decision, Draft, Finding, History, Reason, Route, Status, Triaged
from pipeline.email import Email, MailboxId
from pipeline.errors import Permanent, Temporary
from pipeline.house import House
from pipeline.prompt import Call
from pipeline.screening.cautions import late, past
from pipeline.stages.classify import classify, failed, second_reading, unclassified, worth_asking
from pipeline.stages.draft import Unfilled, draft, outline
from pipeline.stages.enrich import enrich
from pipeline.stages.lint import lint
from pipeline.stages.prefilter import screen
from pipeline.stages.redact import redacted_for, shareable
from pipeline.stages.route import route, without_intent
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
    case = _Case(email, mailbox, unclassified(email, mailbox, house), context, house, number, cautions)
    case, calls = await _classified(case)
    decided = _since(started, clock)
    return replace(_answer(case, clock), calls=calls, decided_ms=decided)


@dataclass(frozen=True, slots=True)
class _Case:
    email: Email
    mailbox: MailboxId
    classification: Classification
    context: Context
    house: House
    number: CaseId | None
    cautions: tuple[Reason, ...]

    def route(self, findings: tuple[Finding, ...] = ()) -> Decision:
        return route(self.email, self.mailbox, self.classification, self.context, self.house, self.cautions, findings)


async def _classified(case: _Case) -> tuple[_Case, tuple[Call, ...]]:
    """The local model first; a language model where that is not enough. What cannot be read goes to a person."""
    email, mailbox, house = case.email, case.mailbox, case.house
    try:
        first = await classify(await redacted_for(email, mailbox, house), email, mailbox, house)
    except (Temporary, Permanent) as error:
        failure = Reason("model", "failed", Route.HUMAN, f"The mail could not be classified: {error.sentence}")
        return replace(case, cautions=(*case.cautions, failure)), ()
    case = replace(case, classification=first.classification)
    if not worth_asking(first, case.route(), email, house):
        return case, ()
    try:
        mail = await shareable(email, mailbox, house)
    except Temporary as error:
        reading = failed(first, error.sentence)
    else:
        reading = await second_reading(first, mail, email, mailbox, case.context, house)
    return replace(case, classification=reading.classification, cautions=(*case.cautions, *reading.cautions)), reading.calls


def _answer(case: _Case, clock: Callable[[], float]) -> Triaged:
    """Route, draft, lint, and route again with what the linter found."""
    started = clock()
    written, findings = _write(case, case.route())
    decision = case.route(findings)
    if decision.route is Route.HUMAN and (written is None or not written.outline):
        written = outline(case.email, case.classification, case.context, decision, case.house)
    took = _since(started, clock)
    status = Status.HUMAN if decision.route is Route.HUMAN else Status.REVIEW
    finished = replace(written, findings=findings, latency_ms=took) if written else None
    return Triaged(status, case.classification, case.context, decision, finished)


def _write(case: _Case, decision: Decision) -> tuple[Draft | None, tuple[Finding, ...]]:
    try:
        written = draft(case.email, case.classification, case.context, decision, case.house, case.number)
    except Unfilled as error:
        return None, (Finding("unfilled", f"The template {error.template} has nothing to say for {error.slot}.", Route.HUMAN),)
    except Refusal as error:
        return None, (Finding("unrendered", f"The template {decision.template} cannot be rendered: {error.why}.", Route.HUMAN),)
    return written, () if written.outline else lint(written, case.email, case.house)


def _since(started: float, clock: Callable[[], float]) -> int:
    """Milliseconds."""
    return max(0, round((clock() - started) * 1000))


def _unread(status: Status, decision: Decision) -> Triaged:
    return Triaged(status, None, None, decision, None)
