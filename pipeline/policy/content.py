"""What the company says of itself, its prices and its intents: policies/company.json, prices.json, intents/<intent>.json."""

from collections.abc import Mapping
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, StringConstraints, field_validator

from pipeline.case import Route, Urgency
from pipeline.people import EmailAddress
from pipeline.policy.language import Name
from pipeline.policy.rulebook import Delay, Sentence, Strict

Url = Annotated[str, StringConstraints(pattern=r"^https://[^\s<>\"{}|^`\\]+$", max_length=300)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\r\n]+$")]
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1500)]
Example = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=1500)]
Localised = Mapping[Language, Line]
"""One line in several languages; what a language lacks is said in the company's own."""


class Link(Strict):
    """A page that replies may point to."""

    url: Url
    title: Localised


class Caps(Strict):
    """How much may go out: by itself to one conversation, sender and domain; in all from one mailbox."""

    thread_day: int = Field(default=1, ge=0)
    """Automatic answers in one conversation within 24 hours."""
    thread_untouched: int = Field(default=2, ge=0)
    """Automatic answers in one conversation since a person last acted in it."""
    sender_day: int = Field(default=3, ge=0)
    """Automatic answers to one address within 24 hours."""
    domain_hour: int = Field(default=20, ge=0)
    """Automatic answers to one domain within an hour."""
    mailbox_minute: int = Field(default=60, ge=1)
    """Mails of any kind from one mailbox within a minute."""
    mailbox_day: int = Field(default=1600, ge=1)
    """Mails of any kind from one mailbox within 24 hours."""


Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


class Meetings(Strict):
    """When meetings may be offered: hours by weekday in `time_zone` (a name such as Europe/London), told to customers as `zone_name`.

    Offered from `notice_hours` until `days_ahead` from now, `minutes` long.
    """

    time_zone: str
    zone_name: Localised = Field(min_length=1)
    hours: Mapping[Weekday, tuple[tuple[Clock, Clock], ...]] = Field(min_length=1)
    minutes: int = Field(default=30, ge=5, le=480)
    notice_hours: int = Field(default=24, ge=0, le=336)
    days_ahead: int = Field(default=10, ge=1, le=60)

    @field_validator("time_zone")
    @classmethod
    def known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("this is no time zone: write one such as Europe/London") from error
        return name


class Company(Strict):
    """policies/company.json. `eta` says by urgency when we answer; `teams` are the owners a case can have."""

    name: Line
    language: Language
    teams: Mapping[Name, Line] = Field(min_length=1)
    inbox_owner: Mapping[EmailAddress, Name] = Field(default_factory=dict)
    default_owner: Name
    website: Url
    booking_link: Url
    status_page: Url
    sign_in: Url
    careers: Url
    billing_contact: EmailAddress
    sign_off: Localised = Field(min_length=1)
    support_hours: Localised = Field(min_length=1)
    eta: Mapping[Urgency, Localised]
    docs: Mapping[Name, Link] = Field(default_factory=dict)
    caps: Caps = Caps()
    meetings: Meetings | None = None
    """Without it, replies offer no times of their own, only the booking link."""

    def say(self, line: Localised, language: str) -> str:
        """The line in this language, or in the company's own."""
        return line.get(language) or line[self.language]


class Plan(Strict):
    """One plan of the price sheet, in approved paragraphs that are quoted word for word, by language."""

    name: Line
    paragraph: Mapping[Language, Paragraph] = Field(min_length=1)


class Prices(Strict):
    """policies/prices.json."""

    approved_on: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    plans: Mapping[Name, Plan] = Field(min_length=1)
    note: Mapping[Language, Paragraph] = Field(min_length=1)


class ModelPrice(Strict):
    """What a hosted model charges, in US dollars per million tokens; `cache_write` for input that is being put into its cache.

    `cacheable_from`: the tokens that a prompt's beginning must have before asking for it to be cached has any effect.
    """

    input: float = Field(ge=0, le=1000)
    cached_input: float = Field(ge=0, le=1000)
    output: float = Field(ge=0, le=1000)
    cache_write: float | None = Field(default=None, ge=0, le=1000)
    cacheable_from: int | None = Field(default=None, ge=1)

    def usd(self, fresh: int, cached: int, written: int, out: int) -> float:
        """The dollars for so many tokens; the three kinds of input exclude each other."""
        write = self.input if self.cache_write is None else self.cache_write
        return (fresh * self.input + cached * self.cached_input + written * write + out * self.output) / 1_000_000

    def most(self, tokens_in: int, tokens_out: int) -> float:
        """The most dollars that so many tokens can cost."""
        return (tokens_in * max(self.input, self.cached_input, self.cache_write or 0) + tokens_out * self.output) / 1_000_000


class ModelPrices(Strict):
    """policies/models.json: list prices by the model's name at its provider, as somebody approved them on a day."""

    approved_on: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    models: Mapping[Line, ModelPrice]


class Trial(Strict):
    """A sentence and the intent that the model must give it."""

    text: Example
    expect: Name


Hold = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,2}[smh]$")]


class Intent(Strict):
    """policies/intents/<name>.json: what it means, how it is recognised, and how free the answer may become.

    `docs` are ids of company.json; `checks` are what a person looks at before answering.
    Whether it may answer by itself is no policy: it is earned (docs/gate.md), and then needs a confidence of `sure_from` for each answer,
    which waits for `hold` so that a person can stop it. `careful`: it touches money, so the promise is given at level .01, not .05.
    `worth_minutes` is the work that one answer saves.
    `forward_to` names an alias of people.json that gets the mail too, once the answer is approved.
    `ask_model`: whether a language model reads a mail that the local model takes for this intent: where that is unsure, always, or never.
    """

    name: Name
    title: Line
    meaning: Sentence
    examples: tuple[Example, ...] = Field(min_length=14, max_length=2000)
    ceiling: Literal[Route.AUTO_SEND, Route.REVIEW, Route.HUMAN]
    template: Name | None = None
    owner: Name
    urgency: Urgency = "normal"
    reply_within: Delay
    docs: tuple[Name, ...] = Field(default=(), max_length=5)
    checks: tuple[Sentence, ...] = ()
    forward_to: str | None = None
    ask_model: Literal["unsure", "always", "never"] = "unsure"
    sure_from: float = Field(default=0.9, ge=0, le=1)
    hold: Hold = "2m"
    careful: bool = False
    worth_minutes: int = Field(default=5, ge=0, le=480)
    tests: tuple[Trial, ...] = ()


class OutOfScope(Strict):
    """policies/out_of_scope.json: mails that no intent of ours fits, so that the model learns to say so."""

    examples: tuple[Example, ...] = Field(min_length=14, max_length=5000)
    tests: tuple[Trial, ...] = ()
