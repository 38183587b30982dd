"""Whether periodic work still arrives: beat sends a sign of life through the broker, and a worker writes it down.

A worker can look alive and take nothing any more, for instance after a reconnection that went wrong; its process
number tells nothing of that.
"""

import time
from collections.abc import Callable

import redis

from helpdesk.core.config import Settings
from helpdesk.integrations.signs import HEARTBEAT
from helpdesk.stack.valkey import client

SILENCE_S = 120
"""Eight signs that did not come: longer than mails to a server that hangs hold up all processes of a worker."""

_LOOK_EVERY_S = 10


class Pulse:
    """Asked again and again, it says after `SILENCE_S` seconds without a new sign that the silence is too long.

    Time in which Valkey itself does not answer does not count.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = settings.live_url
        self._clock = clock
        self._sign: bytes | None = None
        self._looked = self._since = clock()

    def still_beats(self) -> bool:
        now = self._clock()
        if now - self._looked < _LOOK_EVERY_S:
            return True
        self._looked = now
        try:
            with client(self._url) as live:
                sign: bytes | None = live.get(HEARTBEAT)
        except redis.RedisError:
            self.forget()
            return True
        if sign != self._sign:
            self._sign, self._since = sign, now
        return now - self._since < SILENCE_S

    def forget(self) -> None:
        """Begin to count anew, as after a restart of who gives the signs."""
        self._since = self._clock()
