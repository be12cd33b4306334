"""Crontab lines as every cron reads them, in UTC."""

import re
from datetime import UTC

from apscheduler.triggers.cron import CronTrigger

DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
NUMBERED = re.compile(r"(?:\*|([0-7])(?:-([0-7]))?)(?:/([1-7]))?")


def trigger(line: str) -> CronTrigger:
    """When this line strikes. Raises ValueError with a sentence."""
    *times, days = line.split() or [""]
    try:
        return CronTrigger.from_crontab(" ".join((*times, ",".join(map(_named, days.split(","))))), timezone=UTC)
    except ValueError as error:
        example = 'Write minute, hour, day of the month, month and day of the week, as in "0 8 * * mon-fri"'
        raise ValueError(f'"{line}" is no crontab line ({error}). {example}') from error


def _named(part: str) -> str:
    """Days of the week by their names: APScheduler counts them from Monday, cron from Sunday."""
    found = NUMBERED.fullmatch(part)
    if found is None or part == "*":
        return part
    first, last = int(found[1] or 0), int(found[2] or found[1] or 6)
    return ",".join(DAYS[first : last + 1 : int(found[3] or 1)])
