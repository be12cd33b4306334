"""The $filter expressions that the stand-in knows; anything else is refused, as Graph refuses what it cannot filter by."""

import re
from collections.abc import Callable
from datetime import datetime

from sandbox.mail.graph.errors import GraphError
from sandbox.mail.graph.mailbox import Item

MESSAGE_ID = re.compile(r"internetMessageId eq '((?:[^']|'')*)'")
HEADER = re.compile(
    r"singleValueExtendedProperties/Any\(ep: ?ep/id eq 'String \{00020386-0000-0000-C000-000000000046\} Name ((?:[^']|'')+)'"
    r" and ep/value eq '((?:[^']|'')*)'\)",
    re.IGNORECASE,
)
RECEIVED = re.compile(r"receivedDateTime (ge|gt) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)")


def matching(expression: str) -> Callable[[Item], bool]:
    """What a $filter of a message collection lets through. Raises GraphError 400."""
    if found := MESSAGE_ID.fullmatch(expression):
        wanted = _plain(found[1])
        return lambda item: item.header("message-id") == wanted
    if found := HEADER.fullmatch(expression):
        name, value = _plain(found[1]), _plain(found[2]).lower()
        return lambda item: name.lower().startswith("x-") and item.header(name).lower() == value
    raise GraphError(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")


def received_since(expression: str) -> datetime:
    """The one $filter that a delta query of messages takes. Raises GraphError 400."""
    found = RECEIVED.fullmatch(expression)
    if not found:
        raise GraphError(400, "ErrorInvalidUrlQueryFilter", "A delta query filters by receivedDateTime only.")
    return datetime.fromisoformat(found[2].replace("Z", "+00:00"))


def _plain(quoted: str) -> str:
    return quoted.replace("''", "'")
