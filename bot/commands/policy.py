"""`triage policy …`: the rules, checked, tested and compared before they are trusted."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands import recorded
from bot.commands.terminal import FOUND, out, run, say, table
from bot.house import load as load_house
from bot.house import load_unasked, read_model_prices, read_rulebook
from bot.settings import load
from pipeline.errors import Misconfigured
from pipeline.policy.compare import changes, only_lowers
from pipeline.policy.rulebook import Rulebook
from pipeline.policy.schema import schema
from pipeline.trials import CONFLICTS, outcomes

app = typer.Typer(no_args_is_help=True, help="Check, test and compare the rules. Example: triage policy check")
app.command("simulate")(recorded.simulate_rules)
app.command("replay")(recorded.replay_case)
app.command("explain")(recorded.explain_message)

Policies = Annotated[Path | None, typer.Option(help="The folder of rules.json, people.json, intents/ ...")]
Templates = Annotated[Path | None, typer.Option(help="The folder of replies/.")]
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
    for outcome in outcomes(house):
        for reason in outcome.decision.reasons:
            if reason.speaker == "rule" and reason.name in CONFLICTS:
                raise Misconfigured(f'rules.json, tests, "{outcome.name}"', f"{reason.text} Let one of the rules exclude the other.")
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
    old: Annotated[Path, typer.Argument(help="A rules.json, or its folder.")],
    new: Annotated[Path, typer.Argument(help="Another one.")],
    as_json: AsJson = False,
) -> None:
    """Show what differs by name, whatever the order, and whether the change can only lower routes; exit 1 where anything differs.

    "can only lower" is shown by structure: "no" may also mean that the structure does not show it.

    Example: triage policy diff policies/rules.json changed.json
    """
    before, after = _rulebook(old), _rulebook(new)
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
    policies: Policies = None,
    show_schema: Annotated[bool, typer.Option("--schema", help="The JSON schema of all policy files instead.")] = False,
) -> None:
    """Print the rulebook as read, every default written out, as one line of JSON: what a decision rests on.

    Example: triage policy export > rules-in-force.json
    """
    if show_schema:
        out(schema())
        return
    out(read_rulebook(load(policies=policies).policies / "rules.json").model_dump(mode="json"))


def _rulebook(path: Path) -> Rulebook:
    return read_rulebook(path / "rules.json" if path.is_dir() else path)
