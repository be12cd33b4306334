"""One move on one case: access, then one compare-and-set."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from blocks.ids import FormRef, Ref
from handlers.access import SUPERSEDED, Admitted, admit
from handlers.desk import Desk
from pipeline.case import Case, PersonId
from pipeline.review import Move, Refused, standing


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Somebody was first: the case as it is now, and the sentence for the one who came too late."""

    case: Case
    sentence: str


Make = Callable[[Admitted], Awaitable[Move | Refused]]


async def decide(desk: Desk, user: PersonId, channel: str, ref: Ref | FormRef | None, make: Make) -> Case | Refused | Overtaken:
    """The case after the move, or why it was not made. Nothing is written unless the case is just as the person saw it."""
    admitted = await admit(desk, user, channel, ref)
    if ref is None or isinstance(admitted, Refused):
        return admitted if isinstance(admitted, Refused) else Refused(SUPERSEDED)
    if stale(admitted.case, ref):
        return Overtaken(admitted.case, standing(admitted.case))
    move = await make(admitted)
    if isinstance(move, Refused):
        return move
    return await desk.cases.commit(admitted.case, move) or await _overtaken(desk, admitted.case)


def stale(case: Case, ref: Ref | FormRef) -> bool:
    """The card or form was drawn from an older state than the case has now."""
    digest = case.draft.sha256 if case.draft else ""
    return ref.revision != case.revision or (isinstance(ref, FormRef) and ref.sha256 != digest)


async def _overtaken(desk: Desk, before: Case) -> Overtaken:
    newest = await desk.cases.load(before.id) or before
    return Overtaken(newest, standing(newest))
