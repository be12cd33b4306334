"""Keeps the workspace's documents, and the bytes of its files, in one SQLite file, or in memory."""

import fcntl
import json
import sqlite3
from pathlib import Path
from typing import IO

from sandbox.slack.errors import CannotStart, Json

TABLE = """
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID
"""
BYTES = "CREATE TABLE IF NOT EXISTS bytes (id TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID"


class Storage:
    """Documents by kind and id; every write is in the file before the call returns, so a kill loses nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._lock = _lock(folder) if folder else None
        self._database = sqlite3.connect(str(folder / "slack.sqlite3") if folder else ":memory:", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute(TABLE)
        self._database.execute(BYTES)

    def put(self, kind: str, key: str, body: Json) -> None:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        self._database.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", (kind, key, text))

    def delete(self, kind: str, key: str) -> None:
        self._database.execute("DELETE FROM documents WHERE kind = ? AND id = ?", (kind, key))

    def every(self, kind: str) -> dict[str, Json]:
        rows = self._database.execute("SELECT id, body FROM documents WHERE kind = ? ORDER BY id", (kind,))
        return {key: json.loads(body) for key, body in rows}

    def put_bytes(self, key: str, body: bytes) -> None:
        self._database.execute("INSERT OR REPLACE INTO bytes VALUES (?, ?)", (key, body))

    def get_bytes(self, key: str) -> bytes:
        row = self._database.execute("SELECT body FROM bytes WHERE id = ?", (key,)).fetchone()
        return bytes(row[0]) if row else b""

    def delete_bytes(self, key: str) -> None:
        self._database.execute("DELETE FROM bytes WHERE id = ?", (key,))

    def begin(self) -> None:
        """Opens one transaction for many writes, such as the seed: all of them or none."""
        self._database.execute("BEGIN")

    def commit(self) -> None:
        self._database.execute("COMMIT")

    def close(self) -> None:
        self._database.close()
        if self._lock:
            self._lock.close()


def _lock(folder: Path) -> IO[str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / "lock").open("w")
    except OSError as error:
        raise CannotStart(f"The data folder {folder} cannot be written: {error.strerror}. Name another with --data.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise CannotStart(f"Another local Slack already uses the data folder {folder}; stop it or name another with --data.") from error
    return handle
