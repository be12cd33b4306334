"""The web application: its routes by name, and what every call goes through: token, quota, faults."""

import time

from aiohttp import web

from sandbox.mail.graph import delta, messages, subscriptions, tokens
from sandbox.mail.graph.errors import GraphError, answer
from sandbox.mail.graph.faults import Handler, suffer
from sandbox.mail.graph.world import WORLD, World

LARGEST_POST = 40 * 1024 * 1024
LOOPBACK = "127.0.0.1"


def application(world: World) -> web.Application:
    """Every route has the name under which faults are ordered and calls are counted."""
    app = web.Application(middlewares=[gate], client_max_size=LARGEST_POST)
    app[WORLD] = world
    add, user, item = app.router.add_route, "/v1.0/users/{address}", "/v1.0/users/{address}/messages/{id}"
    add("GET", "/{tenant}/v2.0/.well-known/openid-configuration", tokens.configuration, name="configuration")
    add("POST", "/{tenant}/oauth2/v2.0/token", tokens.token, name="token")
    add("GET", user + "/mailFolders/{folder}/messages/delta", delta.delta, name="delta")
    add("GET", user + "/mailFolders('{folder}')/messages/delta", delta.delta, name="delta_link")
    add("GET", user + "/mailFolders/{folder}", messages.folder, name="folder")
    add("GET", user + "/mailFolders/{folder}/messages", messages.listing, name="folder_messages")
    add("GET", user + "/messages", messages.listing, name="messages")
    add("POST", user + "/messages", messages.create, name="create")
    add("GET", item, messages.get, name="get")
    add("PATCH", item, messages.update, name="update")
    add("DELETE", item, messages.delete, name="delete")
    add("GET", item + "/$value", messages.value, name="value")
    add("POST", item + "/createReply", messages.create_reply, name="create_reply")
    add("POST", item + "/send", messages.send, name="send")
    add("POST", "/v1.0/subscriptions", subscriptions.create, name="subscribe")
    add("PATCH", "/v1.0/subscriptions/{id}", subscriptions.renew, name="renew")
    add("DELETE", "/v1.0/subscriptions/{id}", subscriptions.delete, name="unsubscribe")
    return app


@web.middleware
async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse who has no business here, count, and let the ordered fault happen."""
    world, name = request.app[WORLD], request.match_info.route.name or ""
    try:
        if request.path.startswith("/v1.0/"):
            _check(request, world)
        world.under_way += 1
        try:
            world.most_under_way = max(world.most_under_way, world.under_way)
            fault = world.faults.take(name)
            return await suffer(fault, request, handler) if fault else await handler(request)
        finally:
            world.under_way -= 1
    except GraphError as error:
        return answer(error)


def _check(request: web.Request, world: World) -> None:
    if request.remote != LOOPBACK:
        raise GraphError(403, "Forbidden", "The stand-in answers only this machine.")
    if request.headers.get("Authorization") != f"Bearer {world.token}":
        raise GraphError(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
    if request.match_info.get("address", world.account.address) != world.account.address:
        raise GraphError(403, "ErrorAccessDenied", "Access to OData is disabled for this mailbox: it is not in the app's scope.")
    _throttle(world)


def _throttle(world: World) -> None:
    now, window = time.monotonic(), world.behaviour.window.total_seconds()
    while world.asked and world.asked[0] < now - window:
        world.asked.popleft()
    too_many = len(world.asked) >= world.behaviour.requests
    if too_many or world.under_way >= world.behaviour.concurrent:
        wait = int(window - (now - world.asked[0])) + 1 if too_many else 1
        raise GraphError(429, "ApplicationThrottled", "Application is over its limit.", {"Retry-After": str(wait)})
    world.asked.append(now)
