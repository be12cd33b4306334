"""Messages as Graph shows them."""

from datetime import UTC, datetime
from email.headerregistry import Address
from typing import Any

from sandbox.mail.graph.mailbox import FOLDERS, Item, Mailbox

Json = dict[str, Any]


def moment(at: datetime) -> str:
    """An instant as Graph writes it: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def message(mailbox: Mailbox, item: Item, immutable: bool, select: tuple[str, ...] = ()) -> Json:
    """The resource, or the selected part of it; `id` is always there."""
    lagging = mailbox.lags(item)
    whole = {
        "id": item.immutable if immutable else item.ordinary,
        "changeKey": f"CK{item.version}",
        "receivedDateTime": moment(item.received),
        "isDraft": item.draft or lagging,
        "parentFolderId": FOLDERS["drafts" if lagging else item.folder],
        "conversationId": item.conversation,
        "internetMessageId": item.header("message-id"),
        "subject": item.header("subject"),
        "from": _people(item, "from")[0] if _people(item, "from") else None,
        "toRecipients": _people(item, "to"),
        "ccRecipients": _people(item, "cc"),
        "bccRecipients": _people(item, "bcc"),
        "replyTo": _people(item, "reply-to"),
        "internetMessageHeaders": [{"name": name, "value": " ".join(str(value).split())} for name, value in item.head.items()],
    }
    kept = whole if not select else {name: value for name, value in whole.items() if name in ("id", *select)}
    return {"@odata.etag": f'W/"CK{item.version}"', **kept}


def _people(item: Item, name: str) -> list[Json]:
    header = item.head[name]
    addresses: tuple[Address, ...] = header.addresses if header is not None else ()
    return [{"emailAddress": {"name": one.display_name, "address": one.addr_spec}} for one in addresses]
