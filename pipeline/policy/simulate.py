"""What a changed rulebook would have done to cases that are decided already."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.case import CaseId, Decision, Route


@dataclass(slots=True)
class Row:
    """One intent. `more` would be sent by itself and was not, `fewer` the reverse; `other` moves between review and a person."""

    intent: str
    cases: int = 0
    more: list[CaseId] = field(default_factory=list)
    fewer: list[CaseId] = field(default_factory=list)
    other: list[CaseId] = field(default_factory=list)


def rows(judged: Iterable[tuple[CaseId, str, Decision, Decision]]) -> list[Row]:
    """A row for every intent, by name, from each case's number, intent and two decisions."""
    made: dict[str, Row] = {}
    for case, intent, before, after in judged:
        row = made.setdefault(intent, Row(intent))
        row.cases += 1
        if (one := before.would_be) is (other := after.would_be):
            continue
        kind = row.more if other is Route.AUTO_SEND else row.fewer if one is Route.AUTO_SEND else row.other
        kind.append(case)
    return [made[name] for name in sorted(made)]
