"""The audit log: one row in the same transaction as every transition, and no way to change it later."""

import json
import secrets
from collections.abc import Mapping

from bot.store.database import Connection
from pipeline.case import CaseId

INTO = "insert into audit_log (message_id, actor, action, from_status, to_status, revision, traceparent, detail)"
"""For a statement that writes its own row of the log."""


async def write(
    connection: Connection,
    case: CaseId | None,
    actor: str,
    action: str,
    traceparent: str,
    *,
    change: tuple[str | None, str | None] = (None, None),
    revision: int | None = None,
    detail: Mapping[str, str] | None = None,
) -> None:
    """Append a row; `change` is the status before and after; `case` is None where it concerns none.

    `detail` holds ids, digests and names, never what a customer wrote.
    """
    await connection.execute(
        f"{INTO} values ($1, $2, $3, $4, $5, $6, $7, $8)",
        case,
        actor,
        action,
        *change,
        revision,
        traceparent,
        as_json(detail or {}),
    )


def as_json(detail: Mapping[str, str]) -> str:
    """What the column takes."""
    return json.dumps(dict(detail)).replace("\\u0000", "")


def new_traceparent() -> str:
    """A W3C trace context that starts a trace: version 00, sampled."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
