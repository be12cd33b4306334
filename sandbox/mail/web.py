"""The page "Customers' mailboxes" and what it asks for: mailboxes, messages, read marks, a mail written as a customer."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.mail import answers
from sandbox.mail.boxes import Boxes, Item
from sandbox.mail.compose import NotWritable, Written, send
from sandbox.mail.guard import HTML_POLICY, harden, loopback_only

PAGE = Path(__file__).parent / "page"
LARGEST_POST = 512 * 1024
LOOK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Desk:
    """What the page's handlers share: the mailboxes, the company's inboxes, and the sign that the office closes."""

    boxes: Boxes
    inboxes: tuple[str, ...]
    closing: asyncio.Event = field(default_factory=asyncio.Event)


DESK = web.AppKey("desk", Desk)


def application(desk: Desk) -> web.Application:
    """The web application; it answers only its own page on this machine."""
    app = web.Application(middlewares=[loopback_only], client_max_size=LARGEST_POST)
    app[DESK] = desk
    app.on_response_prepare.append(harden)
    customer = "/api/customers/{address}"
    app.router.add_get("/", page)
    app.router.add_static("/page/", PAGE)
    app.router.add_get("/api/customers", customers)
    app.router.add_get("/api/events", events)
    app.router.add_get(customer, conversations)
    app.router.add_get(customer + "/messages/{key}", message)
    app.router.add_get(customer + "/messages/{key}/html", html)
    app.router.add_post(customer + "/messages/{key}/read", mark_read)
    app.router.add_post("/api/mails", write)
    return app


async def page(request: web.Request) -> web.StreamResponse:
    """The page itself."""
    return web.FileResponse(PAGE / "index.html")


async def customers(request: web.Request) -> web.Response:
    """GET /api/customers: everybody with a mailbox, and what could not be delivered."""
    desk = request.app[DESK]
    return web.json_response(answers.overview(desk.boxes.version(), desk.inboxes, desk.boxes.everybody(), desk.boxes.failures()))


async def conversations(request: web.Request) -> web.Response:
    """GET /api/customers/{address}: one customer's conversations, the latest first."""
    found = request.app[DESK].boxes.conversations(request.match_info["address"])
    return web.json_response({"conversations": [answers.conversation(items) for items in found]})


async def message(request: web.Request) -> web.Response:
    """GET .../messages/{key}: one message with all its headers."""
    return web.json_response(answers.message(_item(request)))


async def html(request: web.Request) -> web.Response:
    """GET .../messages/{key}/html: the HTML body, for a sandboxed frame: no scripts, nothing fetched."""
    body = _item(request).mail.html
    return web.Response(text=body, content_type="text/html", headers={"Content-Security-Policy": HTML_POLICY})


async def mark_read(request: web.Request) -> web.Response:
    """POST .../messages/{key}/read: the customer has opened the message."""
    _item(request)
    request.app[DESK].boxes.mark_read(request.match_info["address"], request.match_info["key"])
    return web.json_response({})


async def write(request: web.Request) -> web.Response:
    """POST /api/mails {name, address, inbox, subject, text, answers?}: write to the company as that customer."""
    desk = request.app[DESK]
    try:
        written = _written(desk, await request.json())
        key = await asyncio.to_thread(send, desk.boxes.data, written, datetime.now(UTC))
    except json.JSONDecodeError as error:
        raise web.HTTPBadRequest(text="The mail is not JSON.") from error
    except NotWritable as error:
        return web.json_response({"sentence": str(error)}, status=400)
    return web.json_response({"key": key}, status=201)


async def events(request: web.Request) -> web.StreamResponse:
    """GET /api/events: a server-sent event with the new version whenever any mailbox changes."""
    desk, version = request.app[DESK], ""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    while not desk.closing.is_set() and request.transport and not request.transport.is_closing():
        if version != (now := desk.boxes.version()):
            version = now
            await response.write(f"data: {version}\n\n".encode())
        try:
            await asyncio.wait_for(desk.closing.wait(), LOOK_SECONDS)
        except TimeoutError:
            continue
    return response


def _item(request: web.Request) -> Item:
    item = _find(request.app[DESK], request.match_info["address"], request.match_info["key"])
    if not item:
        raise web.HTTPNotFound(text="There is no such message.")
    return item


def _find(desk: Desk, address: str, key: str) -> Item | None:
    return next((item for item in desk.boxes.items(address) if item.key == key), None)


def _written(desk: Desk, form: Any) -> Written:
    fields = (
        {name: str(form.get(name) or "") for name in ("name", "address", "inbox", "subject", "text", "answers")}
        if isinstance(form, dict)
        else {}
    )
    if fields.get("inbox") not in desk.inboxes:
        raise NotWritable(f"Choose one of {', '.join(desk.inboxes)}.")
    address, key = fields["address"].strip().lower(), fields.pop("answers")
    item = _find(desk, address, key) if key else None
    if key and not item:
        raise NotWritable("The message that you answer is not in this mailbox.")
    return Written(**{**fields, "address": address}, answers=item)
