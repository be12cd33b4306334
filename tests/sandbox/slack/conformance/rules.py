"""The documented rules that the conformance checks stand for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Check = TypeVar("Check", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Rule:
    """What a page of Slack's documentation says; `page` is its path on docs.slack.dev."""

    page: str
    says: str


def stands_for(page: str, says: str) -> Callable[[Check], Check]:
    """Marks a check with its rule; test_count.py counts them."""

    def mark(check: Check) -> Check:
        check.__dict__["rule"] = Rule(page, says)
        return check

    return mark
