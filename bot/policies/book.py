"""What the windows of /triage policy need: the versions, one rule changed, and where the cards of cases are."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.house import rulebook_of
from bot.policies.bundle import RULES, Bundle
from bot.policies.check import sound
from bot.policies.publish import Publisher
from pipeline.case import CaseId
from pipeline.errors import Misconfigured, Permanent
from pipeline.policy.edit import Edit, rule_text, with_edit
from pipeline.policy.simulate import Row
from pipeline.policy.versions import Author, InForce, Preview, Shelf, Stale, Version, VersionId, overtaken

LISTED = 100
"""Versions that a window may list."""
LINKED = 8
"""Cases of a kind that are linked to."""

Links = Callable[[Sequence[CaseId]], Awaitable[Mapping[CaseId, str]]]


@dataclass(frozen=True, slots=True)
class Book:
    """Implements handlers.desk.PolicyBook. `cards` finds the addresses of cards, `where` the channel that is asked."""

    publisher: Publisher
    cards: Links
    where: Callable[[], Awaitable[str]]

    async def shelf(self) -> Shelf:
        now, bundle = await self._now()
        return Shelf(now, await asyncio.to_thread(rulebook_of, bundle), await self.publisher.versions.history(LISTED))

    async def rule(self, name: str) -> str:
        _, bundle = await self._now()
        return rule_text(bundle.text(RULES), name)

    async def check(self, edit: Edit, seen: VersionId) -> Stale | None:
        now, bundle = await self._now()
        if now.version.id != seen:
            return Stale(overtaken(now.by, now.version.id))
        changed = _edited(bundle, edit)
        await asyncio.to_thread(sound, changed, self.publisher.mailboxes)
        return Stale("Nothing differs from what is in force.") if rulebook_of(changed) == rulebook_of(bundle) else None

    async def preview(self, edit: Edit, by: Author, seen: VersionId) -> Preview | Stale:
        _, bundle = await self._now()
        made = await self.publisher.prepare(_edited(bundle, edit), "slack", by, "", seen)
        if isinstance(made, Stale):
            return made
        rows = made.rows or ()
        return Preview(made.changes, made.only_lowers, rows, made.needs_approval, await self.cards(_named(rows)))

    async def publish(self, edit: Edit, by: Author, why: str, seen: VersionId) -> Version | Stale:
        _, bundle = await self._now()
        return await self.publisher.publish(_edited(bundle, edit), "slack", by, why, seen)

    async def decide(self, number: VersionId, by: Author, *, approved: bool) -> Version | Stale:
        if approved:
            return await self.publisher.approve(number, by)
        return await self.publisher.versions.decide(number, by, approved=False)

    async def roll_back(self, number: VersionId, by: Author, seen: VersionId) -> Version | Stale:
        return await self.publisher.roll_back(number, by, "", seen)

    async def links(self, version: Version) -> Mapping[CaseId, str]:
        return await self.cards(_named(version.rows or ()))

    async def room(self) -> str:
        return await self.where()

    async def _now(self) -> tuple[InForce, Bundle]:
        now = await self.publisher.versions.in_force()
        bundle = await self.publisher.versions.bundle(now.version.id) if now else None
        if now is None or bundle is None:
            raise Permanent("No version of the policies was published yet. Run `triage policy publish`.")
        return now, bundle


def _edited(bundle: Bundle, edit: Edit) -> Bundle:
    try:
        return bundle.changed(RULES, with_edit(bundle.text(RULES), edit))
    except UnicodeEncodeError as error:
        raise Misconfigured("the rule", "it has half a character in it. Write it anew.") from error


def _named(rows: Sequence[Row]) -> list[CaseId]:
    return [case for row in rows for cases in (row.more, row.fewer, row.other) for case in cases[:LINKED]]
