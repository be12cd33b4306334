"""`triage demo`: see the whole product work, without an account, a key or a service."""

import os
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.terminal import run, say
from bot.telemetry import log_to_stderr

Port = Annotated[int, typer.Option(min=0, max=65535, help="The port on 127.0.0.1; 0 takes a free one.")]


def demo(
    data: Annotated[Path, typer.Option(help="Where everything is kept; a second start continues there.")] = Path(".triage/demo"),
    slack_port: Port = 8900,
    mail_port: Port = 8901,
    health_port: Port = 8902,
    speed: Annotated[float, typer.Option(min=0.1, help="How fast the mails arrive: 2 is twice as fast.")] = 1.0,
    reviewer_checks: Annotated[
        bool, typer.Option("--reviewer-checks", help="Show some test drafts, so that an intent can earn its right.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what an earlier demo left.")] = False,
) -> None:
    """Run Inbox Triage for a small company: mails arrive, cards appear in a local Slack, you click, the customer has the answer.

    Example: triage demo --fresh
    """
    from bot.demo import DemoSettings, Pages, forget, until_interrupted

    def tell(pages: Pages) -> None:
        say(_welcome(pages.slack, pages.mail, pages.health))

    log_to_stderr("warning")
    if fresh:
        forget(data)
    say("Starting PostgreSQL, Valkey, the local Slack and the post office …")
    run(until_interrupted(DemoSettings(data, slack_port, mail_port, health_port, speed, reviewer_checks), tell))
    say(f"Stopped. `make demo` continues where it was; `triage demo --fresh` starts over. Everything lies in {data}.")


def _welcome(slack: str, mail: str, health: str) -> str:
    return f"""
Inbox Triage is running. Sixty mails arrive over the next two minutes.

  1. Open the local Slack        {slack}
     You are Ana, who leads support. Choose #support-inbox, open the thread of a card,
     read the draft, and click "Approve & send" (or edit it first).
  2. See what the customer got   {mail}
     You can also write a mail there, as a customer.
  3. Try `/triage stats` in Slack, and the app's Home tab.

  Health: {health}
  {_models()}
  Ctrl-C stops everything; nothing is lost.
"""


def _models() -> str:
    keys = [name for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY") if os.environ.get(name)]
    if not keys:
        return "Mails are read by a small local model: no key is needed, nothing leaves this machine."
    return (
        f"{' and '.join(keys)} {'is' if len(keys) == 1 else 'are'} set, but the demo does not use {'it' if len(keys) == 1 else 'them'}: "
        "its mails are read by a small local model,\n"
        "  and nothing leaves this machine. `triage config` shows which models `triage run` would use."
    )
