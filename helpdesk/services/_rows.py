"""Tickets as lists show them: a handful of statements per page, whatever its size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    RowMapping,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
)
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
from helpdesk.services._placed import PLACED
from helpdesk.services.views import ClockView, HoldView, NamedRef, PersonView, SlaView, TicketRow

_PERCENT_FULL = 100
_COLUMNS = (
    *(
        tickets.c[name]
        for name in (
            *(
                "id",
                "ticket_no",
                "title",
                "description",
                "status",
                "priority",
                "version",
                "policy_version_id",
            ),
            *("group_id", "category_id", "subcategory_id", "created_by", "requested_for", "assigned_to"),
            *("resolution_code", "resolution_text", "reopen_count", "rating"),
            *("created_at", "updated_at", "staff_updated_at", "resolved_at", "closed_at"),
        )
    ),
    groups.c.name.label("group_name"),
    categories.c.name.label("category_name"),
    subcategories.c.name.label("subcategory_name"),
    ticket_holds.c.reason.label("hold_reason"),
    ticket_holds.c.until.label("hold_until"),
    ticket_holds.c.since.label("hold_since"),
)
AROUND = PLACED.outerjoin(
    ticket_holds, and_(ticket_holds.c.ticket_id == tickets.c.id, ticket_holds.c.ended_at.is_(None))
)
# the statements are built once: to build one takes longer than to execute it
_IDS: BindParameter[Any] = bindparam("ids", type_=ARRAY(BigInteger))
_VIEWER = bindparam("viewer", type_=BigInteger)
_PEOPLE = (
    select(users.c.id, users.c.name, users.c.email, roles.c.name.label("role"))
    .join(roles, roles.c.id == users.c.role_id)
    .where(users.c.id == func.any(_IDS))
)
_NO_CLOCKS = SlaView(None, None, None)
_CLOCKS = select(ticket_clocks).where(ticket_clocks.c.ticket_id == func.any(_IDS))


def people(s: Session, viewer: Actor, ids: Iterable[int | None]) -> dict[int, PersonView]:
    """People by id, with the address only for staff and for oneself."""
    wanted = {person for person in ids if person is not None}
    if not wanted:
        return {}
    rows = s.execute(_PEOPLE, {"ids": list(wanted)})
    return {one: person_view(viewer, one, name, email, role) for one, name, email, role in rows}


def person_view(viewer: Actor, person_id: int, name: str, email: str, role: str) -> PersonView:
    if role == "system":
        return PersonView(person_id, name, None, None)
    known = viewer.is_staff or viewer.user_id == person_id
    return PersonView(person_id, name, email if known else None, role)


def ticket_rows(s: Session, viewer: Actor, ids: Sequence[int], view: View) -> list[TicketRow]:
    """The tickets `ids`, in that order, as seen in `view`."""
    if not ids:
        return []
    moment = now()
    asked = {"ids": list(ids), "viewer": viewer.user_id}
    found = {row["id"]: row for row in s.execute(_statement(view), asked).mappings()}
    clocks = clock_views(s, found.values(), moment)
    persons = people(s, viewer, (one for row in found.values() for one in named(row, view)))
    rows = (found[ticket_id] for ticket_id in ids if ticket_id in found)
    return [ticket_row(s, row, persons, clocks, moment, view) for row in rows]


@cache
def _statement(view: View) -> Select[Any]:
    return select(*columns(view)).select_from(AROUND).where(tickets.c.id == func.any(_IDS))


def columns(view: View, *, either: bool = False) -> list[ColumnElement[Any]]:
    """What a row of `AROUND` shows in this view beside people and clocks; the parameter `viewer` is who looks.

    Args:
        either: what it shows in the requester's view as well.
    """
    t, w, g = tickets.c, ticket_watchers.c, ticket_tags.c
    watchers = select(w.user_id).where(w.ticket_id == t.id).order_by(w.created_at, w.user_id)
    # whom staff added shows to staff, and to themselves (product rules §3: they change nothing for others)
    seen = watchers.where(or_(~w.by_staff, w.user_id == _VIEWER))
    tags = select(g.name).where(g.ticket_id == t.id).order_by(g.name)
    staff = view is View.STAFF
    return [
        *_COLUMNS,
        *([func.array(watchers.scalar_subquery()).label("watcher_ids")] if staff else []),
        *([func.array(tags.scalar_subquery()).label("tag_names")] if staff else []),
        *([func.array(seen.scalar_subquery()).label("seen_watcher_ids")] if either or not staff else []),
    ]


def watcher_ids(row: RowMapping, view: View) -> Sequence[int]:
    """The watchers of a row of `columns`, as seen in `view`."""
    return row["watcher_ids" if view is View.STAFF else "seen_watcher_ids"]


def named(row: RowMapping, view: View) -> Iterator[int | None]:
    """Everybody whom a row of `columns` names, by id."""
    yield from (row["created_by"], row["requested_for"], row["assigned_to"])
    yield from watcher_ids(row, view)


def ticket_row(
    s: Session,
    row: RowMapping,
    persons: Mapping[int, PersonView],
    clocks: Mapping[int, SlaView],
    moment: datetime,
    view: View,
) -> TicketRow:
    """A row of `columns` as seen in `view` at `moment`."""
    staff = view is View.STAFF
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
        hold=_hold(row, moment),
        resolution_code=row["resolution_code"],
        resolution_text=row["resolution_text"],
        reopen_count=row["reopen_count"],
        rating=row["rating"],
        watchers=tuple(persons[person] for person in watcher_ids(row, view)),
        tags=tuple(row["tag_names"]) if staff else (),
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["staff_updated_at"] if staff else row["updated_at"],
        resolved_at=row["resolved_at"],
        closed_at=row["closed_at"],
        sla=clocks.get(row["id"], _NO_CLOCKS),
        closes_at=_closes_at(s, row),
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


def clock_views(s: Session, rows: Collection[RowMapping], moment: datetime) -> dict[int, SlaView]:
    """The stored clocks of rows of `columns` as they stand at `moment`."""
    ran_out = {row["id"]: row["hold_until"] for row in rows if _ran_out(row, moment)}
    by_ticket: dict[int, dict[str, ClockView]] = defaultdict(dict)
    for row in s.execute(_CLOCKS, {"ids": [row["id"] for row in rows]}).mappings():
        by_ticket[row["ticket_id"]][row["kind"]] = _clock_view(s, row, moment, ran_out.get(row["ticket_id"]))
    return {
        ticket_id: SlaView(*(kinds.get(kind) for kind in ClockKind)) for ticket_id, kinds in by_ticket.items()
    }


def _clock_view(s: Session, row: RowMapping, moment: datetime, resumed: datetime | None = None) -> ClockView:
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
