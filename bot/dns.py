"""The TXT records of the DNS: asked within a time-out, remembered in this process."""

from typing import Protocol

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver

from pipeline.errors import Temporary

MOST_REMEMBERED = 5000
PATIENCE = 1.5
"""Seconds for one question, all servers together."""


class Resolver(Protocol):
    async def txt(self, name: str) -> tuple[bytes, ...]:
        """Every TXT record of an absolute name, its strings joined; none where there is none. Temporary where nobody answers."""
        ...


class DnsResolver:
    """The resolver of this machine, or `servers` (addresses) at `port`."""

    def __init__(self, servers: tuple[str, ...] = (), port: int = 53, patience: float = PATIENCE) -> None:
        self._resolver = _resolver(configured=not servers)
        if servers:
            self._resolver.nameservers = list(servers)
            self._resolver.port = port
        self._resolver.cache = dns.resolver.LRUCache(MOST_REMEMBERED)
        self._patience = patience

    async def txt(self, name: str) -> tuple[bytes, ...]:
        try:
            asked = dns.name.from_text(f"{name}.")
            answer = await self._resolver.resolve(asked, "TXT", lifetime=self._patience, search=False, raise_on_no_answer=False)
        except (dns.resolver.NXDOMAIN, dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel, dns.name.BadEscape):
            return ()
        except (dns.exception.DNSException, OSError) as away:
            raise Temporary(f"The DNS gave no answer for {name}.") from away
        return tuple(b"".join(record.strings) for record in answer.rrset or ())


def _resolver(*, configured: bool) -> dns.asyncresolver.Resolver:
    """A machine that names no server asks nobody: every question is then Temporary."""
    try:
        return dns.asyncresolver.Resolver(configure=configured)
    except dns.resolver.NoResolverConfiguration:
        return dns.asyncresolver.Resolver(configure=False)
