"""A ticket's page: conversation, files, history, and what the viewer can do now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, func, select, tuple_
from sqlalchemy.orm import Session

from helpdesk.core.errors import NotFound
from helpdesk.domain.access import Actor, TicketFacts, view_of
from helpdesk.domain.enums import UNSOLVED, Status, View, Visibility
from helpdesk.models.notification import notification_logs
from helpdesk.models.person import users
from helpdesk.models.sla import sla_policies, sla_policy_versions
from helpdesk.models.ticket import (
    attachments,
    ticket_comments,
    ticket_history,
    ticket_history_texts,
    ticket_watchers,
    tickets,
)
from helpdesk.models.tree import groups
from helpdesk.services import _rows
from helpdesk.services._abilities import abilities
from helpdesk.services._scope import in_staff_scope, visible_to
from helpdesk.services.views import (
    AttachmentView,
    CommentView,
    DeliveryView,
    HistoryView,
    PersonView,
    StatusStep,
    TicketDetail,
    TicketRow,
)

_MOST = 2000  # entries of each kind on one page
_MERGED = tickets.alias("merged")
_FACTS = ("created_by", "requested_for", "assigned_to", "group_id", "impact", "urgency", "rating_comment")


def detail(s: Session, actor: Actor, ticket_id: int, view: View | None = None) -> TicketDetail:
    """A ticket as `actor` sees it; `view` forces one, for the answer to a change that ended the actor's own sight.

    Raises:
        NotFound: not visible to the actor.
    """
    facts = _facts(s, actor, ticket_id, forced=view is not None)
    seen = view or view_of(actor, facts[0])
    if seen is None:
        raise NotFound("There is no such ticket.")
    staff = seen is View.STAFF
    row = _rows.ticket_rows(s, actor, [ticket_id], seen)[0]
    history = _history(s, ticket_id, staff)
    comments, files = _comments(s, ticket_id, staff), _files(s, ticket_id, staff)
    persons = _rows.people(
        s,
        actor,
        [*(one["author_id"] for one in comments), *(one["uploaded_by"] for one in files)]
        + [one["changed_by"] for one in history],
    )
    shown_files = [_file_view(one, persons) for one in files]
    extra = _staff_extra(s, actor, ticket_id, row) if staff else {}
    return TicketDetail(
        ticket=row,
        comments=tuple(_comment_view(one, persons, shown_files, row) for one in comments),
        attachments=tuple(shown_files),
        history=tuple(_history_view(one, number, persons, staff) for number, one in enumerate(history, 1)),
        view=str(seen),
        abilities=abilities(actor, facts[0], Status(row.status), seen),
        steps=status_steps(row, history),
        impact=facts[1]["impact"],
        urgency=facts[1]["urgency"],
        rating_comment=facts[1]["rating_comment"],
        merged_into=facts[1]["merged_into"],
        **extra,
    )


def _facts(s: Session, actor: Actor, ticket_id: int, *, forced: bool) -> tuple[TicketFacts, RowMapping]:
    merged = _MERGED
    statement = (
        select(
            *(tickets.c[name] for name in _FACTS),
            groups.c.restricted,
            merged.c.ticket_no.label("merged_into"),
        )
        .select_from(tickets)
        .join(groups, groups.c.id == tickets.c.group_id)
        .outerjoin(merged, merged.c.id == tickets.c.merged_into_id)
        .where(tickets.c.id == ticket_id)
    )
    if not forced:
        statement = statement.where(visible_to(actor))
    row = s.execute(statement).mappings().first()
    if row is None:
        raise NotFound("There is no such ticket.")
    watchers = s.scalars(select(ticket_watchers.c.user_id).where(ticket_watchers.c.ticket_id == ticket_id))
    names = ("group_id", "restricted", "created_by", "requested_for", "assigned_to")
    return TicketFacts(**{name: row[name] for name in names}, watcher_ids=frozenset(watchers)), row


# ---- parts -----------------------------------------------------------------------------------------------------------


def _comments(s: Session, ticket_id: int, staff: bool) -> Sequence[RowMapping]:
    c = ticket_comments.c
    statement = select(c.id, c.author_id, c.message, c.is_internal, c.created_at, c.source).where(
        c.ticket_id == ticket_id
    )
    if not staff:
        statement = statement.where(~c.is_internal)
    newest = s.execute(statement.order_by(c.created_at.desc(), c.id.desc()).limit(_MOST)).mappings().all()
    return newest[::-1]


def _files(s: Session, ticket_id: int, staff: bool) -> Sequence[RowMapping]:
    """A file has the visibility of the comment that carries it."""
    a = attachments.c
    statement = (
        select(a.id, a.filename, a.content_type, a.size, a.uploaded_by, a.comment_id, a.created_at)
        .select_from(attachments)
        .outerjoin(ticket_comments, ticket_comments.c.id == a.comment_id)
        .where(a.ticket_id == ticket_id)
    )
    if not staff:
        statement = statement.where(func.coalesce(ticket_comments.c.is_internal, False).is_(False))
    return s.execute(statement.order_by(a.created_at, a.id).limit(_MOST)).mappings().all()


def _history(s: Session, ticket_id: int, staff: bool) -> Sequence[RowMapping]:
    h, t = ticket_history.c, ticket_history_texts.c
    columns = (h.seq, h.field_name, h.changed_by, h.source, h.visibility, h.changed_at)
    statement = (
        select(
            *columns,
            func.coalesce(h.old_value, t.old_value).label("old_value"),
            func.coalesce(h.new_value, t.new_value).label("new_value"),
        )
        .select_from(ticket_history)
        .outerjoin(ticket_history_texts, tuple_(t.ticket_id, t.seq) == tuple_(h.ticket_id, h.seq))
        .where(h.ticket_id == ticket_id)
    )
    if not staff:
        statement = statement.where(h.visibility == str(Visibility.PUBLIC))
    newest = s.execute(statement.order_by(h.seq.desc()).limit(_MOST)).mappings().all()
    return newest[::-1]


def _file_view(row: RowMapping, persons: Mapping[int, PersonView]) -> AttachmentView:
    names = ("id", "filename", "content_type", "size", "comment_id", "created_at")
    return AttachmentView(**{name: row[name] for name in names}, uploaded_by=persons[row["uploaded_by"]])


def _comment_view(
    row: RowMapping, persons: Mapping[int, PersonView], files: Sequence[AttachmentView], ticket: TicketRow
) -> CommentView:
    author = persons[row["author_id"]]
    names = ("id", "message", "is_internal", "created_at", "source")
    return CommentView(
        **{name: row[name] for name in names},
        author=author,
        attachments=tuple(one for one in files if one.comment_id == row["id"]),
        from_staff=author.role in {"agent", "admin"} and author.id != ticket.requested_for.id,
    )


def _history_view(
    row: RowMapping, number: int, persons: Mapping[int, PersonView], staff: bool
) -> HistoryView:
    return HistoryView(
        id=row["seq"] if staff else number,
        field_name=row["field_name"],
        old_value=row["old_value"],
        new_value=row["new_value"],
        changed_by=persons[row["changed_by"]],
        source=row["source"],
        changed_at=row["changed_at"],
        internal=row["visibility"] == Visibility.STAFF,
    )


def status_steps(ticket: TicketRow, history: Sequence[RowMapping]) -> tuple[StatusStep, ...]:
    """The line Open → Closed with the time at which each step up to the present one was reached last."""
    reached: dict[str, Any] = {str(Status.OPEN): ticket.created_at}
    for row in history:
        if row["field_name"] == "status" and row["new_value"] != Status.OPEN:
            reached[row["new_value"]] = row["changed_at"]
    order = list(Status)
    present = order.index(Status(ticket.status))
    return tuple(
        StatusStep(str(status), reached.get(str(status)) if order.index(status) <= present else None)
        for status in order
    )


def _staff_extra(s: Session, actor: Actor, ticket_id: int, row: TicketRow) -> dict[str, Any]:
    version, policy = sla_policy_versions, sla_policies
    name = s.execute(
        select(policy.c.name, version.c.version, tickets.c.staff_updated_at)
        .select_from(tickets)
        .join(version, version.c.id == tickets.c.policy_version_id)
        .join(policy, policy.c.id == version.c.policy_id)
        .where(tickets.c.id == ticket_id)
    ).one()
    requester = s.execute(
        select(users.c.department, users.c.location).where(users.c.id == row.requested_for.id)
    ).one()
    unsolved = func.count().filter(tickets.c.status.in_(UNSOLVED))
    counts = s.execute(
        select(unsolved.label("open"), (func.count() - unsolved).label("closed")).where(
            tickets.c.requested_for == row.requested_for.id, in_staff_scope(actor)
        )
    ).one()
    return {
        "deliveries": _deliveries(s, actor, ticket_id),
        "policy": f"{name.name}, v{name.version}",
        "staff_updated_at": name.staff_updated_at,
        "requester_department": requester.department,
        "requester_location": requester.location,
        "requester_open": counts.open,
        "requester_closed": counts.closed,
    }


def _deliveries(s: Session, actor: Actor, ticket_id: int) -> tuple[DeliveryView, ...]:
    n = notification_logs.c
    names = ("id", "event", "channel", "status", "attempts", "last_error", "created_at", "sent_at")
    rows = (
        s.execute(
            select(*(n[name] for name in names), n.recipient_id, n.address)
            .where(n.ticket_id == ticket_id)
            .order_by(n.id.desc())
            .limit(_MOST)
        )
        .mappings()
        .all()
    )
    persons = _rows.people(s, actor, [row["recipient_id"] for row in rows])
    return tuple(
        DeliveryView(
            **{name: row[name] for name in names},
            recipient=row["address"] or persons[row["recipient_id"]].name,
        )
        for row in reversed(rows)
    )
