"""Which of two classifiers is better on mail that neither learned: a sign test, mail by mail."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from bot.refit.labels import Label
from pipeline.case import OUT_OF_SCOPE
from pipeline.gate.bounds import at_most
from pipeline.stages.classify import THRESHOLD

ALPHA = 0.05
"""How unlikely it must be, were both equally good, that the new one loses so often."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The best intent and the confidence in it."""

    intent: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Match:
    """On how many reviewed mails the new classifier did better, or worse, than the live one; `wrong` are its wrong answers."""

    mails: int
    better: int
    worse: int
    wrong: int
    wrong_before: int

    @property
    def holds(self) -> bool:
        """The new one may judge: it did not lose so often that chance would hardly explain it, and errs no oftener in the same way."""
        lost = self.worse > self.better and at_most(self.better, self.better + self.worse, 0.5) <= ALPHA
        erring = self.wrong > self.wrong_before and at_most(self.wrong_before, self.wrong + self.wrong_before, 0.5) <= ALPHA
        return not (lost or erring)

    @property
    def figures(self) -> dict[str, object]:
        return asdict(self)


def compared(rounds: Iterable[tuple[Label, Guess, Guess]]) -> Match:
    """Each round is a label, what the new one says and what the live one says, neither having seen the mail."""
    points = [(_points(label, new), _points(label, live)) for label, new, live in rounds]
    return Match(
        mails=len(points),
        better=sum(new > live for new, live in points),
        worse=sum(new < live for new, live in points),
        wrong=sum(new < 0 for new, _ in points),
        wrong_before=sum(live < 0 for _, live in points),
    )


def _points(label: Label, guess: Guess) -> int:
    """1 for a right answer, -1 for a wrong one, 0 where nothing is answered (or, of a mail that had the wrong intent, any other)."""
    if guess.confidence < THRESHOLD:
        return 0
    if not label.right:
        return -1 if guess.intent == label.intent else 0
    return 1 if guess.intent == label.intent and label.intent != OUT_OF_SCOPE else -1
