"""`triage config`: the settings in force, secrets hidden."""

from typing import Annotated

import typer

from bot.commands.terminal import out, say, table
from bot.model import choice
from bot.settings import EXAMPLE, config_file, load


def show_config(
    as_json: Annotated[bool, typer.Option("--json", help="Machine output on stdout.")] = False,
    example: Annotated[bool, typer.Option("--example", help="Print a triage.toml that shows every setting.")] = False,
) -> None:
    """Show the settings in force and where they come from.

    Example: triage config --example > triage.toml
    """
    if example:
        typer.echo(EXAMPLE, nl=False)
        return
    settings = load()
    shown = settings.model_dump(mode="json")
    if as_json:
        out(shown)
        return
    rows = [(name, "not set" if value is None else str(value)) for name, value in shown.items()]
    table("Settings", ("setting", "value"), rows)
    say(choice.told(choice.of(settings), settings.models))
    path = config_file()
    say(f"{path} is {'read' if path.is_file() else 'not there: defaults and environment only'}.")
