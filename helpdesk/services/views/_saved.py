"""Saved views of the queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.services.views._common import NamedRef
from helpdesk.services.views._lists import TicketQuery


@dataclass(frozen=True, slots=True)
class SavedViewRow:
    """A view as one of its readers has it."""

    id: int
    name: str
    filters: TicketQuery
    sort: str
    columns: tuple[str, ...] | None  # None: the reader's own
    shared: str  # private, group, staff
    group: NamedRef | None
    owner: NamedRef
    position: int
    may_edit: bool
    is_default: bool
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ViewCount:
    """How many tickets of the reader's scope a view has, exact to 1,000."""

    id: int
    name: str
    count: int
    capped: bool


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """What a person chose for themselves: the table's columns in order, and the view that the queue opens with."""

    columns: tuple[str, ...]
    default_view: int | None
