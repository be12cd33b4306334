"""What a person, or the outbox, may do to a case: pure transitions, each giving a Move to commit or a refusal to show."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from pipeline.case import Agreed, Case, Draft, Fault, Finding, Looked, Outcome, OutcomeKind, Rejection, Status
from pipeline.digest import SPAM, filed_for
from pipeline.effects import Effect, Forward, SendReply, UpdateCard, UpdateDigest
from pipeline.people import Person
from pipeline.recipients import addressed

OPEN = frozenset({Status.REVIEW, Status.HUMAN, Status.QUARANTINED, Status.UNKNOWN, Status.DEAD})
"""A person is waited for."""
MEANWHILE = timedelta(minutes=10)
TWICE = "answered by hand as well"


@dataclass(frozen=True, slots=True)
class Move:
    """One transition: what the case becomes, what is to be done, and the audit row. `draft` is None where it does not change.

    `agreed` is the first of two approvals; a move that does not name it makes it void. `looked` is a verdict on what was sent.
    `sent` is what a person wrote from the mailbox instead of the draft.
    """

    action: str
    actor: str
    at: datetime
    status: Status
    draft: Draft | None
    outcome: Outcome | None
    note: str
    effects: tuple[Effect, ...]
    detail: tuple[tuple[str, str], ...] = ()
    agreed: Agreed | None = None
    looked: Looked | None = None
    sent: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The move cannot be made; the sentence is for the one who asked."""

    sentence: str


def standing(case: Case) -> str:
    """Where the case stands, as one who comes too late should read it."""
    by = case.outcome.by_name if case.outcome and case.outcome.by_name else ""
    at = f" at {case.outcome.at:%H:%M} UTC" if case.outcome else ""
    if case.outcome and case.outcome.kind == "answered_by_hand":
        return f"Already answered by {by}{f' in {case.outcome.why}' if case.outcome.why else ''}{at}."
    match case.status:
        case Status.APPROVED | Status.SENT if by:
            return f"Already approved by {by}{at}."
        case Status.APPROVED:
            return "It is being sent by itself right now."
        case Status.SENT:
            return f"Already sent{at}."
        case Status.REJECTED:
            return f"Already rejected by {by}{at}."
        case Status.TAKEN_OVER:
            return f"{by} took this over{at}."
        case Status.UNKNOWN:
            return "It is not known whether this reply went out. Look into the mailbox's Sent folder before you answer."
        case Status.QUEUED | Status.WORKING:
            return f"{case.note} It is being read anew." if case.note else "This mail is being read; its card comes soon."
        case _:
            return "This case has changed since the card was drawn. The card now shows its newest state."


def _stale(case: Case, revision: int) -> Refused | None:
    return None if revision == case.revision else Refused(standing(case))


def _move(case: Case, action: str, by: Person, at: datetime, status: Status, **more: object) -> Move:
    effects = (UpdateCard(case.id, case.revision + 1),)
    plain = Move(action, by.id, at, status, None, case.outcome, "", effects)
    return replace(plain, **more)  # type: ignore[arg-type]  # the names and types are those of Move's own fields


def _outcome(kind: OutcomeKind, by: Person, at: datetime, similarity: float, why: str = "") -> Outcome:
    return Outcome(kind, by.id, by.name, at, similarity, why)


def similarity(first: str, last: str) -> float:
    """How much of the first text is in the last, in [0, 1]: 1.0 only where they are equal."""
    if first == last:
        return 1.0
    return min(0.999, SequenceMatcher(None, first.split(), last.split(), autojunk=False).ratio())


def approve(case: Case, revision: int, by: Person, at: datetime, first_text: str) -> Move | Refused:
    """Send the draft as it stands; where two must approve, the first approval is only noted.

    `first_text` is the text of version 1, before anybody edited it.
    """
    if stale := _stale(case, revision):
        return stale
    if case.status is not Status.REVIEW or case.draft is None or case.draft.outline:
        return Refused(standing(case) if case.status not in OPEN else "There is no draft to send. Take the case over and answer it.")
    if case.seeded is not None:
        return Refused("The draft on the card is a test, so nothing can be sent from it.")
    if needs_second(case):
        return _first_of_two(case, case.draft, by, at)
    if case.agreed is not None and case.agreed.by == by.id:
        return Refused("You have approved this already. A rule asks that somebody else approves it too.")
    alike = similarity(first_text, case.draft.text)
    outcome = _outcome("sent_as_is" if alike == 1.0 else "sent_edited", by, at, alike)
    send = SendReply(case.id, case.revision + 1, case.draft.version, case.draft.sha256, by.id)
    forward = (Forward(case.id, case.revision + 1, case.draft.forward_to, by.id),) if case.draft.forward_to else ()
    first = (("first_approver", case.agreed.by),) if case.agreed else ()
    detail = (*_what(case, case.draft), *first)
    move = _move(case, "approve", by, at, Status.APPROVED, outcome=outcome, detail=detail, agreed=case.agreed)
    return replace(move, effects=(*move.effects, send, *forward))


def needs_second(case: Case) -> bool:
    """A rule asks for two approvals, and there is none yet of the draft as it is now."""
    asked = case.decision is not None and case.decision.second_approver
    return asked and (case.agreed is None or case.draft is None or case.agreed.sha256 != case.draft.sha256)


def _first_of_two(case: Case, draft: Draft, by: Person, at: datetime) -> Move:
    note = f"{by.name} approved it. Somebody else must approve it too before it is sent."
    agreed = Agreed(by.id, by.name, at, draft.sha256)
    return _move(case, "first_approval", by, at, Status.REVIEW, note=note, detail=_what(case, draft), agreed=agreed)


@dataclass(frozen=True, slots=True)
class Whom:
    """A reviewer's choice of recipients: To, Cc, and the alias that gets the mail itself (or empty)."""

    to: tuple[str, ...]
    cc: tuple[str, ...]
    forward_to: str


def unmask(case: Case, revision: int, by: Person, at: datetime, *, missed: bool) -> Move | Refused:
    """The draft on the card was known to be bad, and a person judged it: the true one takes its place, and nothing is sent."""
    if stale := _stale(case, revision):
        return stale
    if case.status is not Status.REVIEW or case.seeded is None:
        return Refused(standing(case))
    found = "It was let pass" if missed else "Well spotted"
    note = (
        f"This was a test draft with an error in it (“{case.seeded.planted[:150]}”). {found}, and nothing was sent. Here is the real one."
    )
    return _move(
        case, "unmask", by, at, Status.REVIEW, note=note, detail=(("seed", "missed" if missed else "caught"), ("kind", case.seeded.kind))
    )


def edit(
    case: Case,
    revision: int,
    by: Person,
    at: datetime,
    subject: str,
    text: str,
    findings: tuple[Finding, ...],
    whom: Whom | None = None,
) -> Move | Refused:
    """Put the person's words in place of the draft, as a new version; `findings` is what the linter says of them.

    Without `whom` it goes to the same people as before.
    """
    if stale := _stale(case, revision):
        return stale
    if case.status is not Status.REVIEW or case.draft is None or case.draft.outline:
        return Refused(standing(case) if case.status not in OPEN else "There is no draft to edit.")
    if not text.strip():
        return Refused("An empty reply cannot be saved. Write something, or reject the draft.")
    if whom is not None and not whom.to:
        return Refused("Nobody is ticked, or only those in Cc. Tick at least one of the others.")
    draft = replace(case.draft, version=case.draft.version + 1, subject=subject, text=text, findings=findings, author=by.id)
    if whom is not None:
        draft = replace(draft, to=whom.to, cc=whom.cc, forward_to=whom.forward_to)
    return _move(case, "edit", by, at, Status.REVIEW, draft=draft, note=f"Edited by {by.name}", detail=_what(case, draft))


def _what(case: Case, draft: Draft) -> tuple[tuple[str, str], ...]:
    """For the audit log, which outlives the case: digests and numbers, no addresses."""
    to, cc = addressed(case.email, draft)
    digest = hashlib.sha256(json.dumps([to, cc, draft.forward_to]).encode()).hexdigest()
    return ("sha256", draft.sha256), ("to", str(len(to))), ("cc", str(len(cc))), ("recipients_sha256", digest)


def reject(case: Case, revision: int, by: Person, at: datetime, why: Rejection, remark: str) -> Move | Refused:
    """Nobody gets this draft; the reason is kept as a label."""
    if stale := _stale(case, revision):
        return stale
    if case.status is not Status.REVIEW:
        return Refused(standing(case))
    outcome = _outcome("rejected", by, at, 0.0, f"{why}: {remark}" if remark else why)
    return _move(case, "reject", by, at, Status.REJECTED, outcome=outcome, detail=(("why", why),))


def hold(case: Case, revision: int, by: Person, at: datetime) -> Move | Refused:
    """It does not go out by itself; a person decides now."""
    if stale := _stale(case, revision):
        return stale
    if case.status is not Status.SCHEDULED:
        return Refused(standing(case))
    return _move(case, "hold", by, at, Status.REVIEW, note=f"Held by {by.name}")


def take_over(case: Case, revision: int, by: Person, at: datetime) -> Move | Refused:
    """The person answers from the mailbox themselves; the bot keeps its hands off."""
    if stale := _stale(case, revision):
        return stale
    if case.status not in OPEN | {Status.SCHEDULED}:
        return Refused(standing(case))
    return _move(case, "take_over", by, at, Status.TAKEN_OVER, outcome=_outcome("taken_over", by, at, 0.0))


def answered_by_hand(case: Case, by: str, at: datetime, text: str, where: str = "") -> Move | Refused:
    """Somebody answered from the mailbox itself, so nobody is waited for; how near their words are to our draft is kept as a label.

    `where` names the program that they wrote it in. Where our reply had gone out meanwhile, the card tells of both.
    """
    if case.status is Status.SENT:
        return _answered_too(case, by, at, where)
    if case.status not in OPEN | {Status.TAKEN_OVER, Status.SCHEDULED}:
        return Refused(standing(case))
    draft = case.draft if case.draft is not None and not case.draft.outline else None
    alike = similarity(draft.text, text) if draft else 0.0
    outcome = Outcome("answered_by_hand", "", by, at, alike, where)
    effects = (UpdateCard(case.id, case.revision + 1),)
    return Move("answered_by_hand", "mailbox", at, Status.SENT, None, outcome, "", effects, sent=text)


def _answered_too(case: Case, by: str, at: datetime, where: str) -> Move | Refused:
    """What somebody writes later on in the conversation is nobody's news."""
    ours = case.outcome is not None and case.outcome.kind in OURS
    if case.outcome is None or not ours or at > case.outcome.at + MEANWHILE or TWICE in case.note:
        return Refused(standing(case))
    note = f"{by} {TWICE}{f' in {where}' if where else ''} at {at:%H:%M} UTC: the customer has two answers."
    return Move("answered_too", "mailbox", at, Status.SENT, None, case.outcome, note, (UpdateCard(case.id, case.revision + 1),))


OURS = ("sent_as_is", "sent_edited", "auto_sent")
"""Outcomes of cases whose answer we sent."""


def judged(case: Case, revision: int, by: Person, at: datetime, fault: Fault | None) -> Move | Refused:
    """A person says of an answer that was sent whether it was right; who held it right may learn better, and not the reverse."""
    if stale := _stale(case, revision):
        return stale
    if case.status is not Status.SENT or case.outcome is None or case.outcome.kind not in OURS:
        return Refused(standing(case))
    if case.looked is not None and (fault is None or case.looked.fault is not None):
        return Refused(f"{case.looked.by_name} has said so already.")
    note = f"{by.name} looked at it: {'it was right' if fault is None else 'it was wrong'}."
    looked = Looked(by.id, by.name, at, fault)
    action, detail = ("confirm", ()) if fault is None else ("revert", (("fault", fault),))
    return _move(case, action, by, at, Status.SENT, note=note, detail=detail, looked=looked)


def not_spam(case: Case, revision: int, by: Person, at: datetime) -> Move | Refused:
    """The mail was filed as spam and is none: it is triaged anew, without being screened for spam, and gets its card."""
    if stale := _stale(case, revision):
        return stale
    why = filed_for(case.decision.reasons) if case.decision else None
    if case.status is not Status.IGNORED or why is None or why.name != SPAM:
        return Refused(standing(case))
    again = UpdateDigest(case.id, case.mailbox, case.revision + 1)
    note = f"{by.name} said that this is not spam."
    return Move("not_spam", by.id, at, Status.QUEUED, None, None, note, (again,), (("by_name", by.name),))
