"""policies/rules.json: what the wording of a mail says (signals), what follows from the facts of a case (rules), and tests of both."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints, model_validator

from pipeline.case import Route, Urgency
from pipeline.email import Verdict
from pipeline.policy.calendar import Calendar
from pipeline.policy.facts import Flag
from pipeline.policy.language import (
    DEEPEST,
    Condition,
    ConfidenceBelow,
    Flagged,
    IntentIs,
    Name,
    Suspected,
    UrgencyIs,
    Whose,
    depth,
)
from pipeline.policy.references import check_conditions, check_uses, reached, resolved_lists
from pipeline.policy.truth import NO_NAMES, Names

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)]
Delay = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,2}[mhd]$")]
"""A length of time as people write it: 30m, 4h, 2d."""

Redaction = Literal["off", "patterns", "full"]
"""What is taken out of a mail before a model reads it: nothing; what has a form of its own; names that only a language model tells, too."""

SecondApproval = Literal["always", "raises", "never"]

MOST_RULES = 500
LATE = (IntentIs, UrgencyIs, ConfidenceBelow, Suspected)
"""Conditions that ask what is only known once the mail was classified."""
UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def _shallow(condition: Condition) -> Condition:
    if depth(condition) > DEEPEST:
        raise ValueError(f"conditions are nested more than {DEEPEST} deep: split this into several rules")
    return condition


When = Annotated[Condition, AfterValidator(_shallow)]


def delay(text: str) -> timedelta:
    """The length of time that a Delay, or a number of seconds such as 90s, names."""
    return int(text[:-1]) * UNITS[text[-1]]


class Strict(BaseModel):
    """A part of a policy file: fields that we do not know are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Signal(Strict):
    """The mail itself says something: raise a flag, and perhaps the urgency. Its condition asks the mail alone."""

    flag: Flag
    when: When
    urgency: Urgency | None = None


class Consequences(Strict):
    """What follows; at least one thing must. `respond_within` counts from the arrival of the mail."""

    at_most: Literal[Route.REVIEW, Route.HUMAN] | None = None
    owner: Name | None = None
    urgency: Urgency | None = None
    respond_within: Delay | None = None
    redact: Literal["patterns", "full"] | None = None
    """At least so much is taken out before a model reads the mail: the condition cannot ask what the model has yet to say."""
    template: Name | None = None
    """The reply template instead of the intent's own."""
    second_approver: Literal[True] | None = None
    """Two people approve the answer, so it never goes out by itself."""
    tags: tuple[Name, ...] = Field(default=(), max_length=10)
    notify: tuple[Name, ...] = Field(default=(), max_length=10)
    """Teams that are told of the case beside its owner."""

    @model_validator(mode="after")
    def _something_follows(self) -> Self:
        if not any(getattr(self, name) for name in Consequences.model_fields):
            raise ValueError(f"nothing follows from this rule: give it {', '.join(Consequences.model_fields)}")
        return self

    @property
    def ceiling(self) -> Route:
        """The freest route that it leaves."""
        return self.at_most or (Route.REVIEW if self.second_approver else Route.AUTO_SEND)


class Rule(Strict):
    """When the condition holds, the consequences follow, for a reason that a customer could read."""

    name: Name
    why: Sentence
    when: When
    then: Consequences


class File(Strict):
    """An attachment of a test's mail."""

    name: str = "file"
    media_type: str = "application/octet-stream"
    size: int = 100


class Letter(Strict):
    """The mail of a test. `mailbox` defaults to the first inbox of people.json; `received_at` is aware."""

    sender: Annotated[str, StringConstraints(to_lower=True, pattern=r"^[^@\s]+@[^@\s]+$")]
    name: str = ""
    subject: str = ""
    text: str = Field(default="", max_length=10_000)
    authenticated: Verdict = "pass"
    mailbox: str | None = None
    language: str = "en"
    attachments: tuple[File, ...] = ()
    received_at: AwareDatetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    earlier: int = Field(default=0, ge=0)
    """Cases of this thread before it."""


class Expected(Strict):
    """What must come of it; what is left out may be anything. `route` is the route if the intent had been promoted."""

    route: Route | None = None
    flags: tuple[Flag, ...] | None = None
    speaking: tuple[Name, ...] = ()
    """Rules that must speak."""
    silent: tuple[Name, ...] = ()
    """Rules that must not."""
    owner: str | None = None
    urgency: Urgency | None = None
    template: str | None = None
    tags: tuple[Name, ...] | None = None
    notify: tuple[Name, ...] | None = None
    second_approver: bool | None = None


class Trial(Strict):
    """A test that the rulebook carries: this mail, taken for this intent, is decided so."""

    name: Sentence
    mail: Letter
    intent: Name
    confidence: float = Field(default=0.99, ge=0, le=1)
    expect: Expected


Entries = Annotated[tuple[Whose, ...], Field(max_length=10_000)]


class Reminder(Strict):
    """Said in the thread of a case that still waits, so many minutes after its answer was due; negative: before. `tell` are teams."""

    minutes: int = Field(ge=-10_080, le=10_080)
    tell: tuple[Name, ...] = Field(default=(), max_length=10)


class Rulebook(Strict):
    """All signals and rules; their order never matters. `lists` and `conditions` give names to what several rules ask."""

    signals: tuple[Signal, ...] = Field(default=(), max_length=MOST_RULES)
    rules: tuple[Rule, ...] = Field(default=(), max_length=MOST_RULES)
    redaction: Redaction = "patterns"
    """For every mail; a rule can only ask for more, and a mail that raises any flag always gets "full"."""
    redaction_for_models: Redaction = "full"
    """The least that is taken out before a language model is shown a mail, wherever it runs."""
    lists: Mapping[Name, Entries] = Field(default_factory=dict, max_length=MOST_RULES)
    conditions: Mapping[Name, When] = Field(default_factory=dict, max_length=MOST_RULES)
    calendar: Calendar | None = None
    clock: Literal["always", "open_hours"] = "always"
    """Whether the time to answer runs round the clock, or only while the calendar says that the house is open."""
    reminders: tuple[Reminder, ...] = Field(default=(Reminder(minutes=-30), Reminder(minutes=0), Reminder(minutes=120)), max_length=10)
    dry_run: bool = True
    """Everything is decided, nothing is sent by itself, whatever an intent has earned."""
    second_approval: SecondApproval = "raises"
    """When another person than its author must approve a new version: where it may raise a route or change a text, for any, for none."""
    tests: tuple[Trial, ...] = Field(default=(), max_length=MOST_RULES)
    _names: Names = PrivateAttr(default=NO_NAMES)

    @property
    def names(self) -> Names:
        """What conditions may call by name."""
        return self._names

    def uses(self) -> Iterator[tuple[str, Condition]]:
        """Every condition that is asked, with its place."""
        yield from ((f"signals.{number} ({signal.flag})", signal.when) for number, signal in enumerate(self.signals))
        yield from ((f"rules.{rule.name}", rule.when) for rule in self.rules)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        _unique("rules", [rule.name for rule in self.rules])
        _unique("tests", [trial.name for trial in self.tests])
        named = [(f"conditions.{name}", condition) for name, condition in self.conditions.items()]
        check_conditions(self.conditions, self.uses())
        _unique("reminders", [str(reminder.minutes) for reminder in self.reminders])
        if self.clock == "open_hours" and self.calendar is None:
            raise ValueError('clock: "open_hours" needs the house\'s hours. Add a "calendar" to the rulebook')
        check_uses(self.lists, self.calendar is not None, [*named, *self.uses()])
        self._names = Names(resolved_lists(self.lists), self.conditions, self.calendar)
        for signal in self.signals:
            _asks_early(
                f"signals ({signal.flag})", "a signal", signal.when, (IntentIs, UrgencyIs, ConfidenceBelow, Suspected, Flagged), self
            )
        for rule in self.rules:
            if rule.then.redact:
                _asks_early(f"rules.{rule.name}", "redaction", rule.when, LATE, self)
        _known_rules(self)
        return self


def _unique(place: str, names: list[str]) -> None:
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise ValueError(f"two {place} are called {twice[0]}: give each its own name")


def _asks_early(place: str, what: str, condition: Condition, late: tuple[type[object], ...], rulebook: Rulebook) -> None:
    for leaf in reached(condition, rulebook.conditions):
        if isinstance(leaf, late):
            raise ValueError(f'{place}: {what} comes before the intent is known, so its condition cannot ask for "{leaf.kind}"')


def _known_rules(rulebook: Rulebook) -> None:
    known = {rule.name for rule in rulebook.rules}
    for trial in rulebook.tests:
        unknown = sorted({*trial.expect.speaking, *trial.expect.silent} - known)
        if unknown:
            raise ValueError(f'tests, "{trial.name}": there is no rule "{unknown[0]}"')
