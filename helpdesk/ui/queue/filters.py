"""What an address of the queue means, and the addresses of its neighbours. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypedDict

from helpdesk.domain.enums import UNSOLVED, Priority, Status
from helpdesk.services.views import GroupNode, TicketQuery
from helpdesk.ui.app_state import query

PATH = "/queue"
PAGE_SIZE = 50
_LIVE = tuple(str(status) for status in Status if status in UNSOLVED)
_NOT_CLOSED = (*_LIVE, str(Status.RESOLVED))
_URGENT = (str(Priority.CRITICAL), str(Priority.HIGH))


@dataclass(frozen=True, slots=True)
class View:
    """A quick filter: its title, what it selects, and how it is ordered unless the address says otherwise."""

    title: str
    empty: str
    rules: Mapping[str, Any] = field(default_factory=dict[str, Any])
    sort: str = "due_at"
    statuses: tuple[str, ...] = _LIVE


VIEWS: dict[str, View] = {
    "mine": View(
        "Mine", "Nothing is assigned to you. Take something from Unassigned.", {"assigned_to": ("me",)}
    ),
    "unassigned": View("Unassigned", "Everything has somebody.", {"assigned_to": ("none",)}),
    "high": View("High priority", "Nothing urgent is open.", {"priority": _URGENT}, "-priority"),
    "breaching": View("Breaching soon", "No promise is in danger.", {"sla": ("at_risk",)}),
    "breached": View("Breached", "Every promise is kept.", {"sla": ("breached",)}),
    "waiting": View("Waiting", "Nothing is on hold.", {"on_hold": True}, "-updated_at"),
    "my_groups": View("My groups", "Your groups have nothing open.", {"mine_groups": True}),
    "open": View("Open", "No ticket is open."),  # what the home page counts
    "all": View("All", "No ticket is open.", {}, "-updated_at", _NOT_CLOSED),
}
SORTS = {
    "priority": ("Priority", "-priority"),
    "number": ("No.", "-ticket_no"),
    "due": ("Due", "due_at"),
    "updated": ("Updated", "-updated_at"),
}
_COLUMN = {"priority": "priority", "number": "ticket_no", "due": "due_at", "updated": "updated_at"}
_SORTABLE = {"created_at", "updated_at", "priority", "due_at", "ticket_no"}


class Chip(TypedDict):
    name: str
    value: str
    href: str  # without this filter


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the queue one is: as the address says it, cleaned."""

    view: str
    words: str = ""
    status: str = ""
    priority: str = ""
    group: str = ""
    sort: str = ""
    cursor: str = ""
    created: str = ""  # an ISO date, UTC
    resolved: str = ""

    @property
    def order(self) -> str:
        return self.sort or VIEWS[self.view].sort

    def href(self, **changes: str) -> str:
        """The address with some parts changed; a changed filter begins at the first page."""
        parts = {
            "view": self.view,
            "q": self.words,
            "status": self.status,
            "priority": self.priority,
            "group": self.group,
            "created": self.created,
            "resolved": self.resolved,
            "sort": self.sort,
            "cursor": "",
        } | changes
        return PATH + query(**parts)

    def ticket_query(self) -> TicketQuery:
        """What the service is asked. Words and days find closed tickets too."""
        view = VIEWS[self.view]
        rules = dict(view.rules)
        statuses = () if self.words or self.created or self.resolved else view.statuses
        for name, day in (("created", self.created), ("resolved", self.resolved)):
            if day:
                since = datetime.fromisoformat(day).replace(tzinfo=UTC)
                rules |= {f"{name}_from": since, f"{name}_to": since + timedelta(days=1)}
        if self.priority:
            rules["priority"] = (self.priority,)
        if self.group:
            rules["group_id"] = (int(self.group),)
        return TicketQuery(
            **rules,
            status=(self.status,) if self.status else statuses,
            q=self.words or None,
            sort=self.order,
            cursor=self.cursor or None,
            page_size=PAGE_SIZE,
        )


def read(params: Mapping[str, str], default: str) -> Place:
    """The place that an address names; what it gets wrong is left out."""
    view = params.get("view", "")
    status, priority, group = params.get("status", ""), params.get("priority", ""), params.get("group", "")
    sort = params.get("sort", "")
    return Place(
        view=view if view in VIEWS else default,
        words=params.get("q", "").strip()[:200],
        status=status if status in set(Status) else "",
        priority=priority if priority in set(Priority) else "",
        group=group if group.isascii() and group.isdigit() and len(group) < 19 else "",
        sort=sort if sort.removeprefix("-") in _SORTABLE else "",
        cursor=params.get("cursor", "")[:500],
        created=_day(params.get("created", "")),
        resolved=_day(params.get("resolved", "")),
    )


def chips(place: Place, groups: Sequence[GroupNode]) -> list[Chip]:
    """The filters that apply beside the view."""
    names = {str(group.id): group.name for group in groups}
    found: list[Chip] = []
    if place.words:
        found.append({"name": "Words", "value": place.words, "href": place.href(q="")})
    if place.group:
        found.append({"name": "Group", "value": names.get(place.group, "?"), "href": place.href(group="")})
    if place.status:
        found.append({"name": "Status", "value": place.status, "href": place.href(status="")})
    if place.created:
        found.append({"name": "Created", "value": place.created, "href": place.href(created="")})
    if place.resolved:
        found.append({"name": "Resolved", "value": place.resolved, "href": place.href(resolved="")})
    if place.priority:
        found.append({"name": "Priority", "value": place.priority, "href": place.href(priority="")})
    return found


class Option(TypedDict):
    name: str
    href: str


def options(place: Place, groups: Sequence[GroupNode]) -> dict[str, list[Option]]:
    """What the filter menu offers."""
    return {
        "group": [{"name": group.name, "href": place.href(group=str(group.id))} for group in groups],
        "status": [{"name": status, "href": place.href(status=status)} for status in Status],
        "priority": [{"name": one, "href": place.href(priority=one)} for one in reversed(Priority)],
    }


def heads(place: Place) -> dict[str, str]:
    """Where a click on a column's head leads: its own order first, then the other way round."""
    return {
        name: place.href(sort=_turned(first) if place.order == first else first)
        for name, (_, first) in SORTS.items()
    }


def directions(place: Place) -> dict[str, str]:
    """For each column "ascending", "descending", or "" where the list is not in its order."""
    column = place.order.removeprefix("-")
    way = "descending" if place.order.startswith("-") else "ascending"
    return {name: way if _COLUMN[name] == column else "" for name in SORTS}


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _turned(sort: str) -> str:
    return sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
