"""The statements that read what a mail may say, built once: as `_outbox_statements`."""

from __future__ import annotations

from sqlalchemy import BigInteger, ColumnElement, Integer, and_, select, tuple_
from sqlalchemy.orm import aliased

from helpdesk.models.notification import notification_logs
from helpdesk.models.person import roles, users
from helpdesk.models.sla import ticket_clocks
from helpdesk.models.ticket import (
    attachments,
    ticket_comments,
    ticket_events,
    ticket_history,
    ticket_history_texts,
    ticket_watchers,
    tickets,
)
from helpdesk.models.tree import categories, group_members, groups, subcategories
from helpdesk.services._arrays import any_of, lists
from helpdesk.services._placed import PLACED

_IDS = any_of("ids")
_t, _c, _k, _a = tickets.c, ticket_comments.c, ticket_clocks.c, attachments.c
_h, _x, _e = ticket_history.c, ticket_history_texts.c, ticket_events.c
_requester, _creator, _assignee = aliased(users), aliased(users), aliased(users)

ROWS = select(notification_logs).where(notification_logs.c.id == _IDS)

TICKETS = (
    select(
        *(_t.id, _t.ticket_no, _t.title, _t.description, _t.status, _t.priority, _t.group_id, _t.created_by),
        *(_t.requested_for, _t.assigned_to, _t.resolution_code, _t.resolution_text, _t.created_at),
        groups.c.restricted,
        groups.c.queue_email,
        groups.c.name.label("group"),
        categories.c.name.label("category"),
        subcategories.c.name.label("subcategory"),
        _requester.c.name.label("requester"),
        _requester.c.department.label("department"),
        _creator.c.name.label("creator"),
        _assignee.c.name.label("assignee"),
    )
    .select_from(PLACED)
    .join(_requester, _requester.c.id == _t.requested_for)
    .join(_creator, _creator.c.id == _t.created_by)
    .outerjoin(_assignee, _assignee.c.id == _t.assigned_to)
    .where(_t.id == _IDS)
)

WATCHERS = select(ticket_watchers.c.ticket_id, ticket_watchers.c.user_id).where(
    ticket_watchers.c.ticket_id == _IDS
)

PEOPLE = (
    select(users.c.id, users.c.name, users.c.email, users.c.is_active, users.c.time_zone)
    .add_columns(roles.c.name.label("role"))
    .join(roles, roles.c.id == users.c.role_id)
    .where(users.c.id == _IDS)
)

MEMBERS = select(group_members.c.user_id, group_members.c.group_id).where(group_members.c.user_id == _IDS)

COMMENTS = (
    select(_c.id, _c.message, _c.is_internal, users.c.name.label("author"))
    .join(users, users.c.id == _c.author_id)
    .where(_c.id == _IDS)
)

FILES = select(_a.comment_id, _a.filename).where(_a.comment_id == _IDS).order_by(_a.created_at)


def _of_events() -> ColumnElement[bool]:
    wanted = lists(tickets=BigInteger(), seqs=Integer())
    return tuple_(_e.ticket_id, _e.seq).in_(select(wanted.c.tickets, wanted.c.seqs))


EVENTS = (
    select(_e.ticket_id, _e.seq, _e.kind, _e.status, _e.at, _e.data, _assignee.c.name.label("assignee"))
    .outerjoin(_assignee, _assignee.c.id == _e.assigned_to)
    .where(_of_events())
)

DUES = select(_k.ticket_id, _k.kind, _k.due_at).where(_k.ticket_id == _IDS, _k.stopped_at.is_(None))

ACTORS = (
    select(users.c.id, users.c.name, roles.c.name.label("role"))
    .join(roles, roles.c.id == users.c.role_id)
    .where(users.c.id == _IDS)
)

REOPEN_REASONS = (
    select(_h.ticket_id, _x.new_value)
    .join(ticket_history_texts, and_(_x.ticket_id == _h.ticket_id, _x.seq == _h.seq))
    .where(_h.ticket_id == _IDS, _h.field_name == "reopen_reason")
    .order_by(_h.seq)
)
