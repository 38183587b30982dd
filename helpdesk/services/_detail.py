"""A ticket's page: conversation, files, history, and what the viewer can do now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func, select
from sqlalchemy.orm import Session

from helpdesk.core.errors import NotFound
from helpdesk.domain.access import Actor, TicketFacts, view_of
from helpdesk.domain.enums import UNSOLVED, Status, View, Visibility
from helpdesk.models.person import users
from helpdesk.models.sla import sla_policies, sla_policy_versions
from helpdesk.models.ticket import (
    ticket_watchers,
    tickets,
)
from helpdesk.models.tree import groups
from helpdesk.services import _ahead, _rows, _timeline
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
    Window,
)

_MERGED = tickets.alias("merged")
_FACTS = (
    "id",
    "created_by",
    "requested_for",
    "assigned_to",
    "group_id",
    "impact",
    "urgency",
    "rating_comment",
    "policy_version_id",
)


def detail(
    s: Session,
    actor: Actor,
    wanted: int | ColumnElement[bool],
    view: View | None = None,
    window: Window | None = None,
) -> TicketDetail:
    """A ticket as `actor` sees it; `view` forces one, for the answer to a change that ended the actor's own sight.

    Args:
        wanted: its id, or what only one ticket can fulfil.

    Without a `window` the timeline is whole, up to 2,000 entries of each kind.

    Raises:
        NotFound: not visible to the actor.
    """
    facts = _facts(s, actor, wanted, forced=view is not None)
    ticket_id: int = facts[1]["id"]
    seen = view or view_of(actor, facts[0])
    if seen is None:
        raise NotFound("There is no such ticket.")
    staff = seen is View.STAFF
    row = _rows.ticket_rows(s, actor, [ticket_id], seen)[0]
    listed = _timeline.read(s, ticket_id, staff=staff, window=window)
    comments, history = listed.comments, listed.history
    files = _timeline.files(s, ticket_id, staff=staff)
    persons = _persons(s, actor, row, listed, files)
    shown_files = [_file_view(one, persons) for one in files]
    files_of: dict[int | None, list[AttachmentView]] = defaultdict(list)
    for one in shown_files:
        files_of[one.comment_id].append(one)
    extra = _staff_extra(s, actor, ticket_id, row) if staff else {}
    return TicketDetail(
        ticket=row,
        comments=tuple(
            _comment_view(one, persons, files_of[one["id"]], row.requested_for.id) for one in comments
        ),
        attachments=tuple(shown_files),
        history=tuple(_history_view(one, number, persons, staff) for number, one in enumerate(history, 1)),
        view=str(seen),
        abilities=abilities(actor, facts[0], Status(row.status), seen),
        steps=status_steps(row, _timeline.reached(s, ticket_id, listed)),
        deliveries=tuple(_delivery_view(one, persons) for one in listed.deliveries),
        earlier=listed.earlier,
        **_timeline.counts(s, ticket_id, staff=staff),
        impact=facts[1]["impact"],
        urgency=facts[1]["urgency"],
        rating_comment=facts[1]["rating_comment"],
        merged_into=facts[1]["merged_into"],
        closes_at=_ahead.closes_at(s, row, facts[1]["policy_version_id"]),
        **extra,
    )


def written(s: Session, actor: Actor, comment_id: int, requested_for: int) -> CommentView:
    """One comment, with its files, as the page shows it: the answer to whoever wrote it, or who is to read it.

    Args:
        requested_for: of its ticket; the caller has checked that `actor` may see the comment.
    """
    row = _timeline.comment(s, comment_id)
    files = _timeline.files_of_comment(s, comment_id)
    persons = _rows.people(s, actor, [row["author_id"], *(one["uploaded_by"] for one in files)])
    return _comment_view(row, persons, [_file_view(one, persons) for one in files], requested_for)


def _persons(
    s: Session, actor: Actor, row: TicketRow, listed: _timeline.Timeline, files: _timeline.Rows
) -> dict[int, PersonView]:
    """Everybody that the page names."""
    named = (row.created_by, row.requested_for, row.assigned_to, *row.watchers)
    known = {one.id: one for one in named if one is not None}
    ids = {one["author_id"] for one in listed.comments} | {one["uploaded_by"] for one in files}
    ids |= {one["changed_by"] for one in listed.history} | {one["recipient_id"] for one in listed.deliveries}
    return known | _rows.people(s, actor, ids - known.keys())


def _facts(
    s: Session, actor: Actor, wanted: int | ColumnElement[bool], *, forced: bool
) -> tuple[TicketFacts, RowMapping]:
    merged, w = _MERGED, ticket_watchers.c
    watchers = select(w.user_id).where(w.ticket_id == tickets.c.id).scalar_subquery()
    statement = (
        select(
            *(tickets.c[name] for name in _FACTS),
            groups.c.restricted,
            merged.c.ticket_no.label("merged_into"),
            func.array(watchers).label("watcher_ids"),
        )
        .select_from(tickets)
        .join(groups, groups.c.id == tickets.c.group_id)
        .outerjoin(merged, merged.c.id == tickets.c.merged_into_id)
        .where(tickets.c.id == wanted if isinstance(wanted, int) else wanted)
    )
    if not forced:
        statement = statement.where(visible_to(actor))
    row = s.execute(statement).mappings().first()
    if row is None:
        raise NotFound("There is no such ticket.")
    names = ("group_id", "restricted", "created_by", "requested_for", "assigned_to")
    return TicketFacts(**{name: row[name] for name in names}, watcher_ids=frozenset(row["watcher_ids"])), row


# ---- parts -----------------------------------------------------------------------------------------------------------


def _file_view(row: RowMapping, persons: Mapping[int, PersonView]) -> AttachmentView:
    names = ("id", "filename", "content_type", "size", "comment_id", "created_at")
    return AttachmentView(**{name: row[name] for name in names}, uploaded_by=persons[row["uploaded_by"]])


def _comment_view(
    row: RowMapping, persons: Mapping[int, PersonView], files: Sequence[AttachmentView], requested_for: int
) -> CommentView:
    author = persons[row["author_id"]]
    names = ("id", "message", "is_internal", "created_at", "source")
    return CommentView(
        **{name: row[name] for name in names},
        author=author,
        attachments=tuple(files),
        from_staff=author.role in {"agent", "admin"} and author.id != requested_for,
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


def _delivery_view(row: RowMapping, persons: Mapping[int, PersonView]) -> DeliveryView:
    names = ("id", "event", "channel", "status", "attempts", "last_error", "created_at", "sent_at")
    recipient = row["address"] or persons[row["recipient_id"]].name
    return DeliveryView(**{name: row[name] for name in names}, recipient=recipient)


def status_steps(ticket: TicketRow, times: Mapping[str, datetime]) -> tuple[StatusStep, ...]:
    """The line Open → Closed with the time at which each step up to the present one was reached last."""
    reached = {**times, str(Status.OPEN): ticket.created_at}
    order = list(Status)
    present = order.index(Status(ticket.status))
    return tuple(
        StatusStep(str(status), reached.get(str(status)) if order.index(status) <= present else None)
        for status in order
    )


def _staff_extra(s: Session, actor: Actor, ticket_id: int, row: TicketRow) -> dict[str, Any]:
    version, policy = sla_policy_versions, sla_policies
    around = s.execute(
        select(
            policy.c.name,
            version.c.version,
            tickets.c.staff_updated_at,
            users.c.department,
            users.c.location,
        )
        .select_from(tickets)
        .join(version, version.c.id == tickets.c.policy_version_id)
        .join(policy, policy.c.id == version.c.policy_id)
        .join(users, users.c.id == tickets.c.requested_for)
        .where(tickets.c.id == ticket_id)
    ).one()
    unsolved = func.count().filter(tickets.c.status.in_(UNSOLVED))
    counts = s.execute(
        select(unsolved.label("open"), (func.count() - unsolved).label("closed")).where(
            tickets.c.requested_for == row.requested_for.id, in_staff_scope(actor)
        )
    ).one()
    return {
        "policy": f"{around.name}, v{around.version}",
        "next_step": _ahead.next_step(s, row),
        "staff_updated_at": around.staff_updated_at,
        "requester_department": around.department,
        "requester_location": around.location,
        "requester_open": counts.open,
        "requester_closed": counts.closed,
    }
