"""pymap, a real IMAP server in memory, as a process of its own: on ports without encryption, with TLS, and with STARTTLS."""

import asyncio
import ssl
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.backend.dict.mailbox import MailboxData
from pymap.imap import IMAPServer
from pymap.parsing.specials.flag import Answered, Deleted, Draft, Flag, Flagged, Seen, Wildcard
from pysasl.hashing import BuiltinHash

USER, PASSWORD = "support@larkspur.example", 'pass word "1"'


class Keeping(MailboxData):
    """pymap can keep keywords, and its memory backend does not say so."""

    @property
    def permanent_flags(self) -> frozenset[Flag]:
        return frozenset((Answered, Deleted, Draft, Flagged, Seen, Wildcard))


async def _listen(folder: Path, security: str) -> int:
    paths = {"cert": str(folder / "cert.pem"), "key": str(folder / "key.pem")} if security == "starttls" else {"cert": None, "key": None}
    args = Namespace(
        host=None, port=0, debug=False, tls=security == "starttls", demo_data=False, demo_user=USER, demo_password=PASSWORD,
        passlib_cfg=None, proxy_protocol=None, **paths,
    )  # fmt: skip
    backend, config = await DictBackend.init(args, max_append_len=40_000_000, hash_context=BuiltinHash(rounds=1))
    config.apply_context()
    called: Any = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
    server = await asyncio.start_server(called, "127.0.0.1", 0, ssl=_certificate(folder) if security == "tls" else None)
    port: int = server.sockets[0].getsockname()[1]
    return port


def _certificate(folder: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


async def _serve(folder: Path) -> None:
    """Tell the ports in one line, and serve until standard input ends."""
    ports = [await _listen(folder, security) for security in ("none", "tls", "starttls")]
    print(*ports, flush=True)  # noqa: T201  # the other end of the pipe reads it
    ended = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(ended), sys.stdin)
    await ended.read()


if __name__ == "__main__":
    setattr(MailboxData, "permanent_flags", Keeping.permanent_flags)  # noqa: B010  # its folders make their like by name
    asyncio.run(_serve(Path(sys.argv[1])))
