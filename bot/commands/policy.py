"""`triage policy …`: the rules, checked before they are trusted."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.terminal import out, run, say
from bot.house import load as load_house
from bot.house import read_model_prices
from bot.settings import load

app = typer.Typer(no_args_is_help=True, help="Check the rules, intents and templates. Example: triage policy check")


@app.callback()
def policy() -> None:
    """The rules."""


@app.command("check")
def check(
    policies: Annotated[Path | None, typer.Option(help="The folder of rules.json, people.json, intents/ ...")] = None,
    templates: Annotated[Path | None, typer.Option(help="The folder of replies/.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine output on stdout.")] = False,
) -> None:
    """Read every policy file and render every template; the first mistake is named with its place, exit 2.

    Example: triage policy check --policies policies
    """
    settings = load(policies=policies, templates=templates)
    house = run(load_house(settings.policies, settings.templates, None))
    read_model_prices(settings.policies)
    if as_json:
        out({"ok": True, "intents": sorted(house.intents), "versions": dict(house.versions)})
    else:
        say(f"All is well: {len(house.intents)} intents, {len(house.rulebook.rules)} rules.")
