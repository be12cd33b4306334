"""Which policies hold when a program starts: the folder's, until somebody publishes others."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.house import rulebook_of, unasked
from bot.policies.bundle import Bundle, from_folders
from bot.policies.check import differences, lowers, sound
from bot.settings import Settings
from bot.store.policies import Made, PolicyVersions
from pipeline.email import MailboxId
from pipeline.errors import Misconfigured
from pipeline.house import House
from pipeline.policy.compare import Change
from pipeline.policy.rulebook import Rulebook
from pipeline.policy.versions import Author, InForce, Stale

log = logging.getLogger(__name__)

FILES = Author("files", "the files")
KNOWN = 100
"""So many versions are looked through for one that still can be read."""


def folder_of(settings: Settings) -> Bundle:
    """What the settings' folders hold. Raises Misconfigured."""
    return from_folders(settings.policies, settings.templates)


async def publish_folder(versions: PolicyVersions, folder: Callable[[], Bundle], mailboxes: Iterable[MailboxId] = ()) -> None:
    """Publish the folder where the database is empty, or holds what only the folder said and the folder has changed since.

    Raises Misconfigured for a folder that is to be published and has a mistake. A second program that starts beside us may be faster.
    """
    now = await versions.in_force()
    if now is not None and now.version.origin != FILES.id:
        return
    bundle, newest = folder(), await versions.newest_of_files()
    if newest is not None and newest.digest == bundle.digest:
        return
    sound(bundle, mailboxes)
    before = await versions.bundle(now.version.id) if now else None
    found, falling = _against(before, bundle)
    why = "The files changed." if now else "The files as they were at the first start."
    made = Made(bundle, "files", FILES, why, now.version.id if now else None, found, falling, None, needs_approval=False)
    if not isinstance(await versions.add(made), Stale):
        log.info("The policies of the folder are published: %s", why)


def _against(before: Bundle | None, bundle: Bundle) -> tuple[tuple[Change, ...], bool]:
    """How it differs from what was in force, which a newer program may not be able to read."""
    try:
        return ((), False) if before is None else (differences(before, bundle), lowers(before, bundle))
    except Misconfigured:
        return (), False


@dataclass(frozen=True, slots=True)
class Standing:
    """How the folder stands to what is in force: `ok` is False where somebody changed files that nobody reads."""

    ok: bool
    sentence: str


async def standing(versions: PolicyVersions, folder: Bundle) -> Standing:
    """For `triage doctor` and the log."""
    now, newest = await versions.in_force(), await versions.newest_of_files()
    if now is None:
        return Standing(True, "No version was published yet: the first start publishes the folder.")
    told = _told(now)
    if now.version.digest == folder.digest:
        return Standing(True, f"{told} The files say the same.")
    if newest is not None and newest.digest == folder.digest:
        return Standing(True, f"{told} The files are older: `triage policy export` writes it back to them.")
    if now.version.origin == FILES.id and newest is not None and newest.id == now.version.id:
        return Standing(True, f"{told} The files changed since: the next start publishes them, `triage policy publish` does so at once.")
    way_out = "Publish them with `triage policy publish`, or overwrite them with `triage policy export`."
    return Standing(False, f"{told} The files differ and are not read. {way_out}")


async def tell_of_folder(versions: PolicyVersions, settings: Settings) -> None:
    """Whoever changed files must learn from the log that others hold."""
    try:
        found = await standing(versions, folder_of(settings))
    except Misconfigured as broken:
        found = Standing(False, f"The folder of the policies is not read, and has a mistake: {broken}")
    log.log(logging.INFO if found.ok else logging.WARNING, found.sentence)


def _told(now: InForce) -> str:
    return f"Version {now.version.id} is in force, published by {now.by.name} on {now.at:%Y-%m-%d %H:%M} UTC."


async def in_force_or_folder(versions: PolicyVersions, settings: Settings) -> Bundle:
    """What holds now; the folder before anything was published."""
    number = await versions.in_force_id()
    bundle = await versions.bundle(number) if number is not None else None
    return bundle if bundle is not None else folder_of(settings)


async def rulebook_at(versions: PolicyVersions, number: int) -> Rulebook | None:
    """The rulebook of a version, to be compared with another's; None where there is no such version. Raises Misconfigured."""
    bundle = await versions.bundle(number)
    return None if bundle is None else rulebook_of(bundle)


async def house_at(versions: PolicyVersions, number: int) -> House | None:
    """The house of a version, asked for nothing; None where there is no such version, or this program cannot read it any more."""
    try:
        bundle = await versions.bundle(number)
        return None if bundle is None else (await asyncio.to_thread(unasked, bundle)).numbered(number)
    except Misconfigured:
        return None
