"""Whom an event tells (product rules §5), and the outbox rows that say so."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from helpdesk.core.clock import moved_to
from helpdesk.core.ids import random_id
from helpdesk.domain import telling
from helpdesk.domain.enums import STAFF_ROLES, Channel, NotificationEvent, NotificationStatus
from helpdesk.models.notification import notification_logs
from helpdesk.models.person import notification_preferences, roles, users
from helpdesk.models.tree import group_members, groups

_ALSO_TO_THE_ACTOR = frozenset({NotificationEvent.TICKET_RECEIPT})
_INSERT = insert(notification_logs)
_MEMBERS = (
    select(group_members.c.user_id)
    .join(users, users.c.id == group_members.c.user_id)
    .join(roles, roles.c.id == users.c.role_id)
    .where(
        group_members.c.group_id == bindparam("group_id"),
        users.c.is_active,
        roles.c.name.in_([str(role) for role in sorted(STAFF_ROLES)]),
    )
    .order_by(group_members.c.user_id)
)
_AUDIENCE = select(
    func.array(_MEMBERS.scalar_subquery(), type_=ARRAY(BigInteger)).label("members"), groups.c.queue_email
).where(groups.c.id == bindparam("group_id"))
_LISTENING = (
    select(users.c.id, notification_preferences.c.event, notification_preferences.c.channel)
    .select_from(users)
    .outerjoin(
        notification_preferences,
        and_(notification_preferences.c.user_id == users.c.id, ~notification_preferences.c.enabled),
    )
    .where(users.c.id == func.any(bindparam("people", type_=ARRAY(BigInteger))), users.c.is_active)
)


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
    row = s.execute(_AUDIENCE, {"group_id": group_id}).one()
    return tuple(row.members), row.queue_email


@dataclass(frozen=True, slots=True)
class Told:
    """What `write` wrote: how many messages are to be sent, and whose bell rings."""

    messages: int
    bells: frozenset[int]


def write(
    s: Session,
    *,
    ticket_id: int,
    actor_id: int,
    notices: Iterable[tuple[int, Notice]],
    at: datetime,
    batch_id: uuid.UUID,
) -> Told:
    """Insert the outbox rows of `(event seq, notice)` pairs.

    Never the person who caused it, never the same person twice for one event and channel, never who is inactive or
    has switched this off. A row of the bell has arrived with its transaction. Under a moved clock (seed) the rows are
    `suppressed`: the past is not mailed, and rings no bell.
    """
    pending = list(notices)
    wanted = {person for _, notice in pending for person in notice.people}
    reachable, off = listening(s, wanted)
    rows: dict[tuple[str, int, str], dict[str, Any]] = {}
    for channel in (Channel.EMAIL, Channel.IN_APP):
        fixed = _of_channel(channel, at)
        for seq, notice in pending:
            base = fixed | {
                "event": str(notice.event),
                "ticket_id": ticket_id,
                "event_seq": seq,
                "comment_id": notice.comment_id,
                "actor_id": actor_id,
                "data": dict(notice.data),
                "batch_id": batch_id,
            }
            for person in notice.people:
                if person not in reachable or (person, str(notice.event), str(channel)) in off:
                    continue
                if person == actor_id and not _tells_the_actor(notice.event, channel):
                    continue
                _add(rows, base, seq, person, None)
            if notice.address and channel is Channel.EMAIL:
                _add(rows, base, seq, None, notice.address)
    if rows:
        s.execute(_INSERT, list(rows.values()))
    return _told(rows.values())


def _of_channel(channel: Channel, at: datetime) -> dict[str, Any]:
    """What the rows of a channel have in common."""
    past = moved_to() is not None
    status = NotificationStatus.SUPPRESSED if past else NotificationStatus.QUEUED
    common = {
        "channel": str(channel),
        "created_at": at,
        "next_attempt_at": at,
        "sent_at": None,
        "read_at": None,
    }
    if channel is not Channel.IN_APP:
        return common | {"status": str(status), "bell_key": None}
    if past:
        return common | {"status": str(status), "read_at": at}
    return common | {"status": str(NotificationStatus.SENT), "sent_at": at}


def _tells_the_actor(event: NotificationEvent, channel: Channel) -> bool:
    """The receipt is a mail to keep; nobody needs a bell for what they have just done."""
    return event in _ALSO_TO_THE_ACTOR and channel is Channel.EMAIL


def _add(
    rows: dict[tuple[str, int, str], dict[str, Any]],
    base: dict[str, Any],
    seq: int,
    person: int | None,
    address: str | None,
) -> None:
    """A row for a person or an address, unless that one is told of the event already."""
    key = f"user:{person}" if address is None else f"address:{address.lower()}"
    own: dict[str, Any] = {"recipient_id": person, "address": address, "recipient_key": key}
    if base["channel"] == Channel.IN_APP:
        own["bell_key"] = random_id()
    rows.setdefault((base["channel"], seq, key), base | own)


def _told(rows: Iterable[Mapping[str, Any]]) -> Told:
    bells = frozenset(row["recipient_id"] for row in rows if row["channel"] == Channel.IN_APP)
    return Told(sum(row["channel"] != Channel.IN_APP for row in rows), bells)


def listening(s: Session, people: set[int]) -> tuple[frozenset[int], frozenset[tuple[int, str, str]]]:
    """Who of them is active, and who does not want to be told of which event by which channel.

    What can't be switched off is left out.
    """
    if not people:
        return frozenset(), frozenset()
    rows = s.execute(_LISTENING, {"people": sorted(people)}).all()
    off = frozenset((row.id, row.event, row.channel) for row in rows if row.event is not None)
    locked = {(person, str(event), str(channel)) for person in people for event, channel in telling.LOCKED}
    return frozenset(row.id for row in rows), off - locked
