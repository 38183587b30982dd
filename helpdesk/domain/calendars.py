"""Business calendars: opening hours with a time zone of their own, holidays and half days (product rules §4).

An opening interval is written in local wall time and becomes a pair of instants per date, so that its real
length counts on the days when the clocks change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from helpdesk.core.errors import Invalid
from helpdesk.domain.working_time import ALWAYS as ALWAYS
from helpdesk.domain.working_time import Closure, Opening, Piece, as_duration, as_utc

DAY_MINUTES = 24 * 60
HORIZON_DAYS = 3660  # ten years: a search for open time that finds none by then is an error in the calendar
MAX_CLOSED_DAYS = 365
MAX_HOLIDAYS = 1000
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CACHED_DAYS = 8000
_ONE_DAY = timedelta(days=1)
_MARGIN = timedelta(days=2)  # so that no change of the clocks around midnight matters

Minutes = tuple[int, int]  # start and end in minutes after local midnight, the end excluded, at most 1440


@dataclass(frozen=True, slots=True)
class Holiday:
    """A date with hours of its own: none (closed) or some (a half day)."""

    name: str
    intervals: tuple[Minutes, ...] = ()


@dataclass(frozen=True)
class BusinessCalendar:
    """Opening hours per weekday (Monday first) in one IANA time zone, with holidays and half days.

    Raises `Invalid` where the zone is unknown, an interval is empty, out of the day or overlaps another, or
    where a whole year would hold no open time.
    """

    time_zone: str
    week: tuple[tuple[Minutes, ...], ...]
    holidays: Mapping[date, Holiday] = field(default_factory=dict[date, Holiday])
    name: str = ""
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)
    _days: dict[date, tuple[Opening, ...]] = field(
        default_factory=dict[date, tuple[Opening, ...]], init=False, repr=False, compare=False
    )

    _months: dict[date, tuple[timedelta, ...]] = field(
        default_factory=dict[date, tuple[timedelta, ...]], init=False, repr=False, compare=False
    )
    _spans: dict[tuple[date, date], timedelta] = field(
        default_factory=dict[tuple[date, date], timedelta], init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "_zone", _zone_of(self.time_zone))
        if len(self.week) != len(WEEKDAYS):
            raise Invalid.at("week", "A week has seven days.")
        object.__setattr__(
            self, "week", tuple(_checked(d, n) for d, n in zip(self.week, WEEKDAYS, strict=True))
        )
        if len(self.holidays) > MAX_HOLIDAYS:
            raise Invalid.at("holidays", f"A calendar holds at most {MAX_HOLIDAYS} holidays.")
        checked = {
            day: Holiday(holiday.name, _checked(holiday.intervals, f"holidays.{day}"))
            for day, holiday in sorted(self.holidays.items())
        }
        object.__setattr__(self, "holidays", checked)
        self._refuse_never_open()

    def add(self, start: datetime, duration: timedelta | float) -> datetime:
        """The earliest instant at which `duration` (or so many seconds) of open time has passed since
        `start`.

        Raises `Invalid` where ten years do not hold that much open time, `ValueError` for a negative
        duration.
        """
        start, left = as_utc(start), as_duration(duration)
        if not left:
            return start
        day = start.astimezone(self._zone).date() - _ONE_DAY
        for _ in range(HORIZON_DAYS):
            for opens, closes in self._openings(day):
                if closes <= start:
                    continue
                if opens < start:
                    opens = start
                open_for = closes - opens
                if open_for >= left:
                    return opens + left
                left -= open_for
            day += _ONE_DAY
        raise Invalid.at("calendar", "This calendar does not have that much open time in ten years.")

    def add_days(self, start: datetime, days: int) -> datetime:
        """The same wall time on the `days`-th day with opening hours after that of `start`.

        Raises `Invalid` where ten years do not hold so many such days.
        """
        local = as_utc(start).astimezone(self._zone)
        day, left = local.date(), days
        for _ in range(HORIZON_DAYS):
            if not left:
                minute, rest = local.hour * 60 + local.minute, timedelta(seconds=local.second)
                return self._instant(day, minute) + rest + timedelta(microseconds=local.microsecond)
            day += timedelta(days=1)
            left -= bool(self._openings(day))
        raise Invalid.at("calendar", "This calendar does not have that many business days in ten years.")

    def elapsed(self, a: datetime, b: datetime) -> timedelta:
        """Open time from `a` to `b`; nothing where `b` is not after `a`."""
        a, b = as_utc(a), as_utc(b)
        # days well inside count as a whole, and what is open by then is known: a request may have waited for years
        first = a.astimezone(self._zone).date() + _MARGIN
        last = b.astimezone(self._zone).date() - _MARGIN
        if first >= last:
            return self._sum(a, b)
        begins, ends = first.replace(day=1), last.replace(day=1)
        whole = (
            self._span(begins, ends) + self._month(ends)[last.day - 1] - self._month(begins)[first.day - 1]
        )
        return self._sum(a, self._instant(first, 0)) + whole + self._sum(self._instant(last, 0), b)

    def between(self, a: datetime, b: datetime) -> float:
        """`elapsed` in seconds."""
        return self.elapsed(a, b).total_seconds()

    def intervals(self, a: datetime, b: datetime) -> Iterator[Opening]:
        """The open stretches from `a` to `b`, in order, as instants in UTC."""
        a, b = as_utc(a), as_utc(b)
        day, last = a.astimezone(self._zone).date() - timedelta(days=1), b.astimezone(self._zone).date()
        while a < b and day <= last:
            for opens, closes in self._openings(day):
                opens, closes = max(opens, a), min(closes, b)
                if opens < closes:
                    yield opens, closes
            day += timedelta(days=1)

    def pieces(self, a: datetime, b: datetime) -> Iterator[Piece]:
        """All of the time from `a` to `b`, open and closed, without a hole; closed time is split at local
        midnight.
        """
        a, b = as_utc(a), as_utc(b)
        day, last = a.astimezone(self._zone).date() - timedelta(days=1), b.astimezone(self._zone).date()
        while a < b and day <= last:
            for piece in self._day_pieces(day):
                start, end = max(piece.start, a), min(piece.end, b)
                if start < end:
                    yield Piece(start, end, piece.closure, piece.label)
            day += timedelta(days=1)

    def weekly_seconds(self) -> int:
        """Open time of a week without holidays or change of the clocks."""
        return sum(end - start for day in self.week for start, end in day) * 60

    def to_json(self) -> dict[str, Any]:
        """A document that `from_json` reads back; the hours are `HH:MM` in local time."""
        return {
            "name": self.name,
            "time_zone": self.time_zone,
            "week": {n: _hours(d) for n, d in zip(WEEKDAYS, self.week, strict=True)},
            "holidays": [
                {"date": day.isoformat(), "name": holiday.name, "intervals": _hours(holiday.intervals)}
                for day, holiday in self.holidays.items()
            ],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> BusinessCalendar:
        """Reads what `to_json` writes; days left out of `week` are closed. Raises `Invalid` naming the
        field.
        """
        try:
            week = dict(document["week"])
            if unknown := set(week) - set(WEEKDAYS):
                raise Invalid.at("week", f"Unknown weekday: {', '.join(sorted(unknown))}.")
            holidays: dict[date, Holiday] = {}
            for entry in document.get("holidays", ()):
                day = date.fromisoformat(entry["date"])
                if day in holidays:
                    raise Invalid.at("holidays", f"{day} is listed twice.")
                holidays[day] = Holiday(str(entry["name"]), _minutes(entry.get("intervals", ())))
            return cls(
                time_zone=str(document["time_zone"]),
                week=tuple(_minutes(week.get(name, ())) for name in WEEKDAYS),
                holidays=holidays,
                name=str(document.get("name", "")),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Invalid.at("calendar", f"This is not a calendar: {error}.") from error

    def _sum(self, a: datetime, b: datetime) -> timedelta:
        return sum((end - start for start, end in self.intervals(a, b)), timedelta())

    def _span(self, first: date, last: date) -> timedelta:
        """The open time of whole months, from the first days of two."""
        known = self._spans.get((first, last))
        if known is None:
            known, month = timedelta(), first
            while month < last:
                known += self._month(month)[-1]
                month = _month_after(month)
            if len(self._spans) >= _CACHED_DAYS:
                self._spans.clear()
            self._spans[first, last] = known
        return known

    def _month(self, first: date) -> tuple[timedelta, ...]:
        """The open time of a month before each of its days, and of all of it."""
        known = self._months.get(first)
        if known is None:
            days = (first + timedelta(days=n) for n in range((_month_after(first) - first).days))
            open_for = (sum((end - start for start, end in self._openings(day)), timedelta()) for day in days)
            known = self._months[first] = tuple(accumulate(open_for, initial=timedelta()))
        return known

    def _hours_of(self, day: date) -> tuple[Minutes, ...]:
        holiday = self.holidays.get(day)
        return self.week[day.weekday()] if holiday is None else holiday.intervals

    def _openings(self, day: date) -> tuple[Opening, ...]:
        known = self._days.get(day)
        if known is None:
            known = tuple(
                (opens, closes)
                for start, end in self._hours_of(day)
                # An interval that lies in the hour skipped in spring does not exist on that day.
                if (opens := self._instant(day, start)) < (closes := self._instant(day, end))
            )
            if len(self._days) >= _CACHED_DAYS:
                self._days.clear()
            self._days[day] = known
        return known

    def _day_pieces(self, day: date) -> Iterator[Piece]:
        openings = self._openings(day)
        at, end_of_day = self._instant(day, 0), self._instant(day, DAY_MINUTES)
        for number, (opens, closes) in enumerate(openings):
            if at < opens:
                yield Piece(at, opens, *self._closure(day, inside=number > 0))
            yield Piece(opens, closes)
            at = closes
        if at < end_of_day:
            yield Piece(at, end_of_day, *self._closure(day, inside=False))

    def _closure(self, day: date, *, inside: bool) -> tuple[Closure, str]:
        holiday = self.holidays.get(day)
        if holiday is not None:
            return Closure.HOLIDAY, holiday.name
        if not self.week[day.weekday()]:
            return Closure.WEEKEND, ""
        return (Closure.BREAK if inside else Closure.NIGHT), ""

    def _instant(self, day: date, minute: int) -> datetime:
        """The instant of a wall time: the first one where it comes twice, the jump itself where it is
        skipped.

        This never goes backwards along the wall clock, so that intervals that don't overlap on paper never
        do.
        """
        wall = datetime.combine(day, time.min) + timedelta(minutes=minute)
        moment = wall.replace(tzinfo=self._zone).astimezone(UTC)
        if moment.astimezone(self._zone).replace(tzinfo=None) == wall:
            return moment
        before = wall.replace(tzinfo=self._zone, fold=1).astimezone(UTC)
        offset = before.astimezone(self._zone).utcoffset()
        low, high = 0, int((moment - before).total_seconds())
        while high - low > 1:
            middle = (low + high) // 2
            same = (before + timedelta(seconds=middle)).astimezone(self._zone).utcoffset() == offset
            low, high = (middle, high) if same else (low, middle)
        return before + timedelta(seconds=high)

    def _refuse_never_open(self) -> None:
        if not any(self.week):
            raise Invalid.at("week", "This calendar is never open.")
        closed = [day for day, holiday in self.holidays.items() if not holiday.intervals]
        run_start = previous = closed[0] if closed else date.min
        for day in closed:
            # No closed holiday lies between two successive ones, so that a week between them has an open day.
            between = (previous + timedelta(days=n) for n in range(1, min((day - previous).days, 8)))
            if any(self._hours_of(other) for other in between):
                run_start = day
            if (day - run_start).days > MAX_CLOSED_DAYS:
                raise Invalid.at("holidays", "This calendar would be closed for more than a year.")
            previous = day


def _zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (
        OSError,
        ValueError,
        KeyError,
    ) as error:  # ZoneInfoNotFoundError is a KeyError; a folder an OSError
        raise Invalid.at("time_zone", f"{name!r} is not a known time zone.") from error


def _month_after(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _checked(intervals: Sequence[Minutes], where: str) -> tuple[Minutes, ...]:
    ordered = tuple(sorted((int(start), int(end)) for start, end in intervals))
    previous = 0
    for start, end in ordered:
        if not 0 <= start < end <= DAY_MINUTES:
            raise Invalid.at(where, "An interval ends after it starts, within one day.")
        if start < previous:
            raise Invalid.at(where, "Two intervals overlap.")
        previous = end
    return ordered


def _hours(intervals: Sequence[Minutes]) -> list[list[str]]:
    return [[f"{m // 60:02d}:{m % 60:02d}" for m in interval] for interval in intervals]


def _minutes(intervals: Sequence[Sequence[str]]) -> tuple[Minutes, ...]:
    return tuple((_minute(start), _minute(end)) for start, end in intervals)


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    if len(hours) != 2 or len(minutes) != 2 or not (hours + minutes).isdecimal() or int(minutes) > 59:
        raise ValueError(f"{text!r} is not a time of day")
    return int(hours) * 60 + int(minutes)
