"""The command line: `triage`, also `python -m bot`. Only the command that is called is imported: the others know more than it needs."""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from pipeline.errors import Misconfigured, Permanent, Temporary

COMMANDS: Mapping[str, tuple[str, str]] = {
    "demo": (
        "demo.demo",
        "Run Inbox Triage for a small company: mails arrive, cards appear in a local Slack, you click, the customer has the answer.",
    ),
    "run": ("run.run_bot", "Fetch mail, triage it, show it in Slack, send what people approve."),
    "replay": (
        "replay.replay_mails",
        "Run every mail through the whole pipeline, dry: a line for each, or a summary. Nothing is sent or stored.",
    ),
    "parse": (
        "parse.parse_mails",
        "Read mails as triage does and show what it sees: the newest text, the sender, what is automatic, spam or odd.",
    ),
    "redact": (
        "redact.redact_texts",
        "Show texts with personal data replaced and what stands for what, or redact many: spans have their offsets in the original.",
    ),
    "evaluate": ("evaluate.evaluate_model", "Fit the local model to one file, choose the threshold there, and measure it on another."),
    "migrate": (
        "migrate.migrate_database",
        "Apply the SQL files of migrations/ that the database has not seen; safe to run twice, and from several machines at once.",
    ),
    "doctor": (
        "doctor.doctor",
        "Check the database, the policies, the mailboxes, Slack's tokens, scopes and channels. Exit 1 where something is to be done.",
    ),
    "pause": (
        "pausing.pause_sending",
        "Stop all answers that go out by themselves, in every worker, those that wait for their time too."
        " Mails are still read and drafted.",
    ),
    "resume": (
        "pausing.resume_sending",
        "Let intents that have the right answer by themselves again; what was stopped meanwhile stays with people.",
    ),
    "config": ("config.show_config", "Show the settings in force and where they come from."),
    "policy": ("policy.app", "Check, test and compare the rules. Example: triage policy check"),
    "sandbox": ("sandbox.app", "Start a stand-in by itself. Example: triage sandbox slack --port 8900"),
}
"""Where under bot/commands each is, and the first paragraph of its help, for the list that is shown without importing it."""


class Lazy(TyperGroup):
    """The group whose commands are names until one is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return TyperCommand(cmd_name, help=COMMANDS[cmd_name][1]) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, _, rest = super().resolve_command(ctx, args)
        return name, loaded(str(name)), rest


def loaded(name: str) -> Any:
    """The command, or group of commands, of this name."""
    module, _, attribute = COMMANDS[name][0].partition(".")
    found = getattr(import_module(f"bot.commands.{module}"), attribute)
    if isinstance(found, typer.Typer):
        return typer.main.get_group(found)
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name)(found)
    return typer.main.get_command(alone)


app = typer.Typer(cls=Lazy, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def triage() -> None:
    """Triage the mail of shared inboxes from Slack. Start with: triage demo"""


def main() -> None:
    """Run the command that was called; what an operator can mend ends as one sentence and exit 2."""
    try:
        app()
    except (Misconfigured, Permanent, Temporary) as error:
        from bot.commands.terminal import MISUSE, say

        say(f"triage: {error}")
        sys.exit(MISUSE)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
