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
