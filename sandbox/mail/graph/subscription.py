"""A subscription as the stand-in keeps it, and the rules for its life."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.mail.graph.errors import GraphError

LONGEST, SHORTEST = timedelta(minutes=10_080), timedelta(minutes=45)
MAX_CLIENT_STATE = 128


@dataclass(slots=True)
class Subscription:
    """`lifecycle_url` is empty where none was given at the start; it cannot be added later."""

    resource: str
    url: str
    lifecycle_url: str
    client_state: str
    expires: datetime
    immutable: bool
    id: str = field(default_factory=lambda: secrets.token_hex(16))


def expiry(text: object, now: datetime) -> datetime:
    """The wished end: at most 10,080 minutes ahead, raised to 45 where it is nearer. Raises GraphError 400."""
    try:
        wished = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError as error:
        raise GraphError(400, "InvalidRequest", "expirationDateTime is not a moment.") from error
    if wished.tzinfo is None or wished > now + LONGEST:
        raise GraphError(400, "InvalidRequest", "Subscription expiration can only be 10080 minutes in the future.")
    return max(wished, now + SHORTEST)
