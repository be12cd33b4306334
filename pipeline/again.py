"""A decision made again from its record, with the same rules or with others; what models said is taken from the record."""

from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.case import Classification, Context, Decision, Finding, History, Reason, Route
from pipeline.email import Email, MailboxId
from pipeline.house import House
from pipeline.policy.evaluate import Signals, highest, signals
from pipeline.policy.rulebook import Rulebook
from pipeline.screening.cautions import late, past
from pipeline.stages.classify import raised
from pipeline.stages.enrich import enrich, facts
from pipeline.stages.prefilter import screen
from pipeline.stages.route import route, without_intent

OF_MODELS = ("model", "language_models", "spam", "prompt:")
"""Versions that stay as recorded, because no model is asked again."""
_GATE = ("gate",)
_SCREENED = ("prefilter", "mail")
_GIVEN = ("model", "person")


@dataclass(frozen=True, slots=True)
class Record:
    """What a decision was made from, what models said, and what was decided."""

    email: Email
    mailbox: MailboxId
    history: History
    now: datetime
    classification: Classification | None
    context: Context | None
    decision: Decision

    @property
    def mail(self) -> Email:
        """The mail as the flow saw it: it cannot have arrived later than it was judged."""
        return replace(self.email, received_at=min(self.email.received_at, self.now))


def decide_again(record: Record, house: House) -> Decision:
    """Everything that is no model's word, from the mail on: screening, context, flags and the route. Pure; raises nothing.

    What the gate said is taken from the record too: who may answer by itself changes from hour to hour.
    """
    email = record.mail
    if record.classification is None or record.context is None:
        return _unread(record, email, house)
    ours = house.people
    judge = None if ours.is_vip(email) else house.spam_judge(record.mailbox)
    screening = screen(email, ours.own_addresses(), record.history, ours.watched(), judge, ours.forms())
    cautions = (*screening.may_answer, *late(email, record.now), *past(record.history), *_said(record.decision, _GIVEN))
    known = enrich(email, record.history, ours)
    context = replace(record.context, vip=known.vip, known=known.known, earlier=known.earlier)
    flags = signals(house.rulebook, facts(email, record.mailbox)).flags
    seen = replace(record.classification, policy_flags=raised(flags, record.classification.model_flags))
    return _routed(record, email, seen, context, house, cautions)


def _unread(record: Record, email: Email, house: House) -> Decision:
    """A mail that nobody classified: quarantined, or filed."""
    if email.quarantined is not None:
        reason = Reason("mail", "quarantined", Route.HUMAN, email.quarantined)
    else:
        ours = house.people
        judge = None if ours.is_vip(email) else house.spam_judge(record.mailbox)
        found = screen(email, ours.own_addresses(), record.history, ours.watched(), judge, ours.forms()).ignore
        reason = found or Reason("prefilter", "kept", Route.HUMAN, "This mail would not be filed today.")
    return _with_versions(record, without_intent(email, record.mailbox, house, reason))


def under(record: Record, house: House, flags: Signals | None = None) -> Decision:
    """The decision under this house's rules, all else as recorded: quick. `flags` is what changed signals say; None: as recorded."""
    if record.classification is None or record.context is None:
        return record.decision
    seen = record.classification
    if flags is not None:
        intent = house.intents.get(seen.intent)
        urgency = highest([intent.urgency if intent else "normal", flags.urgency, seen.model_urgency])
        seen = replace(seen, policy_flags=raised(flags.flags, seen.model_flags), urgency=urgency)
    cautions = (*_said(record.decision, (*_GIVEN, *_SCREENED)), *past(record.history))
    return _routed(record, record.mail, seen, record.context, house, cautions)


def same_signals(one: Rulebook, other: Rulebook) -> bool:
    """Whether both raise the same flags for any mail, as far as their text shows."""
    return (one.signals, one.conditions, one.lists, one.calendar) == (other.signals, other.conditions, other.lists, other.calendar)


def _routed(record: Record, email: Email, seen: Classification, context: Context, house: House, cautions: tuple[Reason, ...]) -> Decision:
    findings = tuple(Finding(one.name, one.text, one.at_most) for one in _said(record.decision, ("lint",)))
    return _with_versions(record, route(email, record.mailbox, seen, context, house, cautions, findings, _said(record.decision, _GATE)))


def _said(decision: Decision, speakers: tuple[str, ...]) -> tuple[Reason, ...]:
    return tuple(reason for reason in decision.reasons if reason.speaker in speakers)


def _with_versions(record: Record, decision: Decision) -> Decision:
    kept = [version for version in record.decision.versions if version[0].startswith(OF_MODELS)]
    own = [version for version in decision.versions if not version[0].startswith(OF_MODELS)]
    return replace(decision, versions=tuple(sorted((*kept, *own))), gate_key=record.decision.gate_key)
