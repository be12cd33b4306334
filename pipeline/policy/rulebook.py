"""policies/rules.json: what the wording of a mail says (signals), and what follows from the facts of a case (rules)."""

from collections import Counter
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from pipeline.case import Route, Urgency
from pipeline.policy.language import DEEPEST, Condition, Flag, Flagged, IntentIs, Suspected, UrgencyIs, depth, leaves

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)]
Delay = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,2}[mhd]$")]
"""A length of time as people write it: 30m, 4h, 2d."""

Redaction = Literal["off", "patterns", "full"]
"""What is taken out of a mail before a model reads it: nothing; what has a form of its own; names that only a language model tells, too."""

MOST_RULES = 500
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def _shallow(condition: Condition) -> Condition:
    if depth(condition) > DEEPEST:
        raise ValueError(f"conditions are nested more than {DEEPEST} deep: split this into several rules")
    return condition


When = Annotated[Condition, AfterValidator(_shallow)]


def delay(text: Delay) -> timedelta:
    return int(text[:-1]) * UNITS[text[-1]]


class Strict(BaseModel):
    """A part of a policy file: fields that we do not know are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Signal(Strict):
    """The mail itself says something: raise a flag, and perhaps the urgency. Its condition asks the mail alone."""

    flag: Flag
    when: When
    urgency: Urgency | None = None

    @model_validator(mode="after")
    def _asks_the_mail_alone(self) -> Self:
        if any(isinstance(leaf, IntentIs | UrgencyIs | Flagged | Suspected) for leaf in leaves(self.when)):
            raise ValueError("a signal is read before the intent is known: its condition cannot ask for intent, urgency, flags or cautions")
        return self


class Consequences(Strict):
    """What follows; at least one thing must. `respond_within` counts from the arrival of the mail."""

    at_most: Literal[Route.REVIEW, Route.HUMAN] | None = None
    owner: Name | None = None
    urgency: Urgency | None = None
    respond_within: Delay | None = None
    redact: Literal["patterns", "full"] | None = None
    """At least so much is taken out before a model reads the mail: the condition cannot ask what the model has yet to say."""

    @model_validator(mode="after")
    def _something_follows(self) -> Self:
        if not any((self.at_most, self.owner, self.urgency, self.respond_within, self.redact)):
            raise ValueError("nothing follows from this rule: give it at_most, owner, urgency, respond_within or redact")
        return self


class Rule(Strict):
    """When the condition holds, the consequences follow, for a reason that a customer could read."""

    name: Name
    why: Sentence
    when: When
    then: Consequences

    @model_validator(mode="after")
    def _redacts_before_the_model(self) -> Self:
        if self.then.redact and any(isinstance(leaf, IntentIs | UrgencyIs | Suspected) for leaf in leaves(self.when)):
            raise ValueError("redaction comes before the intent is known: a rule with redact cannot ask for intent, urgency or cautions")
        return self


class Rulebook(Strict):
    """All signals and rules; their order never matters."""

    signals: tuple[Signal, ...] = Field(default=(), max_length=MOST_RULES)
    rules: tuple[Rule, ...] = Field(default=(), max_length=MOST_RULES)
    redaction: Redaction = "patterns"
    """For every mail; a rule can only ask for more, and a mail that raises any flag always gets "full"."""
    redaction_for_models: Redaction = "full"
    """The least that is taken out before a language model is shown a mail, wherever it runs."""

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        twice = [name for name, times in Counter(rule.name for rule in self.rules).items() if times > 1]
        if twice:
            raise ValueError(f"two rules are called {twice[0]}: give each its own name")
        return self
