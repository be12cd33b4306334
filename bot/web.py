"""The program's own HTTP: /healthz (the process lives), /readyz (it can work), /metrics (Prometheus)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

import asyncpg
from aiohttp import web
from prometheus_client import CollectorRegistry

from bot.telemetry import exposition
from pipeline.errors import Misconfigured

Handler = Callable[[web.Request], Awaitable[web.Response]]
NONE: Mapping[str, Handler] = {}


@asynccontextmanager
async def serving(
    host: str,
    port: int,
    pool: "asyncpg.Pool[asyncpg.Record]",
    slack_connected: Callable[[], Awaitable[bool]],
    webhooks: Mapping[str, Handler] = NONE,
    counted: CollectorRegistry | None = None,
) -> AsyncIterator[int]:
    """Serve until the block ends, with a POST route for each of `webhooks`; gives the port (useful where 0 was asked for).

    `counted` is what this process counts itself; /metrics tells it beside what the database knows.

    Misconfigured where the port is taken.
    """
    app = web.Application()
    app.router.add_get("/healthz", _healthy)
    app.router.add_get("/readyz", partial(_ready, pool, slack_connected))
    app.router.add_get("/metrics", partial(_metrics, pool, slack_connected, counted or CollectorRegistry()))
    for path, handle in webhooks.items():
        app.router.add_post(path, handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise Misconfigured(
                f"port {port}", "it is taken. Stop what listens there, or choose another with --port (0: any free one)."
            ) from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _healthy(request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


async def _ready(
    pool: "asyncpg.Pool[asyncpg.Record]", slack_connected: Callable[[], Awaitable[bool]], request: web.Request
) -> web.Response:
    try:
        async with asyncio.timeout(2):
            database = await pool.fetchval("select 1") == 1
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        database = False
    slack = await slack_connected()
    return web.json_response({"ok": database and slack, "database": database, "slack": slack}, status=200 if database and slack else 503)


async def _metrics(
    pool: "asyncpg.Pool[asyncpg.Record]", slack_connected: Callable[[], Awaitable[bool]], counted: CollectorRegistry, request: web.Request
) -> web.Response:
    return web.Response(body=await exposition(pool, await slack_connected(), counted), content_type="text/plain", charset="utf-8")
