"""Hints to other processes that may get lost:
they never delay the request that sends them, and never fail it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

LOG_EVERY = 60.0
PAUSE = 1.0


class BestEffort:
    """Runs calls of one kind, swallows their failures and tells of them once a minute.

    After a failure calls are left out for `PAUSE` seconds: while the other side hangs, one request a second
    waits
    for its time-out, not each of them.
    """

    def __init__(self, what: str, log: logging.Logger, clock: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._log = log
        self._clock = clock
        self._lock = threading.Lock()
        self._paused_until = 0.0
        self._quiet_until = 0.0
        self._failures = 0

    def run(self, call: Callable[[], object]) -> bool:
        """Call it; return whether it succeeded."""
        if self._clock() < self._paused_until:
            return False
        try:
            call()
        except Exception as error:
            self._failed(error)
            return False
        return True

    def _failed(self, error: Exception) -> None:
        with self._lock:
            moment = self._clock()
            self._paused_until = moment + PAUSE
            self._failures += 1
            if moment < self._quiet_until:
                return
            self._quiet_until = moment + LOG_EVERY
            failures, self._failures = self._failures, 0
        self._log.warning(
            "%s failed (%d times since last told): %s", self._what, failures, type(error).__name__
        )
