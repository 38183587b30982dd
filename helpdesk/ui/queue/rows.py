"""A ticket in the queue."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import TypedDict

from helpdesk.services.views import TicketRow
from helpdesk.ui.rows import Clock, Person, iso, next_clock, person

_TAGS = 3


class QueueRow(TypedDict):
    id: int
    number: str
    href: str
    title: str
    topic: str
    group: str
    tags: list[str]
    more_tags: int  # how many the row leaves out
    priority: str
    status: str
    group_id: int
    requester: Person
    assignee: Person
    clock: Clock
    created: str
    updated: str
    held: bool
    version: int
    flash: str  # class of a row that somebody changed: two that take turns, so that its tint fades out again


def queue_row(row: TicketRow) -> QueueRow:
    node = row.subcategory or row.category
    return {
        "id": row.id,
        "number": row.ticket_no,
        "href": f"/tickets/{row.ticket_no}",
        "title": row.title,
        "topic": node.name if node else row.group.name,
        "group": row.group.name,
        "tags": list(row.tags[:_TAGS]),
        "more_tags": max(0, len(row.tags) - _TAGS),
        "priority": row.priority,
        "status": row.status,
        "group_id": row.group.id,
        "requester": person(row.requested_for),
        "assignee": person(row.assigned_to),
        "clock": next_clock(row.sla, row.hold),
        "created": iso(row.created_at),
        "updated": iso(row.updated_at),
        "held": row.hold is not None,
        "version": row.version,
        "flash": "",
    }


def merged(
    shown: list[QueueRow], fresh: list[QueueRow], left: Mapping[int, QueueRow | None]
) -> tuple[list[QueueRow], int]:
    """The shown rows brought up to date in place, and how many are new, gone or elsewhere.

    Nothing moves under the pointer: rows that belong elsewhere now wait for the person to ask. Only what is out of
    their sight goes at once.

    Args:
        left: shown rows that are not in this list any more, as they are now; None for those out of sight.
    """
    shown = [row for row in shown if left.get(row["id"], row) is not None]
    by_id = {row["id"]: row for row in fresh}
    kept: list[QueueRow] = []
    for row in shown:
        now = by_id.get(row["id"]) or left.get(row["id"])
        if now is None or {**now, "flash": ""} == {**row, "flash": ""}:
            kept.append(row)
        else:
            kept.append({**now, "flash": "changed again" if row["flash"] == "changed" else "changed"})
    return kept, _waiting([row["id"] for row in shown], [row["id"] for row in fresh])


def _waiting(old: list[int], new: list[int]) -> int:
    """How many rows are elsewhere now: those that came or went, whichever are more, and those that moved."""
    place = {one: index for index, one in enumerate(new)}
    both = [place[one] for one in old if one in place]
    return max(len(new), len(old)) - _longest_rising(both)


def _longest_rising(numbers: list[int]) -> int:
    """The length of the longest rising subsequence: what stayed in order."""
    tails: list[int] = []
    for number in numbers:
        at = bisect_left(tails, number)
        tails[at : at + 1] = [number]
    return len(tails)
