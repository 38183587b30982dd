"""Whether the parts that the helpdesk stands on answer. These functions act for nobody and tell no secret."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass

from sqlalchemy import text

from helpdesk.core.db import transaction
from helpdesk.integrations import broker
from helpdesk.integrations.storage import get_storage

TIMEOUT_S = 2.0
_log = logging.getLogger(__name__)
# a part that hangs keeps its thread for a while: with all of them hanging, further checks time out at once
_threads = ThreadPoolExecutor(9, thread_name_prefix="ready")


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    ok: bool
    detail: str
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Readiness:
    ok: bool
    parts: tuple[Part, ...]


def live() -> bool:
    """The process answers."""
    return True


def ready() -> Readiness:
    """Ask database, broker and storage at the same time, each for at most 2 s."""
    started = time.monotonic()
    checks = {"database": _database, "broker": broker.ping, "storage": _storage}
    asked = {name: _threads.submit(_timed, check) for name, check in checks.items()}
    parts = tuple(_part(name, future, started) for name, future in asked.items())
    return Readiness(all(part.ok for part in parts), parts)


def _part(name: str, future: Future[float], started: float) -> Part:
    left = max(0.0, TIMEOUT_S - (time.monotonic() - started))
    try:
        took = future.result(left)
    except FutureTimeout:
        future.cancel()
        return Part(
            name, ok=False, detail=f"no answer within {TIMEOUT_S:g} s", milliseconds=int(TIMEOUT_S * 1000)
        )
    except Exception as error:
        # the reason may name hosts and accounts: it is for the log alone
        _log.warning("%s is not ready: %s", name, error)
        return Part(name, False, "does not answer", int((time.monotonic() - started) * 1000))
    return Part(name, ok=True, detail="ok", milliseconds=int(took * 1000))


def _timed(check: Callable[[], object]) -> float:
    started = time.monotonic()
    check()
    return time.monotonic() - started


def _database() -> None:
    with transaction() as s:
        s.execute(text("SELECT 1"))


def _storage() -> None:
    get_storage().check()
