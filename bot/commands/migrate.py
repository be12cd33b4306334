"""`triage migrate`: bring the database to this version's tables."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.terminal import out, run, say
from bot.embedded import services
from bot.migrate import migrate
from bot.settings import Settings, load


def migrate_database(
    data: Annotated[Path | None, typer.Option(help="The embedded databases' folder, where DATABASE_URL is not set.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine output on stdout.")] = False,
) -> None:
    """Apply the SQL files of migrations/ that the database has not seen; safe to run twice, and from several machines at once.

    Example: DATABASE_URL=postgresql://triage@db/triage triage migrate
    """
    applied = run(_migrate(load(data=data)))
    if as_json:
        out({"applied": applied})
    else:
        say(f"Applied {', '.join(applied)}." if applied else "Nothing to apply: the database is at this version.")


async def _migrate(settings: Settings) -> list[str]:
    redis_url = settings.redis_url.get_secret_value() if settings.redis_url else "redis://not-needed"
    database_url = settings.database_url.get_secret_value() if settings.database_url else None
    async with services(settings.data, database_url=database_url, redis_url=redis_url) as running:
        return await migrate(running.database_url, settings.migrations)
