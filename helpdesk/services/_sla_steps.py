"""Firing the escalation steps of a ticket's clocks: each once per run, whoever looks and however late (§4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from helpdesk.domain.access import Actor
from helpdesk.domain.clock_fold import ClockEvent
from helpdesk.domain.enums import STAFF_ROLES, EventKind, NotificationEvent, Role, Visibility
from helpdesk.domain.sla import ClockState, StepDue, runs, steps
from helpdesk.domain.sla_policy import PolicyVersion
from helpdesk.models.person import roles, users
from helpdesk.models.sla import ticket_clock_steps
from helpdesk.models.tree import group_members, groups
from helpdesk.services import _clocks, _notify
from helpdesk.services._clocks import FiredStep
from helpdesk.services._lock import LockedTicket
from helpdesk.services._notify import Notice

LATE_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Reached:
    """A step whose time has come and that has not fired."""

    state: ClockState
    step: StepDue
    at: datetime
    superseded: bool  # a later step of the same run is reached as well: that one speaks for both

    @property
    def is_breach(self) -> bool:
        return self.step.rule.threshold(self.state.target_minutes) >= timedelta(
            minutes=self.state.target_minutes
        )

    @property
    def tells(self) -> bool:
        """A warning about a clock that has stopped, or beside the breach itself, would be wrong by now."""
        return not self.superseded and (self.is_breach or self.state.stopped_at is None)

    @property
    def name(self) -> str:
        """How the history calls it."""
        return f"{self.state.kind} {self.step.key}"

    def facts(self, now: datetime) -> dict[str, Any]:
        """What event and messages say of a step that fires at `now`."""
        due_at = self.state.due_at
        return {
            "clock": str(self.state.kind),
            "run": self.state.run,
            "step": self.step.key,
            "due_at": due_at.isoformat() if due_at else None,
            "late": self.is_late(now),
        }

    def is_late(self, now: datetime) -> bool:
        return now - self.at > LATE_AFTER


def fire_due(s: Session, locked: LockedTicket, system: Actor, now: datetime) -> int:
    """Fire what is due by `now` on a locked ticket, and store when to look again. Returns how many fired."""
    ticket_id = locked.row["id"]
    events = _clocks.events_of(s, ticket_id)
    policies = _clocks.policy_versions(s, {event.policy_version_id for event in events})
    due = reached_steps(events, policies, _clocks.fired_steps(s, ticket_id), now)
    reached = [one for one in due if _claim(s, ticket_id, one, now)]
    work = locked.work(s, system)
    for one in reached:
        facts = one.facts(now)
        event = NotificationEvent.SLA_BREACH if one.is_breach else NotificationEvent.SLA_WARNING
        people = _told(s, locked, one.step.rule.action) if one.tells else ()
        work.log("sla_step", None, one.name, Visibility.STAFF)
        work.event(
            EventKind.SLA_STEP, Notice(event, people, data=facts), data=facts, visibility=Visibility.STAFF
        )
    work.put(**_clocks.refresh(s, ticket_id, max(locked.row["event_at"], locked.at)))
    work.flush()
    return len(reached)


def reached_steps(
    events: Sequence[ClockEvent],
    policies: Mapping[int, PolicyVersion],
    fired: Set[FiredStep],
    now: datetime,
) -> list[Reached]:
    """The steps whose time has come by `now` and that have not fired, in the order of their times."""
    found: list[Reached] = []
    for state in runs(events, policies, now):
        due = [
            (step.rule.threshold(state.target_minutes), step, step.at)
            for step in steps(state, policies[state.policy_version_id])
            if step.at is not None and step.at <= now and (str(state.kind), state.run, step.key) not in fired
        ]
        last = max((threshold for threshold, _, _ in due), default=None)
        found += [Reached(state, step, at, superseded=threshold != last) for threshold, step, at in due]
    return sorted(found, key=lambda one: (one.at, one.state.kind, one.step.key))


def _claim(s: Session, ticket_id: int, one: Reached, now: datetime) -> bool:
    """Write down that the step fires; False where somebody was faster."""
    row = {
        "ticket_id": ticket_id,
        "kind": str(one.state.kind),
        "run": one.state.run,
        "step": one.step.key,
        "due_at": one.at,
        "fired_at": now,
        "late": one.is_late(now),
    }
    statement = insert(ticket_clock_steps).values(row).on_conflict_do_nothing()
    return s.execute(statement.returning(ticket_clock_steps.c.step)).first() is not None


def _told(s: Session, locked: LockedTicket, action: Mapping[str, Any]) -> tuple[int, ...]:
    """Whom a step's action names: `assignee` (the group's members while there is none), `lead`, `group`."""
    group_id, names = locked.row["group_id"], set(action.get("notify", ()))
    people: list[int] = []
    if "assignee" in names and locked.row["assigned_to"] is not None:
        people.append(locked.row["assigned_to"])
    elif names & {"assignee", "group"}:
        people += _notify.group_audience(s, group_id)[0]
    if "lead" in names:
        people += s.scalars(
            select(groups.c.lead_id).where(groups.c.id == group_id, groups.c.lead_id.is_not(None))
        )
    return _who_see(s, locked, people)


def _who_see(s: Session, locked: LockedTicket, people: Iterable[int]) -> tuple[int, ...]:
    """Those who see the ticket as staff: nobody is told of what they may not see."""
    ordered = list(dict.fromkeys(people))
    member = (
        select(group_members.c.user_id)
        .where(group_members.c.user_id == users.c.id, group_members.c.group_id == locked.row["group_id"])
        .exists()
    )
    seeing = select(users.c.id).join(roles, roles.c.id == users.c.role_id)
    seeing = seeing.where(users.c.id.in_(ordered), roles.c.name.in_(STAFF_ROLES))
    if locked.restricted:
        seeing = seeing.where(or_(roles.c.name == str(Role.ADMIN), member))
    allowed = set(s.scalars(seeing))
    return tuple(person for person in ordered if person in allowed)
