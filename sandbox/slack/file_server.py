"""The addresses that take and give the bytes of files."""

from aiohttp import BodyPartReader, StreamReader, web

from sandbox.slack import files
from sandbox.slack.errors import SlackError
from sandbox.slack.world import World

SHOWN = (*files.PICTURES, "image/webp")
HEADERS = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private"}


async def upload(world: World, request: web.Request) -> web.StreamResponse:
    """The second step of an upload: the bytes as they are, or as one part of a form."""
    try:
        document = files.receive(world, request.match_info["ticket"], await _body(request))
    except SlackError as error:
        return web.json_response(error.body(), status=error.status)
    return web.Response(text=f"OK - {document['size']}")


async def download(world: World, request: web.Request) -> web.StreamResponse:
    """A file's bytes for the bot's token or for the page; anybody else is sent to the sign-in page, as by Slack."""
    if not _may_read(world, request):
        raise web.HTTPFound("/")
    try:
        document = files.find(world, request.match_info["file"])
    except SlackError as error:
        raise web.HTTPNotFound(text="There is no such file.") from error
    shown = document["mimetype"] in SHOWN and "download" not in request.query
    headers = HEADERS | {"Content-Disposition": "inline" if shown else "attachment"}
    body = world.workspace.storage.get_bytes(document["id"])
    return web.Response(body=body, headers=headers, content_type=document["mimetype"])


def _may_read(world: World, request: web.Request) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token == world.identity.bot_token and "files:read" in world.manifest.scopes
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


async def _body(request: web.Request) -> bytes:
    """All bytes; raises file_too_large."""
    if not request.content_type.startswith("multipart/"):
        return await _read(request.content)
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader):
            body = bytes(await part.read())
            _check_size(body)
            return body
    return b""


async def _read(stream: StreamReader) -> bytes:
    kept = bytearray()
    async for chunk in stream.iter_chunked(1 << 16):
        kept += chunk
        _check_size(kept)
    return bytes(kept)


def _check_size(body: bytes | bytearray) -> None:
    if len(body) > files.LARGEST:
        raise SlackError("file_too_large", status=413)
