"""What start-up made stays: it is left out of every later search for garbage."""

import gc

SELDOM = 20_000
"""New objects between two searches: one mail makes and drops thousands, few of them in cycles."""


def set_apart() -> None:
    """Modules, models and policies are most of the heap: searching them again and again took a quarter of a mail's CPU."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(SELDOM)
