"""Tickets as lists show them: a handful of statements per page, whatever its size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from helpdesk.core.clock import now
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import ClockKind, Status, View
from helpdesk.domain.working_time import ALWAYS, WorkingTime
from helpdesk.models.person import roles, users
from helpdesk.models.sla import ticket_clocks
from helpdesk.models.ticket import ticket_holds, ticket_tags, ticket_watchers, tickets
from helpdesk.models.tree import categories, groups, subcategories
from helpdesk.services import _clocks
from helpdesk.services.views import ClockView, HoldView, NamedRef, PersonView, SlaView, TicketRow

_HIDDEN = {
    "words",
    "priority_rank",
    "history_hash",
    "history_seq",
    "event_seq",
    "event_at",
    "message_id",
    "custom",
}
TICKET_COLUMNS = [column for column in tickets.c if column.name not in _HIDDEN]
_PERCENT_FULL = 100


def people(s: Session, viewer: Actor, ids: Iterable[int | None]) -> dict[int, PersonView]:
    """People by id, with the address only for staff and for oneself."""
    wanted = {person for person in ids if person is not None}
    if not wanted:
        return {}
    rows = s.execute(
        select(users.c.id, users.c.name, users.c.email, roles.c.name.label("role"))
        .join(roles, roles.c.id == users.c.role_id)
        .where(users.c.id.in_(wanted))
    )
    return {row.id: person_view(viewer, row.id, row.name, row.email, row.role) for row in rows}


def person_view(viewer: Actor, person_id: int, name: str, email: str, role: str) -> PersonView:
    if role == "system":
        return PersonView(person_id, name, None, None)
    known = viewer.is_staff or viewer.user_id == person_id
    return PersonView(person_id, name, email if known else None, role)


def ticket_rows(
    s: Session, viewer: Actor, ids: Sequence[int], views: Mapping[int, View] | View
) -> list[TicketRow]:
    """The tickets `ids`, in that order, each as seen in its view (one for all, or one per id)."""
    if not ids:
        return []
    seen = {ticket_id: views if isinstance(views, View) else views[ticket_id] for ticket_id in ids}
    moment = now()
    found = {row["id"]: row for row in s.execute(_statement(viewer, seen)).mappings()}
    ran_out = {row["id"]: row["hold_until"] for row in found.values() if _ran_out(row, moment)}
    clocks = _clock_views(s, ids, moment, ran_out)
    named = [row[name] for row in found.values() for name in ("created_by", "requested_for", "assigned_to")]
    persons = people(s, viewer, [*named, *(one for row in found.values() for one in row["watcher_ids"])])
    result: list[TicketRow] = []
    for ticket_id in ids:
        row = found.get(ticket_id)
        if row is None:
            continue
        staff = seen[ticket_id] is View.STAFF
        result.append(
            _ticket_row(
                row,
                persons,
                hold=_hold(row, moment),
                sla=clocks.get(ticket_id, SlaView(None, None, None)),
                staff=staff,
                closes_at=_closes_at(s, row),
            )
        )
    return result


def _statement(viewer: Actor, seen: Mapping[int, View]) -> Select[Any]:
    """What a row shows beside people and clocks.

    Tags are for staff. Whom staff added shows to staff, and to themselves (product rules §3: they change nothing for
    others).
    """
    t, w, g, h = tickets.c, ticket_watchers.c, ticket_tags.c, ticket_holds.c
    as_staff = [ticket_id for ticket_id, view in seen.items() if view is View.STAFF]
    watchers = (
        select(w.user_id)
        .where(
            w.ticket_id == t.id,
            or_(~w.by_staff, w.user_id == viewer.user_id, w.ticket_id.in_(as_staff)),
        )
        .order_by(w.created_at, w.user_id)
    )
    tags = select(g.name).where(g.ticket_id == t.id, g.ticket_id.in_(as_staff)).order_by(g.name)
    return (
        select(
            *TICKET_COLUMNS,
            groups.c.name.label("group_name"),
            categories.c.name.label("category_name"),
            subcategories.c.name.label("subcategory_name"),
            h.reason.label("hold_reason"),
            h.until.label("hold_until"),
            h.since.label("hold_since"),
            func.array(watchers.scalar_subquery()).label("watcher_ids"),
            func.array(tags.scalar_subquery()).label("tag_names"),
        )
        .select_from(tickets)
        .join(groups, groups.c.id == t.group_id)
        .outerjoin(categories, categories.c.id == t.category_id)
        .outerjoin(subcategories, subcategories.c.id == t.subcategory_id)
        .outerjoin(ticket_holds, and_(h.ticket_id == t.id, h.ended_at.is_(None)))
        .where(t.id.in_(list(seen)))
    )


def _ticket_row(
    row: RowMapping,
    persons: Mapping[int, PersonView],
    *,
    hold: HoldView | None,
    sla: SlaView,
    staff: bool,
    closes_at: datetime | None,
) -> TicketRow:
    return TicketRow(
        id=row["id"],
        ticket_no=row["ticket_no"],
        title=row["title"],
        description=row["description"],
        status=row["status"],
        priority=row["priority"],
        group=NamedRef(row["group_id"], row["group_name"]),
        category=_ref(row["category_id"], row["category_name"]),
        subcategory=_ref(row["subcategory_id"], row["subcategory_name"]),
        created_by=persons[row["created_by"]],
        requested_for=persons[row["requested_for"]],
        assigned_to=None if row["assigned_to"] is None else persons[row["assigned_to"]],
        hold=hold,
        resolution_code=row["resolution_code"],
        resolution_text=row["resolution_text"],
        reopen_count=row["reopen_count"],
        rating=row["rating"],
        watchers=tuple(persons[person] for person in row["watcher_ids"]),
        tags=tuple(row["tag_names"]),
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["staff_updated_at"] if staff else row["updated_at"],
        resolved_at=row["resolved_at"],
        closed_at=row["closed_at"],
        sla=sla,
        closes_at=closes_at,
    )


def _closes_at(s: Session, row: RowMapping) -> datetime | None:
    if row["status"] != Status.RESOLVED:
        return None
    return _clocks.closes_at(s, row["resolved_at"], row["policy_version_id"])


def _ref(node_id: int | None, name: str | None) -> NamedRef | None:
    return None if node_id is None or name is None else NamedRef(node_id, name)


def _hold(row: RowMapping, moment: datetime) -> HoldView | None:
    if row["hold_since"] is None or _ran_out(row, moment):
        return None
    return HoldView(row["hold_reason"], row["hold_until"], row["hold_since"])


def _ran_out(row: RowMapping, moment: datetime) -> bool:
    """Whether its hold is over, and nothing has written so yet."""
    return row["hold_until"] is not None and row["hold_until"] <= moment


# ---- clocks ----------------------------------------------------------------------------------------------------------


def _clock_views(
    s: Session, ids: Sequence[int], moment: datetime, ran_out: Mapping[int, datetime]
) -> dict[int, SlaView]:
    """The stored clocks as they stand at `moment`."""
    rows = s.execute(select(ticket_clocks).where(ticket_clocks.c.ticket_id.in_(ids))).mappings().all()
    by_ticket: dict[int, dict[str, ClockView]] = defaultdict(dict)
    for row in rows:
        by_ticket[row["ticket_id"]][row["kind"]] = clock_view(s, row, moment, ran_out.get(row["ticket_id"]))
    return {
        ticket_id: SlaView(*(kinds.get(str(kind)) for kind in ClockKind))
        for ticket_id, kinds in by_ticket.items()
    }


def clock_view(s: Session, row: RowMapping, moment: datetime, resumed: datetime | None = None) -> ClockView:
    """One stored clock at `moment`: what has been consumed since it was stored is counted in its working time.

    `resumed`: when the ticket's hold ran out, where nothing has written so yet.
    """
    stopped = row["stopped_at"] is not None
    paused = row["paused"] and not stopped and resumed is None
    target = row["target_minutes"] * 60
    consumed: float = row["consumed_seconds"]
    due_at: datetime | None = row["due_at"]
    if not stopped and not paused:
        time, since = _time(s, row), row["as_of"]
        if row["paused"] and resumed is not None:
            since = max(resumed, since)
            due_at = due_at or time.add(since, target - consumed)
        consumed += time.elapsed(since, moment).total_seconds()
    breached = row["breached_at"] is not None or (not stopped and due_at is not None and moment > due_at)
    share = _PERCENT_FULL * consumed / target
    return ClockView(
        due_at=due_at,
        met_at=row["met_at"],
        breached=breached,
        paused=paused,
        remaining_seconds=None if stopped else round(target - consumed),
        target_seconds=target,
        percent=round(share),
        state=_ended(row, breached) if stopped else _state(paused=paused, breached=breached, share=share),
        flagged=row["flagged"],
        consumed_seconds=round(consumed),
        business=row["business"],
    )


def _time(s: Session, row: RowMapping) -> WorkingTime:
    version = row["policy_version_id"]
    calendar = _clocks.policy_versions(s, {version})[version].calendar
    return calendar if row["business"] and calendar is not None else ALWAYS


def _ended(row: RowMapping, breached: bool) -> str:
    if breached:
        return "missed"
    return "ended" if row["met_at"] is None else "met"


def _state(*, paused: bool, breached: bool, share: float) -> str:
    if paused:
        return "paused"
    if breached:
        return "over"
    return "risk" if share >= _clocks.RISK_PERCENT else "ok"
