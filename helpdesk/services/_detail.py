"""A ticket's page: conversation, files, history, and what the viewer can do now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import RowMapping, Select, bindparam, func, select, true
from sqlalchemy.orm import Session

from helpdesk.core.clock import now
from helpdesk.core.errors import NotFound
from helpdesk.domain.access import Actor, TicketFacts, view_of
from helpdesk.domain.enums import UNSOLVED, Role, Status, View, Visibility
from helpdesk.models.person import users
from helpdesk.models.sla import sla_policies, sla_policy_versions
from helpdesk.models.ticket import tickets
from helpdesk.models.tree import groups
from helpdesk.services import _ahead, _rows, _timeline
from helpdesk.services._abilities import abilities
from helpdesk.services._scope import in_staff_scope_as, scope_params, visible_as
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


def detail(
    s: Session,
    actor: Actor,
    wanted: int | str,
    view: View | None = None,
    window: Window | None = None,
) -> TicketDetail:
    """A ticket as `actor` sees it; `view` forces one, for the answer to a change that ended the actor's own sight.

    Args:
        wanted: its id or its number.

    Without a `window` the timeline is whole, up to 2,000 entries of each kind.

    Raises:
        NotFound: not visible to the actor.
    """
    found = _found(s, actor, wanted, forced=view is not None)
    facts = _facts(actor, found)
    ticket_id: int = found["id"]
    seen = view or view_of(actor, facts)
    if seen is None:
        raise NotFound("There is no such ticket.")
    staff, moment = seen is View.STAFF, now()
    clocks = _rows.clock_views(s, [found], moment)
    listed = _timeline.read(s, ticket_id, staff=staff, window=window)
    comments, history = listed.comments, listed.history
    files = _timeline.files(s, ticket_id, staff=staff)
    persons = _persons(s, actor, _rows.named(found, seen), listed, files)
    row = _rows.ticket_row(s, found, persons, clocks, moment, seen)
    counts = _counts(s, actor, found, staff=staff)
    shown_files = [_file_view(one, persons) for one in files]
    files_of: dict[int | None, list[AttachmentView]] = defaultdict(list)
    for one in shown_files:
        files_of[one.comment_id].append(one)
    extra = _staff_extra(s, found, row, counts) if staff else {}
    return TicketDetail(
        ticket=row,
        comments=tuple(
            _comment_view(one, persons, files_of[one["id"]], row.requested_for.id) for one in comments
        ),
        attachments=tuple(shown_files),
        history=tuple(_history_view(one, number, persons, staff) for number, one in enumerate(history, 1)),
        view=str(seen),
        abilities=abilities(actor, facts, Status(row.status), seen),
        steps=status_steps(row, _timeline.reached(s, ticket_id, listed)),
        deliveries=tuple(_delivery_view(one, persons) for one in listed.deliveries),
        earlier=listed.earlier,
        messages=counts["messages"],
        notes=counts["written"] - counts["messages"] if staff else 0,
        last_message_id=counts["last"] or 0,
        impact=found["impact"],
        urgency=found["urgency"],
        rating_comment=found["rating_comment"],
        merged_into=found["merged_into"],
        closes_at=row.closes_at,
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
    s: Session,
    actor: Actor,
    named: Iterable[int | None],
    listed: _timeline.Timeline,
    files: _timeline.Rows,
) -> dict[int, PersonView]:
    """Everybody that the page names."""
    ids = {*named, *(one["author_id"] for one in listed.comments), *(one["uploaded_by"] for one in files)}
    ids |= {one["changed_by"] for one in listed.history} | {one["recipient_id"] for one in listed.deliveries}
    return _rows.people(s, actor, ids)


def _found(s: Session, actor: Actor, wanted: int | str, *, forced: bool) -> RowMapping:
    statement = _statement(actor.role, number=isinstance(wanted, str), forced=forced)
    asked = {"wanted": wanted, "viewer": actor.user_id, **scope_params(actor)}
    row = s.execute(statement, asked).mappings().first()
    if row is None:
        raise NotFound("There is no such ticket.")
    return row


@cache
def _statement(role: Role, *, number: bool, forced: bool) -> Select[Any]:
    """The ticket with what the page of somebody of this role shows around it; nothing of the staff's for a client."""
    t, version, policy = tickets.c, sla_policy_versions, sla_policies
    around = _rows.AROUND.outerjoin(_MERGED, _MERGED.c.id == t.merged_into_id)
    columns = _rows.columns(_widest(role), either=True)
    columns += [
        t.impact,
        t.urgency,
        t.rating_comment,
        groups.c.restricted,
        _MERGED.c.ticket_no.label("merged_into"),
    ]
    if _widest(role) is View.STAFF:
        around = (
            around.join(version, version.c.id == t.policy_version_id)
            .join(policy, policy.c.id == version.c.policy_id)
            .join(users, users.c.id == t.requested_for)
        )
        columns += [policy.c.name.label("policy_name"), version.c.version.label("policy_version")]
        columns += [users.c.department, users.c.location]
    statement = select(*columns).select_from(around)
    statement = statement.where((t.ticket_no if number else t.id) == bindparam("wanted"))
    return statement if forced else statement.where(visible_as(role))


def _widest(role: Role) -> View:
    """The view in which somebody of this role sees most."""
    return View.REQUESTER if role is Role.CLIENT else View.STAFF


def _facts(actor: Actor, found: RowMapping) -> TicketFacts:
    # whom staff added a client sees only in themselves: enough for what the rules ask about this client
    watchers = _rows.watcher_ids(found, _widest(actor.role))
    names = ("group_id", "restricted", "created_by", "requested_for", "assigned_to")
    return TicketFacts(**{name: found[name] for name in names}, watcher_ids=frozenset(watchers))


def _counts(s: Session, actor: Actor, found: RowMapping, *, staff: bool) -> RowMapping:
    asked = {"ticket": found["id"], "requester": found["requested_for"], **scope_params(actor)}
    return s.execute(_load(actor.role) if staff else _timeline.COUNTS, asked).mappings().one()


@cache
def _load(role: Role) -> Select[Any]:
    """`_timeline.COUNTS`, and how many tickets the requester has in the scope of somebody of this role."""
    unsolved = func.count().filter(tickets.c.status.in_(UNSOLVED))
    load = (
        select(unsolved.label("open"), (func.count() - unsolved).label("closed"))
        .where(tickets.c.requested_for == bindparam("requester"), in_staff_scope_as(role))
        .subquery()
    )
    written = _timeline.COUNTS.subquery()
    return select(written, load).select_from(written.join(load, true()))


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


def _staff_extra(s: Session, found: RowMapping, row: TicketRow, counts: RowMapping) -> dict[str, Any]:
    return {
        "policy": f"{found['policy_name']}, v{found['policy_version']}",
        "next_step": _ahead.next_step(s, row),
        "staff_updated_at": found["staff_updated_at"],
        "requester_department": found["department"],
        "requester_location": found["location"],
        "requester_open": counts["open"],
        "requester_closed": counts["closed"],
    }
