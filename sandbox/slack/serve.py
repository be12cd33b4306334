"""Starts the local Slack: in this process for tests, or as a program of its own."""

import asyncio
import ctypes
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from functools import partial

from aiohttp import web

from sandbox.slack import control, file_server, hooks, manifest, page_api, scheduled, static, web_api
from sandbox.slack.errors import CannotStart, SlackError
from sandbox.slack.guard import guard
from sandbox.slack.local import LocalSlack
from sandbox.slack.seed import open_workspace
from sandbox.slack.settings import SlackSettings
from sandbox.slack.storage import Storage
from sandbox.slack.world import World, make

__all__ = ["SlackSettings", "run", "start"]

HOST = "127.0.0.1"
PR_SET_PDEATHSIG = 1


async def start(settings: SlackSettings) -> LocalSlack:
    """A local Slack on 127.0.0.1 that answers from now on; raises CannotStart with a sentence."""
    known = manifest.read(settings.manifest)
    storage = Storage(settings.data)
    try:
        world = make(settings, known, open_workspace(storage, known, settings.seed))
        runner = web.AppRunner(application(world), access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        await _listen(runner, settings.port)
    except BaseException:
        storage.close()
        raise
    world.port = int(runner.addresses[0][1])
    scheduled.resume(world)
    return LocalSlack(world, runner)


def run(settings: SlackSettings) -> None:
    """Serves until SIGINT or SIGTERM. The first line on stdout is JSON with the addresses; what prevents a start exits with 2."""
    if settings.die_with_parent:
        _die_with_parent()
    try:
        asyncio.run(_serve(settings))
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


def application(world: World) -> web.Application:
    """The routes of everything the server answers."""
    app = web.Application(middlewares=[guard], client_max_size=2 * 1024 * 1024)
    app.router.add_route("*", "/api/{method}", partial(web_api.handle, world))
    app.router.add_get("/link/", _socket(world))
    app.router.add_post("/actions/{team}/{hook}", partial(_hook, world))
    app.router.add_post("/upload/v1/{ticket}", partial(file_server.upload, world))
    app.router.add_get("/files-pri/{file}/{name}", partial(file_server.download, world))
    app.router.add_route("*", "/page/api/{name}", partial(page_api.handle, world))
    app.router.add_route("*", "/control/{name}", partial(control.handle, world))
    app.router.add_get("/avatars/{user}.svg", _plain(partial(static.avatar, world)))
    app.router.add_get("/archives/{channel}/{stamp}", _plain(static.archive))
    app.router.add_get("/{path:.*}", _plain(static.file))
    return app


async def _serve(settings: SlackSettings) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    slack = await start(settings)
    sys.stdout.write(json.dumps(_addresses(slack)) + "\n")
    sys.stdout.flush()
    await stopped.wait()
    await slack.stop()


def _addresses(slack: LocalSlack) -> dict[str, str]:
    channel = next(channel["id"] for channel in slack.world.workspace.channels.values() if slack.bot_user in channel["members"])
    user = page_api.first_person(slack.world)
    return {
        "api_url": slack.api_url, "bot_token": slack.bot_token, "app_token": slack.app_token, "channel": channel, "user": user,
        "page": slack.page_url,
    }  # fmt: skip


async def _listen(runner: web.AppRunner, port: int) -> None:
    try:
        await web.TCPSite(runner, HOST, port).start()
    except OSError as error:
        await runner.cleanup()
        raise CannotStart(f"Port {port} of {HOST} is taken: stop what uses it, or name another with --port.") from error


def _socket(world: World) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def connect(request: web.Request) -> web.StreamResponse:
        try:
            return await world.hub.connect(request)
        except SlackError as error:
            return web.json_response(error.body(), status=error.status)

    return connect


async def _hook(world: World, request: web.Request) -> web.StreamResponse:
    try:
        body = await request.json()
        hooks.use(world, request.match_info["hook"], body if isinstance(body, dict) else {})
    except json.JSONDecodeError:
        return web.Response(text="invalid_payload", status=400)
    except SlackError as error:
        return web.json_response(error.body(), status=error.status)
    return web.Response(text="ok")


def _plain(answer: Callable[[web.Request], web.StreamResponse]) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return answer(request)

    return handle


def _die_with_parent() -> None:
    """Linux ends this process with its parent, so that a killed demo leaves no server behind."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(0)
