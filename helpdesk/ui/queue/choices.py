"""What the queue offers around its list: chips, menus, orders, column heads, each as an address. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

from helpdesk.domain.enums import Priority, Status
from helpdesk.services.views import GroupNode
from helpdesk.ui.queue import times
from helpdesk.ui.queue.filters import RELEVANCE, Place
from helpdesk.ui.queue.rules import WHOSE, rule_chips

SORTS = {
    "priority": "-priority",
    "number": "-ticket_no",
    "due": "due_at",
    "created": "-created_at",
    "updated": "-updated_at",
}
"""The order that a click on a column's head gives first."""


class Chip(TypedDict):
    name: str
    value: str
    href: str  # without this filter


def chips(place: Place, groups: Sequence[GroupNode], people: Mapping[int, str]) -> list[Chip]:
    """The filters that apply: those of a saved view, and those beside the view.

    Args:
        people: names by id, of those whom the filter may name.
    """
    names = {str(group.id): group.name for group in groups}
    found = rule_chips(place, groups, people) if place.base.saved else []
    if place.words:
        found.append({"name": "Words", "value": place.words, "href": place.href(q="")})
    if place.group:
        found.append({"name": "Group", "value": names.get(place.group, "?"), "href": place.href(group="")})
    if place.status:
        found.append({"name": "Status", "value": place.status, "href": place.href(status="")})
    if place.assignee:
        name = WHOSE.get(place.assignee) or people.get(int(place.assignee), "Somebody")
        found.append({"name": "Assignee", "value": name, "href": place.href(assignee="")})
    if place.tag:
        found.append({"name": "Tag", "value": place.tag, "href": place.href(tag="")})
    if place.created:
        found.append({"name": "Created", "value": times.words(place.created), "href": place.href(created="")})
    if place.resolved:
        found.append(
            {"name": "Resolved", "value": times.words(place.resolved), "href": place.href(resolved="")}
        )
    if place.priority:
        found.append({"name": "Priority", "value": place.priority, "href": place.href(priority="")})
    return found


class Option(TypedDict):
    name: str
    href: str


ORDERS = {
    RELEVANCE: "Best match",
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
    return [
        {"name": words, "href": place.href(sort="" if sort == RELEVANCE else sort)}
        for sort, words in ORDERS.items()
        if place.words or sort != RELEVANCE
    ]


def options(
    place: Place, groups: Sequence[GroupNode], people: Mapping[int, str], tags: Sequence[str] = ()
) -> dict[str, list[Option]]:
    """What the filter and order menus offer; `people` and `tags` are those that this list has."""
    named = sorted(
        ((name, str(person)) for person, name in people.items()), key=lambda one: one[0].casefold()
    )
    whose = [*((words, value) for value, words in WHOSE.items()), *named]
    # a quick view that is somebody's already is left: both at once would be nobody's
    view = "open" if not place.base.saved and "assigned_to" in place.base.rules else place.view
    return {
        "assignee": [
            {"name": words, "href": place.href(view=view, assignee=value)} for words, value in whose
        ],
        "group": [{"name": group.name, "href": place.href(group=str(group.id))} for group in groups],
        "status": [{"name": status, "href": place.href(status=status)} for status in Status],
        "priority": [{"name": one, "href": place.href(priority=one)} for one in reversed(Priority)],
        "tag": [{"name": one, "href": place.href(tag=one)} for one in tags],
        "order": orders(place),
    }


def heads(place: Place) -> dict[str, str]:
    """Where a click on a column's head leads: its own order first, then the other way round."""
    return {
        name: place.href(sort=_turned(first) if place.order == first else first)
        for name, first in SORTS.items()
    }


def directions(place: Place) -> dict[str, str]:
    """For each column "ascending", "descending", or "" where the list is not in its order."""
    column = place.order.removeprefix("-")
    way = "descending" if place.order.startswith("-") else "ascending"
    return {name: way if first.removeprefix("-") == column else "" for name, first in SORTS.items()}


def _turned(sort: str) -> str:
    return sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
