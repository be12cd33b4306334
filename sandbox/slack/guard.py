"""Keeps other sites out: the page can act as anybody, so only this machine may ask, and only from its own address."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

LOOPBACK = ("127.0.0.1", "localhost", "::1")
OWN = ("/page/", "/control/")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses a Host that is not loopback, an Origin that is another site, and cross-site requests to the page's endpoints."""
    sentence = refusal(request)
    if sentence:
        return web.json_response({"ok": False, "error": "forbidden", "message": sentence}, status=403)
    return await handler(request)


def refusal(request: web.Request) -> str:
    """Why this request is refused; empty where it is welcome."""
    host = request.headers.get("Host", "")
    if urlsplit(f"//{host}").hostname not in LOOPBACK:
        return "The local Slack answers only to 127.0.0.1 and localhost."
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{host}":
        return "Another site may not use the local Slack."
    if request.path.startswith(OWN) and request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        return "Another site may not use the local Slack."
    return ""
