"""Identifiers and secrets from the operating system's random source."""

from __future__ import annotations

import hashlib
import secrets
import uuid

_RANDOM_ID_BITS = 52  # exact in JavaScript numbers, which read the API's JSON


def random_id() -> int:
    """A positive id of 52 random bits, for rows whose number must not count anything (product rules §3)."""
    return secrets.randbits(_RANDOM_ID_BITS) | (1 << (_RANDOM_ID_BITS - 1))


def random_key() -> str:
    """128 random bits in hexadecimal: the name of a stored object."""
    return secrets.token_hex(16)


def new_secret() -> str:
    """256 random bits, URL-safe: what a cookie or a refresh token carries."""
    return secrets.token_urlsafe(32)


def secret_hash(secret: str) -> bytes:
    """What is stored of a secret from `new_secret`; its entropy makes a plain SHA-256 enough."""
    return hashlib.sha256(secret.encode()).digest()


def new_uuid() -> uuid.UUID:
    return uuid.uuid4()
