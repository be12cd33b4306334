"""Everything a company decided beforehand, as one value: what it says of itself, its people, intents, rules, templates and model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pipeline.case import OUT_OF_SCOPE, Route
from pipeline.email import MailboxId
from pipeline.errors import Misconfigured
from pipeline.people import People
from pipeline.policy.compare import RESOLVE, clashes
from pipeline.policy.content import Company, Intent, OutOfScope, Prices
from pipeline.policy.evaluate import URGENCIES
from pipeline.policy.language import Condition, IntentIs, MailboxIs, leaves
from pipeline.policy.rulebook import Rulebook
from pipeline.ports import Calendar, Crm, IntentModel, Knowledge, LanguageModel, NameFinder, SpamModel
from pipeline.prompt import Role
from pipeline.prompts import NO_PROMPTS, Prompts
from pipeline.rights import NO_RIGHTS, Rights
from pipeline.screening.spam import Judge
from pipeline.voice import Voice

POLICY = "policy"
"""Among the versions: which published version of the policies all others are of."""


@dataclass(frozen=True, slots=True)
class Policies:
    """The policy files, each read and checked by itself; `versions` are their digests by name."""

    company: Company
    prices: Prices
    people: People
    intents: Mapping[str, Intent]
    out_of_scope: OutOfScope
    rulebook: Rulebook
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class House:
    """What the flow needs beside the mail. `versions` names every policy, template and model, sorted.

    `spam` is the local filter, if there is one; `spam_headers` are the inboxes whose own server's X-Spam headers are believed.
    `names` finds what redaction in full needs; without it, patterns must do. `knowledge`, `calendar` and `crm` are asked, too.
    `language_models` says who is asked for what: nobody, where a role is missing. `rights` is who may answer by itself now, `keys` the
    gate key of each intent as it is in this house.
    """

    company: Company
    prices: Prices
    people: People
    intents: Mapping[str, Intent]
    rulebook: Rulebook
    voice: Voice
    model: IntentModel
    versions: tuple[tuple[str, str], ...]
    spam: SpamModel | None = None
    spam_headers: frozenset[MailboxId] = frozenset()
    names: NameFinder | None = None
    prompts: Prompts = NO_PROMPTS
    knowledge: Knowledge | None = None
    calendar: Calendar | None = None
    crm: Crm | None = None
    language_models: Mapping[Role, LanguageModel] = field(default_factory=dict)
    rights: Rights = NO_RIGHTS
    keys: Mapping[str, str] = field(default_factory=dict)

    def judged_by(self, model: IntentModel) -> "House":
        """The same house with this local model, named among the versions."""
        kept = (version for version in self.versions if version[0] != "model")
        return replace(self, model=model, versions=tuple(sorted((*kept, ("model", model.version)))))

    def numbered(self, number: int) -> "House":
        """The same house with the number of the policies' version named among the versions."""
        return replace(self, versions=tuple(sorted((*self.versions, (POLICY, str(number))))))

    def spam_judge(self, mailbox: MailboxId) -> Judge:
        return Judge(self.spam, mailbox in self.spam_headers)

    def team_of(self, mailbox: MailboxId) -> str:
        """The owner of what nobody else owns in this inbox."""
        return self.company.inbox_owner.get(mailbox, self.company.default_owner)

    def versions_of(self, intent: str, template: str | None) -> tuple[tuple[str, str], ...]:
        """The versions that took part in a decision about this intent with this template."""
        aside = {f"intent:{name}" for name in self.intents if name != intent}
        aside |= {f"template:{name}" for name in self.voice.replies if name != template}
        aside |= {f"prompt:{name}" for name in self.prompts.by_name if name not in self.language_models}
        asked = {("language_models", model.version) for model in self.language_models.values()}
        return tuple(sorted((*asked, *(version for version in self.versions if version[0] not in aside))))


def assemble(policies: Policies, voice: Voice, model: IntentModel, spam: SpamModel | None = None, prompts: Prompts = NO_PROMPTS) -> House:
    """Join what was read. Raises Misconfigured at the first reference that leads nowhere."""
    for mistake in mistakes(policies, voice):
        raise mistake
    templates = tuple((f"template:{name}", reply.digest) for name, reply in voice.replies.items())
    filters = (("spam", spam.version),) if spam else ()
    asked = tuple((f"prompt:{name}", prompt.version) for name, prompt in prompts.by_name.items())
    versions = tuple(sorted((*policies.versions, *templates, *asked, ("model", model.version), *filters)))
    p = policies
    return House(p.company, p.prices, p.people, p.intents, p.rulebook, voice, model, versions, spam, prompts=prompts)


def mistakes(policies: Policies, voice: Voice) -> Iterator[Misconfigured]:
    """Everything that each file alone cannot know to be wrong."""
    yield from _company_mistakes(policies)
    yield from _language_mistakes(policies)
    for intent in policies.intents.values():
        yield from _intent_mistakes(intent, policies, voice)
    yield from _rulebook_mistakes(policies, voice)


def _company_mistakes(policies: Policies) -> Iterator[Misconfigured]:
    company, inboxes = policies.company, policies.people.inboxes
    for team in (company.default_owner, *company.inbox_owner.values()):
        if team not in company.teams:
            yield _unknown("company.json", "team", team, company.teams)
    for inbox in company.inbox_owner:
        if inbox not in inboxes:
            yield _unknown("company.json, inbox_owner", "inbox", inbox, inboxes)
    if (room := policies.people.policy_inbox) and room not in inboxes:
        yield _unknown("people.json, policy_inbox", "inbox", room, inboxes)
    for urgency in URGENCIES:
        if urgency not in company.eta:
            yield Misconfigured("company.json, eta", f'nothing is said for the urgency "{urgency}". Add when such mail is answered.')


def _language_mistakes(policies: Policies) -> Iterator[Misconfigured]:
    own = policies.company.language
    for place, said in _said(policies):
        if own not in said:
            yield Misconfigured(place, f'there is no text in "{own}", the company\'s language. Add one: other languages fall back on it.')


def _said(policies: Policies) -> Iterator[tuple[str, Mapping[str, str]]]:
    company, prices = policies.company, policies.prices
    yield "company.json, sign_off", company.sign_off
    yield "company.json, support_hours", company.support_hours
    if company.meetings:
        yield "company.json, meetings.zone_name", company.meetings.zone_name
    yield from ((f"company.json, eta.{urgency}", line) for urgency, line in company.eta.items())
    yield from ((f"company.json, docs.{page}.title", link.title) for page, link in company.docs.items())
    yield from ((f"prices.json, plans.{name}", plan.paragraph) for name, plan in prices.plans.items())
    yield "prices.json, note", prices.note


def _intent_mistakes(intent: Intent, policies: Policies, voice: Voice) -> Iterator[Misconfigured]:
    place = f"intents/{intent.name}.json"
    if intent.owner not in policies.company.teams:
        yield _unknown(place, "team", intent.owner, policies.company.teams)
    if intent.template is None and intent.ceiling is not Route.HUMAN:
        yield Misconfigured(place, f'the ceiling "{intent.ceiling}" needs a template. Name one, or make the ceiling "human".')
    if intent.template is not None and intent.template not in voice.replies:
        yield _unknown(place, "template", intent.template, [name for name in voice.replies if "." not in name])
    if intent.forward_to is not None and intent.forward_to not in policies.people.aliases():
        yield _unknown(f"{place}, forward_to", "alias in people.json", intent.forward_to, policies.people.aliases())
    for page in intent.docs:
        if page not in policies.company.docs:
            yield _unknown(place, "docs page", page, policies.company.docs)
    for trial in intent.tests:
        if trial.expect not in (*policies.intents, OUT_OF_SCOPE):
            yield _unknown(f"{place}, tests", "intent", trial.expect, policies.intents)


def _rulebook_mistakes(policies: Policies, voice: Voice) -> Iterator[Misconfigured]:
    rulebook = policies.rulebook
    named = ((f"conditions.{name}", condition) for name, condition in rulebook.conditions.items())
    for where, condition in (*named, *rulebook.uses()):
        yield from _reference_mistakes(f"rules.json, {where}", condition, policies)
    for rule in rulebook.rules:
        place, then, teams = f"rules.json, rules.{rule.name}", rule.then, policies.company.teams
        yield from (_unknown(place, "team", team, teams) for team in (then.owner, *then.notify) if team and team not in teams)
        if then.template and then.template not in voice.replies:
            yield _unknown(place, "template", then.template, [name for name in voice.replies if "." not in name])
    for reminder in rulebook.reminders:
        place = f"rules.json, reminders ({reminder.minutes})"
        yield from (_unknown(place, "team", team, policies.company.teams) for team in reminder.tell if team not in policies.company.teams)
    for clash in clashes(rulebook):
        yield Misconfigured(f"rules.json, rules.{clash.first} and rules.{clash.second}", f"{clash.sentence} {RESOLVE}")
    for trial in rulebook.tests:
        place = f'rules.json, tests, "{trial.name}"'
        if trial.intent not in (*policies.intents, OUT_OF_SCOPE):
            yield _unknown(place, "intent", trial.intent, (*policies.intents, OUT_OF_SCOPE))
        if trial.mail.mailbox and trial.mail.mailbox not in policies.people.inboxes:
            yield _unknown(place, "inbox", trial.mail.mailbox, policies.people.inboxes)


def _reference_mistakes(place: str, condition: Condition, policies: Policies) -> Iterator[Misconfigured]:
    for leaf in leaves(condition):
        match leaf:
            case IntentIs():
                known, what = (*policies.intents, OUT_OF_SCOPE), "intent"
            case MailboxIs():
                known, what = tuple(policies.people.inboxes), "inbox"
            case _:
                continue
        yield from (_unknown(place, what, name, known) for name in leaf.one_of if name not in known)


def _unknown(place: str, what: str, name: str, known: Mapping[str, object] | list[str] | tuple[str, ...]) -> Misconfigured:
    return Misconfigured(place, f'there is no {what} "{name}". There are: {", ".join(sorted(known)) or "none yet"}.')
