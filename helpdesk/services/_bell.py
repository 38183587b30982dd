"""The bell: what a person was told in the app, as far as they still see the ticket that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, true, tuple_, update
from sqlalchemy.orm import Session

from helpdesk.core.db import after_commit, transaction
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Channel, Role
from helpdesk.domain.telling import STAFF_EVENTS
from helpdesk.integrations import live
from helpdesk.models.notification import notification_logs
from helpdesk.models.person import roles, users
from helpdesk.models.ticket import tickets
from helpdesk.services import _paging
from helpdesk.services._lock import moment
from helpdesk.services._planning import plan_for_values
from helpdesk.services._rows import person_view
from helpdesk.services._scope import (
    in_staff_scope,
    in_staff_scope_as,
    requested_as,
    requested_by,
    scope_params,
)
from helpdesk.services._text import clean_flag, clean_id
from helpdesk.services.views import BellCount, BellRow, Page

_n = notification_logs.c
_SORT = "-created_at"
_MOST_UNREAD = 100


@dataclass(frozen=True, slots=True)
class BellQuery:
    """Filter and place of one's own notifications, the newest first. `cursor` wins over `page`."""

    unread: bool | None = None
    page: int = 1
    page_size: int = 25
    cursor: str | None = None


def list_mine(actor: Actor, q: BellQuery) -> Page[BellRow]:
    """What the actor was told in the app, a page at a time; nothing about tickets that they no longer see.

    Raises:
        Invalid: a filter, page or cursor that makes no sense; names the field.
    """
    page, size = _paging.clean_page(q.page, q.page_size)
    conditions = [_mine(actor)]
    if q.unread is not None:
        unread = clean_flag("unread", q.unread)
        conditions.append(_n.read_at.is_(None) if unread else _n.read_at.is_not(None))
    place: list[ColumnElement[bool]] = []
    if q.cursor is not None:
        place.append(tuple_(_n.created_at, _n.bell_key) < _edge(q.cursor))
        page = 1
    statement = (
        _rows().where(*conditions, _visible(actor), *place).order_by(_n.created_at.desc(), _n.bell_key.desc())
    )
    with transaction() as s:
        plan_for_values(s)
        found = s.execute(statement.offset((page - 1) * size).limit(size + 1)).all()
        # the fence (OFFSET) keeps to these tickets; beside many messages all tickets would be read for a join
        seen = select(tickets.c.id).where(tickets.c.id == _n.ticket_id, _visible(actor)).offset(0)
        counted = select(_n.id).join(seen.correlate(notification_logs).lateral(), true()).where(*conditions)
        total, capped = _paging.capped_count(s, counted)
    shown = found[:size]
    cursor = None
    if len(found) > size:
        cursor = _paging.encode(_SORT, [shown[-1].created_at.isoformat(), shown[-1].bell_key])
    return Page(tuple(_view(actor, row) for row in shown), total, page, size, cursor, capped)


def count_unread(actor: Actor) -> BellCount:
    """How many of them the actor has not read, up to 100; the flag says that there are more."""
    with transaction() as s:
        plan_for_values(s)
        found = s.scalar(_unread(actor.role), {"recipient": actor.user_id, **scope_params(actor)}) or 0
    return BellCount(min(found, _MOST_UNREAD), found > _MOST_UNREAD)


@cache
def _unread(role: Role) -> Select[int]:
    told = and_(
        _n.recipient_id == bindparam("recipient"), _n.channel == str(Channel.IN_APP), _n.read_at.is_(None)
    )
    some = (
        select(_n.id)
        .join(tickets, tickets.c.id == _n.ticket_id)
        .where(told, _in_sight(in_staff_scope_as(role), requested_as()))
        .limit(_MOST_UNREAD + 1)
        .subquery()
    )
    return select(func.count()).select_from(some)


def mark_read(actor: Actor, notification_id: object) -> BellRow:
    """Take one of the actor's own as read; one that is read already stays as it is.

    Raises:
        NotFound: there is none of theirs, or its ticket is not visible to them any more.
    """
    wanted = clean_id("id", notification_id)
    with transaction() as s:
        row = s.execute(_rows().where(_mine(actor), _n.bell_key == wanted, _visible(actor))).first()
        if row is None:
            raise NotFound("There is no such notification.")
        if row.read_at is None and _take_as_read(s, actor, _n.bell_key == wanted):
            row = s.execute(_rows().where(_mine(actor), _n.bell_key == wanted)).one()
        return _view(actor, row)


def mark_all_read(actor: Actor) -> int:
    """Take all of the actor's own as read, also those about tickets out of their sight; returns how many were not."""
    with transaction() as s:
        return _take_as_read(s, actor)


# ---- parts -----------------------------------------------------------------------------------------------------------


def _take_as_read(s: Session, actor: Actor, *which: ColumnElement[bool]) -> int:
    changed = s.scalars(
        update(notification_logs)
        .where(_mine(actor), _n.read_at.is_(None), *which)
        .values(read_at=moment(s))
        .returning(_n.id)
    ).all()
    if changed:  # the same person's other tabs
        after_commit(s, lambda: live.publish([f"bell:{actor.user_id}"]))
    return len(changed)


def _mine(actor: Actor) -> ColumnElement[bool]:
    return and_(_n.recipient_id == actor.user_id, _n.channel == str(Channel.IN_APP))


def _visible(actor: Actor) -> ColumnElement[bool]:
    return _in_sight(in_staff_scope(actor), requested_by(actor))


def _in_sight(as_staff: ColumnElement[bool], own: ColumnElement[bool]) -> ColumnElement[bool]:
    """The rule of `_scope.visible_to`, and of what staff alone may know nothing for those who are not."""
    return or_(as_staff, and_(_n.event.not_in(sorted(STAFF_EVENTS)), own))


def _edge(cursor: object) -> Any:
    at, key = _paging.decode(cursor, _SORT, (str, int))
    try:
        moment_ = datetime.fromisoformat(at)
    except ValueError:
        moment_ = None
    if moment_ is None or moment_.tzinfo is None:
        raise Invalid.at("cursor", "This cursor belongs to another list or order.")
    try:
        return tuple_(moment_.astimezone(UTC), key)
    except OverflowError:
        raise Invalid.at("cursor", "This cursor belongs to another list or order.") from None


def _rows() -> Any:
    return (
        select(
            *(_n.bell_key, _n.event, _n.ticket_id, _n.actor_id, _n.data, _n.created_at, _n.read_at),
            *(tickets.c.ticket_no, tickets.c.title),
            *(users.c.name, users.c.email, roles.c.name.label("role")),
        )
        .join(tickets, tickets.c.id == _n.ticket_id)
        .join(users, users.c.id == _n.actor_id)
        .join(roles, roles.c.id == users.c.role_id)
    )


def _view(actor: Actor, row: Any) -> BellRow:
    return BellRow(
        id=row.bell_key,
        event=row.event,
        ticket_id=row.ticket_id,
        ticket_no=row.ticket_no,
        title=row.title,
        actor=person_view(actor, row.actor_id, row.name, row.email, row.role),
        status=row.data.get("status"),
        created_at=row.created_at,
        read_at=row.read_at,
    )
