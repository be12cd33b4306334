"""What the outbox may do to a case: the pure moves that end, or give back, an approved reply."""

from dataclasses import replace
from datetime import datetime

from pipeline.case import Case, Outcome, Status
from pipeline.effects import Effect, Forward, Notify, SendReply, UpdateCard
from pipeline.review import Move

ACTOR = "outbox"


def sent(case: Case, at: datetime) -> Move:
    """It went out. Where nobody approved it, it was sent by itself."""
    outcome = case.outcome or Outcome("auto_sent", "", "", at, 1.0, "")
    return replace(_move(case, "sent", at, Status.SENT, ""), outcome=outcome)


def unknown(case: Case, at: datetime) -> Move:
    """Nobody can say whether it went out, so it is never sent again; a person looks."""
    before = case.outcome or Outcome("unknown", "", "", at, 1.0, "")
    note = "It is not known whether this reply went out. Look into the mailbox's Sent folder before you answer."
    return replace(_move(case, "send_unknown", at, Status.UNKNOWN, note), outcome=replace(before, kind="unknown"))


def cancelled(case: Case, at: datetime, note: str) -> Move:
    """It was not sent because something changed since the approval; it may be approved again."""
    return _move(case, "send_cancelled", at, Status.REVIEW, note)


def released(case: Case, at: datetime) -> Move:
    """Its time has come and nothing speaks against it: on its way, by itself."""
    assert case.draft is not None
    draft, revision = case.draft, case.revision + 1
    effects: list[Effect] = [SendReply(case.id, revision, draft.version, draft.sha256, None)]
    effects += [Forward(case.id, revision, draft.forward_to, None)] if draft.forward_to else []
    move = _move(case, "release", at, Status.APPROVED, "")
    return replace(move, effects=(*move.effects, *effects))


def held(case: Case, at: datetime, why: str) -> Move:
    """Something stopped an automatic answer; a person is told, and decides."""
    note = f"Not sent by itself: {why} Read it, and approve or take over."
    move = _move(case, "send_held", at, Status.REVIEW, note)
    return replace(move, effects=(*move.effects, Notify(case.id, f"held:{case.revision}", note)))


def failed(case: Case, at: datetime, note: str) -> Move:
    """It was not sent and cannot be; a person answers."""
    return _move(case, "send_failed", at, Status.HUMAN, note)


def _move(case: Case, action: str, at: datetime, status: Status, note: str) -> Move:
    return Move(action, ACTOR, at, status, None, None, note, (UpdateCard(case.id, case.revision + 1),))
