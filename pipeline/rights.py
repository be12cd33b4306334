"""Who may answer by itself now: what the gate, the dry run and the kill switch say of each intent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from pipeline.case import Reason, Route
from pipeline.gate.states import State


@dataclass(frozen=True, slots=True)
class Right:
    """An intent's state, and the gate key that it holds for."""

    state: State
    key: str


@dataclass(frozen=True, slots=True)
class Rights:
    """What is stored of every intent by name, as it was just read. An intent that is missing has earned nothing.

    `paused` is who stopped all sending by itself, and why, as a sentence; empty while nobody did.
    """

    by_intent: Mapping[str, Right] = field(default_factory=dict)
    paused: str = ""


NO_RIGHTS = Rights()


@dataclass(frozen=True, slots=True)
class Pause:
    """Who stopped all sending by itself, when, and why (or "")."""

    by: str
    at: datetime
    why: str

    @property
    def sentence(self) -> str:
        return f"{self.by} paused all answers that go out by themselves{f': {self.why}' if self.why else ''}."


def gate_reasons(intent: str, title: str, key: str, rights: Rights, *, dry_run: bool) -> tuple[Reason, ...]:
    """Why this intent's answers must not go out by themselves now; none where they may.

    `key` is the gate key of what would answer: where the right was earned with something else, it does not count.
    """
    reasons = []
    if dry_run:
        reasons.append(_reason("dry_run", "This is a dry run: everything is decided, and nothing goes out by itself."))
    if rights.paused:
        reasons.append(_reason("paused", rights.paused))
    right = rights.by_intent.get(intent)
    if right is None or right.state is not State.AUTO_SEND:
        name, why = _not_yet(title, right.state if right else State.LEARNING)
        reasons.append(_reason(name, why))
    elif right.key != key:
        reasons.append(_reason("key_changed", f"{title}: what answers is not what earned the right to answer by itself."))
    return tuple(reasons)


def _not_yet(title: str, state: State) -> tuple[str, str]:
    match state:
        case State.LEARNING | State.ELIGIBLE | State.AUTO_SEND:
            return "not_promoted", f"{title}: answers of this kind have not yet earned the right to go out by themselves."
        case State.SUSPENDED:
            return "suspended", f"{title}: a person has to look at a doubtful answer before any more go out by themselves."
        case State.DEMOTED:
            return "demoted", f"{title}: answers of this kind lost the right to go out by themselves."
        case unknown:
            assert_never(unknown)


def _reason(name: str, text: str) -> Reason:
    return Reason("gate", name, Route.REVIEW, text)
