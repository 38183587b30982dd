"""A ticket in the queue."""

from __future__ import annotations

from typing import TypedDict

from helpdesk.services.views import TicketRow
from helpdesk.ui.rows import Clock, Person, iso, next_clock, person


class QueueRow(TypedDict):
    id: int
    number: str
    href: str
    title: str
    topic: str
    priority: str
    status: str
    group_id: int
    requester: Person
    assignee: Person
    clock: Clock
    updated: str
    version: int
    flash: str  # changes when somebody changed the row: its tint fades out again


def queue_row(row: TicketRow) -> QueueRow:
    node = row.subcategory or row.category
    return {
        "id": row.id,
        "number": row.ticket_no,
        "href": f"/tickets/{row.ticket_no}",
        "title": row.title,
        "topic": node.name if node else row.group.name,
        "priority": row.priority,
        "status": row.status,
        "group_id": row.group.id,
        "requester": person(row.requested_for),
        "assignee": person(row.assigned_to),
        "clock": next_clock(row.sla, row.hold),
        "updated": iso(row.updated_at),
        "version": row.version,
        "flash": "",
    }


def merged(shown: list[QueueRow], fresh: list[QueueRow]) -> tuple[list[QueueRow], int]:
    """The shown rows brought up to date in place, and how many are new, gone or elsewhere.

    Nothing moves under the pointer: rows that belong elsewhere now wait for the person to ask.
    """
    by_id = {row["id"]: row for row in fresh}
    kept: list[QueueRow] = []
    for row in shown:
        now = by_id.get(row["id"])
        if now is None or {**now, "flash": ""} == {**row, "flash": ""}:
            kept.append(row)
        else:
            kept.append({**now, "flash": now["updated"]})
    old, new = [row["id"] for row in shown], [row["id"] for row in fresh]
    if old == new:
        return kept, 0
    moved = sum(1 for a, b in zip(old, new, strict=False) if a in by_id and a != b and b in old)
    return kept, max(1, len(set(old) ^ set(new)) or moved)
