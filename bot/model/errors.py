"""What can be wrong with a model's answer beyond being late: it was paid for, or it is about this mail alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from pipeline.errors import Permanent
from pipeline.prompt import Call

LONGEST = timedelta(hours=1)


@dataclass(eq=False)
class Unusable(Permanent):
    """The model would not or could not answer this very prompt (refusal, filter, too long): its provider is not to blame.

    `calls` are what was charged for it all the same.
    """

    calls: tuple[Call, ...] = ()


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """When the provider wants to be asked again: milliseconds, seconds or a date; at most an hour."""
    exact, plain = headers.get("retry-after-ms", ""), headers.get("retry-after", "")
    try:
        if exact:
            return _within(timedelta(milliseconds=float(exact)))
        if plain.replace(".", "", 1).isdigit():
            return _within(timedelta(seconds=float(plain)))
        return _within(parsedate_to_datetime(plain) - datetime.now(UTC)) if plain else None
    except (ValueError, OverflowError, TypeError):
        return None


def is_object(text: str) -> bool:
    """Whether the answer is at least one JSON object; whoever asked reads it strictly."""
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _within(wait: timedelta) -> timedelta:
    return max(timedelta(0), min(wait, LONGEST))
