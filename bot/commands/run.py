"""`triage run`: the bot, for real."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.terminal import run, say
from bot.embedded import services
from bot.migrate import migrate, pending
from bot.serve import serve
from bot.settings import Settings, load
from bot.telemetry import log_to_stderr
from pipeline.errors import Misconfigured


def run_bot(
    data: Annotated[Path | None, typer.Option(help="The embedded databases' folder, where DATABASE_URL or REDIS_URL is not set.")] = None,
    port: Annotated[int | None, typer.Option(help="Health and metrics; 0 takes a free one.")] = None,
) -> None:
    """Fetch mail, triage it, show it in Slack, send what people approve.

    Needs SLACK_BOT_TOKEN, SLACK_APP_TOKEN and a triage.toml with mailboxes: `triage doctor` names what is missing.

    Example: SLACK_BOT_TOKEN=xoxb-... SLACK_APP_TOKEN=xapp-... triage run
    """
    settings = load(data=data, port=port)
    log_to_stderr(settings.log_level)
    run(_run(settings))


async def _run(settings: Settings) -> None:
    database_url = settings.database_url.get_secret_value() if settings.database_url else None
    redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
    async with services(settings.data, database_url=database_url, redis_url=redis_url) as running:
        if database_url is None:
            await migrate(running.database_url, settings.migrations)
        elif missing := await pending(running.database_url, settings.migrations):
            raise Misconfigured("DATABASE_URL", f"this database lacks {', '.join(missing)}. Run `triage migrate` first.")
        await serve(settings, running, started=lambda port: say(f"Triage runs. Health and metrics: http://{settings.host}:{port}/healthz"))
