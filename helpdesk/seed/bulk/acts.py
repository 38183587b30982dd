"""What a life is made of: acts with their history and events, messages, holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from helpdesk.domain.clock_fold import ClockEvent
from helpdesk.domain.enums import EventKind


class NotYet(Exception):
    """What comes now has not happened."""


@dataclass(frozen=True, slots=True)
class Told:
    """A notice of an event, as `services._notify.Notice`."""

    event: str
    people: tuple[int, ...]
    address: str | None = None
    comment_id: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Event:
    kind: EventKind
    at: datetime
    data: Mapping[str, Any]
    visibility: str
    told: Sequence[Told]
    snapshot: str  # the columns of the ticket as it was then
    clock: ClockEvent | None = None  # where the clocks take notice


@dataclass(slots=True)
class Block:
    """One act: who did it, its history rows `(field, old, new, visibility)`, its events."""

    at: datetime
    by: int
    source: str
    history: list[tuple[str, str | None, str | None, str]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


@dataclass(slots=True)
class Comment:
    id: int
    by: int
    at: datetime
    message: str
    internal: bool


@dataclass(slots=True)
class Hold:
    reason: str
    since: datetime
    until: datetime | None
    by: int
    ended_at: datetime | None = None
    ended_by: int | None = None
