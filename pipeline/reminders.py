"""What is said of a case whose answer is nearly due, due, or late."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pipeline.case import CaseId
from pipeline.effects import Notify
from pipeline.policy.rulebook import Reminder

FORGOTTEN = timedelta(days=2)
"""So long after its last reminder nothing is said of a case any more: it stands in every Home tab as overdue."""


def reminder(case: CaseId, respond_by: datetime, owner: str, steps: Sequence[Reminder], now: datetime) -> Notify | None:
    """The newest of the steps whose time has come, or None; its key is the same at every look, so that it is said once.

    Whoever was away while several steps passed says only the last one.
    """
    come = [step for step in steps if respond_by + timedelta(minutes=step.minutes) <= now]
    if not come or now > respond_by + timedelta(minutes=max(step.minutes for step in come)) + FORGOTTEN:
        return None
    step = max(come, key=lambda step: step.minutes)
    text = f"{_due(respond_by - now)}{f' Owner: {owner}.' if owner else ''}{_told(step)}"
    return Notify(case, f"due:{respond_by.timestamp():.0f}:{step.minutes}", text, loud=step.minutes >= 0)


def _due(left: timedelta) -> str:
    minutes = round(abs(left).total_seconds() / 60)
    if minutes == 0:
        return "The answer is due now."
    length = f"{minutes} min" if minutes < 90 else f"{round(minutes / 60)} h" if minutes < 48 * 60 else f"{round(minutes / 1440)} days"
    return f"The answer is due in {length}." if left > timedelta(0) else f"The answer is {length} late."


def _told(step: Reminder) -> str:
    return f" For the team{'s' if len(step.tell) > 1 else ''} {' and '.join(step.tell)}." if step.tell else ""
