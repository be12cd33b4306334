"""Google's token endpoint: a refresh token or a service account's signed assertion becomes an access token."""

import json
import secrets
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import crypt, jwt
from google.auth.exceptions import GoogleAuthError

from sandbox.mail.gmail.errors import GmailError, Json

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
READONLY = "https://www.googleapis.com/auth/gmail.readonly"
COMPOSE = "https://www.googleapis.com/auth/gmail.compose"
NEEDED = {
    "drafts.create": {COMPOSE}, "drafts.send": {COMPOSE}, "drafts.delete": {COMPOSE}, "drafts.get": {COMPOSE, READONLY},
    "drafts.list": {COMPOSE, READONLY},
}  # fmt: skip
"""Any one of these scopes allows the method; what is not named needs READONLY."""


@dataclass(frozen=True)
class Key:
    """An RSA key of 2048 bits, made for one test run."""

    id: str = field(default_factory=lambda: secrets.token_hex(8))
    private: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    @cached_property
    def pem(self) -> str:
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return self.private.private_bytes(*form).decode()

    @cached_property
    def public(self) -> str:
        form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        return self.private.public_key().public_bytes(*form).decode()

    @cached_property
    def _signer(self) -> crypt.RSASigner:
        return crypt.RSASigner.from_string(self.pem, self.id)  # type: ignore[no-untyped-call, no-any-return]  # google-auth's

    def sign(self, claims: Json) -> str:
        return str(jwt.encode(self._signer, claims).decode())  # type: ignore[no-untyped-call]  # google-auth's


@dataclass
class OAuth:
    """The tokens given out, each with its scopes and its end in seconds since 1970."""

    address: str
    account: Key
    client_id: str = "triage-test.apps.googleusercontent.com"
    client_secret: str = field(default_factory=secrets.token_urlsafe)
    refresh_token: str = field(default_factory=secrets.token_urlsafe)
    account_email: str = "triage@project.iam.gserviceaccount.com"
    granted: tuple[str, ...] = (READONLY, COMPOSE)
    lives: int = 3599
    tokens: dict[str, tuple[frozenset[str], float]] = field(default_factory=dict)
    revoked: bool = False

    def answer(self, form: dict[str, str]) -> tuple[int, Json]:
        """One request to the token endpoint: its status and body (RFC 6749 5)."""
        if form.get("grant_type") == JWT_BEARER:
            return self._assertion(form.get("assertion", ""))
        known = (self.client_id, self.client_secret, self.refresh_token)
        given = tuple(form.get(name) for name in ("client_id", "client_secret", "refresh_token"))
        if form.get("grant_type") != "refresh_token" or given != known or self.revoked:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        return 200, self._token(self.granted)

    def check(self, authorization: str, method: str) -> None:
        """Raises 401 for a token that is unknown or over, 403 for one whose scopes do not suffice."""
        scopes, ends = self.tokens.get(authorization.removeprefix("Bearer "), (frozenset(), 0.0))
        if ends < time.time():
            raise GmailError(401, "authError", "Invalid Credentials")
        if not scopes & NEEDED.get(method, {READONLY}):
            raise GmailError(403, "insufficientPermissions", "Request had insufficient authentication scopes.")

    def refresh_file(self, token_uri: str) -> str:
        """What an operator keeps after the consent: an "authorized_user" file."""
        held = {"type": "authorized_user", "client_id": self.client_id, "client_secret": self.client_secret}
        return json.dumps({**held, "refresh_token": self.refresh_token, "token_uri": token_uri})

    def account_file(self, token_uri: str) -> str:
        """A service account's key file."""
        held = {"type": "service_account", "client_email": self.account_email, "private_key_id": self.account.id}
        return json.dumps({**held, "private_key": self.account.pem, "project_id": "project", "client_id": "1", "token_uri": token_uri})

    def _assertion(self, assertion: str) -> tuple[int, Json]:
        try:
            claims: Any = jwt.decode(assertion, certs=self.account.public)  # type: ignore[no-untyped-call]  # google-auth's
        except (GoogleAuthError, ValueError) as error:
            return 400, {"error": "invalid_grant", "error_description": str(error)}
        if claims.get("iss") != self.account_email or claims.get("sub") != self.address:
            return 401, {"error": "unauthorized_client", "error_description": "Client is unauthorized to retrieve access tokens."}
        return 200, self._token(tuple(str(claims.get("scope", "")).split()))

    def _token(self, scopes: tuple[str, ...]) -> Json:
        token = f"ya29.{secrets.token_urlsafe(24)}"
        self.tokens[token] = (frozenset(scopes), time.time() + self.lives)
        return {"access_token": token, "expires_in": self.lives, "scope": " ".join(scopes), "token_type": "Bearer"}
