"""How many checks there are, and that each names its rule."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

from tests.sandbox.slack import conformance
from tests.sandbox.slack.conformance.refusals import REFUSALS
from tests.sandbox.slack.conformance.rules import Rule

SOCKET = "Connect"
"""What only the modules that go through AsyncSocketModeHandler import."""


def checks() -> Iterator[tuple[Callable[..., Any], Rule]]:
    for module in pkgutil.iter_modules(conformance.__path__, f"{conformance.__name__}."):
        for member in vars(importlib.import_module(module.name)).values():
            if inspect.isfunction(member) and isinstance(getattr(member, "rule", None), Rule):
                yield member, member.__dict__["rule"]


def test_there_are_enough_of_them() -> None:
    found = list(checks())
    socket = [check for check, _ in found if SOCKET in check.__globals__]
    assert len(socket) >= 30
    assert len(found) - len(socket) + len(REFUSALS) >= 80


def test_each_rule_is_named_once() -> None:
    rules = [rule for _, rule in checks()] + [row.rule for row in REFUSALS]
    assert all(rule.page and rule.says for rule in rules)
    named = [(row.method, row.error, row.says) for row in REFUSALS]
    assert len(set(named)) == len(named)
