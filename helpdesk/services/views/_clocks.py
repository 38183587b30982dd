"""Deadlines, as they are promised and explained."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a request would be promised if it were filed now."""

    priority: str
    first_response_due: datetime | None
    resolution_due: datetime | None
    first_response_minutes: int | None
    resolution_minutes: int | None
    usual_first_response_minutes: (
        int | None
    )  # the median of the last 30 days for this place, if there are enough


@dataclass(frozen=True, slots=True)
class NextStep:
    """The escalation step that comes next, at a percentage or an offset of a clock; `tells` are names."""

    clock: str
    at: datetime | None
    percent: int | None
    offset_minutes: int | None
    breach: bool
    due_at: datetime | None
    tells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClockInterval:
    """A stretch of a clock's time and why it counted or not."""

    start: datetime
    end: datetime
    kind: str  # counted, hold, closed, resolved
    label: str  # why closed: night, break, weekend, or the holiday's name
    seconds: int
    projected: bool = False  # still to come before the due time
