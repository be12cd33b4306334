"""The data folder: opened for one process at a time, with room for sockets whose paths the kernel accepts."""

import asyncio
import fcntl
import json
import logging
import os
import shlex
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import Misconfigured

LONGEST_SOCKET_PATH = 103
"""Bytes that sun_path holds on every system: 107 on Linux, 103 on macOS."""

PATIENCE = 15.0
"""Seconds that the servers of a killed process get to end."""

log = logging.getLogger(__name__)


class FolderInUse(Misconfigured, RuntimeError):
    """Another process runs its databases in this folder; the sentence names it and what to do."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a folder, as written into its lock file."""

    pid: int
    command: str
    since: str


def opened(data: Path) -> Path:
    """The folder by its absolute path, made for us alone where it did not exist; Misconfigured where it cannot be used."""
    folder = data.expanduser().absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "log").mkdir(mode=0o700, exist_ok=True)
        (folder / "lock").touch(mode=0o600)
    except OSError as error:
        raise Misconfigured(str(folder), f"cannot be the data folder ({error.strerror}). Choose another folder with --data.") from error
    return folder


@asynccontextmanager
async def held(folder: Path) -> AsyncIterator[int]:
    """Lock the folder. The servers inherit the descriptor: the lock lasts until the last of them is gone; no crash leaves it locked."""
    descriptor = os.open(folder / "lock", os.O_RDWR)
    try:
        await _acquire(descriptor, folder)
        us = Holder(os.getpid(), shlex.join(sys.orig_argv)[:300], datetime.now(UTC).isoformat(timespec="seconds"))
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(asdict(us)).encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


async def _acquire(descriptor: int, folder: Path) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _read(descriptor)
        late = asyncio.get_running_loop().time() > deadline
        if holder is not None and (late or _alive(holder.pid)):
            raise FolderInUse(str(folder), _sentence(holder))
        if late:
            raise FolderInUse(str(folder), "another process holds this folder. Stop it, or choose another folder with --data.")
        await asyncio.sleep(0.02)


def _read(descriptor: int) -> Holder | None:
    """None while the holder is still writing its name."""
    try:
        return Holder(**json.loads(os.pread(descriptor, 4096, 0)))
    except (ValueError, TypeError):
        return None


def _sentence(holder: Holder) -> str:
    whose = "process" if _alive(holder.pid) else "a database left behind by process"
    return f"in use by {whose} {holder.pid} ({holder.command}) since {holder.since}. Stop it, or choose another folder with --data."


def _alive(pid: int) -> bool:
    """Whether the process still runs; a zombie, which only waits for its parent to notice, does not."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] if sys.platform == "linux" else "R"
    except PermissionError:
        return True
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state not in "ZX"


@contextmanager
def socket_folder(preferred: Path, name: str) -> Iterator[Path]:
    """`preferred` (which its server makes), or a short private folder where the socket `name` would have too long a path for the kernel."""
    if _fits(preferred / name):
        yield preferred
        return
    places = (tempfile.gettempdir(), "/tmp")  # noqa: S108  # mkdtemp makes a folder that is ours alone
    place = next(place for place in places if _fits(Path(place) / "triage-12345678" / name))
    with tempfile.TemporaryDirectory(prefix="triage-", dir=place, ignore_cleanup_errors=True) as short:
        log.info("%s is too long a path for a socket: %s stands in %s", preferred, name, short)
        yield Path(short)


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= LONGEST_SOCKET_PATH and "," not in str(path)  # asyncpg reads a comma as a list of hosts
