"""For the web processes: which topics changed. Hints name topics; whoever hears one reads through their own right.

These functions act for nobody: what they return is never shown to a person.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from sqlalchemy import select

from helpdesk.core.db import transaction
from helpdesk.integrations import live_listener
from helpdesk.models.ticket import ticket_watchers, tickets

_MOST = 500


def hints(window: float = 0.3) -> AsyncIterator[frozenset[str]]:
    """Sets of changed topics, gathered over `window` seconds. Hints may get lost: `changed_since` heals."""
    return live_listener.topics(window)


def changed_since(moment: datetime) -> dict[str, datetime]:
    """Topics of tickets that changed after `moment` (aware), each with the last time it did; the 500 latest tickets."""
    with transaction() as s:
        changed = s.execute(
            select(
                tickets.c.id,
                tickets.c.updated_at,
                tickets.c.staff_updated_at,
                tickets.c.created_by,
                tickets.c.requested_for,
            )
            .where(tickets.c.staff_updated_at > moment)
            .order_by(tickets.c.staff_updated_at.desc(), tickets.c.id.desc())
            .limit(_MOST)
        ).all()
        public = [row.id for row in changed if row.updated_at > moment]
        watchers = s.execute(
            select(ticket_watchers.c.ticket_id, ticket_watchers.c.user_id).where(
                ticket_watchers.c.ticket_id.in_(public)
            )
        ).all()
    latest: dict[str, datetime] = {}
    for row in changed:
        _later(latest, "queue", row.staff_updated_at)
        _later(latest, f"ticket_staff:{row.id}", row.staff_updated_at)
        if row.updated_at > moment:
            _later(latest, f"ticket:{row.id}", row.updated_at)
            for person in {row.created_by, row.requested_for}:
                _later(latest, f"person:{person}", row.updated_at)
    updated = {row.id: row.updated_at for row in changed}
    for ticket_id, user_id in watchers:
        _later(latest, f"person:{user_id}", updated[ticket_id])
    return latest


def _later(latest: dict[str, datetime], topic: str, at: datetime) -> None:
    if topic not in latest or latest[topic] < at:
        latest[topic] = at
