"""The notification log for admins, and "Retry" for whoever may use it (product rules §5, §7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session

from helpdesk.core.db import after_commit, transaction
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.domain.access import Actor, require_admin, require_staff
from helpdesk.domain.enums import NotificationEvent, NotificationStatus
from helpdesk.integrations import live, wake
from helpdesk.models.notification import notification_logs
from helpdesk.models.person import roles, users
from helpdesk.models.ticket import tickets
from helpdesk.services import _paging
from helpdesk.services._audit import audit
from helpdesk.services._lock import moment
from helpdesk.services._rows import person_view
from helpdesk.services._scope import in_staff_scope
from helpdesk.services._text import clean_enum, clean_id, clean_ids
from helpdesk.services.views import NotificationRow, Page, PersonView

_n = notification_logs.c
_SORTS = ("-created_at", "created_at")


@dataclass(frozen=True, slots=True)
class NotificationQuery:
    """Filters, order and place of the log. `page` from 1; `cursor` from a page before wins over `page`."""

    status: tuple[str, ...] = ()
    event: tuple[str, ...] = ()
    ticket_id: tuple[int, ...] = ()
    recipient_id: tuple[int, ...] = ()
    sort: str = "-created_at"
    page: int = 1
    page_size: int = 25
    cursor: str | None = None


def list_log(actor: Actor, q: NotificationQuery) -> Page[NotificationRow]:
    """The log of all messages, a page at a time. For admins alone.

    Raises:
        Invalid: a filter, order, page or cursor that makes no sense; names the field.
    """
    require_admin(actor)
    page, size = _paging.clean_page(q.page, q.page_size)
    if q.sort not in _SORTS:
        raise Invalid.at("sort", f"Possible here: {', '.join(_SORTS)}.")
    down = q.sort.startswith("-")
    conditions = _conditions(q)
    # ids rise with the time of writing, so that they are the order of time
    statement = _rows().where(*conditions).order_by(_n.id.desc() if down else _n.id)
    if q.cursor is not None:
        (edge,) = _paging.decode(q.cursor, q.sort, (int,))
        statement = statement.where(_n.id < edge if down else _n.id > edge)
        page = 1
    with transaction() as s:
        found = s.execute(statement.offset((page - 1) * size).limit(size + 1)).all()
        total, capped = _paging.capped_count(s, select(_n.id).where(*conditions))
    shown = found[:size]
    cursor = _paging.encode(q.sort, [shown[-1].id]) if len(found) > size else None
    return Page(tuple(_view(actor, row) for row in shown), total, page, size, cursor, capped)


def retry(actor: Actor, notification_id: object) -> NotificationRow:
    """Queue a failed message again, with all that failed in the same mail and that the actor may retry.

    Admins retry anything, other staff what belongs to a ticket that they see as staff. A message that waits
    already
    is returned as it is.

    Raises:
        NotFound: there is none that the actor may know of.
        Conflict: it was sent, or must not be sent.
    """
    require_staff(actor)
    wanted = clean_id("id", notification_id)
    with transaction() as s:
        row = s.execute(
            select(_n.id, _n.status, _n.batch_id, _n.recipient_key, _n.channel, _n.ticket_id)
            .join(tickets, tickets.c.id == _n.ticket_id)
            .where(_n.id == wanted, in_staff_scope(actor))
            .with_for_update(of=notification_logs)
        ).first()
        if row is None:
            raise NotFound("There is no such message.")
        if row.status in {NotificationStatus.SENT, NotificationStatus.SUPPRESSED}:
            raise Conflict(f"This message is {row.status}; only a failed one can be tried again.")
        if row.status == NotificationStatus.FAILED:
            _queue_again(s, actor, row)
        return _view(actor, s.execute(_rows().where(_n.id == wanted)).one())


def _queue_again(s: Session, actor: Actor, row: Any) -> None:
    mine = select(tickets.c.id).where(in_staff_scope(actor))
    ids = s.scalars(
        select(_n.id)
        .where(
            and_(
                _n.batch_id == row.batch_id, _n.recipient_key == row.recipient_key, _n.channel == row.channel
            ),
            _n.status == str(NotificationStatus.FAILED),
            _n.ticket_id.in_(mine),
        )
        .order_by(_n.id)
        .with_for_update()
    ).all()
    s.execute(
        update(notification_logs)
        .where(_n.id.in_(ids))
        .values(
            status=str(NotificationStatus.QUEUED),
            next_attempt_at=moment(s),
            # the tries so far stay on record, but a new series begins
            data=_n.data.concat(func.jsonb_build_object("tried_before", _n.attempts)),
        )
    )
    audit(s, actor, "notification_retried", "notification", row.id, {"ticket_id": row.ticket_id})
    after_commit(s, lambda: live.publish(["notifications", f"ticket_staff:{row.ticket_id}"]))
    after_commit(s, wake.wake)


def _conditions(q: NotificationQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if q.status:
        statuses = [str(clean_enum("status", one, NotificationStatus)) for one in q.status]
        conditions.append(_n.status.in_(statuses))
    if q.event:
        conditions.append(_n.event.in_([str(clean_enum("event", one, NotificationEvent)) for one in q.event]))
    if q.ticket_id:
        conditions.append(_n.ticket_id.in_(clean_ids("ticket_id", q.ticket_id, 100)))
    if q.recipient_id:
        conditions.append(_n.recipient_id.in_(clean_ids("recipient_id", q.recipient_id, 100)))
    return conditions


def _rows() -> Any:
    return (
        select(
            *(_n.id, _n.event, _n.ticket_id, _n.recipient_id, _n.address, _n.channel, _n.status),
            *(_n.attempts, _n.last_error, _n.created_at, _n.sent_at),
            tickets.c.ticket_no,
            users.c.name,
            users.c.email,
            roles.c.name.label("role"),
        )
        .join(tickets, tickets.c.id == _n.ticket_id)
        .outerjoin(users, users.c.id == _n.recipient_id)
        .outerjoin(roles, roles.c.id == users.c.role_id)
    )


def _view(actor: Actor, row: Any) -> NotificationRow:
    person: PersonView | None = None
    if row.recipient_id is not None:
        person = person_view(actor, row.recipient_id, row.name, row.email, row.role)
    return NotificationRow(
        id=row.id,
        event=row.event,
        ticket_id=row.ticket_id,
        recipient=person,
        channel=row.channel,
        status=row.status,
        attempts=row.attempts,
        last_error=row.last_error,
        created_at=row.created_at,
        sent_at=row.sent_at,
        ticket_no=row.ticket_no,
        address=row.address,
    )
