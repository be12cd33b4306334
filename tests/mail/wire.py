"""A wire to an IMAP server with a fault in it: one command of a client suffers, before or after the server has done it."""

import asyncio
import re
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

Fault = Literal[
    "drop before", "drop after", "no before", "no after", "bad before", "hang before", "hang after", "reset before", "reset after"
]
FAULTS: tuple[Fault, ...] = (
    "drop before", "drop after", "no before", "no after", "bad before", "hang before", "hang after", "reset before", "reset after",
)  # fmt: skip
TAGGED = re.compile(rb"[A-Z]+\d+ [A-Z]")


def patience(fault: str) -> float:
    """Short only where a hang has to be waited for: on a busy machine a late answer would be one more fault, and the blow never struck."""
    return 1.0 if fault.startswith("hang") else 20.0


@dataclass
class Wire:
    """`command` is the beginning of what follows a command's tag, such as "APPEND" or "UID MOVE"; `skip` of them pass unharmed."""

    port: int = 0
    command: bytes | None = None
    fault: Fault | None = None
    skip: int = 0
    times: int = 0
    struck: int = 0
    seen: list[bytes] = field(default_factory=list)
    hides: bytes = b""
    """What the server says and the client never hears, such as a capability."""

    def strike(self, command: str, fault: Fault, *, skip: int = 0, times: int = 1) -> None:
        self.command, self.fault, self.skip, self.times = command.encode(), fault, skip, times

    def strikes(self, line: bytes) -> bool:
        """Whether this line of a client is the one that suffers now."""
        if TAGGED.match(line) is None:
            return False
        words = line.partition(b" ")[2]
        self.seen.append(words)
        if self.command is None or self.times <= 0 or not words.upper().startswith(self.command):
            return False
        self.skip -= 1
        if self.skip >= 0:
            return False
        self.times, self.struck = self.times - 1, self.struck + 1
        return True


@asynccontextmanager
async def wire(to: int) -> AsyncIterator[Wire]:
    """A wire to the IMAP server on this port of this machine."""
    made = Wire()
    links: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        links.add(task)
        with suppress(OSError, EOFError, asyncio.CancelledError):
            await _Link(made, reader, writer, *await asyncio.open_connection("127.0.0.1", to)).run()
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for link in links:
            link.cancel()
        await asyncio.gather(*links, return_exceptions=True)


@dataclass
class _Link:
    wire: Wire
    client: asyncio.StreamReader
    to_client: asyncio.StreamWriter
    server: asyncio.StreamReader
    to_server: asyncio.StreamWriter
    tag: bytes | None = None
    """Of the command whose answer is withheld."""

    async def run(self) -> None:
        tasks = [asyncio.ensure_future(each) for each in (self._up(), self._down())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.to_server.close()

    async def _up(self) -> None:
        """From the client, line by line; a literal passes as it is."""
        while line := await self.client.readline():
            if self.wire.strikes(line) and await self._suffer(line):
                continue
            self.to_server.write(line)
            if line.endswith(b"}\r\n") and b"{" in line:
                self.to_server.write(await self.client.readexactly(int(line.rpartition(b"{")[2].rstrip(b"+}\r\n"))))
            await self.to_server.drain()

    async def _suffer(self, line: bytes) -> bool:
        """True where the server never sees the command."""
        self.tag, answers = None, {"no": b" NO [SERVERBUG] not now\r\n", "bad": b" BAD what?\r\n"}
        match (self.wire.fault or "").split():
            case ["drop", "before"]:
                raise ConnectionAbortedError
            case ["reset", "before"]:
                self._reset()
                raise ConnectionResetError
            case ["hang", "before"]:
                await asyncio.sleep(3600)
            case ["no" | "bad" as kind, "before"]:
                self.to_client.write(line.split()[0] + answers[kind])
                await self.to_client.drain()
                return True
            case _:
                self.tag = line.split()[0]
        return False

    async def _down(self) -> None:
        """From the server; the answer to a command that suffers "after" does not arrive."""
        while line := await self.server.readline():
            if self.tag is not None and line.startswith(self.tag + b" "):
                await self._withhold(line)
                continue
            self.to_client.write(line.replace(self.wire.hides, b"") if self.wire.hides else line)
            await self.to_client.drain()

    async def _withhold(self, line: bytes) -> None:
        tag, self.tag = self.tag, None
        assert tag is not None
        match (self.wire.fault or "").split():
            case ["drop", _]:
                raise ConnectionAbortedError
            case ["reset", _]:
                self._reset()
                raise ConnectionResetError
            case ["hang", _]:
                await asyncio.sleep(3600)
            case _:
                self.to_client.write(tag + b" NO [SERVERBUG] not now\r\n")
                await self.to_client.drain()

    def _reset(self) -> None:
        """Close with an RST, as a firewall does."""
        connection = self.to_client.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.to_client.transport.abort()
