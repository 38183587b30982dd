"""Signs of life of the worker, in Valkey: answers to pings, and when periodic work last ran to its end."""

from __future__ import annotations

import functools
import re
from datetime import datetime
from typing import Any

import redis

from helpdesk.core.config import get_settings

PONG_SECONDS = 120
HEARTBEAT_SECONDS = 24 * 3600

HEARTBEAT = "hd:heartbeat"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def pong(token: str) -> None:
    """Answer a ping.

    Raises ValueError for what is no token, and what the client raises where Valkey is gone.
    """
    if not _TOKEN.fullmatch(token):
        raise ValueError("not a ping's token")
    _client().set(f"hd:pong:{token}", "1", ex=PONG_SECONDS)


def beat(at: datetime) -> None:
    """Write down that a task came all the way from the scheduler through the broker into a worker."""
    _client().set(HEARTBEAT, at.isoformat(), ex=HEARTBEAT_SECONDS)


def last_beat() -> datetime | None:
    """When a task last came all the way; None where it never did, or not within a day."""
    value: bytes | None = _client().get(HEARTBEAT)
    return None if value is None else datetime.fromisoformat(value.decode())


@functools.cache
def _client() -> Any:
    client_class: Any = redis.Redis
    return client_class.from_url(get_settings().live_url, socket_timeout=2, socket_connect_timeout=2)
