"""For the web processes: which topics changed. Hints name topics; whoever hears one reads through their own right.

These functions act for nobody: what they return is never shown to a person.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session

from helpdesk.core.db import transaction
from helpdesk.domain.enums import Channel, EventKind
from helpdesk.domain.queues import counts_of, touched
from helpdesk.integrations import live_listener
from helpdesk.models.notification import notification_logs
from helpdesk.models.ticket import ticket_events, ticket_watchers, tickets
from helpdesk.models.tree import groups

_MOST = 500


def hints(window: float = 0.1) -> AsyncIterator[frozenset[str]]:
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
        queues = _queues(s, [row.id for row in changed], moment)
        public = [row.id for row in changed if row.updated_at > moment]
        watchers = s.execute(
            select(ticket_watchers.c.ticket_id, ticket_watchers.c.user_id).where(
                ticket_watchers.c.ticket_id.in_(public)
            )
        ).all()
        bells = _bells(s, [row.id for row in changed], moment)
    latest: dict[str, datetime] = {}
    for row in changed:
        for topic in (*queues[row.id], *counts_of(queues[row.id])):
            _later(latest, topic, row.staff_updated_at)
        _later(latest, f"ticket_staff:{row.id}", row.staff_updated_at)
        if row.updated_at > moment:
            _later(latest, f"ticket:{row.id}", row.updated_at)
            for person in {row.created_by, row.requested_for}:
                _later(latest, f"person:{person}", row.updated_at)
    updated = {row.id: row.updated_at for row in changed}
    for ticket_id, user_id in watchers:
        _later(latest, f"person:{user_id}", updated[ticket_id])
    for user_id, at in bells:
        _later(latest, f"bell:{user_id}", at)
    return latest


def _queues(s: Session, ticket_ids: list[int], moment: datetime) -> dict[int, frozenset[str]]:
    """The topics of the lists that show each ticket; of one that was moved, also those of where it was before."""
    t, e, g = tickets.c, ticket_events.c, groups.c
    moved = select(e.ticket_id).where(
        e.ticket_id.in_(ticket_ids), e.kind == str(EventKind.CATEGORY_CHANGED), e.at > moment
    )
    places = union(
        select(t.id, t.group_id).where(t.id.in_(ticket_ids)),
        select(e.ticket_id, e.group_id).where(e.ticket_id.in_(moved)),
    ).subquery("places")
    rows = s.execute(
        select(places.c.id, g.id.label("group_id"), g.restricted).join(groups, g.id == places.c.group_id)
    )
    found: dict[int, frozenset[str]] = dict.fromkeys(ticket_ids, frozenset())
    for row in rows:
        found[row.id] |= touched(row.group_id, row.restricted)
    return found


def _bells(s: Session, ticket_ids: list[int], moment: datetime) -> list[tuple[int, datetime]]:
    """Whose bell rang about these tickets after `moment`, and when last."""
    n = notification_logs.c
    rang = s.execute(
        select(n.recipient_id, func.max(n.created_at).label("at"))
        .where(n.ticket_id.in_(ticket_ids), n.channel == str(Channel.IN_APP), n.created_at > moment)
        .group_by(n.recipient_id)
    )
    return [(row.recipient_id, row.at) for row in rang]


def _later(latest: dict[str, datetime], topic: str, at: datetime) -> None:
    if topic not in latest or latest[topic] < at:
        latest[topic] = at
