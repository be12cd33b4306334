"""What is to be done about a case that was just triaged."""

from typing import assert_never

from pipeline.case import Case, Status
from pipeline.effects import Effect, PostCard


def effects(case: Case) -> tuple[Effect, ...]:
    """A card for every case that a person must see; nothing for mail that nobody reads. A dead letter is seen too."""
    match case.status:
        case Status.REVIEW | Status.HUMAN | Status.QUARANTINED | Status.DEAD:
            return (PostCard(case.id),)
        case Status.QUEUED | Status.WORKING | Status.IGNORED:
            return ()
        case Status.APPROVED | Status.SENT | Status.UNKNOWN | Status.REJECTED | Status.TAKEN_OVER:
            return ()
        case _:
            assert_never(case.status)
