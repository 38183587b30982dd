"""The present moment, which the seed and the tests may move."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_moved: ContextVar[datetime | None] = ContextVar("helpdesk_moved_clock", default=None)


def now() -> datetime:
    """The moment in UTC: the moved clock's where one is set, else this machine's."""
    return _moved.get() or datetime.now(UTC)


def moved_to() -> datetime | None:
    """The moved clock's moment, or None on a running system, where the database's clock decides."""
    return _moved.get()


@contextmanager
def moved(at: datetime) -> Generator[None]:
    """Everything inside happens at `at` (aware). Only the seed and the tests use it (product rules §3)."""
    if at.tzinfo is None:
        raise ValueError("a moved clock needs an aware datetime")
    token = _moved.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _moved.reset(token)
