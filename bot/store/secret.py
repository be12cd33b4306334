"""The key of sampling: made once by the migration, and known to the database alone."""

from bot.store.database import Database


async def sampling_secret(database: Database) -> bytes:
    found: bytes = await database.run(lambda connection: connection.fetchval("select value from secrets where name = 'sampling'"))
    return found
