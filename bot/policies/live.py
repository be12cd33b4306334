"""The house of the moment: whatever version of the policies is in force, taken up between two mails by every process."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from bot.house import Learn, opened
from bot.policies.begin import KNOWN
from bot.refit.live import LiveModel
from bot.store.policies import PolicyVersions
from pipeline.errors import Misconfigured, Permanent, Temporary
from pipeline.house import House
from pipeline.policy.versions import VersionId
from pipeline.ports import IntentModel

log = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between two looks: a published version holds everywhere within five."""

Furnish = Callable[[House], House]


@dataclass(frozen=True, slots=True)
class Opened:
    """A house, the version that it is of, and why that is not the one in force; empty where it is."""

    house: House
    version: VersionId
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Opener:
    """Makes the house of a version; `furnish` adds what policies do not hold, and raises Misconfigured where it does not fit."""

    versions: PolicyVersions
    furnish: Furnish
    learn: Learn

    async def open(self, number: VersionId, known: IntentModel | None = None) -> House:
        """Raises Misconfigured where this program cannot work with the version."""
        bundle = await self.versions.bundle(number)
        if bundle is None:
            raise Misconfigured(f"policies, version {number}", "its files are missing. Restore the database from a backup.")
        return self.furnish((await opened(bundle, self.learn, known)).numbered(number))

    async def first(self) -> Opened:
        """What is in force at a start; a version that cannot be used gives way to the last that can. Misconfigured where none can."""
        wanted, trouble = await self.versions.in_force_id(), ""
        before = [version.id for version in await self.versions.history(KNOWN) if version.published_at]
        for number in (wanted, *(each for each in before if each != wanted)):
            if number is not None:
                try:
                    return Opened(await self.open(number), number, trouble)
                except Misconfigured as broken:
                    trouble = trouble or not_taken(number, broken)
        raise Misconfigured("policies", trouble or "no version was published yet. Run `triage policy publish`.")


class LivePolicies:
    """Swapped between two mails, never within one: who judges a mail takes `current` once and keeps it."""

    def __init__(self, opener: Opener, first: Opened, live: LiveModel) -> None:
        self._opener = opener
        self._house, self._version, self._live = first.house, first.version, live
        self._refused: VersionId | None = None
        self._away = False
        self.trouble = first.trouble
        if first.trouble:
            log.error("%s Version %s is used instead.", first.trouble, first.version)

    @property
    def current(self) -> House:
        return self._house

    @property
    def version(self) -> VersionId:
        return self._version

    async def watch(self, stop: asyncio.Event) -> None:
        """Look again and again until `stop`."""
        while not stop.is_set():
            await self.look()
            try:
                await asyncio.wait_for(stop.wait(), EVERY)
            except TimeoutError:
                continue

    async def look(self) -> None:
        """Take up what is in force now; while the database is away, or where it cannot be read, all stays as it is."""
        try:
            wanted = await self._opener.versions.in_force_id()
            if wanted is not None and wanted not in (self._version, self._refused):
                await self._change(wanted)
            elif wanted == self._version:
                self._refused, self.trouble = None, ""
            self._away = False
        except Temporary as away:
            if not self._away:
                log.warning("Which policies are in force cannot be seen now, so version %s goes on: %s", self._version, away)
            self._away = True

    async def _change(self, wanted: VersionId) -> None:
        try:
            house = await self._opener.open(wanted, self._house.model)
        except (Misconfigured, Permanent) as broken:
            self._refused, self.trouble = wanted, not_taken(wanted, broken)
            log.error("%s Version %s goes on.", self.trouble, self._version)
            return
        await self._live.ship(house.model)
        self._house, self._version = house, wanted
        self._refused, self.trouble = None, ""
        log.info("Version %s of the policies holds from now on.", wanted)


def not_taken(number: VersionId, broken: Exception) -> str:
    """What is said, loudly, of a version that is in force and cannot be used."""
    return f"Version {number} of the policies is in force and cannot be used: {broken} `triage policy rollback` puts an older one in force."
