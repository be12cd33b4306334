"""The versions of the policies as they are stored: added, decided about and published; never changed."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import asyncpg
from pydantic import TypeAdapter

from bot.policies.bundle import Bundle
from bot.store.database import Connection, Database
from pipeline.house import POLICY, House
from pipeline.policy.compare import Change
from pipeline.policy.simulate import Row
from pipeline.policy.versions import Author, InForce, Origin, Stale, State, Version, VersionId, overtaken

CHANGES: TypeAdapter[tuple[Change, ...]] = TypeAdapter(tuple[Change, ...])
ROWS: TypeAdapter[list[Row] | None] = TypeAdapter(list[Row] | None)
LOCK = "lock table policy_versions in share row exclusive mode"
"""One publisher at a time, while all others may read."""

SELECT = """
select v.*, d.verdict, d.by_name as decided_by,
    (select max(at) from policy_publishings p where p.version = v.id) as published_at
from policy_versions v left join policy_verdicts d on d.version = v.id
"""
NEWEST = "select version from policy_publishings order by id desc limit 1"
IN_FORCE = "select version, at, by_id, by_name, why from policy_publishings order by id desc limit 1"
INSERT = """
insert into policy_versions (id, origin, author, author_name, why, digest, parent, changes, only_lowers, simulation, needs_approval)
select coalesce(max(id), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 from policy_versions
returning id
"""
TEXT = "insert into policy_texts (sha256, content) values ($1, $2) on conflict do nothing"
FILE = "insert into policy_files (version, path, sha256) values ($1, $2, $3)"
FILES = "select f.path, t.content from policy_files f join policy_texts t using (sha256) where f.version = $1"
PUBLISH = "insert into policy_publishings (version, by_id, by_name, why) values ($1, $2, $3, $4)"
DECIDE = "insert into policy_verdicts (version, by_id, by_name, verdict) values ($1, $2, $3, $4)"


@dataclass(frozen=True, slots=True)
class Made:
    """A version that is not stored yet. `parent` is what its author saw in force."""

    bundle: Bundle
    origin: Origin
    author: Author
    why: str
    parent: VersionId | None
    changes: tuple[Change, ...]
    only_lowers: bool
    rows: Sequence[Row] | None
    needs_approval: bool


@dataclass(frozen=True, slots=True)
class PolicyVersions:
    """All changes are made under one lock, and only while what their author saw is still in force."""

    database: Database

    async def in_force(self) -> InForce | None:
        """None before anything was published."""
        return await self.database.run(_in_force)

    async def in_force_id(self) -> VersionId | None:
        """Which version holds: quick, for those who ask often."""
        return await self.database.look(in_force_id)

    async def version(self, number: int) -> Version | None:
        return await self.database.run(lambda connection: _version(connection, number))

    async def history(self, most: int) -> Sequence[Version]:
        """The newest first."""
        rows = await self.database.run(lambda connection: connection.fetch(f"{SELECT} order by v.id desc limit $1", most))
        return [_read(row) for row in rows]

    async def newest_of_files(self) -> Version | None:
        """The last version that the folder made."""
        sql = f"{SELECT} where v.origin = 'files' order by v.id desc limit 1"
        row = await self.database.run(lambda connection: connection.fetchrow(sql))
        return None if row is None else _read(row)

    async def bundle(self, number: int) -> Bundle | None:
        """Every file of a version, byte by byte; None where there is no such version."""
        rows = await self.database.run(lambda connection: connection.fetch(FILES, number))
        return Bundle({row["path"]: row["content"].decode() for row in rows}) if rows else None

    async def add(self, made: Made) -> Version | Stale:
        """Store it, and publish it unless a second person must approve it first."""

        async def work(connection: Connection) -> Version | Stale:
            await connection.execute(LOCK)
            if stale := await _stale(connection, made.parent):
                return stale
            number = await _insert(connection, made, texts)
            if not made.needs_approval:
                await connection.execute(PUBLISH, number, made.author.id, made.author.name, made.why)
            added = await _version(connection, number)
            assert added is not None
            return added

        texts = await asyncio.to_thread(_texts, made.bundle)
        return await self.database.run(work)

    async def decide(self, number: VersionId, by: Author, *, approved: bool) -> Version | Stale:
        """A second person's word on a proposed version; an approved one is in force at once."""

        async def work(connection: Connection) -> Version | Stale:
            await connection.execute(LOCK)
            version = await _version(connection, number)
            if stale := await _undecidable(connection, version, by, approved):
                return stale
            assert version is not None
            await connection.execute(DECIDE, number, by.id, by.name, "approved" if approved else "refused")
            if approved:
                await connection.execute(PUBLISH, number, by.id, by.name, version.why)
            decided = await _version(connection, number)
            assert decided is not None
            return decided

        return await self.database.run(work)

    async def roll_back(self, number: VersionId, by: Author, why: str, seen: VersionId | None) -> Version | Stale:
        """Publish a version again that was in force before. `seen` is what the person saw in force; None: whatever is."""

        async def work(connection: Connection) -> Version | Stale:
            await connection.execute(LOCK)
            if seen is not None and (stale := await _stale(connection, seen)):
                return stale
            version, now = await _version(connection, number), await _in_force(connection)
            if version is None or version.published_at is None:
                return Stale(f"Version {number} was never in force, so there is no going back to it.")
            if now is not None and now.version.id == number:
                return Stale(f"Version {number} is in force already.")
            await connection.execute(PUBLISH, number, by.id, by.name, why)
            return version

        return await self.database.run(work)


async def _in_force(connection: Connection) -> InForce | None:
    row = await connection.fetchrow(IN_FORCE)
    version = await _version(connection, row["version"]) if row else None
    return InForce(version, row["at"], Author(row["by_id"], row["by_name"]), row["why"]) if row and version else None


async def _version(connection: Connection, number: int) -> Version | None:
    row = await connection.fetchrow(f"{SELECT} where v.id = $1", number)
    return None if row is None else _read(row)


async def _stale(connection: Connection, seen: VersionId | None) -> Stale | None:
    now = await _in_force(connection)
    if (now.version.id if now else None) == seen or now is None:
        return None
    return Stale(overtaken(now.by, now.version.id))


async def _undecidable(connection: Connection, version: Version | None, by: Author, approved: bool) -> Stale | None:
    if version is None or not version.needs_approval:
        return Stale("No such version waits for approval.")
    if version.state != "proposed":
        return Stale(
            f"Version {version.id} was {'approved' if version.state == 'published' else 'refused'} by {version.decided_by} already."
        )
    if approved and by.id == version.author.id:
        return Stale("You made this version, so another person must approve it.")
    return await _stale(connection, version.parent) if approved else None


async def _insert(connection: Connection, made: Made, texts: Mapping[str, tuple[str, bytes]]) -> VersionId:
    author, changes, rows = made.author, CHANGES.dump_json(made.changes).decode(), ROWS.dump_json(list(made.rows or ())).decode()
    described = (made.origin, author.id, author.name, made.why, made.bundle.digest, made.parent, changes, made.only_lowers)
    number = await connection.fetchval(INSERT, *described, None if made.rows is None else rows, made.needs_approval)
    await connection.executemany(TEXT, list(texts.values()))
    await connection.executemany(FILE, [(number, path, digest) for path, (digest, _) in texts.items()])
    return VersionId(number)


def _texts(bundle: Bundle) -> dict[str, tuple[str, bytes]]:
    """The digest and the bytes of each file."""
    encoded = {path: text.encode() for path, text in sorted(bundle.files.items())}
    return {path: (sha256(content).hexdigest(), content) for path, content in encoded.items()}


def _read(row: asyncpg.Record) -> Version:
    state: State = "published" if row["published_at"] else "refused" if row["verdict"] == "refused" else "proposed"
    return Version(
        id=VersionId(row["id"]),
        made_at=row["made_at"],
        origin=row["origin"],
        author=Author(row["author"], row["author_name"]),
        why=row["why"],
        digest=row["digest"],
        parent=None if row["parent"] is None else VersionId(row["parent"]),
        changes=CHANGES.validate_json(row["changes"]),
        only_lowers=row["only_lowers"],
        rows=None if row["simulation"] is None else ROWS.validate_json(row["simulation"]),
        needs_approval=row["needs_approval"],
        state=state,
        decided_by=row["decided_by"] or "",
        published_at=row["published_at"],
    )


async def in_force_id(connection: Connection) -> VersionId | None:
    """Which version holds, as the caller's transaction sees it."""
    found = await connection.fetchval(NEWEST)
    return None if found is None else VersionId(found)


async def is_of_yesterday(connection: Connection, house: House) -> bool:
    """Another version of the policies is in force than this process has taken up: what it believes decides nothing."""
    taken = dict(house.versions).get(POLICY)
    return taken is not None and int(taken) != await in_force_id(connection)
