"""What a mail may say, read anew at the moment of sending:
a queued row keeps no text, so that nothing outlives a right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, and_, select, tuple_
from sqlalchemy.orm import Session, aliased

from helpdesk.domain.access import Actor, TicketFacts, view_of
from helpdesk.domain.enums import NotificationEvent, Role, View
from helpdesk.domain.telling import STAFF_EVENTS
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


@dataclass(frozen=True, slots=True)
class Comment:
    author: str
    message: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the outbox with all that may be told of it.

    `ticket`: columns of the ticket with the names of people and places; `then`: the event's own snapshot;
    `dues`: clock kind to due time; `reader`: the recipient's id, None for a queue address.
    """

    id: int
    event: NotificationEvent
    data: Mapping[str, Any]
    actor: str
    ticket: Mapping[str, Any]
    then: Mapping[str, Any]
    dues: Mapping[str, datetime | None]
    view: View
    reader: int | None
    comment: Comment | None
    reopen_reason: str


@dataclass(frozen=True, slots=True)
class Recipient:
    address: str
    name: str
    time_zone: str | None


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be sent to one recipient, and what must not be, with the reason."""

    recipient: Recipient | None
    items: tuple[Item, ...]
    refused: Mapping[int, str]


def gather(s: Session, ids: Iterable[int]) -> Letter:
    """Read the rows `ids` of one recipient and judge each by the rights of this moment (product rules §5)."""
    rows = s.execute(
        select(notification_logs).where(notification_logs.c.id.in_(ids)).order_by(notification_logs.c.id)
    ).mappings()
    found = list(rows)
    around = _around(s, found)
    about = _tickets(s, {row["ticket_id"] for row in found})
    reader = _reader(s, found[0]["recipient_id"]) if found else None
    recipient = _recipient(found[0], reader) if found else None
    items: list[Item] = []
    refused: dict[int, str] = {}
    comments = _comments(s, {row["comment_id"] for row in found if row["comment_id"] is not None})
    watchers = _watchers(s, about)
    for row in found:
        ticket = about[row["ticket_id"]]
        comment = comments.get(row["comment_id"])
        view, reason = _judge(row, ticket, watchers[row["ticket_id"]], reader, comment)
        if view is None:
            refused[row["id"]] = reason
        else:
            items.append(_item(row, ticket, view, comment, around))
    return Letter(recipient, tuple(items), refused)


@dataclass(frozen=True, slots=True)
class _Reader:
    actor: Actor
    email: str
    active: bool
    time_zone: str | None


def _reader(s: Session, person: int | None) -> _Reader | None:
    if person is None:
        return None
    row = s.execute(
        select(users.c.name, users.c.email, users.c.is_active, users.c.time_zone, roles.c.name.label("role"))
        .join(roles, roles.c.id == users.c.role_id)
        .where(users.c.id == person)
    ).one()
    member = s.scalars(select(group_members.c.group_id).where(group_members.c.user_id == person))
    actor = Actor(person, Role(row.role), frozenset(member), name=row.name)
    return _Reader(actor, row.email, row.is_active, row.time_zone)


def _recipient(row: RowMapping, reader: _Reader | None) -> Recipient:
    if reader is None:
        return Recipient(row["address"], "", None)
    return Recipient(reader.email, reader.actor.name, reader.time_zone)


def _judge(
    row: RowMapping,
    ticket: Mapping[str, Any],
    watchers: frozenset[int],
    reader: _Reader | None,
    comment: RowMapping | None,
) -> tuple[View | None, str]:
    """The view in which the recipient may be told now, or None and why not."""
    if reader is None:
        if row["address"].lower() != (ticket["queue_email"] or "").lower():
            return None, "no longer the queue address of the ticket's group"
        view: View | None = View.STAFF
    elif not reader.active:
        return None, "the recipient is deactivated"
    else:
        facts = TicketFacts(
            ticket["group_id"],
            ticket["restricted"],
            ticket["created_by"],
            ticket["requested_for"],
            ticket["assigned_to"],
            watchers,
        )
        view = view_of(reader.actor, facts)
    internal = row["event"] in STAFF_EVENTS or (comment is not None and comment["is_internal"])
    if view is None or (internal and view is not View.STAFF):
        return None, "the recipient may not see this any more"
    return view, ""


def _tickets(s: Session, ids: set[int]) -> dict[int, dict[str, Any]]:
    requester, creator, assignee = aliased(users), aliased(users), aliased(users)
    t = tickets.c
    rows = s.execute(
        select(
            *(t.id, t.ticket_no, t.title, t.description, t.status, t.priority, t.group_id, t.created_by),
            *(t.requested_for, t.assigned_to, t.resolution_code, t.resolution_text, t.created_at),
            groups.c.restricted,
            groups.c.queue_email,
            groups.c.name.label("group"),
            categories.c.name.label("category"),
            subcategories.c.name.label("subcategory"),
            requester.c.name.label("requester"),
            requester.c.department.label("department"),
            creator.c.name.label("creator"),
            assignee.c.name.label("assignee"),
        )
        .join(groups, groups.c.id == t.group_id)
        .outerjoin(categories, categories.c.id == t.category_id)
        .outerjoin(subcategories, subcategories.c.id == t.subcategory_id)
        .join(requester, requester.c.id == t.requested_for)
        .join(creator, creator.c.id == t.created_by)
        .outerjoin(assignee, assignee.c.id == t.assigned_to)
        .where(t.id.in_(ids))
    ).mappings()
    return {row["id"]: dict(row) for row in rows}


def _watchers(s: Session, ids: Iterable[int]) -> Mapping[int, frozenset[int]]:
    w = ticket_watchers.c
    found: dict[int, set[int]] = defaultdict(set)
    for row in s.execute(select(w.ticket_id, w.user_id).where(w.ticket_id.in_(list(ids)))):
        found[row.ticket_id].add(row.user_id)
    return defaultdict(frozenset, {ticket: frozenset(people) for ticket, people in found.items()})


def _comments(s: Session, ids: set[int]) -> dict[int, RowMapping]:
    if not ids:
        return {}
    c = ticket_comments.c
    rows = s.execute(
        select(c.id, c.message, c.is_internal, users.c.name.label("author"))
        .join(users, users.c.id == c.author_id)
        .where(c.id.in_(ids))
    ).mappings()
    return {row["id"]: row for row in rows}


@dataclass(frozen=True, slots=True)
class _Around:
    """What belongs to the rows of one mail, read in a few statements however many tickets it is about."""

    events: Mapping[tuple[int, int], Mapping[str, Any]]
    dues: Mapping[int, Mapping[str, datetime | None]]
    actors: Mapping[int, str]
    files: Mapping[int, tuple[str, ...]]
    reasons: Mapping[int, str]


def _around(s: Session, rows: Sequence[RowMapping]) -> _Around:
    e, k, a = ticket_events.c, ticket_clocks.c, attachments.c
    assigned = aliased(users)
    events = s.execute(
        select(e.ticket_id, e.seq, e.kind, e.status, e.at, e.data, assigned.c.name.label("assignee"))
        .outerjoin(assigned, assigned.c.id == e.assigned_to)
        .where(tuple_(e.ticket_id, e.seq).in_([(row["ticket_id"], row["event_seq"]) for row in rows]))
    ).mappings()
    ticket_ids = {row["ticket_id"] for row in rows}
    dues: dict[int, dict[str, datetime | None]] = defaultdict(dict)
    for row in s.execute(
        select(k.ticket_id, k.kind, k.due_at).where(k.ticket_id.in_(ticket_ids), k.stopped_at.is_(None))
    ):
        dues[row.ticket_id][row.kind] = row.due_at
    actors = s.execute(
        select(users.c.id, users.c.name, roles.c.name.label("role"))
        .join(roles, roles.c.id == users.c.role_id)
        .where(users.c.id.in_({row["actor_id"] for row in rows}))
    )
    files: dict[int, tuple[str, ...]] = defaultdict(tuple)
    comment_ids = {row["comment_id"] for row in rows if row["comment_id"] is not None}
    for row in s.execute(
        select(a.comment_id, a.filename).where(a.comment_id.in_(comment_ids)).order_by(a.created_at)
    ):
        files[row.comment_id] += (row.filename,)
    return _Around(
        {(row["ticket_id"], row["seq"]): {str(name): value for name, value in row.items()} for row in events},
        dues,
        # the system is never named
        {row.id: "" if row.role == Role.SYSTEM else row.name for row in actors},
        files,
        _reopen_reasons(s, {row["ticket_id"] for row in rows if row["event"] == NotificationEvent.REOPENED}),
    )


def _reopen_reasons(s: Session, ids: set[int]) -> dict[int, str]:
    """The latest reason of each ticket, from its history."""
    if not ids:
        return {}
    h, t = ticket_history.c, ticket_history_texts.c
    rows = s.execute(
        select(h.ticket_id, t.new_value)
        .join(ticket_history_texts, and_(t.ticket_id == h.ticket_id, t.seq == h.seq))
        .where(h.ticket_id.in_(ids), h.field_name == "reopen_reason")
        .order_by(h.seq)
    )
    return {row.ticket_id: row.new_value or "" for row in rows}


def _item(
    row: RowMapping, ticket: Mapping[str, Any], view: View, comment: RowMapping | None, around: _Around
) -> Item:
    return Item(
        id=row["id"],
        event=NotificationEvent(row["event"]),
        data=row["data"],
        actor=around.actors[row["actor_id"]],
        ticket=ticket,
        then=around.events[row["ticket_id"], row["event_seq"]],
        dues=around.dues.get(row["ticket_id"], {}),
        view=view,
        reader=row["recipient_id"],
        comment=None
        if comment is None
        else Comment(comment["author"], comment["message"], around.files.get(comment["id"], ())),
        reopen_reason=around.reasons.get(row["ticket_id"], ""),
    )
