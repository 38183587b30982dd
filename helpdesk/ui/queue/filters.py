"""What an address of the queue means: which tickets, in which order. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from helpdesk.domain.enums import UNSOLVED, Priority, Status
from helpdesk.services.views import SavedViewRow, TicketQuery
from helpdesk.ui.app_state import query
from helpdesk.ui.queue import times
from helpdesk.ui.queue.rules import WHOSE

PATH = "/queue"
PAGE_SIZE = 50
_LIVE = tuple(str(status) for status in Status if status in UNSOLVED)
_NOT_CLOSED = (*_LIVE, str(Status.RESOLVED))
_URGENT = (str(Priority.CRITICAL), str(Priority.HIGH))
_PLACE = frozenset({"sort", "page", "page_size", "cursor", "watching", "needs_me"})
_DEFAULTS = {one.name: one.default for one in fields(TicketQuery) if one.name not in _PLACE}


@dataclass(frozen=True, slots=True)
class View:
    """A quick filter or a saved one: its title, what it selects, and how it is ordered unless the address says so."""

    title: str
    empty: str
    rules: Mapping[str, Any] = field(default_factory=dict[str, Any])
    sort: str = "due_at"
    statuses: tuple[str, ...] = _LIVE
    saved: bool = False


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
RELEVANCE = "relevance"  # the order of a search unless the address says otherwise
_SORTABLE = {"created_at", "updated_at", "priority", "due_at", "ticket_no"}


def view_of(row: SavedViewRow) -> View:
    """A saved view as one of the queue's."""
    rules = {name: getattr(row.filters, name) for name in _DEFAULTS}
    rules = {name: value for name, value in rules.items() if value != _DEFAULTS[name]}
    return View(row.name, "No ticket fits this view.", rules, row.sort, (), saved=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the queue one is: as the address says it, cleaned."""

    view: str  # a quick filter's name, or a saved view's id
    base: View
    words: str = ""
    status: str = ""
    priority: str = ""
    group: str = ""
    assignee: str = ""  # me, none, or a person's id
    tag: str = ""
    sort: str = ""
    cursor: str = ""
    created: str = ""  # a day, or from one to another: see `times`
    resolved: str = ""
    without: tuple[str, ...] = ()  # filters of a saved view that are left out just now

    @property
    def order(self) -> str:
        usual = self.base.sort
        if usual == RELEVANCE and "q" not in self.rules:  # a kept search whose words are left out
            usual = "-created_at"
        return self.sort or (RELEVANCE if self.words else usual)

    @property
    def rules(self) -> dict[str, Any]:
        """What the view itself asks for here."""
        return {name: value for name, value in self.base.rules.items() if name not in self.without}

    @property
    def changed(self) -> bool:
        """Whether a saved view is looked at otherwise than it was kept."""
        own = (self.words, self.status, self.priority, self.group, self.assignee, self.tag)
        days = (self.created, self.resolved, self.without)
        return any(own) or any(days) or self.order != self.base.sort

    def href(self, **changes: str) -> str:
        """The address with some parts changed; a changed filter begins at the first page."""
        parts = {
            "view": self.view,
            "q": self.words,
            "status": self.status,
            "priority": self.priority,
            "group": self.group,
            "assignee": self.assignee,
            "tag": self.tag,
            "created": self.created,
            "resolved": self.resolved,
            "without": ".".join(self.without),
            "sort": self.sort,
            "cursor": "",
        } | changes
        return PATH + query(**parts)

    @property
    def bare(self) -> str:
        """The address of the view without filters, in the same order."""
        return PATH + query(view=self.view, sort=self.sort)

    @property
    def origin(self) -> str:
        """What a link from here to a ticket says of where one came from."""
        return self.href().partition("?")[2]

    def ticket_query(self) -> TicketQuery:
        """What the service is asked. Words and days find closed tickets too, unless a saved view says otherwise."""
        rules = self.rules
        wide = self.words or ((self.created or self.resolved) and self.view != "open")
        if self.base.statuses and not wide:
            rules["status"] = self.base.statuses
        for name, span in (("created", self.created), ("resolved", self.resolved)):
            if span:
                since, before = times.bounds(span)
                rules |= {f"{name}_from": since, f"{name}_to": before}
        if self.group:
            rules["group_id"] = (int(self.group),)
        for name, value in (
            ("status", self.status),
            ("priority", self.priority),
            ("assigned_to", self.assignee),
            ("tag", self.tag),
        ):
            if value:
                rules[name] = (value,)
        if self.words:
            rules["q"] = self.words
        return TicketQuery(**rules, sort=self.order, cursor=self.cursor or None, page_size=PAGE_SIZE)

    def filters(self) -> dict[str, Any]:
        """The filters of `ticket_query`, to be kept as a view."""
        asked = self.ticket_query()
        found = {name: getattr(asked, name) for name in _DEFAULTS}
        return {name: value for name, value in found.items() if value != _DEFAULTS[name]}


def read(params: Mapping[str, str], default: str, saved: SavedViewRow | None = None) -> Place:
    """The place that an address names; what it gets wrong is left out.

    Args:
        saved: the view that it names, where that is a saved one.
    """
    view = params.get("view", "") or default
    if saved is not None:
        view, base = str(saved.id), view_of(saved)
    else:
        view = view if view in VIEWS else default
        base = VIEWS[view]
    status, priority, group = params.get("status", ""), params.get("priority", ""), params.get("group", "")
    sort, assignee = params.get("sort", ""), params.get("assignee", "")
    whose = base.saved or "assigned_to" not in base.rules
    left_out = params.get("without", "").split(".") if base.saved else []
    return Place(
        view=view,
        base=base,
        words=params.get("q", "").strip()[:200],
        status=status if status in set(Status) else "",
        priority=priority if priority in set(Priority) else "",
        group=group if is_id(group) else "",
        assignee=assignee if whose and (assignee in WHOSE or is_id(assignee)) else "",
        tag=params.get("tag", "").strip()[:50],
        sort=sort if sort.removeprefix("-") in _SORTABLE else "",
        cursor=params.get("cursor", "")[:500],
        created=times.cleaned(params.get("created", "")),
        resolved=times.cleaned(params.get("resolved", "")),
        without=tuple(name for name in dict.fromkeys(left_out) if name in base.rules),
    )


def is_id(text: str) -> bool:
    """Whether a text from outside names a key of the database."""
    return text.isascii() and text.isdigit() and len(text) < 19


def saved_id(params: Mapping[str, str]) -> int | None:
    """The id of the saved view that an address names."""
    view = params.get("view", "")
    return int(view) if is_id(view) and int(view) else None
