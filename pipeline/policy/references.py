"""What a rulebook's parts call by name: found, free of circles, and small enough when written out."""

from collections.abc import Iterable, Iterator, Mapping

from pipeline.policy.language import All, Any, Condition, Holiday, Named, Not, OfficeOpen, SenderIs, leaves

LIST = "list:"
MOST_LEAVES = 1000
"""Plain conditions in one rule, with every name written out."""


def resolved_lists(lists: Mapping[str, tuple[str, ...]]) -> Mapping[str, frozenset[str]]:
    """Every list with the lists in it written out. ValueError for a name that leads nowhere or round in a circle."""
    inner = {name: tuple(entry.removeprefix(LIST) for entry in entries if entry.startswith(LIST)) for name, entries in lists.items()}
    made: dict[str, frozenset[str]] = {}
    for name in _in_order(inner, "list", "lists"):
        own = frozenset(entry for entry in lists[name] if not entry.startswith(LIST))
        made[name] = own.union(*(made[other] for other in inner[name]))
    return made


def check_conditions(conditions: Mapping[str, Condition], uses: Iterable[tuple[str, Condition]]) -> None:
    """ValueError where a condition's name leads nowhere, round in a circle, or to more than anybody could read."""
    size: dict[str, int] = {}
    for name in _in_order({name: tuple(_names(condition)) for name, condition in conditions.items()}, "condition", "conditions"):
        size[name] = _size(f"conditions.{name}", conditions[name], size)
    for place, condition in uses:
        for name in _names(condition):
            if name not in conditions:
                raise ValueError(_missing(place, "condition", name, conditions))
        _size(place, condition, size)


def check_uses(lists: Mapping[str, object], has_calendar: bool, uses: Iterable[tuple[str, Condition]]) -> None:
    """ValueError where a plain condition asks for a list or a calendar that the rulebook does not have."""
    for place, condition in uses:
        for leaf in leaves(condition):
            if isinstance(leaf, OfficeOpen | Holiday) and not has_calendar:
                raise ValueError(f'{place}: "{leaf.kind}" needs the house\'s hours. Add a "calendar" to the rulebook')
            if isinstance(leaf, SenderIs):
                missing = [entry for entry in leaf.one_of if entry.startswith(LIST) and entry.removeprefix(LIST) not in lists]
                if missing:
                    raise ValueError(_missing(place, "list", missing[0].removeprefix(LIST), lists))


def reached(condition: Condition, conditions: Mapping[str, Condition]) -> Iterator[Condition]:
    """The plain conditions under this one, through names too."""
    for leaf in leaves(condition):
        if isinstance(leaf, Named):
            yield from reached(conditions[leaf.name], conditions)
        else:
            yield leaf


def written_out(condition: Condition, conditions: Mapping[str, Condition], lists: Mapping[str, frozenset[str]]) -> Condition:
    """The same condition without any name in it, so that two rulebooks can be compared."""

    def again(inner: Condition) -> Condition:
        return written_out(inner, conditions, lists)

    match condition:
        case Named():
            return again(conditions[condition.name])
        case All() | Any():
            return condition.model_copy(update={"of": tuple(again(inner) for inner in condition.of)})
        case Not():
            return Not(kind="not", of=again(condition.of))
        case SenderIs():
            named = (lists[entry.removeprefix(LIST)] for entry in condition.one_of if entry.startswith(LIST))
            plain = frozenset(entry for entry in condition.one_of if not entry.startswith(LIST))
            return condition.model_copy(update={"one_of": tuple(sorted(plain.union(*named)))})
        case _:
            return condition


def _names(condition: Condition) -> Iterator[str]:
    return (leaf.name for leaf in leaves(condition) if isinstance(leaf, Named))


def _size(place: str, condition: Condition, size: Mapping[str, int]) -> int:
    total = sum(size[leaf.name] if isinstance(leaf, Named) else 1 for leaf in leaves(condition))
    if total > MOST_LEAVES:
        raise ValueError(f"{place}: with every name written out, this asks more than {MOST_LEAVES} things. Split it")
    return total


def _in_order(calls: Mapping[str, tuple[str, ...]], what: str, field: str) -> list[str]:
    """Every name after those that it calls."""
    done: list[str] = []

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            raise ValueError(f"{field}.{name}: the {what} refers to itself: {circle}. Take one of the references out")
        if name not in calls:
            raise ValueError(_missing(f"{field}.{path[-1]}", what, name, calls))
        if name not in done:
            for called in calls[name]:
                visit(called, (*path, name))
            done.append(name)

    for name in sorted(calls):
        visit(name, ())
    return done


def _missing(place: str, what: str, name: str, known: Mapping[str, object]) -> str:
    return f'{place}: there is no {what} "{name}". There are: {", ".join(sorted(known)) or "none yet"}'
