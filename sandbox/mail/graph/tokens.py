"""The identity platform's part: who is asked for a token, and the token for client credentials."""

import secrets

from aiohttp import web

from sandbox.mail.graph.world import WORLD

HOUR = 3600
SCOPE = "https://graph.microsoft.com/.default"


async def configuration(request: web.Request) -> web.Response:
    """GET /{tenant}/v2.0/.well-known/openid-configuration: https, as msal insists; the asker rewrites it."""
    tenant, host = request.match_info["tenant"], f"https://{request.host}"
    return web.json_response(
        {
            "issuer": f"{host}/{tenant}/v2.0",
            "token_endpoint": f"{host}/{tenant}/oauth2/v2.0/token",
            "authorization_endpoint": f"{host}/{tenant}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{host}/{tenant}/oauth2/v2.0/devicecode",
        }
    )


async def token(request: web.Request) -> web.Response:
    """POST /{tenant}/oauth2/v2.0/token: client credentials by secret or by signed assertion."""
    world, form = request.app[WORLD], await request.post()
    account = world.account
    known = request.match_info["tenant"] == account.tenant and form.get("client_id") == account.client_id
    secret = str(form.get("client_secret", ""))
    proven = secrets.compare_digest(secret.encode(), account.client_secret.encode()) or "client_assertion" in form
    if form.get("grant_type") != "client_credentials" or form.get("scope") != SCOPE:
        return _refused("invalid_request", "AADSTS900144: The request body must contain grant_type and scope.")
    if not known or not proven or world.refuses_secret:
        return _refused("invalid_client", "AADSTS7000215: Invalid client secret provided.", 401)
    world.tokens_given += 1
    return web.json_response({"token_type": "Bearer", "expires_in": HOUR, "access_token": world.token})


def _refused(error: str, description: str, status: int = 400) -> web.Response:
    return web.json_response({"error": error, "error_description": description}, status=status)
