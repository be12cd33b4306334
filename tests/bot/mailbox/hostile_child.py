"""The reading process with a parser that certain mails lead astray, each in its own way."""

import os
import signal
import time
from datetime import datetime

from bot.mailbox import child, mime
from pipeline.email import Email


def read(raw: bytes, source: str, received_at: datetime, authserv_ids: frozenset[str]) -> Email:
    match raw.rpartition(b"\n")[2]:
        case b"spin":
            while True:
                pass
        case b"eat":
            hoard = [bytearray(1024 * 1024) for _ in range(child.MEMORY)]
            raise AssertionError(f"{len(hoard)} MB were had")
        case b"hang":
            time.sleep(600)
        case b"crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case b"kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case b"leave":
            os._exit(3)
        case b"babble":
            os.write(3, b"\0\0\0\2{}")
            time.sleep(600)
        case b"boast":
            os.write(3, b"\xff\xff\xff\xff")
            time.sleep(600)
    return mime.read(raw, source, received_at, authserv_ids)


if __name__ == "__main__":
    child.main(read)
