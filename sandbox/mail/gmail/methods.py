"""What each method of the Gmail API answers."""

import base64
import binascii
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from multidict import MultiMapping

from sandbox.mail.gmail.box import LABELS, Box, Message, Record
from sandbox.mail.gmail.errors import Json, invalid

T = TypeVar("T")
DAY = 24 * 3600
TYPES = {"messageAdded": "messagesAdded", "messageDeleted": "messagesDeleted", "labelAdded": "labelsAdded", "labelRemoved": "labelsRemoved"}


@dataclass
class Watch:
    """Which labels are watched, until when (ms since 1970), and on which topic that is told."""

    topic: str = ""
    labels: frozenset[str] = frozenset()
    expiration: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One request: the path's id, the query's values, and the JSON body."""

    box: Box
    watch: Watch
    id: str
    query: "MultiMapping[str]"
    body: Mapping[str, Any] = field(default_factory=dict)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.query.items() if key == name]

    def text(self, name: str) -> str:
        return next(iter(self.all(name)), "")


def now() -> int:
    return int(time.time() * 1000)


def profile(call: Call) -> Json:
    threads = {message.thread_id for message in call.box.messages.values()}
    counts = {"messagesTotal": len(call.box.messages), "threadsTotal": len(threads)}
    return {"emailAddress": call.box.address, **counts, "historyId": str(call.box.history_id)}


def labels(call: Call) -> Json:
    return {"labels": [{"id": label, "name": label, "type": "system"} for label in LABELS]}


def list_messages(call: Call) -> Json:
    found = call.box.found(call.text("q"), set(call.all("labelIds")), call.text("includeSpamTrash") == "true")
    page, more = _page(call, found)
    return {"messages": [{"id": one.id, "threadId": one.thread_id} for one in page], "resultSizeEstimate": len(found), **more}


def get_message(call: Call) -> Json:
    return _resource(call, call.box.message(call.id))


def get_thread(call: Call) -> Json:
    messages = call.box.thread(call.id)
    history_id = max(message.history_id for message in messages)
    return {"id": call.id, "historyId": str(history_id), "messages": [_resource(call, message) for message in messages]}


def list_history(call: Call) -> Json:
    """Records after startHistoryId, oldest first. labelId keeps those of messages that bear the label."""
    if not call.text("startHistoryId").isdigit():
        raise invalid("Missing or invalid startHistoryId.")
    wanted = {TYPES[name] for name in call.all("historyTypes") if name in TYPES} or set(TYPES.values())
    label = call.text("labelId")
    since = call.box.since(int(call.text("startHistoryId")))
    found = [record for record in since if record.change in wanted and (not label or label in record.labels)]
    page, more = _page(call, found)
    history = {"history": [_record(record) for record in page]} if page else {}
    return {**history, "historyId": str(call.box.history_id), **more}


def create_draft(call: Call) -> Json:
    message = call.body.get("message") or {}
    id = call.box.create_draft(_raw(message), message.get("threadId"), now())
    return {"id": id, "message": _stub(call.box.draft(id))}


def get_draft(call: Call) -> Json:
    return {"id": call.id, "message": _resource(call, call.box.draft(call.id))}


def list_drafts(call: Call) -> Json:
    by_message = {message: draft for draft, message in call.box.drafts.items()}
    found = [message for message in call.box.found(call.text("q"), {"DRAFT"}, False) if message.id in by_message]
    page, more = _page(call, found)
    drafts = [{"id": by_message[one.id], "message": {"id": one.id, "threadId": one.thread_id}} for one in page]
    return {"drafts": drafts, "resultSizeEstimate": len(found), **more}


def send_draft(call: Call) -> Json:
    return _stub(call.box.send_draft(str(call.body.get("id", "")), now()))


def delete_draft(call: Call) -> None:
    call.box.delete_draft(call.id)


def watch(call: Call) -> Json:
    if not str(call.body.get("topicName", "")).startswith("projects/"):
        raise invalid("Invalid topicName does not match projects/.../topics/*")
    call.watch.topic, call.watch.labels = call.body["topicName"], frozenset(call.body.get("labelIds", LABELS))
    call.watch.expiration = now() + 7 * DAY * 1000
    return {"historyId": str(call.box.history_id), "expiration": str(call.watch.expiration)}


def stop(call: Call) -> None:
    call.watch.expiration = 0


METHODS: dict[str, tuple[str, str, Callable[[Call], Json | None]]] = {
    "getProfile": ("GET", "/profile", profile),
    "labels.list": ("GET", "/labels", labels),
    "messages.list": ("GET", "/messages", list_messages),
    "messages.get": ("GET", "/messages/{id}", get_message),
    "threads.get": ("GET", "/threads/{id}", get_thread),
    "history.list": ("GET", "/history", list_history),
    "drafts.create": ("POST", "/drafts", create_draft),
    "drafts.list": ("GET", "/drafts", list_drafts),
    "drafts.send": ("POST", "/drafts/send", send_draft),
    "drafts.get": ("GET", "/drafts/{id}", get_draft),
    "drafts.delete": ("DELETE", "/drafts/{id}", delete_draft),
    "watch": ("POST", "/watch", watch),
    "stop": ("POST", "/stop", stop),
}


def _page(call: Call, found: Sequence[T]) -> tuple[Sequence[T], Json]:
    most = max(1, min(int(call.text("maxResults") or 100), 500))
    start = int(call.text("pageToken") or 0)
    return found[start : start + most], {"nextPageToken": str(start + most)} if start + most < len(found) else {}


def _raw(message: Mapping[str, Any]) -> bytes:
    try:
        return base64.urlsafe_b64decode(message["raw"])
    except (KeyError, TypeError, binascii.Error) as error:
        raise invalid("'raw' RFC822 payload message string or uploading message via /upload/* URL required") from error


def _stub(message: Message) -> Json:
    return {"id": message.id, "threadId": message.thread_id, "labelIds": sorted(message.labels)}


def _resource(call: Call, message: Message) -> Json:
    form, kept = call.text("format") or "full", {name.lower() for name in call.all("metadataHeaders")}
    found = {**_stub(message), "historyId": str(message.history_id), "internalDate": str(message.internal_date)}
    found["sizeEstimate"] = len(message.raw)
    match form:
        case "raw":
            found["raw"] = base64.urlsafe_b64encode(message.raw).decode()
        case "metadata":
            headers = [{"name": name, "value": str(value)} for name, value in message.headers.items()]
            found["payload"] = {"headers": [header for header in headers if not kept or header["name"].lower() in kept]}
        case "minimal":
            pass
        case _:
            raise invalid(f"This local Gmail has no format {form}: it knows raw, metadata and minimal.")
    return found


def _record(record: Record) -> Json:
    stub = {"id": record.message_id, "threadId": record.thread_id}
    changed = {"labelIds": list(record.changed)} if record.changed else {}
    change = {"message": {**stub, "labelIds": list(record.labels)}, **changed}
    return {"id": str(record.id), "messages": [stub], record.change: [change]}
