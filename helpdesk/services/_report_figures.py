"""The figures of the reports as tables, made from `_report_rows`; each statement runs once per report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from helpdesk.domain.enums import ClockKind, EventKind, Priority
from helpdesk.models.tree import groups
from helpdesk.services import _report_rows
from helpdesk.services._metrics import metric
from helpdesk.services._report_period import Period
from helpdesk.services.views import Attainment, Cell, Column, Figure, Headline, Spread

AGES = ("Under 1 day", "1–3 days", "3–7 days", "1–2 weeks", "Over 2 weeks")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
STARS = (5, 4, 3, 2, 1)
_MOST_AGENTS = 200
_FEW = 10  # fewer are no period to compare with
_CLOCKS = {
    ClockKind.FIRST_RESPONSE: "First response",
    ClockKind.NEXT_RESPONSE: "Next response",
    ClockKind.RESOLUTION: "Resolution",
}


class Read:
    """What one report has read so far."""

    def __init__(self, s: Session, period: Period) -> None:
        self.s = s
        self.period = period

    @cached_property
    def met(self) -> Sequence[Row[Any]]:
        return _report_rows.met(self.s, self.period)

    @cached_property
    def broken(self) -> Sequence[Row[Any]]:
        return _report_rows.broken(self.s, self.period)

    @cached_property
    def arrivals(self) -> Sequence[Row[Any]]:
        return _report_rows.arrivals(self.s, self.period)

    @cached_property
    def backlog(self) -> list[int]:
        return _report_rows.backlog(self.s, self.period)

    @cached_property
    def ratings(self) -> dict[int, int]:
        return _report_rows.ratings(self.s, self.period)

    @cached_property
    def resolved(self) -> dict[date | None, int]:
        return self._turned(EventKind.RESOLVED)

    @cached_property
    def reopened(self) -> dict[date | None, int]:
        return self._turned(EventKind.REOPENED)

    def _turned(self, kind: EventKind) -> dict[date | None, int]:
        return {row.bucket: row.n for row in _report_rows.turned(self.s, self.period, kind)}

    def attained(self, kind: ClockKind, **cut: Any) -> Attainment:
        """Promises of one clock, of one step, priority or group; without a cut all of them."""
        fits = _fits(kind, cut)
        return Attainment(
            met=sum(row.kept for row in self.met if fits(row)),
            breached=sum(row.n for row in self.broken if fits(row)),
        )

    def minutes(self, kind: ClockKind, **cut: Any) -> tuple[Spread, int]:
        """How long until it was met, and of how many."""
        fits = _fits(kind, cut)
        row = next((row for row in self.met if fits(row) and row.measured), None)
        if row is None:
            return Spread(), 0
        median, p90 = (round(float(value), 1) for value in row.minutes)
        return Spread(median, p90), row.measured


def _fits(kind: ClockKind, cut: dict[str, Any]) -> Callable[[Row[Any]], bool]:
    wanted = {"bucket": None, "priority": None, "group_id": None} | cut
    return lambda row: row.kind == kind and all(getattr(row, name) == value for name, value in wanted.items())


def share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


# ---- figures -----------------------------------------------------------------------------------------------------


def _figure(
    key: str, about: str, columns: Iterable[Column], rows: Iterable[tuple[Cell, ...]], title: str = ""
) -> Figure:
    named = metric(about)
    return Figure(key, title or named.title, named.says, tuple(columns), tuple(rows))


def _first_column(read: Read) -> Column:
    return Column(read.period.step, "Day" if read.period.step == "day" else "Week from")


def _promise_columns(first: Column) -> list[Column]:
    columns = [first]
    for kind, words in _CLOCKS.items():
        columns += [
            Column(f"{kind}_attainment", words, "share"),
            Column(f"{kind}_met", f"{words} kept"),
            Column(f"{kind}_breached", f"{words} broken"),
        ]
    return columns


def _promise_cells(read: Read, **cut: Any) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for kind in _CLOCKS:
        one = read.attained(kind, **cut)
        cells += [one.attainment, one.met, one.breached]
    return tuple(cells)


def _sla(read: Read) -> Figure:
    rows = [(day.isoformat(), *_promise_cells(read, bucket=day)) for day in read.period.buckets()]
    return _figure("sla", "sla", _promise_columns(_first_column(read)), rows)


def _sla_priority(read: Read) -> Figure:
    rows = [(str(one), *_promise_cells(read, priority=str(one))) for one in reversed(Priority)]
    columns = _promise_columns(Column("priority", "Priority"))
    return _figure("sla-priority", "sla", columns, rows, "SLA attainment by priority")


def _sla_group(read: Read) -> Figure:
    seen = {row.group_id for row in (*read.met, *read.broken) if row.group_id is not None}
    columns = [Column("group_id", "Group id"), *_promise_columns(Column("group", "Group"))]
    rows = [
        (group_id, name, *_promise_cells(read, group_id=group_id))
        for group_id, name in group_names(read.s, seen)
    ]
    return _figure("sla-group", "sla", columns, rows, "SLA attainment by group")


def _flow(read: Read) -> Figure:
    filed = {row.bucket: row.n for row in read.arrivals if row.weekday is None}
    rows = [(day.isoformat(), filed.get(day, 0), read.resolved.get(day, 0)) for day in read.period.buckets()]
    columns = [_first_column(read), Column("created", "Created"), Column("resolved", "Resolved")]
    says = f"{metric('created').says} {metric('resolved').says}"
    return Figure("flow", "Created and resolved", says, tuple(columns), tuple(rows))


def _backlog(read: Read) -> Figure:
    columns = [Column("age", "Age"), Column("tickets", "Tickets")]
    return _figure(
        "backlog", "backlog", columns, zip(AGES, read.backlog, strict=True), title="Backlog by age"
    )


def _arrivals(read: Read) -> Figure:
    found = {(row.weekday, row.hour): row.n for row in read.arrivals if row.weekday is not None}
    columns = [Column("hour", f"Hour ({read.period.zone})"), *(Column(day.lower(), day) for day in WEEKDAYS)]
    rows = [(hour, *(found.get((day, hour), 0) for day in range(1, 8))) for hour in range(24)]
    return _figure("arrivals", "arrivals", columns, rows)


def _waited(kind: ClockKind, key: str) -> Callable[[Read], Figure]:
    def figure(read: Read) -> Figure:
        columns = [
            _first_column(read),
            Column("median", "Median", "minutes"),
            Column("p90", "90 % within", "minutes"),
            Column("tickets", "Tickets"),
        ]
        rows: list[tuple[Cell, ...]] = []
        for day in read.period.buckets():
            spread, count = read.minutes(kind, bucket=day)
            rows.append((day.isoformat(), spread.median, spread.p90, count))
        return _figure(key, str(kind), columns, rows)

    return figure


def _workload(read: Read) -> Figure:
    columns = [
        Column("agent_id", "Agent id"),
        Column("agent", "Agent"),
        Column("open", "Open"),
        Column("at_risk", "At risk"),
        Column("late", "Late"),
        Column("resolved", "Resolved"),
    ]
    found = _report_rows.workload(read.s, read.period, _MOST_AGENTS)
    rows = [(row.id, row.name, row.open, row.at_risk, row.late, row.resolved) for row in found]
    return _figure("workload", "workload", columns, rows)


def _reopened(read: Read) -> Figure:
    columns = [
        _first_column(read),
        Column("reopen_rate", "Reopen rate", "share"),
        Column("reopened", "Reopened"),
        Column("resolved", "Resolved"),
    ]
    rows: list[tuple[Cell, ...]] = []
    for day in read.period.buckets():
        again, done = read.reopened.get(day, 0), read.resolved.get(day, 0)
        rows.append((day.isoformat(), share(again, done), again, done))
    return _figure("reopened", "reopen_rate", columns, rows)


def _rating(read: Read) -> Figure:
    columns = [Column("stars", "Stars"), Column("tickets", "Tickets")]
    return _figure("rating", "rating", columns, [(stars, read.ratings.get(stars, 0)) for stars in STARS])


FIGURES: dict[str, Callable[[Read], Figure]] = {
    "sla": _sla,
    "flow": _flow,
    "sla-priority": _sla_priority,
    "sla-group": _sla_group,
    "first-response": _waited(ClockKind.FIRST_RESPONSE, "first-response"),
    "resolution": _waited(ClockKind.RESOLUTION, "resolution"),
    "backlog": _backlog,
    "arrivals": _arrivals,
    "workload": _workload,
    "reopened": _reopened,
    "rating": _rating,
}


def group_names(s: Session, ids: Iterable[int]) -> list[tuple[int, str]]:
    """Groups by id with their names, in the order of the tree."""
    rows = s.execute(
        select(groups.c.id, groups.c.name)
        .where(groups.c.id.in_(sorted(ids)))
        .order_by(groups.c.position, groups.c.name, groups.c.id)
    )
    return [(row.id, row.name) for row in rows]


# ---- on top --------------------------------------------------------------------------------------------------------


def headlines(read: Read, before: Read) -> tuple[Headline, ...]:
    """The six numbers on top, with those of the period before where it had enough to compare with."""
    found: list[Headline] = []
    for kind in (ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION):
        one = read.attained(kind)
        was = before.attained(kind)
        earlier = was.attainment if was.met + was.breached >= _FEW else None
        title = f"{_CLOCKS[kind]} kept"
        of = one.met + one.breached
        found.append(
            Headline(f"{kind}_kept", title, metric("sla").says, "share", one.attainment, earlier, of)
        )
    for kind in (ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION):
        spread, of = read.minutes(kind)
        spread_before, measured = before.minutes(kind)
        earlier = spread_before.median if measured >= _FEW else None
        title, says = f"{_CLOCKS[kind]}, median", metric(str(kind)).says
        found.append(Headline(str(kind), title, says, "minutes", spread.median, earlier, of, p90=spread.p90))
    for key, title, unit, of in (
        ("reopen_rate", "Reopened", "share", _rate),
        ("rating", "Rating", "stars", _average),
    ):
        (value, count), (earlier, counted) = of(read), of(before)
        compared = earlier if counted >= _FEW else None
        found.append(Headline(key, title, metric(key).says, unit, value, compared, count))
    return tuple(found)


def _rate(read: Read) -> tuple[float | None, int]:
    done = read.resolved.get(None, 0)
    return share(read.reopened.get(None, 0), done), done


def _average(read: Read) -> tuple[float | None, int]:
    answers = sum(read.ratings.values())
    total = sum(stars * n for stars, n in read.ratings.items())
    return (round(total / answers, 2) if answers else None), answers
