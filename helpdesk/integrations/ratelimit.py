"""Counting requests against limits: shared in Valkey, and in this process alone while Valkey is gone."""

from __future__ import annotations

import functools
import logging
import math
import time

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from helpdesk.core.config import get_settings

_TIMEOUT_S = 0.5
_PAUSE_S = 5.0
_log = logging.getLogger(__name__)
_paused_until = 0.0


def per_minute(amount: int) -> RateLimitItem:
    return RateLimitItemPerMinute(amount)


def per_hour(amount: int) -> RateLimitItem:
    return RateLimitItemPerHour(amount)


def hit(limit: RateLimitItem, *key: str, count: bool = True) -> int | None:
    """Count one request under `key`; returns None, or the whole seconds to wait where the limit is reached.

    Without Valkey half of the limit holds, per process (product rules §7); Valkey is asked again after 5 s,
    so that its outage costs one request a time-out and not each of them.

    Args:
        count: False only asks.
    """
    global _paused_until
    if time.monotonic() >= _paused_until:
        try:
            return _hit(_shared(), limit, key, count)
        except StorageError:
            _paused_until = time.monotonic() + _PAUSE_S
            _log.warning("Valkey does not answer: rate limits are counted in this process, at half")
    return _hit(_own(), _halved(limit), key, count)


def _hit(
    limiter: MovingWindowRateLimiter, limit: RateLimitItem, key: tuple[str, ...], count: bool
) -> int | None:
    allowed = limiter.hit(limit, *key) if count else limiter.test(limit, *key)
    if allowed:
        return None
    return max(1, math.ceil(limiter.get_window_stats(limit, *key).reset_time - time.time()))


@functools.cache
def _halved(limit: RateLimitItem) -> RateLimitItem:
    return type(limit)(max(1, limit.amount // 2), limit.multiples)


@functools.cache
def _shared() -> MovingWindowRateLimiter:
    storage = RedisStorage(
        get_settings().live_url,
        key_prefix="hd:limit",
        wrap_exceptions=True,
        socket_timeout=_TIMEOUT_S,
        socket_connect_timeout=_TIMEOUT_S,
        health_check_interval=25,
    )
    return MovingWindowRateLimiter(storage)


@functools.cache
def _own() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(MemoryStorage())


def reset() -> None:
    """Forget connections and counts of this process, as a test does that changes the address."""
    global _paused_until
    _paused_until = 0.0
    _shared.cache_clear()
    _own.cache_clear()
