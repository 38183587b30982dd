"""Whom an event tells (product rules §5), and the outbox rows that say so."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from helpdesk.core.clock import moved_to
from helpdesk.domain.enums import STAFF_ROLES, Channel, NotificationEvent, NotificationStatus
from helpdesk.models.notification import notification_logs
from helpdesk.models.person import notification_preferences, roles, users
from helpdesk.models.tree import group_members, groups

_ALSO_TO_THE_ACTOR = frozenset({NotificationEvent.TICKET_RECEIPT})


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody is to be told of an event. Earlier notices of the same event win over later ones."""

    event: NotificationEvent
    people: tuple[int, ...]
    address: str | None = None
    comment_id: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])


def group_audience(s: Session, group_id: int) -> tuple[tuple[int, ...], str | None]:
    """The staff members of a group and its queue address."""
    members = s.scalars(
        select(group_members.c.user_id)
        .join(users, users.c.id == group_members.c.user_id)
        .join(roles, roles.c.id == users.c.role_id)
        .where(group_members.c.group_id == group_id, users.c.is_active, roles.c.name.in_(STAFF_ROLES))
        .order_by(group_members.c.user_id)
    ).all()
    address = s.scalar(select(groups.c.queue_email).where(groups.c.id == group_id))
    return tuple(members), address


def write(
    s: Session,
    *,
    ticket_id: int,
    actor_id: int,
    notices: Iterable[tuple[int, Notice]],
    at: datetime,
    batch_id: uuid.UUID,
) -> int:
    """Insert the outbox rows of `(event seq, notice)` pairs and return how many.

    Never the person who caused it, never the same person twice for one event, never who is inactive or has switched
    this off. Under a moved clock (seed) the rows are `suppressed`: the past is not mailed.
    """
    pending = list(notices)
    wanted = {person for _, notice in pending for person in notice.people}
    reachable = _reachable(s, wanted)
    off = _switched_off(s, wanted)
    rows: dict[tuple[int, str], dict[str, Any]] = {}
    status = NotificationStatus.SUPPRESSED if moved_to() else NotificationStatus.QUEUED
    for seq, notice in pending:
        base: dict[str, Any] = {
            "event": str(notice.event),
            "ticket_id": ticket_id,
            "event_seq": seq,
            "comment_id": notice.comment_id,
            "actor_id": actor_id,
            "channel": str(Channel.EMAIL),
            "status": str(status),
            "data": dict(notice.data),
            "batch_id": batch_id,
            "created_at": at,
            "next_attempt_at": at,
        }
        for person in notice.people:
            if person not in reachable or (person == actor_id and notice.event not in _ALSO_TO_THE_ACTOR):
                continue
            if (person, str(notice.event), str(Channel.EMAIL)) in off:
                continue
            key = f"user:{person}"
            rows.setdefault(
                (seq, key), base | {"recipient_id": person, "address": None, "recipient_key": key}
            )
        if notice.address:
            key = f"address:{notice.address.lower()}"
            rows.setdefault(
                (seq, key), base | {"recipient_id": None, "address": notice.address, "recipient_key": key}
            )
    if rows:
        s.execute(insert(notification_logs), list(rows.values()))
    return len(rows)


def _reachable(s: Session, people: set[int]) -> frozenset[int]:
    if not people:
        return frozenset()
    return frozenset(s.scalars(select(users.c.id).where(users.c.id.in_(people), users.c.is_active)))


def _switched_off(s: Session, people: set[int]) -> frozenset[tuple[int, str, str]]:
    if not people:
        return frozenset()
    p = notification_preferences.c
    rows = s.execute(select(p.user_id, p.event, p.channel).where(p.user_id.in_(people), ~p.enabled))
    return frozenset((row.user_id, row.event, row.channel) for row in rows)
