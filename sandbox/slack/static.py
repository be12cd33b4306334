"""The page's files, avatars and permalinks."""

import html
import mimetypes

from aiohttp import web

from sandbox.slack.settings import HERE
from sandbox.slack.world import World

PAGE = HERE / "page"
HEADERS = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "frame-ancestors 'none'",
}
AVATAR = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72"><rect width="72" height="72" rx="12" fill="#{color}"/>'
    '<text x="36" y="47" font-family="sans-serif" font-size="30" font-weight="600" fill="#fff" text-anchor="middle">{initials}</text></svg>'
)


def file(request: web.Request) -> web.StreamResponse:
    """A file of the page; the page itself at /."""
    path = (PAGE / (request.match_info["path"] or "index.html")).resolve()
    if not path.is_relative_to(PAGE) or not path.is_file():
        raise web.HTTPNotFound(text="There is no such file in the page of the local Slack.")
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return web.Response(body=path.read_bytes(), headers=HEADERS, content_type=kind, charset="utf-8" if "text" in kind else None)


def avatar(world: World, request: web.Request) -> web.StreamResponse:
    """A person's initials on their colour."""
    user = world.workspace.users.get(request.match_info["user"])
    if user is None:
        raise web.HTTPNotFound(text="There is no such person.")
    initials = "".join(word[0] for word in user["real_name"].split()[:2]).upper()
    svg = AVATAR.format(color=html.escape(user["color"]), initials=html.escape(initials))
    return web.Response(text=svg, headers=HEADERS, content_type="image/svg+xml")


def archive(request: web.Request) -> web.StreamResponse:
    """A permalink: opens the page at the message's thread."""
    digits = request.match_info["stamp"].removeprefix("p")
    ts = request.query.get("thread_ts") or f"{digits[:-6]}.{digits[-6:]}"
    raise web.HTTPFound(f"/#//{request.match_info['channel']}/thread/{ts}")
