"""How a changed bundle becomes a version: checked, compared with what is in force, tried on the last 30 days, stored."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from bot.house import rulebook_of, unasked
from bot.policies.begin import house_at
from bot.policies.bundle import Bundle
from bot.policies.check import differences, lifted, lowers, needs_second, sound
from bot.simulation import simulate
from bot.store.policies import Made, PolicyVersions
from bot.store.records import PostgresRecords
from pipeline.email import MailboxId
from pipeline.policy.simulate import Row
from pipeline.policy.versions import DAYS, Author, Origin, Stale, Version, VersionId, overtaken


@dataclass(frozen=True, slots=True)
class Publisher:
    """`mailboxes` are those that are read: each needs an entry in people.json."""

    versions: PolicyVersions
    records: PostgresRecords
    mailboxes: Iterable[MailboxId] = ()

    async def prepare(self, bundle: Bundle, origin: Origin, author: Author, why: str, seen: VersionId | None = None) -> Made | Stale:
        """What would be stored. Raises Misconfigured for any mistake in it; nothing is written.

        `seen` is the version in force that the author looked at; None: whatever is in force now.
        """
        changed = await asyncio.to_thread(sound, bundle, self.mailboxes)
        now = await self.versions.in_force()
        before = await self.versions.bundle(now.version.id) if now else None
        if now is None or before is None:
            return Made(bundle, origin, author, why, None, (), False, None, False)
        if seen is not None and seen != now.version.id:
            return Stale(overtaken(now.by, now.version.id))
        if before.digest == bundle.digest:
            return Stale(f"Nothing differs from version {now.version.id}, which is in force.")
        falling = await asyncio.to_thread(lowers, before, bundle)
        needed = needs_second(rulebook_of(before), only_lowers=falling)
        found = await asyncio.to_thread(differences, before, bundle)
        rows = await simulate(self.records, await asyncio.to_thread(unasked, before), changed, DAYS, partial(house_at, self.versions))
        return Made(bundle, origin, author, why, now.version.id, found, falling, rows, needed)

    async def publish(self, bundle: Bundle, origin: Origin, author: Author, why: str, seen: VersionId | None = None) -> Version | Stale:
        """Publish it, or put it up for a second person's approval. Raises Misconfigured for any mistake in it."""
        made = await self.prepare(bundle, origin, author, why, seen)
        return made if isinstance(made, Stale) else await self.versions.add(made)

    async def approve(self, number: VersionId, by: Author) -> Version | Stale:
        """A second person's approval: what was proposed is checked once more, then in force. Raises Misconfigured."""
        bundle = await self.versions.bundle(number)
        if bundle is not None:
            await asyncio.to_thread(sound, bundle, self.mailboxes)
        return await self.versions.decide(number, by, approved=True)

    async def roll_back(self, number: VersionId, by: Author, why: str, seen: VersionId | None = None) -> Version | Stale:
        """Put a version in force again. Raises Misconfigured where this program cannot work with it any more.

        One person alone cannot so lift what asks for another's approval, or a dry run.
        """
        bundle = await self.versions.bundle(number)
        if bundle is not None:
            await asyncio.to_thread(sound, bundle, self.mailboxes)
            now = await self.versions.in_force()
            before = await self.versions.bundle(now.version.id) if now else None
            if before is not None and (what := lifted(rulebook_of(before), rulebook_of(bundle))):
                return Stale(f"Going back to version {number} would lift {what}, which nobody does alone. Publish it as a new version.")
        return await self.versions.roll_back(number, by, why or f"Back to version {number}.", seen)


def differing(rows: Sequence[Row]) -> bool:
    """Whether any case would have gone another way."""
    return any(row.more or row.fewer or row.other for row in rows)
