"""Figures for manager and admin, each within the actor's scope."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.core.clock import now
from helpdesk.core.db import transaction
from helpdesk.domain.access import Actor, require_role
from helpdesk.domain.enums import UNSOLVED, EventKind, Role
from helpdesk.models.ticket import ticket_events, tickets
from helpdesk.services._filters import is_at_risk, is_late
from helpdesk.services._scope import in_staff_scope
from helpdesk.services.views import DayFigure, HomeFigures

DAYS = 14


def home(actor: Actor) -> HomeFigures:
    """Open, unassigned, about to breach, breached; created and resolved today; and per day for two weeks (UTC days).

    Open means not solved yet. A ticket that was resolved twice in a day counts once.

    Raises:
        Forbidden: neither manager nor admin.
    """
    require_role(actor, Role.MANAGER, Role.ADMIN)
    moment = now()
    today = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=DAYS - 1)
    with transaction() as s:
        present = _present(s, actor, moment)
        created = _per_day(s, actor, EventKind.CREATED, first)
        resolved = _per_day(s, actor, EventKind.RESOLVED, first)
    days = tuple(
        DayFigure(day, created.get(day, 0), resolved.get(day, 0))
        for day in ((first + timedelta(days=n)).date().isoformat() for n in range(DAYS))
    )
    return HomeFigures(
        **present,
        created_today=days[-1].created,
        resolved_today=days[-1].resolved,
        days=days,
        as_of=moment,
    )


def _present(s: Session, actor: Actor, moment: datetime) -> dict[str, int]:
    t = tickets.c
    row = s.execute(
        select(
            func.count().label("open"),
            func.count().filter(t.assigned_to.is_(None)).label("unassigned"),
            func.count().filter(is_at_risk(moment)).label("breaching"),
            func.count().filter(is_late(moment)).label("breached"),
        ).where(t.status.in_([str(status) for status in UNSOLVED]), in_staff_scope(actor))
    ).one()
    return {name: getattr(row, name) for name in ("open", "unassigned", "breaching", "breached")}


def _per_day(s: Session, actor: Actor, kind: EventKind, first: datetime) -> dict[str, int]:
    """Tickets per UTC day with an event of this kind; scoped by the group that the ticket is in now."""
    e = ticket_events.c
    day = func.date_trunc("day", func.timezone("UTC", e.at)).label("day")
    rows = s.execute(
        select(day, func.count(func.distinct(e.ticket_id)).label("tickets"))
        .join(tickets, tickets.c.id == e.ticket_id)
        .where(e.kind == str(kind), e.at >= first.astimezone(UTC), in_staff_scope(actor))
        .group_by(day)
    )
    return {row["day"].date().isoformat(): row["tickets"] for row in rows.mappings()}
