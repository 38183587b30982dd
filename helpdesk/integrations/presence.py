"""Who has a ticket open, and what they do there: kept in Valkey for a moment, and known to nobody while it is gone."""

from __future__ import annotations

import functools
import logging
import time
from typing import Any

import redis

from helpdesk.core.config import get_settings
from helpdesk.domain.enums import Doing
from helpdesk.integrations._best_effort import BestEffort

STAYS_S = 35.0
"""How long somebody counts as there after they were last heard of."""
TYPES_S = 12.0
"""The same for typing; then they are only looking."""
TIMEOUT_S = 0.5

_guard = BestEffort("Telling who is on a ticket", logging.getLogger(__name__))


def note(ticket_id: int, person_id: int, doing: Doing) -> bool:
    """Write down that somebody is there; returns whether others would see a change. Without Valkey: False."""
    changed: list[bool] = []
    _guard.run(lambda: changed.append(_note(_client(), _key(ticket_id), str(person_id), doing)))
    return changed == [True]


def present(ticket_id: int) -> dict[int, Doing]:
    """Who is there, by id. Without Valkey: nobody."""
    found: dict[int, Doing] = {}
    _guard.run(lambda: found.update(_living(_client().hgetall(_key(ticket_id)))))
    return found


def _key(ticket_id: int) -> str:
    return f"hd:presence:{ticket_id}"


def _note(client: Any, key: str, person: str, doing: Doing) -> bool:
    stored: dict[bytes, bytes] = client.hgetall(key)
    before = _living(stored)
    gone = [name for name in stored if int(name) not in before]
    with client.pipeline(transaction=False) as pipe:
        pipe.hset(key, person, f"{time.time():.3f} {doing}")
        pipe.expire(key, round(STAYS_S))
        if gone:
            pipe.hdel(key, *gone)
        pipe.execute()
    return bool(gone) or before.get(int(person)) is not doing


def _living(stored: dict[bytes, bytes]) -> dict[int, Doing]:
    now, found = time.time(), dict[int, Doing]()
    for person, value in stored.items():
        at, _, doing = value.decode().partition(" ")
        age = now - float(at)
        if age <= STAYS_S:
            found[int(person)] = Doing(doing) if age <= TYPES_S else Doing.LOOKING
    return found


@functools.cache
def _client() -> Any:
    client: Any = redis.Redis
    return client.from_url(
        get_settings().live_url,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        health_check_interval=25,
    )


def reset() -> None:
    """Forget this process's connections, as a test does that changes the address."""
    global _guard
    _client.cache_clear()
    _guard = BestEffort("Telling who is on a ticket", logging.getLogger(__name__))
