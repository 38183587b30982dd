"""Figures over many tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DayFigure:
    day: str  # ISO date, UTC
    created: int
    resolved: int


@dataclass(frozen=True, slots=True)
class HomeFigures:
    """The six live figures and the chart of the last 14 days for manager and admin, in their scope."""

    open: int
    unassigned: int
    breaching: int
    breached: int
    created_today: int
    resolved_today: int
    days: tuple[DayFigure, ...]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """`since` ≤ moment < `before`; without them the last 30 days. Empty `group_id`: all that the actor sees.

    `zone`: in which the hours of arrivals are told; days and weeks are UTC in any case.
    """

    since: datetime | None = None
    before: datetime | None = None
    group_id: tuple[int, ...] = ()
    category_id: tuple[int, ...] = ()
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Spread:
    """Minutes; None where nothing was measured."""

    median: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class Attainment:
    met: int = 0
    breached: int = 0

    @property
    def attainment(self) -> float | None:
        """The share that was kept; None where nothing was decided."""
        decided = self.met + self.breached
        return round(self.met / decided, 4) if decided else None


@dataclass(frozen=True, slots=True)
class GroupCount:
    id: int
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Report:
    """The metrics of a period; what each means: `services._metrics`, docs/reports.md."""

    since: datetime
    before: datetime
    created: int
    resolved: int
    reopened: int
    backlog: int
    by_status: dict[str, int]
    by_priority: dict[str, int]
    by_group: tuple[GroupCount, ...]
    first_response_minutes: Spread
    resolution_minutes: Spread
    sla: dict[str, Attainment]  # by kind of clock
    reopen_rate: float | None


@dataclass(frozen=True, slots=True)
class Column:
    name: str  # in CSV and JSON
    label: str
    unit: str = ""  # share, minutes, "" for counts and words


Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as a table: the chart, the page's table and the CSV file show these numbers."""

    key: str
    title: str
    says: str  # what it means
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """A number on top, and what it was in the period of the same length before."""

    key: str
    title: str
    says: str
    unit: str  # share, minutes, stars
    value: float | None
    before: float | None
    count: int  # how many it was made from
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class Dashboard:
    since: datetime
    before: datetime
    step: str  # day or week: what a row of the figures over time is
    as_of: datetime
    headlines: tuple[Headline, ...]
    figures: tuple[Figure, ...]
