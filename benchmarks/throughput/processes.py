"""The processes of a run: children that end with the block, and how much CPU each of them and its children took."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.settings import ROOT

TICK = os.sysconf("SC_CLK_TCK")
PATIENCE = 60.0


@asynccontextmanager
async def child(*command: str) -> AsyncIterator[Process]:
    """`python -m ...` while the block lasts; it ends with its standard input, or is made to."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", *command, cwd=ROOT, stdin=PIPE, stdout=PIPE)
    assert process.stdin is not None
    try:
        yield process
    finally:
        process.stdin.close()
        if command[0] == "bot" and process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), PATIENCE)


def tell(process: Process, said: object) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(said).encode() + b"\n")


async def told(process: Process) -> Any:
    """The next line that it says, read as JSON."""
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
    assert line, "a process of the benchmark ended early; its words stand above"
    return json.loads(line)


def cpu(pid: int) -> float:
    """Seconds that a process took until now, with its children, the living and those it has waited for."""
    try:
        below = sum(cpu(each) for each in children(pid))  # first: whoever ends meanwhile is counted with its parent
        return below + sum(map(int, _fields(pid)[11:15])) / TICK
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def own_cpu(pid: int) -> float:
    """Seconds of the process alone."""
    return sum(map(int, _fields(pid)[11:13])) / TICK


def _fields(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def children(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        yield from map(int, (task / "children").read_text().split())


def named(pid: int, part: str) -> Iterator[int]:
    """The children whose command line holds this."""
    return (each for each in children(pid) if part in Path(f"/proc/{each}/cmdline").read_text().replace("\0", " "))
