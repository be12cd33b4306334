"""The loop that watches the company's outboxes and carries what the product has handed over."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from sandbox.mail.delivery import deliver, waiting

POLL_SECONDS = 0.2
REST_SECONDS = 2.0
log = logging.getLogger(__name__)


async def watch(data: Path, boxes: Sequence[Path]) -> None:
    """Deliver for ever; one message that fails is tried again at the next look and holds up no other."""
    while True:
        carried = [await asyncio.to_thread(empty, data, box) for box in boxes]
        await asyncio.sleep(POLL_SECONDS if all(carried) else REST_SECONDS)


def empty(data: Path, box: Path) -> bool:
    """Carry everything that waits in one mailbox's outbox; False if something has to be tried again."""
    carried = True
    for message in waiting(box):
        try:
            for _ in deliver(data, box, message):
                pass
        except Exception:
            carried = False
            log.exception("The post office could not carry %s of %s; it tries again.", message.name, box.name)
    return carried
