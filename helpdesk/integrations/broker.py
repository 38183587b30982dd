"""Whether the broker answers."""

from __future__ import annotations

import redis

from helpdesk.core.config import get_settings

_TIMEOUT_S = 1.0


def ping() -> None:
    """Return when the broker answers and takes writes. Raises what its client raises otherwise."""
    client = redis.Redis.from_url(  # pyright: ignore[reportUnknownMemberType] (the library's own **kwargs)
        get_settings().broker_url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S
    )
    with client:
        client.set("hd:ready", "1", ex=60)
