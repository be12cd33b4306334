"""The vocabulary of the tables: rules that look at one JSON value and report what Slack would report."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.errors import Json

Problems = list[str]
Rule = Callable[[Any, str, Problems], None]
"""A rule reads a value that lies at a JSON pointer and appends what is wrong."""


@dataclass(frozen=True, slots=True)
class Fields:
    """An object's fields by name; `also` looks at the whole object once its fields are sound."""

    required: Mapping[str, Rule] = field(default_factory=dict)
    optional: Mapping[str, Rule] = field(default_factory=dict)
    also: Rule | None = None


def report(problems: Problems, pointer: str, sentence: str) -> None:
    problems.append(f"{sentence} [json-pointer:{pointer}]")


def anything(value: Any, pointer: str, problems: Problems) -> None:
    """Accepts every value."""


def string(most: int | None = None, least: int = 0) -> Rule:
    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, str):
            report(problems, pointer, "must provide a string")
        elif len(value) < least:
            report(problems, pointer, f"must be more than {least - 1} characters")
        elif most is not None and len(value) > most:
            report(problems, pointer, f"must be less than {most + 1} characters")

    return check


def number(least: float | None = None, most: float | None = None, whole: bool = True) -> Rule:
    def check(value: Any, pointer: str, problems: Problems) -> None:
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            report(problems, pointer, "must provide an integer" if whole else "must provide a number")
        elif least is not None and value < least:
            report(problems, pointer, f"must be greater than or equal to {least:g}")
        elif most is not None and value > most:
            report(problems, pointer, f"must be less than or equal to {most:g}")

    return check


def flag(value: Any, pointer: str, problems: Problems) -> None:
    if not isinstance(value, bool):
        report(problems, pointer, "must provide a boolean")


def one_of(*choices: str) -> Rule:
    def check(value: Any, pointer: str, problems: Problems) -> None:
        if value not in choices:
            report(problems, pointer, "must be a valid enum value")

    return check


def items(rule: Rule, most: int | None = None, least: int = 1) -> Rule:
    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, list):
            report(problems, pointer, "must provide an array")
        elif len(value) < least:
            report(problems, pointer, f"no less than {least} items allowed")
        elif most is not None and len(value) > most:
            report(problems, pointer, f"no more than {most} items allowed")
        else:
            for index, item in enumerate(value):
                rule(item, f"{pointer}/{index}", problems)

    return check


def obj(fields: Fields) -> Rule:
    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            report(problems, pointer, "must provide an object")
            return
        before = len(problems)
        for name in fields.required:
            if name not in value:
                report(problems, pointer, f"missing required field: {name}")
        _check_known(fields, value, pointer, problems)
        if fields.also and len(problems) == before:
            fields.also(value, pointer, problems)

    return check


def _check_known(fields: Fields, value: Json, pointer: str, problems: Problems) -> None:
    for name, item in value.items():
        rule = fields.required.get(name) or fields.optional.get(name)
        if rule is None:
            report(problems, pointer, f"invalid additional property: {name}")
        elif item is not None or name in fields.required:
            rule(item, f"{pointer}/{name}", problems)


def typed(table: Callable[[], Mapping[str, Rule]], allowed: frozenset[str] | None = None) -> Rule:
    """A value whose `type` chooses its rule from a table, which is read late so that tables may name each other."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            report(problems, pointer, "must provide an object")
            return
        kind = value.get("type")
        if kind is None:
            report(problems, pointer, "missing required field: type")
        elif not isinstance(kind, str) or kind not in table() or (allowed is not None and kind not in allowed):
            report(problems, f"{pointer}/type", f"unsupported type: {kind}")
        else:
            table()[kind](value, pointer, problems)

    return check


def all_of(*rules: Rule) -> Rule:
    def check(value: Any, pointer: str, problems: Problems) -> None:
        for rule in rules:
            rule(value, pointer, problems)

    return check
