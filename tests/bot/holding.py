"""A program that runs the embedded servers in the folder it is given until it is ended, for tests that end it in every way."""

import asyncio
import ctypes
import json
import os
import signal
import sys
from pathlib import Path

from bot.embedded import services
from bot.embedded.spawn import CLONE_NEWUSER, NOBODY
from pipeline.errors import Misconfigured, Permanent


def refuse_namespaces() -> None:
    """Put this process where the kernel refuses further user namespaces, as containers do, while it stays root over all users."""
    wait, go = os.pipe()
    outside = os.fork()
    if outside == 0:
        os.read(wait, 1)
        for name in ("uid_map", "gid_map"):
            Path(f"/proc/{os.getppid()}/{name}").write_text("0 0 65536")
        os._exit(0)
    assert ctypes.CDLL(None).unshare(CLONE_NEWUSER) == 0
    os.write(go, b".")
    assert os.waitpid(outside, 0)[1] == 0
    Path("/proc/sys/user/max_user_namespaces").write_text("0")


def become_nobody() -> None:
    """Go on as an ordinary user; done here, for the interpreter itself may lie where nobody may not enter."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


async def hold(data: Path) -> None:
    async with services(data, database_url=None, redis_url=None) as running:
        urls = {"database_url": running.database_url, "redis_url": running.redis_url}
        print(json.dumps(urls), flush=True)  # noqa: T201  # the test reads it
        await asyncio.Event().wait()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a script inherits it ignored
    if "--no-namespaces" in sys.argv:
        refuse_namespaces()
    if "--nobody" in sys.argv:
        become_nobody()
    try:
        asyncio.run(hold(Path(sys.argv[1])))
    except (Misconfigured, Permanent) as error:
        sys.exit(str(error))
