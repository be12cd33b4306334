"""POST, PATCH and DELETE of /subscriptions, with the handshake that proves who owns the address."""

import asyncio
import secrets
from datetime import datetime

import aiohttp
from aiohttp import web

from sandbox.mail.graph import shapes
from sandbox.mail.graph.errors import GraphError
from sandbox.mail.graph.subscription import MAX_CLIENT_STATE, Subscription, expiry
from sandbox.mail.graph.world import WORLD, World, prefers_immutable


async def create(request: web.Request) -> web.Response:
    """A new subscription; both addresses must echo a token first."""
    world, given = request.app[WORLD], await request.json()
    ends, state = expiry(given.get("expirationDateTime"), world.mailbox.clock()), str(given.get("clientState", ""))
    if len(state) > MAX_CLIENT_STATE:
        raise GraphError(400, "InvalidRequest", "clientState must not exceed 128 characters.")
    url, lifecycle = str(given.get("notificationUrl", "")), str(given.get("lifecycleNotificationUrl", ""))
    for address in filter(None, (url, lifecycle)):
        await _prove(world, address)
    made = Subscription(str(given.get("resource", "")), url, lifecycle, state, ends, prefers_immutable(request))
    world.subscriptions[made.id] = made
    return web.json_response(_shape(made), status=201)


async def renew(request: web.Request) -> web.Response:
    """A later end, and nothing else: lifecycleNotificationUrl cannot be added."""
    world, given = request.app[WORLD], await request.json()
    subscription = _living(world, request.match_info["id"])
    if set(given) - {"expirationDateTime", "notificationUrl"}:
        raise GraphError(400, "InvalidRequest", "Only expirationDateTime and notificationUrl can be changed.")
    subscription.expires = expiry(given.get("expirationDateTime"), world.mailbox.clock())
    return web.json_response(_shape(subscription))


async def delete(request: web.Request) -> web.Response:
    """The subscription ends."""
    world = request.app[WORLD]
    del world.subscriptions[_living(world, request.match_info["id"]).id]
    return web.Response(status=204)


def living(world: World) -> list[Subscription]:
    """Those that have not expired."""
    now: datetime = world.mailbox.clock()
    return [subscription for subscription in world.subscriptions.values() if subscription.expires > now]


def _living(world: World, id: str) -> Subscription:
    found = next((subscription for subscription in living(world) if subscription.id == id), None)
    if found is None:
        raise GraphError(404, "ResourceNotFound", "The object was not found.")
    return found


async def _prove(world: World, address: str) -> None:
    token = f"Validation: {secrets.token_urlsafe(16)} & <b>"
    try:
        async with (
            asyncio.timeout(world.behaviour.handshake.total_seconds()),
            aiohttp.ClientSession() as session,
            session.post(address, params={"validationToken": token}) as response,
        ):
            proven = response.status == 200 and response.content_type == "text/plain" and await response.text() == token
    except (aiohttp.ClientError, TimeoutError):
        proven = False
    if not proven:
        raise GraphError(400, "ValidationError", "Subscription validation request failed. Must respond with 200 OK to this request.")


def _shape(subscription: Subscription) -> shapes.Json:
    return {
        "id": subscription.id,
        "resource": subscription.resource,
        "changeType": "created",
        "notificationUrl": subscription.url,
        "lifecycleNotificationUrl": subscription.lifecycle_url or None,
        "expirationDateTime": shapes.moment(subscription.expires),
        "clientState": None,
    }
