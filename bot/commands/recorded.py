"""`triage policy simulate | replay | explain`: decisions looked at again, from their records."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter

from bot.commands.terminal import FOUND, out, run, say, table
from bot.commands.versions import simulated, stored
from bot.house import load as load_house
from bot.house import load_unasked, unasked, with_rules
from bot.mailbox.reader import reader
from bot.policies.begin import folder_of, house_at, in_force_or_folder
from bot.policies.bundle import Bundle
from bot.policies.publish import differing
from bot.redaction.process import name_process
from bot.settings import Settings, load
from bot.simulation import as_json as as_lines
from bot.simulation import simulate
from bot.store.codec import PLAIN
from bot.store.documents import dump
from bot.store.policies import PolicyVersions
from bot.store.records import PostgresRecords
from pipeline.again import Record, decide_again
from pipeline.case import NO_HISTORY, CaseId, Decision
from pipeline.email import MailboxId
from pipeline.errors import Misconfigured
from pipeline.flow import triage
from pipeline.house import POLICY, House
from pipeline.policy.explain import in_words, near_rules
from pipeline.policy.simulate import Row

DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)
SHOWN = 8
"""Case numbers in a cell of the table; --json has all."""

Policies = Annotated[Path | None, typer.Option(help="The folder of rules.json, people.json, intents/ ...")]
Templates = Annotated[Path | None, typer.Option(help="The folder of replies/.")]
Data = Annotated[Path | None, typer.Option(help="The embedded databases' folder, where DATABASE_URL is not set.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine output on stdout.")]


def simulate_rules(
    rules: Annotated[Path | None, typer.Argument(help="The changed rules.json; default: that of the policies.")] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How far back.")] = 30,
    policies: Policies = None,
    templates: Templates = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """What changed rules would have done to the cases of the last days, by intent, had each intent been promoted; exit 1 where they differ.

    Models are not asked again and drafts not written again: the linter may still hold what would be sent here.

    Example: triage policy simulate changed.json --days 30
    """
    settings = load(policies=policies, templates=templates, data=data)
    folder = folder_of(settings)
    started = time.perf_counter()
    made = run(_simulate(settings, with_rules(folder, rules) if rules else folder, days))
    if as_json:
        for line in as_lines(made):
            out(line)
    else:
        simulated(days, made)
        say(f"{sum(row.cases for row in made)} cases in {time.perf_counter() - started:.1f} s.")
    if differing(made):
        raise typer.Exit(FOUND)


def replay_case(
    case: Annotated[int, typer.Argument(help="The case's number.")],
    policies: Policies = None,
    templates: Templates = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Decide a case again from its stored inputs, and compare with what was decided, byte for byte; exit 1 where they differ.

    It is decided by the published version that decided it then, or else by the folder; --policies names another. What models said is taken
    from the record; everything else is done again. Files that changed since are named.

    Example: triage policy replay 214
    """
    settings = load(policies=policies, templates=templates, data=data)
    record, version = run(_record(settings, case))
    house = version if version is not None and policies is None else load_unasked(settings.policies, settings.templates)
    again = decide_again(record, house)
    same = dump(DECISION, again) == dump(DECISION, record.decision)
    then, today = dict(record.decision.versions), dict(again.versions)
    changed = sorted(name for name in then.keys() | today.keys() if then.get(name) != today.get(name))
    if as_json:
        out({"case": case, "same": same, "changed": changed, "recorded": record.decision.route, "again": again.route})
    elif same:
        say(f"Case {case}: the same decision, byte for byte ({again.route}).")
    else:
        files = f" Changed since: {', '.join(changed)}." if changed else ""
        say(f"Case {case}: decided {record.decision.route} then, {again.route} now.{files}")
    if not same:
        raise typer.Exit(FOUND)


def explain_message(
    message: Annotated[str, typer.Argument(help="An .eml file, or a case's number.")],
    mailbox: Annotated[str | None, typer.Option(help="The inbox an .eml is judged for; default: the first of people.json.")] = None,
    policies: Policies = None,
    templates: Templates = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Every voice in the decision about a mail, and each rule that nearly spoke: it was one condition short, and which.

    Example: triage policy explain strange.eml
    """
    settings = load(policies=policies, templates=templates, data=data)
    if message.isdecimal() and not Path(message).exists():
        record, version = run(_record(settings, int(message)))
        house = version or load_unasked(settings.policies, settings.templates)
    else:
        house = run(load_house(settings.policies, settings.templates, settings.data / "cache"))
        record = run(_read(_raw(Path(message)), message, mailbox, house))
    near = _near(record, house)
    decision = record.decision
    if as_json:
        voices = [{"speaker": one.speaker, "name": one.name, "at_most": one.at_most, "text": one.text} for one in decision.reasons]
        out({"route": decision.route, "would_be": decision.would_be, "reasons": voices, "nearly": near})
        return
    rows = [(one.at_most, one.speaker, one.name, one.text) for one in decision.reasons]
    table(f"{decision.route}; once promoted: {decision.would_be}", ("at most", "who", "name", "why"), rows)
    table("Rules that nearly spoke", ("rule", "what it lacked"), list(near.items()))


def _near(record: Record, house: House) -> dict[str, str]:
    return {near.rule: in_words(near.missing) for near in near_rules(house.rulebook, record)}


def _raw(path: Path) -> bytes:
    if not path.is_file():
        raise Misconfigured(str(path), "there is no such file. Name an .eml file, or a case by its number.")
    return path.read_bytes()


async def _read(raw: bytes, name: str, mailbox: str | None, house: House) -> Record:
    now, inbox = datetime.now(UTC), MailboxId(mailbox or next(iter(house.people.inboxes)))
    async with reader() as reading, name_process() as names:
        email = await reading.read(raw, name, now, frozenset())
        made = await triage(email, inbox, NO_HISTORY, replace(house, names=names), now, time.perf_counter)
    return Record(email, inbox, NO_HISTORY, now, made.classification, made.context, made.decision)


async def _record(settings: Settings, case: int) -> tuple[Record, House | None]:
    """What the case was decided from, and the house of the published version that it names, if it names one."""
    async with stored(settings) as database:
        found = await PostgresRecords(database, PLAIN).record(CaseId(case))
        if found is None:
            raise Misconfigured(
                f"case {case}", "there is no such case, or nothing was decided about it yet. Slack's card names the number."
            )
        number = int(dict(found.decision.versions).get(POLICY, 0))
        return found, await house_at(PolicyVersions(database), number) if number else None


async def _simulate(settings: Settings, changed: Bundle, days: int) -> list[Row]:
    async with stored(settings) as database:
        versions = PolicyVersions(database)
        now = unasked(await in_force_or_folder(versions, settings))
        return await simulate(PostgresRecords(database, PLAIN), now, unasked(changed), days, partial(house_at, versions))
