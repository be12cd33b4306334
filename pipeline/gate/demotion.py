"""When an intent loses the right to answer by itself: a detector that stays as quick after a year of good answers as on the first day."""

from dataclasses import dataclass, replace
from typing import Literal, assert_never

ERROR = 0.02
"""The share of wrong answers that is tolerated: one less the promised share of right ones."""
WORSE = (0.03, 0.05, 0.08, 0.15, 0.30)
"""The error rates that the detector bets on, a fifth of the stake each."""
ALARM = 1000.0
"""While the error rate is tolerable, on average at least so many answers are looked at before a false alarm."""
MOST = 1e300
"""Where a stake stops growing, so that it stays a number."""


def growth(worse: float, wrong: float, chance: float, error: float = ERROR) -> float:
    """By what a stake on the error rate `worse` is multiplied by one answer.

    `chance` in (0, 1] is how likely it was to be looked at, `wrong` is 1.0 for one that was looked at and is wrong, and 0.0 for any other.
    It is 1 + bet * (wrong / chance - error): fair or worse for the bettor while the error rate is at most `error`, however errors and
    chances depend on each other. With a chance of 1 it is the ratio of the two likelihoods.
    """
    bet = chance * (worse - error) / (error * (1 - chance * error))
    return 1 + bet * (wrong / chance - error)


def advance(stake: float, factor: float, chance: float) -> float:
    """One step of Shiryaev and Roberts: a new stake is laid at every answer, in proportion to how likely it was to be looked at."""
    return (stake + chance) * factor


@dataclass(frozen=True, slots=True)
class Detector:
    """An e-detector of an error rate above `error`. It needs every answer sent by itself, also those that nobody looked at.

    `stakes` are the five bets' values. It alarms at ALARM, and then stays alarmed.
    """

    stakes: tuple[float, ...] = (0.0,) * len(WORSE)
    error: float = ERROR

    @property
    def value(self) -> float:
        """The mean of the stakes."""
        return sum(self.stakes) / len(self.stakes)

    @property
    def alarmed(self) -> bool:
        """The intent must be demoted."""
        return self.value >= ALARM

    def after(self, wrong: bool | None, chance: float = 1.0) -> "Detector":
        """With one answer more: `wrong` is None where nobody looked; `chance` in (0, 1] is how likely it was that somebody would."""
        if not 0 < chance <= 1:
            raise ValueError(f"The chance of being looked at must be above 0 and at most 1, and is {chance}.")
        if self.alarmed:
            return self
        seen = float(wrong is True)
        stakes = (advance(stake, growth(worse, seen, chance, self.error), chance) for stake, worse in zip(self.stakes, WORSE, strict=True))
        return replace(self, stakes=tuple(min(MOST, stake) for stake in stakes))


@dataclass(frozen=True, slots=True)
class TooManyErrors:
    """The detector fed by what people looked at alarmed."""

    value: float


@dataclass(frozen=True, slots=True)
class TooManyReverts:
    """The detector fed by every hold, undo and complaint alarmed."""

    value: float


Severe = Literal["wrong_recipient", "invented_price", "invented_commitment", "leak"]


@dataclass(frozen=True, slots=True)
class SevereError:
    """A person confirmed an error of severity A in this case."""

    case: int
    kind: Severe
    by: str


@dataclass(frozen=True, slots=True)
class KeyChanged:
    """What the evidence was gathered with is no longer what answers; `parts` names what changed."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drifted:
    """The mail is no longer what it was when the intent was promoted."""

    what: Literal["intent_mix", "sender_domains", "languages"]


@dataclass(frozen=True, slots=True)
class TakenAway:
    """A person took the right away."""

    by: str
    why: str


Cause = TooManyErrors | TooManyReverts | SevereError | KeyChanged | Drifted | TakenAway
"""Why a right is lost at once. Nothing else takes it."""

SEVERE: dict[Severe, str] = {
    "wrong_recipient": "an answer went to the wrong person",
    "invented_price": "an answer named a price that is not ours",
    "invented_commitment": "an answer promised what we did not",
    "leak": "an answer held personal data that it must not",
}
DRIFTS = {"intent_mix": "what people write about", "sender_domains": "who writes", "languages": "the languages they write in"}


def said(cause: Cause) -> str:
    """The cause in one sentence for the people of the channel."""
    match cause:
        case TooManyErrors():
            return "People found more wrong answers than the promise allows."
        case TooManyReverts():
            return "More answers were held, undone or complained about than the promise allows."
        case SevereError(case, kind):
            return f"In case {case} {SEVERE[kind]}; a person confirmed it."
        case KeyChanged(parts):
            return f"What the evidence was gathered with has changed: {', '.join(parts)}."
        case Drifted(what):
            return f"The mail has changed since the promotion: {DRIFTS[what]}."
        case TakenAway(_, why):
            return f"A person took the right away: {why}"
        case unknown:
            assert_never(unknown)
