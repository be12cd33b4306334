"""Messages: reading, finding, drafting in MIME or JSON, sending."""

import base64
import binascii
import re
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

from aiohttp import web

from sandbox.mail.graph import shapes
from sandbox.mail.graph.errors import GraphError
from sandbox.mail.graph.filters import matching
from sandbox.mail.graph.mailbox import FOLDERS, Item, folder_named
from sandbox.mail.graph.world import WORLD, World, prefers_immutable

LARGEST_MIME = 4 * 1024 * 1024
HEADER_END = re.compile(rb"\r?\n\r?\n")


async def folder(request: web.Request) -> web.Response:
    """GET /mailFolders/{name}."""
    found = folder_named(request.match_info["folder"])
    return web.json_response({"id": FOLDERS[found], "displayName": found})


async def listing(request: web.Request) -> web.Response:
    """GET /messages and /mailFolders/{name}/messages, by $filter."""
    world, name = request.app[WORLD], request.match_info.get("folder")
    lets_through = matching(request.query["$filter"]) if "$filter" in request.query else lambda item: True
    stale = world.behaviour.stale_search and "$filter" in request.query
    found = [item for item in world.mailbox.in_folder(name) if not stale and lets_through(item)]
    return web.json_response({"value": [_shape(request, item) for item in found[: int(request.query.get("$top", "10"))]]})


async def get(request: web.Request) -> web.Response:
    """GET /messages/{id}."""
    return web.json_response(_shape(request, _item(request)))


async def value(request: web.Request) -> web.Response:
    """GET /messages/{id}/$value: the MIME content."""
    return web.Response(body=_item(request).raw, content_type="text/plain")


async def create(request: web.Request) -> web.Response:
    """POST /messages: a draft from MIME or JSON."""
    world = request.app[WORLD]
    raw = await _mime(request) if _is_mime(request) else _from_json(await request.json(), world.mailbox.address)
    return web.json_response(_shape(request, world.mailbox.draft(raw, None)), status=201)


async def create_reply(request: web.Request) -> web.Response:
    """POST /messages/{id}/createReply: a draft of the original's conversation; in MIME form with exactly the headers that were given."""
    world, original = request.app[WORLD], _item(request)
    raw = await _mime(request) if _is_mime(request) else _json_reply(original, world)
    if world.behaviour.redirects:
        raw = re.sub(rb"(?im)^To:.*$", b"To: " + world.behaviour.redirects.encode(), raw, count=1)
    return web.json_response(_shape(request, world.mailbox.draft(raw, original)), status=201)


async def update(request: web.Request) -> web.Response:
    """PATCH /messages/{id}: subject, body and recipients, of drafts only."""
    item, changes = _item(request), await request.json()
    if not item.draft:
        raise GraphError(400, "ErrorInvalidPropertySet", "Only drafts can be changed so.")
    item.raw, item.version = _patched(item, changes), item.version + 1
    return web.json_response(_shape(request, item))


async def delete(request: web.Request) -> web.Response:
    """DELETE /messages/{id}: into Deleted Items."""
    request.app[WORLD].mailbox.move(_item(request), "deleteditems")
    return web.Response(status=204)


async def send(request: web.Request) -> web.Response:
    """POST /messages/{id}/send: 202 and no body."""
    request.app[WORLD].mailbox.submit(_item(request))
    return web.Response(status=202)


def _item(request: web.Request) -> Item:
    return request.app[WORLD].mailbox.find(request.match_info["id"])


def _shape(request: web.Request, item: Item) -> shapes.Json:
    select = tuple(name for name in request.query.get("$select", "").split(",") if name)
    return shapes.message(request.app[WORLD].mailbox, item, prefers_immutable(request), select)


def _is_mime(request: web.Request) -> bool:
    return request.content_type == "text/plain"


async def _mime(request: web.Request) -> bytes:
    body = await request.read()
    try:
        raw = base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise GraphError(400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content.") from error
    if not HEADER_END.search(raw):
        raise GraphError(400, "ErrorMimeContentInvalid", "The MIME content is invalid.")
    if len(body) > LARGEST_MIME:
        raise GraphError(413, "ErrorMessageSizeExceeded", "The MIME content is too large.")
    return raw


def _from_json(given: shapes.Json, address: str) -> bytes:
    """JSON drafts take custom headers only where their names begin with x-."""
    message = EmailMessage()
    message["From"], message["Subject"] = address, str(given.get("subject", ""))
    message["To"] = ", ".join(one["emailAddress"]["address"] for one in given.get("toRecipients", []))
    for header in given.get("internetMessageHeaders", []):
        if not header["name"].lower().startswith("x-"):
            raise GraphError(400, "InvalidInternetMessageHeader", f"The header name '{header['name']}' should start with 'x-' or 'X-'.")
        message[header["name"]] = header["value"]
    message.set_content(str(given.get("body", {}).get("content", "")))
    return message.as_bytes()


def _json_reply(original: Item, world: World) -> bytes:
    answered = original.header("reply-to") or original.header("from")
    message = EmailMessage()
    message["From"], message["To"] = world.mailbox.address, answered
    message["Subject"] = f"RE: {original.header('subject')}"
    message["In-Reply-To"] = message["References"] = original.header("message-id")
    message.set_content("")
    return message.as_bytes()


def _patched(item: Item, changes: shapes.Json) -> bytes:
    message = BytesParser(policy=default).parsebytes(item.raw)
    for name, header in (("toRecipients", "To"), ("ccRecipients", "Cc"), ("bccRecipients", "Bcc")):
        if name in changes:
            del message[header]
            message[header] = ", ".join(one["emailAddress"]["address"] for one in changes[name])
    if "subject" in changes:
        del message["Subject"]
        message["Subject"] = str(changes["subject"])
    if "body" in changes:
        message.clear_content()
        message.set_content(str(changes["body"]["content"]))
    return message.as_bytes()
