"""`triage policy publish | versions | approve | refuse | rollback`: what is in force, and how it came to be."""

import getpass
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.terminal import FOUND, out, run, say, table
from bot.embedded import beside
from bot.migrate import migrate
from bot.policies import bundle as files
from bot.policies.begin import folder_of
from bot.policies.publish import Publisher
from bot.settings import Settings, load
from bot.store.codec import PLAIN
from bot.store.database import Database, connect
from bot.store.policies import PolicyVersions
from bot.store.records import PostgresRecords
from pipeline.email import MailboxId
from pipeline.errors import Misconfigured
from pipeline.policy.simulate import Row
from pipeline.policy.versions import Author, Stale, Version, VersionId

Number = Annotated[int, typer.Argument(min=1, help="The version's number: `triage policy versions` lists them.")]
Why = Annotated[str, typer.Option(help="What for, in a sentence: it is kept with the version.")]
Policies = Annotated[Path | None, typer.Option(help="The folder of rules.json, people.json, intents/ ...")]
Templates = Annotated[Path | None, typer.Option(help="The folder of replies/.")]
Data = Annotated[Path | None, typer.Option(help="The embedded databases' folder, where DATABASE_URL is not set.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine output on stdout.")]
SHOWN = 8
"""Case numbers in a cell of the table; --json has all."""
HISTORY = 500


def publish_version(
    folder: Annotated[Path | None, typer.Argument(help="A folder with policies/ and templates/, as `export` writes it.")] = None,
    why: Why = "",
    policies: Policies = None,
    templates: Templates = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Publish the folder's policies and templates: checked, tested, compared, tried on 30 days; every process takes them up at once.

    Where a second person must approve, it is only proposed, and exit 1 says so.

    Example: triage policy publish --why "Refunds need two people"
    """
    settings = load(policies=policies, templates=templates, data=data)
    bundle = files.from_folders(folder / "policies", folder / "templates") if folder else folder_of(settings)
    _tell(run(_with(settings, lambda by: by.publish(bundle, "terminal", operator(), why))), as_json)


def list_versions(data: Data = None, as_json: AsJson = False) -> None:
    """Every version, the newest first, with the one in force.

    Example: triage policy versions
    """
    found, now = run(_listed(load(data=data)))
    if as_json:
        for version in found:
            out({**asdict(version), "in_force": version.id == now})
        return
    columns = ("version", "made", "by", "why", "routes", "state")
    rows = [(str(one.id), f"{one.made_at:%Y-%m-%d %H:%M}", one.author.name, one.why, _routes(one), _state(one, now)) for one in found]
    table("Versions of the policies", columns, rows)


def approve_version(number: Number, data: Data = None, as_json: AsJson = False) -> None:
    """Approve a proposed version that another person made; it is in force at once.

    Example: triage policy approve 7
    """
    _tell(run(_with(load(data=data), lambda by: by.approve(VersionId(number), operator()))), as_json)


def refuse_version(number: Number, data: Data = None, as_json: AsJson = False) -> None:
    """Refuse a proposed version, or withdraw your own.

    Example: triage policy refuse 7
    """
    _tell(run(_with(load(data=data), lambda by: by.versions.decide(VersionId(number), operator(), approved=False))), as_json)


def roll_back(number: Number, why: Why = "", data: Data = None, as_json: AsJson = False) -> None:
    """Put a version in force again that was before; every process takes it up at once.

    Example: triage policy rollback 6 --why "Version 7 held every invoice"
    """
    _tell(run(_with(load(data=data), lambda by: by.roll_back(VersionId(number), operator(), why))), as_json, again=True)


def operator() -> Author:
    """Who runs this command, as the operating system says."""
    name = getpass.getuser()
    return Author(name, name)


def simulated(days: int, rows: Sequence[Row]) -> None:
    """The table that a simulation makes."""
    columns = ("intent", "cases", "would be sent, was not", "was sent, would not be", "other")
    shown = [(row.intent, str(row.cases), _cell(row.more), _cell(row.fewer), _cell(row.other)) for row in rows]
    table(f"The last {days} days under the changed rules", columns, shown)


@asynccontextmanager
async def stored(settings: Settings) -> AsyncIterator[Database]:
    """The database of the settings, beside a bot that runs it too; at this program's version where it is ours alone."""
    url = settings.database_url.get_secret_value() if settings.database_url else None
    async with beside.database(settings.data, url) as reached:
        if reached.ours:
            await migrate(reached.url, settings.migrations)
        database = await connect(reached.url, name="triage policy", size=2)
        try:
            yield database
        finally:
            await database.close()


async def _with(settings: Settings, act: Callable[[Publisher], Awaitable[Version | Stale]]) -> Version | Stale:
    mailboxes = [MailboxId(entry.address) for entry in settings.mailboxes]
    async with stored(settings) as database:
        return await act(Publisher(PolicyVersions(database), PostgresRecords(database, PLAIN), mailboxes))


async def _listed(settings: Settings) -> tuple[Sequence[Version], VersionId | None]:
    async with stored(settings) as database:
        versions = PolicyVersions(database)
        return await versions.history(HISTORY), await versions.in_force_id()


def _tell(done: Version | Stale, as_json: bool, *, again: bool = False) -> None:
    if isinstance(done, Stale):
        raise Misconfigured("policies", done.sentence)
    waits = done.state == "proposed"
    if as_json:
        out(asdict(done))
    else:
        for change in () if again else done.changes:
            say(f"{change.place}: {change.before or '-'} -> {change.after or '-'}")
        if done.rows is not None and not again:
            simulated(30, done.rows)
        say(_sentence(done))
    if waits:
        raise typer.Exit(FOUND)


def _sentence(version: Version) -> str:
    lowers = f"The change can only lower routes: {'yes' if version.only_lowers else 'no'}."
    match version.state:
        case "proposed":
            return (
                f"{lowers} Version {version.id} waits for another person: `triage policy approve {version.id}`, or /triage policy in Slack."
            )
        case "refused":
            return f"Version {version.id} is refused."
        case "published":
            return f"{lowers} Version {version.id} is in force."


def _routes(version: Version) -> str:
    return "-" if version.parent is None else "only lower" if version.only_lowers else "may rise"


def _state(version: Version, now: VersionId | None) -> str:
    return "in force" if version.id == now else "was in force" if version.state == "published" else version.state


def _cell(cases: Sequence[int]) -> str:
    more = f" and {len(cases) - SHOWN} more" if len(cases) > SHOWN else ""
    return f"{len(cases)}: {', '.join(map(str, cases[:SHOWN]))}{more}" if cases else "-"
