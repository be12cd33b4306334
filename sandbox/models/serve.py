"""Starts the stand-in for language models: in this process for tests, or as a program of its own."""

import asyncio
import ctypes
import json
import os
import signal
import sys
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from sandbox.models import anthropic_api, openai_api
from sandbox.models.brain import sensible
from sandbox.models.settings import Api, Brain, Fault, ModelsSettings
from sandbox.models.tokens import counter
from sandbox.models.world import World

__all__ = ["LocalModels", "ModelsSettings", "run", "start"]

HOST = "127.0.0.1"
PR_SET_PDEATHSIG = 1
APIS: tuple[Api, ...] = ("openai", "anthropic")


@dataclass(frozen=True, slots=True)
class LocalModels:
    """A running stand-in. `openai_url` and `anthropic_url` are the SDKs' base_url."""

    world: World
    runner: web.AppRunner

    @property
    def anthropic_url(self) -> str:
        return f"http://{HOST}:{self.runner.addresses[0][1]}"

    @property
    def openai_url(self) -> str:
        return f"{self.anthropic_url}/v1"

    async def stop(self) -> None:
        await self.runner.cleanup()


async def start(settings: ModelsSettings, brain: Brain = sensible) -> LocalModels:
    """Both APIs on 127.0.0.1, answering from now on. OSError where the port is taken."""
    world = World(settings, brain)
    runner = web.AppRunner(application(world), access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, settings.port).start()
    except OSError:
        await runner.cleanup()
        raise
    return LocalModels(world, runner)


def run(settings: ModelsSettings) -> None:
    """Serve until SIGINT or SIGTERM. The first line on stdout is JSON: the addresses and keys; a taken port exits with 2."""
    if settings.die_with_parent:
        _die_with_parent()
    try:
        asyncio.run(_serve(settings))
    except OSError:
        sys.stderr.write(f"Port {settings.port} of {HOST} is taken: stop what uses it, or name another with --port.\n")
        sys.exit(2)


def application(world: World) -> web.Application:
    """The routes of both APIs, and POST /control/faults {kind, times, api, retry_after} and /control/down {apis}."""
    app = web.Application(client_max_size=8 * 1024 * 1024)
    app.router.add_post("/v1/chat/completions", partial(openai_api.chat, world))
    app.router.add_post("/v1/messages", partial(anthropic_api.messages, world))
    app.router.add_get("/v1/models", partial(openai_api.models, world))
    app.router.add_get("/v1/models/{model:.+}", partial(_model, world))
    app.router.add_post("/control/faults", partial(_faults, world))
    app.router.add_post("/control/down", partial(_down, world))
    return app


async def _model(world: World, request: web.Request) -> web.StreamResponse:
    """Both APIs have this address; Anthropic's clients say who they are."""
    return await (anthropic_api.model if "anthropic-version" in request.headers else openai_api.models)(world, request)


async def _faults(world: World, request: web.Request) -> web.Response:
    try:
        world.faults.append(Fault(**json.loads(await request.text())))
    except (ValueError, TypeError) as error:
        raise web.HTTPBadRequest(text=f"This is no fault: {error}") from error
    return web.json_response({"ok": True})


async def _down(world: World, request: web.Request) -> web.Response:
    named = json.loads(await request.text()).get("apis", [])
    world.down = {api for api in APIS if api in named}
    return web.json_response({"ok": True, "down": sorted(world.down)})


async def _serve(settings: ModelsSettings) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    models = await start(settings)
    told = {
        "openai_url": models.openai_url,
        "openai_key": settings.openai_key,
        "anthropic_url": models.anthropic_url,
        "anthropic_key": settings.anthropic_key,
        "tokens": counter()[1],
    }
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    await stopped.wait()
    await models.stop()


def _die_with_parent() -> None:
    """Linux ends this process with its parent, so that a killed demo leaves no server behind."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(0)
