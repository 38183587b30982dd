"""Working time: what counts for a deadline, and the clock that never stops (product rules §4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

Opening = tuple[datetime, datetime]


class Closure(StrEnum):
    """Why no time counts."""

    NIGHT = "night"
    BREAK = "break"
    WEEKEND = "weekend"  # a weekday without opening hours, whichever it is
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of time that is open as a whole (`closure` is None) or closed for one reason."""

    start: datetime
    end: datetime
    closure: Closure | None = None
    label: str = ""  # the name of the holiday


class WorkingTime(Protocol):
    """What the SLA clock needs to know about time. Datetimes are aware; the results are in UTC."""

    def add(self, start: datetime, duration: timedelta | float) -> datetime:
        """The earliest instant at which `duration` (or so many seconds) of working time has passed since
        `start`.
        """
        ...

    def add_days(self, start: datetime, days: int) -> datetime:
        """The same time of day on the `days`-th working day after that of `start`."""
        ...

    def elapsed(self, a: datetime, b: datetime) -> timedelta:
        """Working time from `a` to `b`; nothing where `b` is not after `a`."""
        ...

    def between(self, a: datetime, b: datetime) -> float:
        """`elapsed` in seconds."""
        ...

    def intervals(self, a: datetime, b: datetime) -> Iterator[Opening]:
        """The open stretches from `a` to `b`, in order."""
        ...

    def pieces(self, a: datetime, b: datetime) -> Iterator[Piece]:
        """All of the time from `a` to `b`, in order and without a hole, each piece open or closed for a
        reason.
        """
        ...


class _Always:
    """Around the clock: every elapsed second counts."""

    def add(self, start: datetime, duration: timedelta | float) -> datetime:
        return as_utc(start) + as_duration(duration)

    def add_days(self, start: datetime, days: int) -> datetime:
        return as_utc(start) + timedelta(days=days)

    def elapsed(self, a: datetime, b: datetime) -> timedelta:
        return max(as_utc(b) - as_utc(a), timedelta())

    def between(self, a: datetime, b: datetime) -> float:
        return self.elapsed(a, b).total_seconds()

    def intervals(self, a: datetime, b: datetime) -> Iterator[Opening]:
        a, b = as_utc(a), as_utc(b)
        if a < b:
            yield a, b

    def pieces(self, a: datetime, b: datetime) -> Iterator[Piece]:
        return (Piece(start, end) for start, end in self.intervals(a, b))

    def __repr__(self) -> str:
        return "ALWAYS"


ALWAYS: WorkingTime = _Always()


def as_utc(moment: datetime) -> datetime:
    """The same instant in UTC; raises `ValueError` for a datetime without a time zone.

    Two datetimes of one other zone subtract by their wall clocks, which is wrong across a change of the
    clocks.
    """
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        raise ValueError("a datetime without time zone")
    return moment.astimezone(UTC)


def as_duration(value: timedelta | float) -> timedelta:
    """A duration, or so many seconds, as a `timedelta`; raises `ValueError` where it is negative."""
    duration = value if isinstance(value, timedelta) else timedelta(seconds=value)
    if duration < timedelta():
        raise ValueError("a negative duration")
    return duration
