"""Where an intent's right to answer by itself stands: learning, eligible, auto_send, suspended, demoted; and every way between."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from pipeline.gate.demotion import Cause, KeyChanged, SevereError, said
from pipeline.gate.promotion import Progress
from pipeline.review import Refused


class State(StrEnum):
    """Only in `auto_send` may anything go out by itself."""

    LEARNING = "learning"
    ELIGIBLE = "eligible"
    AUTO_SEND = "auto_send"
    SUSPENDED = "suspended"
    DEMOTED = "demoted"


RIGHT = frozenset({State.AUTO_SEND, State.SUSPENDED})
"""The right is held; while it is suspended nobody may use it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One intent's right under one gate key.

    Evidence counts from mails received since `counts_from`; the detectors start at `watched_from`, which is None without the right.
    `suspected` are the cases whose answers a model holds to be severely wrong and no person has judged yet. `revision` grows by one
    with every change and is what a store compares before it writes.
    """

    intent: str
    key: str
    state: State
    since: datetime
    counts_from: datetime
    watched_from: datetime | None = None
    suspected: tuple[int, ...] = ()
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """The evidence was judged anew."""

    key: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class Promoted:
    """A person lets the intent answer by itself, on this evidence."""

    by: str
    key: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class Lost:
    """The right is gone at once, for this cause."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class Suspected:
    """A model holds an answer to be an error of severity A; `finding` is what it said."""

    case: int
    finding: str


@dataclass(frozen=True, slots=True)
class Cleared:
    """A person looked at a suspected answer and found no severe error. (Where they find one, the right is Lost.)"""

    case: int
    by: str


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """The gate key is another: `parts` names what changed.

    `lowers_only`: nothing but rules changed, and comparing the rulebooks' structure shows that no mail's route can have risen.
    """

    key: str
    parts: tuple[str, ...]
    lowers_only: bool


@dataclass(frozen=True, slots=True)
class StartedOver:
    """A person lets a demoted intent learn again, and says what was mended."""

    by: str
    why: str


Event = Measured | Promoted | Lost | Suspected | Cleared | Rekeyed | StartedOver


@dataclass(frozen=True, slots=True)
class Change:
    """One step of the record: what happened when, and what it led to. `by` is empty where no person acted; `event` holds the evidence."""

    at: datetime
    by: str
    before: State
    after: Standing
    event: Event
    sentence: str

    @property
    def stops(self) -> bool:
        """What waits to go out by itself must not go."""
        return self.before is State.AUTO_SEND and self.after.state is not State.AUTO_SEND

    @property
    def restarts_watch(self) -> bool:
        """The detectors begin anew."""
        return self.after.watched_from == self.at


def start(intent: str, key: str, at: datetime) -> Standing:
    """An intent that nobody has seen yet."""
    return Standing(intent, key, State.LEARNING, at, at)


def step(standing: Standing, event: Event, at: datetime) -> Change | Refused | None:
    """What the event makes of the standing; None where it changes nothing, Refused where a person asked for what cannot be."""
    match event:
        case Measured():
            return _measured(standing, event, at)
        case Promoted():
            return _promoted(standing, event, at)
        case Lost():
            return _lost(standing, event, at)
        case Suspected():
            return _suspected(standing, event, at)
        case Cleared():
            return _cleared(standing, event, at)
        case Rekeyed():
            return _rekeyed(standing, event, at)
        case StartedOver():
            return _started_over(standing, event, at)
        case unknown:
            assert_never(unknown)


def _change(standing: Standing, after: Standing, event: Event, at: datetime, sentence: str, by: str = "") -> Change:
    since = standing.since if after.state is standing.state else at
    return Change(at, by, standing.state, replace(after, since=since, revision=standing.revision + 1), event, sentence)


def _measured(standing: Standing, event: Measured, at: datetime) -> Change | None:
    """Evidence makes eligible and takes it back, and never more than that."""
    if event.key != standing.key:
        return None
    if standing.state is State.LEARNING and event.progress.certified:
        seen = event.progress.evidence
        sentence = f"{standing.intent} has earned it: {seen.wrong} wrong in {seen.n} answers. A person may promote it."
        return _change(standing, replace(standing, state=State.ELIGIBLE), event, at, sentence)
    if standing.state is State.ELIGIBLE and not event.progress.certified:
        sentence = f"The evidence for {standing.intent} no longer suffices."
        return _change(standing, replace(standing, state=State.LEARNING), event, at, sentence)
    return None


def _promoted(standing: Standing, event: Promoted, at: datetime) -> Change | Refused:
    if not event.by:
        return Refused("Only a person may promote an intent.")
    if standing.state is not State.ELIGIBLE:
        return Refused(_not_now(standing))
    if event.key != standing.key:
        return Refused("What this evidence was gathered with has changed meanwhile. Open the promotion anew.")
    if not event.progress.certified:
        return Refused(f"{standing.intent} is not certified: its evidence does not suffice.")
    sentence = f"{standing.intent} may answer by itself."
    return _change(standing, replace(standing, state=State.AUTO_SEND, watched_from=at), event, at, sentence, event.by)


def _not_now(standing: Standing) -> str:
    match standing.state:
        case State.LEARNING | State.ELIGIBLE:
            return f"{standing.intent} has not enough evidence yet."
        case State.AUTO_SEND:
            return f"{standing.intent} already answers by itself."
        case State.SUSPENDED:
            return f"{standing.intent} is suspended. Judge the suspected answers first."
        case State.DEMOTED:
            return f"{standing.intent} was demoted. Say what was mended, and let it learn again."
        case unknown:
            assert_never(unknown)


def _lost(standing: Standing, event: Lost, at: datetime) -> Change | Refused | None:
    """Whoever is on the way to the right loses it too: a severe error outweighs any count."""
    if standing.state is State.DEMOTED:
        return None
    if isinstance(event.cause, SevereError) and not event.cause.by:
        return Refused("A severe error counts only when a person confirmed it. Until then the intent is suspended.")
    after = _without_right(standing, at)
    by = getattr(event.cause, "by", "")
    return _change(standing, after, event, at, f"{standing.intent} no longer answers by itself. {said(event.cause)}", by)


def _without_right(standing: Standing, at: datetime) -> Standing:
    return replace(standing, state=State.DEMOTED, counts_from=at, watched_from=None, suspected=())


def _suspected(standing: Standing, event: Suspected, at: datetime) -> Change | None:
    if standing.state not in RIGHT or event.case in standing.suspected:
        return None
    after = replace(standing, state=State.SUSPENDED, suspected=(*standing.suspected, event.case))
    sentence = f"{standing.intent} is suspended until a person has looked at case {event.case}."
    return _change(standing, after, event, at, sentence)


def _cleared(standing: Standing, event: Cleared, at: datetime) -> Change | Refused | None:
    """The right comes back only when no suspicion is left."""
    if not event.by:
        return Refused("Only a person may clear a suspicion.")
    if event.case not in standing.suspected:
        return None
    left = tuple(case for case in standing.suspected if case != event.case)
    after = replace(standing, state=State.SUSPENDED if left else State.AUTO_SEND, suspected=left)
    rest = f"{len(left)} more to look at." if left else f"{standing.intent} answers by itself again."
    return _change(standing, after, event, at, f"Case {event.case} holds no severe error. {rest}", event.by)


def _rekeyed(standing: Standing, event: Rekeyed, at: datetime) -> Change | None:
    """A change that can only lower routes keeps the right; any other starts over, and so does whoever has no right yet."""
    if event.key == standing.key:
        return None
    moved = replace(standing, key=event.key)
    if standing.state in RIGHT and event.lowers_only:
        sentence = f"{standing.intent} keeps its right: the new rules can only make it more careful. Its answers are watched anew."
        return _change(standing, replace(moved, watched_from=at), event, at, sentence)
    if standing.state in RIGHT:
        sentence = f"{standing.intent} no longer answers by itself. {said(KeyChanged(event.parts))}"
        return _change(standing, _without_right(moved, at), event, at, sentence)
    state = State.DEMOTED if standing.state is State.DEMOTED else State.LEARNING
    sentence = f"{standing.intent} starts to learn anew. {said(KeyChanged(event.parts))}"
    return _change(standing, replace(moved, state=state, counts_from=at), event, at, sentence)


def _started_over(standing: Standing, event: StartedOver, at: datetime) -> Change | Refused:
    if standing.state is not State.DEMOTED:
        return Refused(f"{standing.intent} was not demoted, so there is nothing to start over.")
    if not event.by or not event.why.strip():
        return Refused("Say what was mended since the demotion.")
    return _change(standing, replace(standing, state=State.LEARNING), event, at, f"{standing.intent} learns again: {event.why}", event.by)
