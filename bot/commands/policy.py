"""`triage policy …`: the rules, checked, tested and compared before they are trusted."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands import recorded, versions
from bot.commands.terminal import FOUND, out, run, say, table
from bot.house import load as load_house
from bot.house import load_unasked, read_model_prices, read_rulebook, rulebook_of
from bot.policies.bundle import Bundle, write
from bot.policies.check import check_contradictions, differences
from bot.policies.check import lowers as only_lower
from bot.settings import Settings, load
from bot.store.policies import PolicyVersions
from pipeline.errors import Misconfigured
from pipeline.policy.compare import changes, only_lowers
from pipeline.policy.rulebook import Rulebook
from pipeline.policy.schema import schema
from pipeline.trials import outcomes

app = typer.Typer(no_args_is_help=True, help="Check, test and compare the rules. Example: triage policy check")
app.command("simulate")(recorded.simulate_rules)
app.command("replay")(recorded.replay_case)
app.command("explain")(recorded.explain_message)
app.command("publish")(versions.publish_version)
app.command("versions")(versions.list_versions)
app.command("approve")(versions.approve_version)
app.command("refuse")(versions.refuse_version)
app.command("rollback")(versions.roll_back)

Policies = Annotated[Path | None, typer.Option(help="The folder of rules.json, people.json, intents/ ...")]
Templates = Annotated[Path | None, typer.Option(help="The folder of replies/.")]
Data = Annotated[Path | None, typer.Option(help="The embedded databases' folder, where DATABASE_URL is not set.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine output on stdout.")]


@app.callback()
def policy() -> None:
    """The rules."""


@app.command("check")
def check_policies(policies: Policies = None, templates: Templates = None, as_json: AsJson = False) -> None:
    """Read every policy file and render every template; the first mistake is named with its place, exit 2.

    Rules that contradict each other in one of the rulebook's own tests are a mistake too; what else a test says is for `test`.

    Example: triage policy check --policies policies
    """
    settings = load(policies=policies, templates=templates)
    house = run(load_house(settings.policies, settings.templates, None))
    read_model_prices(settings.policies)
    check_contradictions(house)
    if as_json:
        out({"ok": True, "intents": sorted(house.intents), "versions": dict(house.versions)})
    else:
        say(f"All is well: {len(house.intents)} intents, {len(house.rulebook.rules)} rules.")


@app.command("test")
def run_tests(policies: Policies = None, templates: Templates = None, as_json: AsJson = False) -> None:
    """Run the tests that rules.json carries: a line for each that fails, exit 1.

    Example: triage policy test --policies policies
    """
    settings = load(policies=policies, templates=templates)
    made = list(outcomes(load_unasked(settings.policies, settings.templates)))
    failed = [outcome for outcome in made if outcome.wrong]
    for outcome in made if as_json else ():
        out({"test": outcome.name, "ok": not outcome.wrong, "wrong": outcome.wrong, "route": outcome.decision.would_be})
    for outcome in () if as_json else failed:
        say(f"NO  {outcome.name} {'; '.join(outcome.wrong)}.")
    say(f"{len(made) - len(failed)} of {len(made)} tests are as the rulebook says.")
    if failed:
        raise typer.Exit(FOUND)


@app.command("diff")
def diff_rules(
    old: Annotated[str, typer.Argument(help="A rules.json, its folder, or the number of a version.")],
    new: Annotated[str, typer.Argument(help="Another one.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show what differs by name, whatever the order, and whether the change can only lower routes; exit 1 where anything differs.

    "can only lower" is shown by structure: "no" may also mean that the structure does not show it.
    Of two versions, the other files and the templates are compared too.

    Example: triage policy diff policies/rules.json changed.json
    """
    if old.isdecimal() and new.isdecimal():
        one, other = (run(_bundle(load(data=data), int(number))) for number in (old, new))
        found, lowers = differences(one, other), only_lower(one, other)
    else:
        before, after = _rulebook(old, data), _rulebook(new, data)
        found, lowers = changes(before, after), only_lowers(before, after)
    if as_json:
        differing = [{"place": one.place, "before": one.before, "after": one.after} for one in found]
        out({"changes": differing, "only_lowers": lowers})
    elif found:
        table("What differs", ("place", "before", "after"), [(one.place, one.before or "-", one.after or "-") for one in found])
        say(f"The change can only lower routes: {'yes' if lowers else 'no'}.")
    else:
        say("Nothing differs.")
    if found:
        raise typer.Exit(FOUND)


@app.command("export")
def export_rules(
    where: Annotated[
        list[str] | None,
        typer.Argument(metavar="[VERSION] [FOLDER]", help="Write a version's files there; default: the one in force."),
    ] = None,
    policies: Policies = None,
    data: Data = None,
    show_schema: Annotated[bool, typer.Option("--schema", help="The JSON schema of all policy files instead.")] = False,
) -> None:
    """Write a version's policies/ and templates/ into a folder, byte by byte; alone, print the folder's rulebook as one line of JSON.

    Example: triage policy export 6 before-the-change
    """
    if show_schema:
        out(schema())
        return
    if not where:
        out(read_rulebook(load(policies=policies).policies / "rules.json").model_dump(mode="json"))
        return
    if len(where) > 2 or (len(where) == 2 and not where[0].isdecimal()):
        raise Misconfigured("triage policy export", "it takes the number of a version, if any, and a folder.")
    bundle = run(_bundle(load(data=data), int(where[0]) if len(where) == 2 else None))
    write(bundle, Path(where[-1]))
    say(f"{len(bundle.files)} files are written to {where[-1]}.")


async def _bundle(settings: Settings, number: int | None) -> Bundle:
    """A version's files; None: those in force."""
    async with versions.stored(settings) as database:
        kept = PolicyVersions(database)
        wanted = number if number is not None else await kept.in_force_id()
        found = None if wanted is None else await kept.bundle(wanted)
    if found is None:
        raise Misconfigured(f"version {number or ''}".strip(), "there is no such version. `triage policy versions` lists them.")
    return found


def _rulebook(named: str, data: Path | None) -> Rulebook:
    path = Path(named)
    if named.isdecimal() and not path.exists():
        return rulebook_of(run(_bundle(load(data=data), int(named))))
    return read_rulebook(path / "rules.json" if path.is_dir() else path)
