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
_WHOSE = {"me": "Me", "none": "Nobody"}
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
    assignee: str = ""  # me, none, or a person's id
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
            "assignee": self.assignee,
            "created": self.created,
            "resolved": self.resolved,
            "sort": self.sort,
            "cursor": "",
        } | changes
        return PATH + query(**parts)

    @property
    def bare(self) -> str:
        """The address of the view without filters, in the same order."""
        return self.href(q="", status="", priority="", group="", assignee="", created="", resolved="")

    @property
    def origin(self) -> str:
        """What a link from here to a ticket says of where one came from."""
        return self.href().partition("?")[2]

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
        if self.assignee:
            rules["assigned_to"] = (self.assignee,)
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
    view = view if view in VIEWS else default
    status, priority, group = params.get("status", ""), params.get("priority", ""), params.get("group", "")
    sort, assignee = params.get("sort", ""), params.get("assignee", "")
    whose = "assigned_to" not in VIEWS[view].rules
    return Place(
        view=view,
        words=params.get("q", "").strip()[:200],
        status=status if status in set(Status) else "",
        priority=priority if priority in set(Priority) else "",
        group=group if _is_id(group) else "",
        assignee=assignee if whose and (assignee in _WHOSE or _is_id(assignee)) else "",
        sort=sort if sort.removeprefix("-") in _SORTABLE else "",
        cursor=params.get("cursor", "")[:500],
        created=_day(params.get("created", "")),
        resolved=_day(params.get("resolved", "")),
    )


def chips(place: Place, groups: Sequence[GroupNode], people: Mapping[int, str]) -> list[Chip]:
    """The filters that apply beside the view.

    Args:
        people: names by id, of those whom the filter may name.
    """
    names = {str(group.id): group.name for group in groups}
    found: list[Chip] = []
    if place.words:
        found.append({"name": "Words", "value": place.words, "href": place.href(q="")})
    if place.group:
        found.append({"name": "Group", "value": names.get(place.group, "?"), "href": place.href(group="")})
    if place.status:
        found.append({"name": "Status", "value": place.status, "href": place.href(status="")})
    if place.assignee:
        name = _WHOSE.get(place.assignee) or people.get(int(place.assignee), "Somebody")
        found.append({"name": "Assignee", "value": name, "href": place.href(assignee="")})
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


ORDERS = {
    "due_at": "Due soonest",
    "-updated_at": "Last changed",
    "-priority": "Most urgent",
    "-ticket_no": "Newest",
}


def order_words(place: Place) -> str:
    """The present order in words; one that only a column's head gives says so."""
    return ORDERS.get(place.order, "Order")


def orders(place: Place) -> list[Option]:
    """What the order menu offers."""
    return [{"name": words, "href": place.href(sort=sort)} for sort, words in ORDERS.items()]


def options(place: Place, groups: Sequence[GroupNode], people: Mapping[int, str]) -> dict[str, list[Option]]:
    """What the filter and order menus offer; `people` are those who have something in this list."""
    named = sorted(
        ((name, str(person)) for person, name in people.items()), key=lambda one: one[0].casefold()
    )
    whose = [*((words, value) for value, words in _WHOSE.items()), *named]
    # a view that is somebody's already is left: both at once would be nobody's
    view = "open" if "assigned_to" in VIEWS[place.view].rules else place.view
    return {
        "assignee": [
            {"name": words, "href": place.href(view=view, assignee=value)} for words, value in whose
        ],
        "group": [{"name": group.name, "href": place.href(group=str(group.id))} for group in groups],
        "status": [{"name": status, "href": place.href(status=status)} for status in Status],
        "priority": [{"name": one, "href": place.href(priority=one)} for one in reversed(Priority)],
        "order": orders(place),
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


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _turned(sort: str) -> str:
    return sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
