"""A delivery as one JSON text, for the queues of others: what a customer wrote passes through the codec."""

import base64
import hashlib
import json
import logging
from datetime import datetime

from bot.queue import Delivery
from bot.store.codec import Codecs
from pipeline.email import MailboxId
from pipeline.errors import Permanent

log = logging.getLogger(__name__)


def encode(delivery: Delivery, codec: Codecs) -> str:
    """ASCII; about 4/3 of the mail's bytes."""
    raw = delivery.raw
    body = {
        "mailbox": delivery.mailbox,
        "source": delivery.source,
        "thread": delivery.thread,
        "received_at": delivery.received_at.isoformat(),
        "traceparent": delivery.traceparent,
        "codec": codec.name,
        "raw": None if raw is None else base64.b64encode(codec.encode(raw)).decode(),
    }
    return json.dumps(body)


def decode(text: str, codec: Codecs) -> Delivery | None:
    """None (and a line in the log) for what is no delivery of ours: its queue buries it after some receipts."""
    try:
        body = json.loads(text)
        raw = None if body["raw"] is None else codec.decode(body["codec"], base64.b64decode(body["raw"], validate=True))
        at = datetime.fromisoformat(body["received_at"])
        return Delivery(MailboxId(body["mailbox"]), body["source"], body["thread"], raw, at, body["traceparent"])
    except (ValueError, KeyError, TypeError, Permanent) as error:
        log.error(
            "A message in the ingestion queue cannot be read (%s). It goes to the dead-letter queue: look who else writes there.", error
        )
        return None


def order_key(delivery: Delivery) -> str:
    """64 hex digits: one for each thread of a mailbox."""
    return _digest(delivery.mailbox, delivery.thread)


def identity(delivery: Delivery) -> str:
    """64 hex digits: one for each mail of a mailbox."""
    return _digest(delivery.mailbox, delivery.source)


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
