"""`triage doctor`: what is missing before `triage run` can work, by name."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.terminal import FOUND, errors, out, run
from bot.doctor import Finding, findings
from bot.embedded import services
from bot.migrate import migrate
from bot.settings import Settings, load
from bot.slack.app import SlackSettings


def doctor(
    data: Annotated[Path | None, typer.Option(help="The embedded databases' folder, where DATABASE_URL or REDIS_URL is not set.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON a check on stdout.")] = False,
) -> None:
    """Check the database, the policies, the mailboxes, Slack's tokens, scopes and channels. Exit 1 where something is to be done.

    Example: triage doctor
    """
    found = run(_examine(load(data=data), as_json))
    if not all(finding.ok for finding in found):
        raise typer.Exit(FOUND)


async def _examine(settings: Settings, as_json: bool) -> list[Finding]:
    database_url = settings.database_url.get_secret_value() if settings.database_url else None
    redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
    found: list[Finding] = []
    async with services(settings.data, database_url=database_url, redis_url=redis_url) as running:
        if database_url is None:
            await migrate(running.database_url, settings.migrations)
        async for finding in findings(settings, running, _slack(settings)):
            found.append(finding)
            _tell(finding, as_json)
    return found


def _slack(settings: Settings) -> SlackSettings | None:
    if settings.slack_bot_token is None or settings.slack_app_token is None:
        return None
    return SlackSettings(settings.slack_bot_token, settings.slack_app_token, settings.slack_api_url)


def _tell(finding: Finding, as_json: bool) -> None:
    if as_json:
        out({"check": finding.check, "ok": finding.ok, "sentence": finding.sentence})
    else:
        errors.print(f"{'ok ' if finding.ok else 'NO '} {finding.check}: {finding.sentence}", markup=False, soft_wrap=True)
