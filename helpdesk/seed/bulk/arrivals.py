"""When requests come in: three years of working days, with weekends, seasons and a growing company."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

DAYS = 1096
_WEEK = (1.0, 0.86, 0.82, 0.8, 0.66, 0.07, 0.05)
_MONTHS = (1.06, 1.03, 1.02, 0.97, 0.95, 0.94, 0.83, 0.8, 1.08, 1.1, 1.08, 0.85)
_FIRST_SIZE = 0.62  # of the company three years ago, as its tickets go
_LATEST = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Day:
    """A date with its tickets: numbers `first` to `first + count - 1` of the load, counted from 0."""

    date: date
    first: int
    count: int


def days(number: int, now: datetime) -> list[Day]:
    """How many of `number` tickets came on which day before `now`; days without any are left out."""
    last = (now - _LATEST).date()
    dates = [last - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    weights = [_weight(day, place) for place, day in enumerate(dates)]
    weights[-1] *= max((now - _LATEST - _midnight(last)) / timedelta(days=1), 0.001)
    total, passed, done = sum(weights), 0.0, 0
    found: list[Day] = []
    for day, weight in zip(dates, weights, strict=True):
        passed += weight
        until = number if day == last else round(number * passed / total)
        if until > done:
            found.append(Day(day, done, until - done))
        done = until
    return found


def parts(found: Sequence[Day], least: int) -> list[list[Day]]:
    """The days in runs of at least `least` tickets."""
    result: list[list[Day]] = []
    for day in found:
        if not result or sum(one.count for one in result[-1]) >= least:
            result.append([])
        result[-1].append(day)
    return result


def moments(rng: Random, day: Day, now: datetime) -> Iterator[datetime]:
    """The moments of a day's tickets, rising: mostly in working hours."""
    midnight = _midnight(day.date)
    end = min((now - _LATEST - midnight).total_seconds(), 86_400)
    seconds = sorted(_second(rng, end) for _ in range(day.count))
    for place, second in enumerate(seconds):
        # each has a microsecond of its own, so that their order is that of their numbers
        yield midnight + timedelta(seconds=int(second), microseconds=place)


def _second(rng: Random, end: float) -> float:
    kind = rng.random()
    hour = rng.gauss(9.6, 1.2) if kind < 0.45 else rng.gauss(14.2, 1.7) if kind < 0.85 else rng.uniform(0, 24)
    second = hour * 3600
    return second if 0 <= second < end else rng.uniform(0, end)


def _weight(day: date, place: int) -> float:
    growth = _FIRST_SIZE + (1 - _FIRST_SIZE) * place / DAYS
    holidays = 0.15 if (day.month, day.day) >= (12, 24) or (day.month, day.day) == (1, 1) else 1.0
    return _WEEK[day.weekday()] * _MONTHS[day.month - 1] * growth * holidays


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
