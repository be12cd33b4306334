"""Which answers people look at: chosen by a keyed hash, so that nobody can foresee it and anybody with the key can check it."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Literal

FIRST = 200
"""So many answers after a promotion are all looked at."""
LEAST = 0.1
WEEKLY = 20
"""So many answers a week are looked at, where there are as many."""
SHOWN = 0.05
"""The share of reviews with a seeded bad draft, and the share that a second person repeats blindly."""
BITS = 53

Suspicion = Literal["none", "novel", "suspected"]
"""`novel`: a sender's domain that never wrote to us before. `suspected`: the second model doubts the answer."""
AT_LEAST: dict[Suspicion, float] = {"none": LEAST, "novel": 0.5, "suspected": 1.0}


def chance(sent_before: int, weekly: float, suspicion: Suspicion = "none") -> float:
    """How likely an answer sent by itself is to be looked at, in (0, 1]: to be kept with it, for every estimate needs it.

    `sent_before` counts the intent's answers since its promotion, `weekly` is how many it sends a week.
    """
    if sent_before < FIRST or weekly <= WEEKLY:
        return 1.0
    return max(AT_LEAST[suspicion], WEEKLY / weekly)


def looked_at(secret: bytes, message: str, probability: float) -> bool:
    """Whether people look at this answer."""
    return draw(secret, "look", message) < probability


def seeded(secret: bytes, message: str, drafts: Sequence[str]) -> str | None:
    """The known-bad draft that this mail's card shows first, or None for the 95% that show their own.

    It exists on the card only: its approval is a label of the reviewer, and sends nothing.
    """
    if not drafts or draw(secret, "seed", message) >= SHOWN:
        return None
    return drafts[int(draw(secret, "which", message) * len(drafts))]


def doubled(secret: bytes, message: str) -> bool:
    """Whether a second person judges this draft too, not knowing the first's verdict; settled before anybody looks."""
    return draw(secret, "double", message) < SHOWN


def draw(secret: bytes, purpose: str, message: str) -> float:
    """A number in [0, 1) that follows from the key, the purpose and the message's id, and looks random to who lacks the key."""
    if not secret:
        raise ValueError("Sampling needs a secret: with an empty one everybody could foresee what is looked at.")
    digest = hmac.new(secret, f"{purpose}\n{message}".encode(), hashlib.sha256).digest()
    return (int.from_bytes(digest[:8]) >> (64 - BITS)) / (1 << BITS)
