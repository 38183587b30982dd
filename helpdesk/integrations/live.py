"""Telling open pages, after a commit, which tickets and lists changed.

The message carries ids and versions alone: whoever hears it reads again through their own right. It may get
lost;
open pages reconcile by version on their own.
"""

from __future__ import annotations

import functools
import json
import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from helpdesk.core.config import get_settings
from helpdesk.integrations._best_effort import BestEffort

CHANNEL = "hd:live"
TIMEOUT = 0.5

_TOPIC = re.compile(r"[a-z_]{1,40}(?::[0-9]{1,19}){0,2}")
_guard = BestEffort("Telling open pages about a change", logging.getLogger(__name__))


def publish(topics: Iterable[str] = (), tickets: Mapping[int, int] | None = None) -> None:
    """Publish what changed; call it after the commit. A lost message raises nothing.

    Topics are words with up to two ids (`queue`, `group:3`, `user:17`); `tickets` maps ticket ids to their
    new versions. On the channel: `{"topics": ["queue"], "tickets": {"1042": 7}}`.

    Raises ValueError for a topic that could carry text.
    """
    names = list(dict.fromkeys(topics))
    for name in names:
        if not _TOPIC.fullmatch(name):
            raise ValueError(f"not a topic: {name!r}")
    versions = {str(int(ticket)): int(version) for ticket, version in (tickets or {}).items()}
    if names or versions:
        message = json.dumps({"topics": names, "tickets": versions})
        _guard.run(lambda: _client().publish(CHANNEL, message))


@functools.cache
def _client() -> Any:
    # a few connections are plenty: a publication holds one for well under a millisecond
    pool_class: Any = redis.BlockingConnectionPool
    pool = pool_class.from_url(
        get_settings().live_url,
        max_connections=4,
        timeout=TIMEOUT,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        # once more at once where the connection turns out to be closed; never after a time-out
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )
    return redis.Redis(connection_pool=pool)
