"""`triage pause` and `triage resume`: the kill switch at the command line."""

from collections.abc import Awaitable, Callable
from getpass import getuser
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from bot.commands.terminal import out, run, say
from bot.embedded import beside
from bot.settings import Settings, load
from bot.store.database import connect
from bot.store.rights import Switch
from pipeline.rights import Pause

T = TypeVar("T")

Data = Annotated[Path | None, typer.Option(help="The embedded databases' folder, where DATABASE_URL is not set.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine output on stdout.")]


def pause_sending(
    why: Annotated[str, typer.Option(help="The reason, for those who find it paused.")] = "", data: Data = None, as_json: AsJson = False
) -> None:
    """Stop all answers that go out by themselves, in every worker, those that wait for their time too. Mails are still read and drafted.

    Pausing what is paused changes nothing, and says so; exit 0.

    Example: triage pause --why "The price list is wrong"
    """
    name = getuser()
    held = run(_with_switch(load(data=data), lambda switch: switch.pause(name, name, " ".join(why.split()))))
    if as_json:
        out({"paused": True, "changed": held is None, **_told(held)})
    else:
        say(f"Already paused: {_since(held)}" if held else "Paused: nothing goes out by itself until `triage resume`.")


def resume_sending(data: Data = None, as_json: AsJson = False) -> None:
    """Let intents that have the right answer by themselves again; what was stopped meanwhile stays with people.

    Example: triage resume
    """
    name = getuser()
    ended = run(_with_switch(load(data=data), lambda switch: switch.resume(name, name)))
    if as_json:
        out({"paused": False, "changed": ended is not None, **_told(ended)})
    else:
        say(f"Resumed. It was paused: {_since(ended)}" if ended else "Nothing was paused.")


def _told(held: Pause | None) -> dict[str, str]:
    return {"by": held.by, "since": held.at.isoformat(), "why": held.why} if held else {}


def _since(held: Pause) -> str:
    return f"{held.sentence} ({held.at:%Y-%m-%d %H:%M} UTC)"


async def _with_switch(settings: Settings, throw: Callable[[Switch], Awaitable[T]]) -> T:
    """Beside a bot that runs its own database too: that is when it matters."""
    url = settings.database_url.get_secret_value() if settings.database_url else None
    async with beside.database(settings.data, url) as reached:
        database = await connect(reached.url, name="triage pause", size=1)
        try:
            return await throw(Switch(database))
        finally:
            await database.close()
