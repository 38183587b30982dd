"""SLA: what a request would be promised, why a deadline is when it is, and the timers (product rules §4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, extract, func, select
from sqlalchemy.orm import Session

from helpdesk.core.config import get_settings
from helpdesk.core.db import transaction
from helpdesk.core.errors import NotFound
from helpdesk.domain import priority as priorities
from helpdesk.domain.access import Actor
from helpdesk.domain.clock_explain import Interval, explain_run
from helpdesk.domain.clock_fold import ClockEvent
from helpdesk.domain.enums import ClockKind, EventKind, Priority, Status
from helpdesk.domain.lifecycle import Capacity, Move, check
from helpdesk.models.person import users
from helpdesk.models.sla import ticket_clocks
from helpdesk.models.ticket import ticket_holds, tickets
from helpdesk.services import _clock_check, _clocks, _lock, _place, _text
from helpdesk.services._lock import LockedTicket
from helpdesk.services._scope import visible_to
from helpdesk.services._sla_steps import fire_due
from helpdesk.services._sweep import sweep
from helpdesk.services.tickets.moves import close_locked
from helpdesk.services.views import ClockInterval, Expectation

_USUAL_DAYS, _USUAL_LEAST = 30, 5


def expectation(
    actor: Actor,
    group_id: int,
    category_id: int | None = None,
    subcategory_id: int | None = None,
    priority: str | None = None,
    *,
    impact: int | None = None,
    urgency: int | None = None,
    requested_for: int | None = None,
) -> Expectation:
    """What a request would be promised if the actor filed it at this moment, and how fast such are usually answered.

    Raises:
        Invalid: an unknown place, person or value, by field.
    """
    chosen = None if priority is None else _text.clean_enum("priority", priority, Priority)
    impact = None if impact is None else _text.clean_number("impact", impact, 1, 3)
    urgency = None if urgency is None else _text.clean_number("urgency", urgency, 1, 3)
    requester = _text.clean_optional_id("requested_for", requested_for) or actor.user_id
    places = _text.clean_id("group_id", group_id), *_below(category_id, subcategory_id)
    with transaction() as s:
        place = _place.choose(s, *places)
        _place.require_person(s, "requested_for", requester)
        derived = priorities.derive(chosen, impact, urgency, place.priority)
        version = _clocks.policy_for(s, _facts(s, place, derived, requester))
        at = _lock.moment(s)
        clocks = _clocks.compute_for(s, [ClockEvent(1, EventKind.CREATED, at, derived, version)], at)
        usual = _usual_minutes(s, place, at)
    first, resolution = clocks.first_response, clocks.resolution
    return Expectation(
        priority=str(derived),
        first_response_due=first.due_at if first else None,
        resolution_due=resolution.due_at if resolution else None,
        first_response_minutes=first.target_minutes if first else None,
        resolution_minutes=resolution.target_minutes if resolution else None,
        usual_first_response_minutes=usual,
    )


def _below(category_id: object, subcategory_id: object) -> tuple[int | None, int | None]:
    return (
        _text.clean_optional_id("category_id", category_id),
        _text.clean_optional_id("subcategory_id", subcategory_id),
    )


def _facts(s: Session, place: _place.Place, priority: Priority, requester: int) -> dict[str, object]:
    return {
        "group_id": place.group_id,
        "category_id": place.category_id,
        "subcategory_id": place.subcategory_id,
        "priority": str(priority),
        "department": s.scalar(select(users.c.department).where(users.c.id == requester)),
        "own_policy_id": place.policy_id,
    }


def _usual_minutes(s: Session, place: _place.Place, at: datetime) -> int | None:
    """The median of the last 30 days' first answers in this place's group and category; None where they are few."""
    clock = ticket_clocks.c
    waited = extract("epoch", clock.met_at - clock.started_at)
    statement = (
        select(func.count(), func.percentile_cont(0.5).within_group(waited))
        .join(tickets, tickets.c.id == clock.ticket_id)
        .where(
            clock.kind == str(ClockKind.FIRST_RESPONSE),
            clock.met_at.is_not(None),
            ~clock.flagged,
            tickets.c.group_id == place.group_id,
            tickets.c.created_at > at - timedelta(days=_USUAL_DAYS),
        )
    )
    if place.category_id is not None:
        statement = statement.where(tickets.c.category_id == place.category_id)
    count, median = s.execute(statement).one()
    return round(median / 60) if count >= _USUAL_LEAST else None


def explain(actor: Actor, key: object, kind: str) -> tuple[ClockInterval, ...]:
    """The arithmetic of a ticket's clock: what counted, what was hold, closed or resolved, what is to come.

    Empty where the ticket has no such clock. `key`: id or ticket number; `kind`: a `ClockKind` value.

    Raises:
        NotFound: the actor sees no such ticket.
        Invalid: no such kind of clock.
    """
    wanted = _text.clean_enum("kind", kind, ClockKind)
    with transaction() as s:
        ticket_id = s.scalar(select(tickets.c.id).where(_lock.key_condition(key), visible_to(actor)))
        if ticket_id is None:
            raise NotFound("There is no such ticket.")
        state = _clocks.compute_for(s, _clocks.events_of(s, ticket_id), _lock.moment(s)).of(wanted)
    return () if state is None else tuple(_shown(interval) for interval in explain_run(state))


def _shown(interval: Interval) -> ClockInterval:
    return ClockInterval(
        start=interval.start,
        end=interval.end,
        kind=str(interval.kind),
        label=interval.label or str(interval.closure or ""),
        seconds=round(interval.seconds),
        projected=interval.projected,
    )


def sweep_steps(now: datetime | None = None) -> int:
    """Fire the escalation steps that are due, each once per clock run; one that is over 60 s late is marked so.

    Returns how many fired. Safe to run at any time and twice at once. `now`: what is due by then, for tests.
    """
    return sweep(_step_due, fire_due, now)


def _step_due(_: Session, now: datetime) -> ColumnElement[bool]:
    return tickets.c.id.in_(select(ticket_clocks.c.ticket_id).where(ticket_clocks.c.next_step_at <= now))


def sweep_holds(now: datetime | None = None) -> int:
    """End the holds whose time is over, each effective at its own end. Returns how many; arguments as `sweep_steps`."""
    return sweep(_hold_due, _end_hold, now)


def _hold_due(_: Session, now: datetime) -> ColumnElement[bool]:
    over = select(ticket_holds.c.ticket_id).where(
        ticket_holds.c.ended_at.is_(None), ticket_holds.c.until <= now
    )
    return tickets.c.id.in_(over)


def _end_hold(s: Session, locked: LockedTicket, _system: Actor, now: datetime) -> int:
    # Locking a ticket has ended a hold that is over by the clock already.
    if locked.hold is not None and locked.hold["until"] is not None and locked.hold["until"] <= now:
        _lock.end_hold_by_itself(s, locked)
    return 1


def sweep_auto_close(now: datetime | None = None) -> int:
    """Close what has been Resolved for the business days of the setting. Returns how many; arguments as `sweep_steps`.

    Business days are those of the calendar that the ticket's policy counts in.
    """
    return sweep(_auto_close_due, _auto_close, now)


def _auto_close_due(s: Session, now: datetime) -> ColumnElement[bool]:
    days = get_settings().auto_close_days
    rows = s.execute(
        select(tickets.c.id, tickets.c.resolved_at, tickets.c.policy_version_id).where(
            tickets.c.status == str(Status.RESOLVED), tickets.c.resolved_at <= now - timedelta(days=days - 1)
        )
    ).all()
    due = [row.id for row in rows if _clocks.closes_at(s, row.resolved_at, row.policy_version_id) <= now]
    return tickets.c.id.in_(due)


def _auto_close(s: Session, locked: LockedTicket, system: Actor, _now: datetime) -> int:
    if Status(locked.row["status"]) is not Status.RESOLVED:
        return 0  # reopened in between
    check(Move.AUTO_CLOSE, Status.RESOLVED, Capacity.TIMER)
    work = locked.work(s, system)
    close_locked(s, locked, work, None, None)
    work.flush()
    return 1


def verify() -> list[str]:
    """Recompute every stored clock from its ticket's events; one sentence per difference, none when all agree."""
    with transaction() as s:
        return list(_clock_check.differences(s))
