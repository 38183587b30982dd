"""Figures for manager and admin, each within the actor's scope."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.core.clock import now
from helpdesk.core.db import transaction
from helpdesk.core.errors import NotFound
from helpdesk.domain.access import Actor, require_role
from helpdesk.domain.enums import UNSOLVED, ClockKind, EventKind, Priority, Role, Status
from helpdesk.models.ticket import ticket_events, tickets
from helpdesk.services import _report_figures, _report_rows
from helpdesk.services._filters import is_at_risk, is_late
from helpdesk.services._report_figures import AGES as AGES
from helpdesk.services._report_figures import FIGURES, Read, share
from helpdesk.services._report_period import Period, period
from helpdesk.services._scope import in_staff_scope
from helpdesk.services.views import (
    Dashboard,
    DayFigure,
    Figure,
    GroupCount,
    HomeFigures,
    Report,
    ReportQuery,
)

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
    found = select(day, func.count(func.distinct(e.ticket_id)).label("tickets"))
    if actor.role is not Role.ADMIN:  # who sees all is spared the look at each ticket
        found = found.join(tickets, tickets.c.id == e.ticket_id).where(in_staff_scope(actor))
    rows = s.execute(found.where(e.kind == str(kind), e.at >= first.astimezone(UTC)).group_by(day))
    return {row["day"].date().isoformat(): row["tickets"] for row in rows.mappings()}


# ---- of a period -------------------------------------------------------------------------------------------------


def report(actor: Actor, query: ReportQuery) -> Report:
    """The metrics of a period (product rules §7); what each means is in `_metrics` and docs/reports.md.

    Raises:
        Forbidden: neither manager nor admin.
        Invalid: a period the wrong way round, longer than 400 days, or no time.
    """
    require_role(actor, Role.MANAGER, Role.ADMIN)
    with transaction() as s:
        read = Read(s, period(s, actor, query))
        return _report(read)


def _report(read: Read) -> Report:
    s, asked = read.s, read.period
    filed = _report_rows.filed(s, asked)
    by_status = {row.status: row.n for row in _report_rows.filed_by_status(s, asked)}
    by_priority = dict.fromkeys(map(str, Priority), 0)
    by_group: dict[int, int] = {}
    for row in filed:
        by_priority[row.priority] += row.n
        by_group[row.group_id] = by_group.get(row.group_id, 0) + row.n
    resolved, reopened = read.resolved.get(None, 0), read.reopened.get(None, 0)
    return Report(
        since=asked.since,
        before=asked.before,
        created=sum(by_priority.values()),
        resolved=resolved,
        reopened=reopened,
        backlog=sum(read.backlog),
        by_status={str(status): by_status.get(status, 0) for status in Status},
        by_priority=by_priority,
        by_group=tuple(
            GroupCount(group_id, name, by_group[group_id])
            for group_id, name in _report_figures.group_names(s, by_group)
        ),
        first_response_minutes=read.minutes(ClockKind.FIRST_RESPONSE)[0],
        resolution_minutes=read.minutes(ClockKind.RESOLUTION)[0],
        sla={str(kind): read.attained(kind) for kind in ClockKind},
        reopen_rate=share(reopened, resolved),
    )


def dashboard(actor: Actor, query: ReportQuery) -> Dashboard:
    """Every figure of the reports page as a table, and the numbers on top compared with the period before.

    Raises:
        Forbidden, Invalid: as `report`.
    """
    require_role(actor, Role.MANAGER, Role.ADMIN)
    with transaction() as s:
        read = Read(s, period(s, actor, query))
        asked: Period = read.period
        return Dashboard(
            since=asked.since,
            before=asked.before,
            step=asked.step,
            as_of=asked.now,
            headlines=_report_figures.headlines(read, Read(s, asked.earlier())),
            figures=tuple(make(read) for make in FIGURES.values()),
        )


def figure(actor: Actor, key: str, query: ReportQuery) -> Figure:
    """One of the figures of `dashboard`.

    Raises:
        Forbidden, Invalid: as `report`.
        NotFound: there is no such figure.
    """
    require_role(actor, Role.MANAGER, Role.ADMIN)
    with transaction() as s:
        read = Read(s, period(s, actor, query))
        make = FIGURES.get(key)
        if make is None:
            raise NotFound("There is no such figure.")
        return make(read)
