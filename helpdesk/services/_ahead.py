"""What will happen to a ticket by itself: its next escalation step."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from helpdesk.core.clock import now
from helpdesk.domain.enums import UNSOLVED, ClockKind
from helpdesk.domain.sla import ClockState, StepDue
from helpdesk.models.person import users
from helpdesk.models.tree import groups
from helpdesk.services import _clocks
from helpdesk.services.views import NextStep, TicketRow

_LEAD = (
    select(users.c.name).join(groups, groups.c.lead_id == users.c.id).where(groups.c.id == bindparam("group"))
)


def next_step(s: Session, row: TicketRow) -> NextStep | None:
    """The escalation step of the running clocks that comes first, and whom it will tell; None where none is known."""
    if row.status not in UNSOLVED:
        return None
    clocks = _clocks.compute_for(s, _clocks.events_of(s, row.id), now())
    states = [state for state in map(clocks.of, ClockKind) if state is not None and state.stopped_at is None]
    coming = [(state.next_step.at, state, state.next_step) for state in states if state.next_step is not None]
    if not coming:
        return None
    at, state, step = min(coming, key=lambda one: (one[0], one[1].kind))
    return NextStep(
        clock=str(state.kind),
        at=at,
        percent=step.rule.percent,
        offset_minutes=step.rule.offset_minutes,
        breach=_is_breach(state, step),
        due_at=state.due_at,
        tells=_told(s, row, step),
    )


def _is_breach(state: ClockState, step: StepDue) -> bool:
    return step.rule.threshold(state.target_minutes) >= timedelta(minutes=state.target_minutes)


def _told(s: Session, row: TicketRow, step: StepDue) -> tuple[str, ...]:
    """As `_sla_steps` will tell them: the group while nobody has the ticket."""
    wanted = set(step.rule.action.get("notify", ()))
    found: list[str] = []
    if "assignee" in wanted and row.assigned_to is not None:
        found.append(row.assigned_to.name)
    elif wanted & {"assignee", "group"}:
        found.append(row.group.name)
    if "lead" in wanted:
        found += s.scalars(_LEAD, {"group": row.group.id})
    return tuple(dict.fromkeys(found))
