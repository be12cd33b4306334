"""Ids in Slack's manner: a letter for the kind, then ten capitals and digits."""

import hashlib
import secrets

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def fresh(prefix: str) -> str:
    """A new random id."""
    return prefix + "0" + "".join(secrets.choice(ALPHABET) for _ in range(9))


def stable(prefix: str, *parts: str) -> str:
    """The id that the same parts always get."""
    digest = hashlib.sha256("/".join(parts).encode()).digest()
    return prefix + "0" + "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:9])


def block_id() -> str:
    """An id for a block or an action that came without one."""
    return secrets.token_urlsafe(4)[:5]
