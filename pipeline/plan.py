"""What is to be done about a case that was just triaged."""

from typing import assert_never

from pipeline.case import Case, Status
from pipeline.effects import Effect, Notify, PostCard, Release


def effects(case: Case) -> tuple[Effect, ...]:
    """A card for every case that a person must see; nothing for mail that nobody reads. A dead letter is seen too."""
    match case.status:
        case Status.REVIEW | Status.HUMAN | Status.QUARANTINED | Status.DEAD:
            return (PostCard(case.id), *_told(case))
        case Status.SCHEDULED:
            assert case.sends_at is not None
            return (PostCard(case.id), Release(case.id, case.revision, case.sends_at), *_told(case))
        case Status.QUEUED | Status.WORKING | Status.IGNORED:
            return ()
        case Status.APPROVED | Status.SENT | Status.UNKNOWN | Status.REJECTED | Status.TAKEN_OVER:
            return ()
        case _:
            assert_never(case.status)


def _told(case: Case) -> tuple[Notify, ...]:
    """One sentence in the case's thread for each team that a rule wants told."""
    teams = case.decision.notify if case.decision else ()
    return tuple(Notify(case.id, f"team:{team}", f"For the team {team}: a rule asks that you know of this case.") for team in teams)
