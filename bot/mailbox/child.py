"""A process of its own that reads mails: bytes come in, one Email goes out as JSON, within limits set anew for each mail."""

import ctypes
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from bot.garbage import set_apart
from bot.mailbox import mime
from bot.mailbox.language import language
from pipeline.email import Email

CPU_SECONDS = 2.0
MEMORY = 256 * 1024 * 1024
"""Bytes of address space that one mail may take, above what the interpreter, the parser and the language model took at the start."""

LENGTH = 4
"""Bytes, big-endian, that say before each frame how long it is."""

READY = b"ready"
GROWN = 64 * 1024 * 1024
"""A child that keeps more than this after a mail is let go, so that no mail pays for another."""

_WARM = "The first mail must not wait until the language model is read from the disk."
_PR_SET_PDEATHSIG = 1
_PAGE = resource.getpagesize()

Read = Callable[[bytes, str, datetime, frozenset[str]], Email]


def main(read: Read = mime.read) -> None:
    """Answer requests on standard input until it ends. Dies with its parent, and of SIGPROF where a mail takes too long."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)  # who is asked to stop is our parent: it still waits for this mail
    asked, answers = _pipes()
    language(_WARM)
    set_apart()
    start = _limited()
    _write(answers, READY)
    while (request := _frame(asked)) is not None:
        answer = _answer(read, json.loads(request), _frame(asked) or b"")
        answer["stays"] = answer["email"] is not None and _size() - start < GROWN
        _write(answers, json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))
        if not answer["stays"]:
            return


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Where requests come from and answers go; whatever a library prints goes to standard error instead."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, answers


def _limited() -> int:
    """Set the limits that hold for all mails together; the address space in bytes that is in use before any."""
    start = _size()
    resource.setrlimit(resource.RLIMIT_AS, (start + MEMORY, start + MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return start


def _size() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * _PAGE


def _answer(read: Read, request: dict[str, Any], raw: bytes) -> dict[str, Any]:
    """The mail as a dict; None in its place where memory ran out."""
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    try:
        email = read(raw, request["source"], datetime.fromisoformat(request["received_at"]), frozenset(request["authserv_ids"]))
        return {"email": _plain(email)}
    except MemoryError:
        return {"email": None}
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _plain(email: Email) -> dict[str, Any]:
    return asdict(email) | {
        "received_at": email.received_at.isoformat(),
        "sent_at": email.sent_at.isoformat() if email.sent_at else None,
    }


def _frame(source: BinaryIO) -> bytes | None:
    """The next frame; None where the parent has gone."""
    head = source.read(LENGTH)
    size = int.from_bytes(head, "big")
    body = source.read(size)
    return body if len(head) == LENGTH and len(body) == size else None


def _write(sink: BinaryIO, body: bytes) -> None:
    sink.write(len(body).to_bytes(LENGTH, "big") + body)
    sink.flush()


if __name__ == "__main__":
    main()
