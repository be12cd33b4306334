"""`triage replay`: what would become of mails that already are, without sending or storing anything."""

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from bot.commands.terminal import errors, run, say, table
from bot.house import load as load_house
from bot.mailbox.archives import count
from bot.replay import ReplayLine, replay, to_json
from bot.settings import Settings, load
from pipeline.email import MailboxId


def replay_mails(
    path: Annotated[Path, typer.Argument(help="An mbox, a Maildir, a folder of .eml files, or a .tar.gz or .zip of such files.")],
    mailbox: Annotated[str | None, typer.Option(help="The inbox they are judged for; default: the first of policies/people.json.")] = None,
    policies: Annotated[Path | None, typer.Option(help="The folder of rules.json, people.json, intents/ ...")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON a mail on stdout.")] = False,
) -> None:
    """Run every mail through the whole pipeline, dry: a line for each, or a summary. Nothing is sent or stored.

    The local model alone reads them: no language model is asked, for that would cost and show mail to others.

    Example: triage replay ~/Mail/support.mbox --json > decisions.jsonl
    """
    lines = run(_replay(path, mailbox, load(policies=policies), as_json))
    if not as_json:
        _summary(lines)


async def _replay(path: Path, mailbox: str | None, settings: Settings, as_json: bool) -> list[ReplayLine]:
    total = count(path)
    house = await load_house(settings.policies, settings.templates, settings.data / "cache")
    lines: list[ReplayLine] = []
    with Progress(console=errors, disable=as_json or not errors.is_terminal) as progress:
        task = progress.add_task("Replaying", total=total)
        async for line in replay(path, house, MailboxId(mailbox or next(iter(house.people.inboxes)))):
            progress.advance(task)
            if as_json:
                sys.stdout.write(to_json(line) + "\n")
            else:
                lines.append(line)
    return lines


def _summary(lines: list[ReplayLine]) -> None:
    routes = sorted({line.route for line in lines})
    by_intent = Counter((line.intent or "(not classified)", line.route) for line in lines)
    rows = [
        (intent, *(str(by_intent[intent, route] or "") for route in routes))
        for intent in sorted({intent for intent, _ in by_intent}, key=lambda name: -sum(by_intent[name, route] for route in routes))
    ]
    table("What would have become of them", ("intent", *routes), rows)
    say(f"{len(lines)} mails. --json gives a line for each.")
