"""The gate key: a digest of exactly what an intent's answers come from, so that evidence never speaks for something else."""

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Makings:
    """What makes this one intent's answers, and nothing that does not.

    `model` is a dated snapshot or a file's digest, never a name that moves. `prompt`, `template` and `linter` are versions or digests.
    `rules` are name and version of every rule that can touch the intent. `threshold` is the confidence from which it may answer.
    """

    model: str
    prompt: str
    template: str
    rules: tuple[tuple[str, str], ...]
    threshold: float
    linter: str


def gate_key(makings: Makings) -> str:
    """The digest, the same for the same makings whatever the order of the rules. ValueError where a part moves or is missing."""
    empty = [name for name in ("model", "prompt", "template", "linter") if not getattr(makings, name).strip()]
    if empty:
        raise ValueError(f"A gate key needs a version of: {', '.join(empty)}.")
    if makings.model.endswith("latest"):
        raise ValueError(f"The model {makings.model} changes under its name. Name a dated snapshot of it.")
    if not 0 <= makings.threshold <= 1:
        raise ValueError(f"The threshold must be a confidence in [0, 1], and is {makings.threshold}.")
    return hashlib.sha256(json.dumps(_canonical(makings), sort_keys=True).encode()).hexdigest()


def changed(before: Makings, after: Makings) -> tuple[str, ...]:
    """The names of the parts that differ."""
    old, new = _canonical(before), _canonical(after)
    return tuple(name for name in old if old[name] != new[name])


def _canonical(makings: Makings) -> dict[str, object]:
    return {**asdict(makings), "rules": sorted(makings.rules)}
