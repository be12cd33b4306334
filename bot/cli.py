"""The command line: `triage`, also `python -m bot`."""

import sys

import typer

from bot.commands import config, demo, doctor, evaluate, migrate, parse, pausing, policy, redact, replay, run, sandbox
from bot.commands.terminal import MISUSE, say
from pipeline.errors import Misconfigured, Permanent, Temporary

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Triage the mail of shared inboxes from Slack. Start with: triage demo",
)
app.command("demo")(demo.demo)
app.command("run")(run.run_bot)
app.command("replay")(replay.replay_mails)
app.command("parse")(parse.parse_mails)
app.command("redact")(redact.redact_texts)
app.command("evaluate")(evaluate.evaluate_model)
app.command("migrate")(migrate.migrate_database)
app.command("doctor")(doctor.doctor)
app.command("pause")(pausing.pause_sending)
app.command("resume")(pausing.resume_sending)
app.command("config")(config.show_config)
app.add_typer(policy.app, name="policy")
app.add_typer(sandbox.app, name="sandbox")


def main() -> None:
    """Run the command that was called; what an operator can mend ends as one sentence and exit 2."""
    try:
        app()
    except (Misconfigured, Permanent, Temporary) as error:
        say(f"triage: {error}")
        sys.exit(MISUSE)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
