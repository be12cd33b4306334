"""The resolver against a name server on this machine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from bot.dns import DnsResolver
from pipeline.errors import Temporary

ZONE = {
    "two.example.": ('two.example. 300 IN TXT "a" "b"', 'two.example. 300 IN TXT "c"'),
    "alias.example.": ("alias.example. 300 IN CNAME two.example.", 'two.example. 300 IN TXT "behind"'),
    "empty.example.": (),
}


class NameServer(asyncio.DatagramProtocol):
    """Answers from ZONE; refuses what ends in refused., is silent for silent., knows nothing else."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        question = dns.message.from_wire(data)
        name = question.question[0].name.to_text()
        self.asked.append(name)
        if name.endswith("silent."):
            return
        reply = dns.message.make_response(question)
        reply.flags |= dns.flags.RA
        if name.endswith("refused."):
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif name not in ZONE:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        for line in ZONE.get(name, ()):
            owner, ttl, _, kind, value = line.split(" ", 4)
            reply.answer.append(dns.rrset.from_text(owner, int(ttl), "IN", kind, value))
        self.transport.sendto(reply.to_wire(), address)


@asynccontextmanager
async def name_server() -> AsyncIterator[tuple[NameServer, DnsResolver]]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(NameServer, local_addr=("127.0.0.1", 0))
    try:
        yield server, DnsResolver(("127.0.0.1",), transport.get_extra_info("sockname")[1], patience=0.3)
    finally:
        transport.close()


async def test_every_record_comes_with_its_strings_joined() -> None:
    async with name_server() as (_, resolver):
        assert sorted(await resolver.txt("two.example")) == [b"ab", b"c"]
        assert await resolver.txt("alias.example") == (b"behind",)


@pytest.mark.parametrize("name", ["empty.example", "missing.example", f"{'x' * 64}.example", "a..example", ".".join(["x" * 60] * 5), ""])
async def test_what_is_not_there_or_cannot_be_is_nothing(name: str) -> None:
    async with name_server() as (_, resolver):
        assert await resolver.txt(name) == ()


async def test_an_answer_is_remembered() -> None:
    async with name_server() as (server, resolver):
        for _ in range(3):
            await resolver.txt("two.example")
            await resolver.txt("missing.example")
        assert sorted(server.asked) == ["missing.example.", "two.example."]


@pytest.mark.parametrize("name", ["a.silent", "a.refused"])
async def test_no_answer_is_temporary_and_comes_in_time(name: str) -> None:
    async with name_server() as (_, resolver):
        started = monotonic()
        with pytest.raises(Temporary, match=name):
            await resolver.txt(name)
        assert monotonic() - started < 2
