"""Start a program that ends with us, as ourselves or, for PostgreSQL started by root, as somebody who is not root."""

import asyncio
import ctypes
import os
import signal
import sys
import threading
from asyncio.subprocess import Process
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from subprocess import DEVNULL, SubprocessError
from typing import Any, BinaryIO

from pipeline.errors import Permanent

NOBODY = 65534
CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
ROTATE_AT = 5_000_000
"""Bytes after which a log starts anew, keeping one old file."""


class ServerFailed(Permanent, RuntimeError):
    """A server cannot be started or kept up; the sentence holds its last words."""


class Identity(Enum):
    """As whom a child runs: as we do; as root disguised by a user namespace, its files stay root's; as nobody, who must own its files."""

    OURSELVES = "ourselves"
    NAMESPACE = "user namespace"
    NOBODY = "nobody"

    @property
    def uid(self) -> int:
        """The owner that its files must have, as seen by us."""
        return NOBODY if self is Identity.NOBODY else os.geteuid()


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a child runs: where it writes its log, the folder's lock that it shares, and as whom."""

    log: Path
    lock: int
    identity: Identity = Identity.OURSELVES

    def last_words(self) -> str:
        """Where the log is and its last lines, as one clause of a sentence."""
        return f"Its last words, from {self.log}: " + (" | ".join(self.log.read_text(errors="replace").splitlines()[-4:]) or "none")


async def spawn(command: tuple[str, ...], terms: Terms, dies_by: signal.Signals) -> Process:
    """Start the command; it gets the signal `dies_by` when we die.

    Its environment is empty but for a path and a locale: no PG* variable of the user bends it, and our secrets do not reach it.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("servers are started from the main thread: the kernel ends them with the thread that started them")
    with _appended(terms.log) as output:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=(terms.lock,),
            env={"PATH": os.defpath, "LC_ALL": "C"},
            start_new_session=True,  # Ctrl-C is for us: we end first, then they
            preexec_fn=_in_child(terms.identity, dies_by),
            **_as(terms.identity),
        )


async def finished(command: tuple[str, ...], terms: Terms) -> int:
    """Run the command to its end; its exit status."""
    process = await spawn(command, terms, dies_by=signal.SIGKILL)
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            process.kill()


def _appended(log: Path) -> BinaryIO:
    if log.exists() and log.stat().st_size > ROTATE_AT:
        log.replace(log.with_suffix(".1.log"))
    return log.open("ab")


def _as(identity: Identity) -> dict[str, Any]:
    return {"user": NOBODY, "group": NOBODY, "extra_groups": ()} if identity is Identity.NOBODY else {}


def _in_child(identity: Identity, dies_by: signal.Signals) -> Callable[[], None]:
    """What the child does between fork and exec; all that it needs is looked up before the fork."""
    libc, parent = ctypes.CDLL(None, use_errno=True), os.getpid()

    def prepare() -> None:
        if identity is Identity.NAMESPACE:
            _enter_namespace(libc)
        if sys.platform == "linux":
            if libc.prctl(PR_SET_PDEATHSIG, int(dies_by), 0, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), "prctl")
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def _enter_namespace(libc: ctypes.CDLL) -> None:
    """Become user 1 of a namespace in which user 1 is the root outside."""
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for name, content in (("setgroups", b"deny"), ("uid_map", b"1 0 1"), ("gid_map", b"1 0 1")):
        descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(descriptor, content)
        os.close(descriptor)


async def unprivileged(program: Path, folder: Path, terms: Terms) -> Terms:
    """The terms on which a program that refuses root runs in `folder`, tried with `program --version`; ServerFailed names the obstacle."""
    if os.geteuid() != 0:
        return terms
    as_root, as_nobody = (replace(terms, identity=identity) for identity in (Identity.NAMESPACE, Identity.NOBODY))
    if await _runs(program, as_root):
        return as_root
    closed = closed_to_nobody(folder) or closed_to_nobody(program)
    if closed is None and await _runs(program, as_nobody):
        return as_nobody
    why = f"the user nobody may not enter {closed}" if closed else "nor may it run as the user nobody"
    raise ServerFailed(
        f"PostgreSQL does not run as root: this kernel or container refuses user namespaces, and {why}. "
        "Start triage as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own."
    )


async def _runs(program: Path, terms: Terms) -> bool:
    try:
        return await finished((str(program), "--version"), terms) == 0
    except (SubprocessError, OSError):
        return False


def closed_to_nobody(path: Path) -> Path | None:
    """The first folder above `path` that keeps other users out."""
    return next((each for each in reversed(path.parents) if not each.stat().st_mode & 0o001), None)


def own(path: Path, identity: Identity) -> None:
    """Give the folder and all in it to whom it must belong; only root can, others leave it as it is."""
    if os.geteuid() != 0 or path.stat().st_uid == identity.uid:
        return
    for folder, _, files in os.walk(path, topdown=False):
        for each in (*(Path(folder) / name for name in files), Path(folder)):
            os.lchown(each, identity.uid, identity.uid)
