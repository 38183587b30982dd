"""Where each role can go: sections of the sidebar, and the three places of the bottom bar on a phone."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.domain.enums import Role


@dataclass(frozen=True, slots=True)
class Place:
    """An entry: `name` is what a page passes as `active`; `count` a key of `AppState.counts`, `tone` its colour."""

    name: str
    words: str
    href: str
    glyph: str
    count: str = ""
    tone: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    places: tuple[Place, ...]


NEW = Place("new", "New request", "/new", "plus")
MY = Place("my", "My requests", "/my", "ticket")
WATCHING = Place("watching", "Watching", "/my?view=watching", "eye")
HOME = Place("home", "Home", "/home", "layout-dashboard")
REPORTS = Place("reports", "Reports", "/reports", "chart-column")

_QUEUE = (
    Place("queue.mine", "Mine", "/queue?view=mine", "inbox", "mine"),
    Place("queue.unassigned", "Unassigned", "/queue?view=unassigned", "circle-dashed", "unassigned"),
    Place("queue.high", "High priority", "/queue?view=high", "zap", "high_priority"),
    Place(
        "queue.breaching", "Breaching soon", "/queue?view=breaching", "alarm-clock", "breaching_soon", "warm"
    ),
    Place("queue.breached", "Breached", "/queue?view=breached", "circle-alert", "breached", "hot"),
    Place("queue.waiting", "Waiting", "/queue?view=waiting", "circle-pause", "waiting"),
    Place("queue.my_groups", "My groups", "/queue?view=my_groups", "users-round", "my_groups"),
    Place("queue.all", "All", "/queue?view=all", "list-filter", "all"),
)
_QUEUE_OF_MANAGER = tuple(place for place in _QUEUE if place.name not in {"queue.mine"})
QUEUE_ENTRY = Place("queue.my_groups", "My groups", "/queue?view=my_groups", "inbox", short="Queue")
_OWN = Section("Own requests", (MY, WATCHING))
_ADMIN = Section(
    "Administration",
    (
        Place("tree", "Groups and topics", "/admin/tree", "folder-tree"),
        Place("people", "People", "/admin/people", "users-round"),
        Place("notifications", "Notifications", "/admin/notifications", "send"),
    ),
)

NAV: dict[str, list[Section]] = {
    Role.CLIENT: [Section("Help", (NEW, MY, WATCHING))],
    Role.AGENT: [Section("Queue", _QUEUE), _OWN],
    Role.MANAGER: [Section("Overview", (HOME, REPORTS)), Section("Queue", _QUEUE_OF_MANAGER), _OWN],
    Role.ADMIN: [Section("Overview", (HOME, REPORTS)), Section("Queue", _QUEUE), _ADMIN, _OWN],
}

BOTTOM: dict[str, list[Place]] = {
    Role.CLIENT: [NEW, MY, WATCHING],
    Role.AGENT: [QUEUE_ENTRY, Place("queue.mine", "Mine", "/queue?view=mine", "user-check"), NEW],
    Role.MANAGER: [HOME, QUEUE_ENTRY, MY],
    Role.ADMIN: [HOME, QUEUE_ENTRY, Place("tree", "Topics", "/admin/tree", "folder-tree")],
}

START: dict[str, str] = {
    Role.CLIENT: "/my",
    Role.AGENT: "/queue?view=mine",
    Role.MANAGER: "/home",
    Role.ADMIN: "/home",
}
"""Where each role begins: what "/" leads to."""
