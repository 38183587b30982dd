"""The API's access tokens: signed, short-lived, and worth nothing without their live session."""

from __future__ import annotations

import functools
import hashlib
import hmac
import uuid
from typing import Any

import jwt

from helpdesk.core import clock
from helpdesk.core.config import get_settings
from helpdesk.core.errors import Unauthenticated

LIFETIME_S = 15 * 60

_ALGORITHM = "HS256"
_AUDIENCE = "helpdesk-api"
_ISSUER = "helpdesk"
_TYPE = "access"
_SKEW_S = 10
_REQUIRED = ["exp", "iat", "sub", "jti", "typ", "sid", "aud", "iss"]


def issue(user_id: int, session_id: uuid.UUID) -> str:
    issued = int(clock.now().timestamp())
    claims = {
        "iss": _ISSUER,
        "aud": _AUDIENCE,
        "sub": str(user_id),
        "sid": str(session_id),
        "jti": str(uuid.uuid4()),
        "typ": _TYPE,
        "iat": issued,
        "exp": issued + LIFETIME_S,
    }
    return jwt.encode(claims, _key(get_settings().secret_key), algorithm=_ALGORITHM)


def session_of(token: object) -> tuple[uuid.UUID, int]:
    """The session and user that a valid token names.

    Raises:
        Unauthenticated: not one of our access tokens, or out of its time.
    """
    if not isinstance(token, str):
        raise Unauthenticated()
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(get_settings().secret_key),
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
            issuer=_ISSUER,
            # the times are compared below, with the clock that everything else uses
            options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False},
        )
        moment = clock.now().timestamp()
        in_time = int(claims["iat"]) - _SKEW_S <= moment < int(claims["exp"])
        if claims["typ"] != _TYPE or not in_time:
            raise Unauthenticated()
        return uuid.UUID(claims["sid"]), int(claims["sub"])
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError):
        raise Unauthenticated() from None


@functools.lru_cache(maxsize=4)
def _key(secret_key: bytes) -> bytes:
    """A key of its own, so that no other signature of the helpdesk can pass for a token."""
    return hmac.digest(secret_key, b"helpdesk access token v1", hashlib.sha256)
