"""While the mail server is down or hangs, not every worker process should wait for it: other tasks need them.

After a failure nobody tries for a while, then one at a time, until a mail gets through. The state is a hint
in Valkey:
where that is gone, everybody just tries.
"""

from __future__ import annotations

import functools
import logging
from typing import Any

import redis

from helpdesk.core.config import get_settings
from helpdesk.integrations._best_effort import BestEffort

PAUSE_SECONDS = 15
PROBE_SECONDS = 20
"""So long nobody else tries, also where the one that does was killed; less than a mail takes where the server
hangs, so that then two processes may wait for it."""
SUSPECT_SECONDS = 600

_PAUSE, _SUSPECT, _PROBE = "hd:mail:pause", "hd:mail:suspect", "hd:mail:probe"
_guard = BestEffort("Sharing the mail server's state", logging.getLogger(__name__))


def may_try() -> bool:
    """Whether to try a mail now; after a failure elsewhere at most one process at a time is told yes."""
    answer: list[bool] = []
    _guard.run(lambda: answer.append(_may_try(_client())))
    return answer[0] if answer else True


def _may_try(client: Any) -> bool:
    pause, suspect = client.mget(_PAUSE, _SUSPECT)
    if pause:
        return False
    return not suspect or bool(client.set(_PROBE, "1", nx=True, ex=PROBE_SECONDS))


def server_is_down() -> None:
    """Nobody tries for a while."""
    _guard.run(lambda: _note_down(_client()))


def _note_down(client: Any) -> None:
    with client.pipeline() as pipe:
        pipe.set(_SUSPECT, "1", ex=SUSPECT_SECONDS).set(_PAUSE, "1", ex=PAUSE_SECONDS).delete(
            _PROBE
        ).execute()


def server_works() -> None:
    """A mail got through: everybody may try again."""
    _guard.run(lambda: _client().delete(_SUSPECT, _PROBE, _PAUSE))


@functools.cache
def _client() -> Any:
    client_class: Any = redis.Redis
    return client_class.from_url(get_settings().live_url, socket_timeout=0.5, socket_connect_timeout=0.5)
