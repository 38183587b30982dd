"""Lists of tickets: the question and its answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.services.views._common import Page
from helpdesk.services.views._tickets import TicketRow


@dataclass(frozen=True, slots=True)
class TicketQuery:
    """Filters, order and place of a list. `page` from 1; `cursor` from a page before wins over `page`."""

    status: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    group_id: tuple[int, ...] = ()
    category_id: tuple[int, ...] = ()
    subcategory_id: tuple[int, ...] = ()
    q: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    resolved_from: datetime | None = None  # by when it was resolved last
    resolved_to: datetime | None = None
    assigned_to: tuple[str, ...] = ()  # ids, `me`, `none`
    created_by: tuple[int, ...] = ()
    requested_for: tuple[int, ...] = ()
    sla: tuple[str, ...] = ()  # breached, at_risk
    on_hold: bool | None = None
    tag: tuple[str, ...] = ()  # with any of them
    mine_groups: bool = False  # only the groups that the actor belongs to
    needs_me: bool | None = None  # in "my tickets": where the requester has the next move, or only the others
    watching: bool | None = None  # in "my tickets": True only those watched, False none of them
    sort: str | None = None  # None: by relevance where something is searched for, else the newest first
    page: int = 1
    page_size: int = 25
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class OwnLists:
    """A page of each list that was asked for, and how many tickets each of those has that were only counted."""

    pages: tuple[Page[TicketRow], ...]
    totals: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many unsolved tickets each quick filter of the queue holds; all within the actor's scope."""

    mine: int
    unassigned: int
    high_priority: int
    breaching_soon: int
    breached: int
    waiting: int
    my_groups: int
    all: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Ticket numbers of those before and after one in a list; None at its ends."""

    previous: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class BulkResult:
    id: int
    ok: bool
    error: str | None = None
    changed: bool = False
    ticket_no: str | None = None
    version: int | None = (
        None  # after the change, so that it can be taken back only as long as nobody changed more
    )
