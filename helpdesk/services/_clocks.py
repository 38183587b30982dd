"""The stored clocks of a ticket: the cache of `domain.sla.compute`, renewed with each event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Text, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.orm import Session

from helpdesk.core.config import get_settings
from helpdesk.domain.enums import ClockKind, EventKind, Priority
from helpdesk.domain.sla import ClockEvent, Clocks, ClockState, compute, steps
from helpdesk.domain.sla_policy import PolicyVersion, StepRule
from helpdesk.domain.working_time import ALWAYS
from helpdesk.models.sla import sla_policies, sla_policy_versions, ticket_clock_steps, ticket_clocks
from helpdesk.models.ticket import ticket_events

FiredStep = tuple[str, int, str]  # kind of clock, run, key of the step

RISK_PERCENT = 75
# "At risk" is a step like any other, so that its instant comes from the same arithmetic.
_RISK = PolicyVersion(
    id=0, targets={}, steps=tuple(StepRule("risk", kind, percent=RISK_PERCENT) for kind in ClockKind)
)
EVENT_COLUMNS = tuple(
    ticket_events.c[name] for name in ("seq", "kind", "at", "priority", "policy_version_id", "data")
)
_EVENTS = (
    select(*EVENT_COLUMNS)
    .where(ticket_events.c.ticket_id == bindparam("ticket_id"))
    .order_by(ticket_events.c.seq)
)
_FIRED = select(ticket_clock_steps.c.kind, ticket_clock_steps.c.run, ticket_clock_steps.c.step).where(
    ticket_clock_steps.c.ticket_id == bindparam("ticket_id")
)
# what is stored of a ticket's clocks: their kinds, and the steps that have fired
_KINDS = select(ticket_clocks.c.kind).where(ticket_clocks.c.ticket_id == bindparam("ticket_id"))
_STEPS = select(
    func.jsonb_agg(
        func.jsonb_build_array(
            ticket_clock_steps.c.kind, ticket_clock_steps.c.run, ticket_clock_steps.c.step
        ),
        type_=JSONB,
    )
).where(ticket_clock_steps.c.ticket_id == bindparam("ticket_id"))
_STORED = select(
    func.array(_KINDS.scalar_subquery(), type_=ARRAY(Text)).label("kinds"),
    _STEPS.scalar_subquery().label("fired"),
)
_INSERT = insert(ticket_clocks)
_STORE = _INSERT.on_conflict_do_update(
    index_elements=["ticket_id", "kind"],
    set_={column.name: _INSERT.excluded[column.name] for column in ticket_clocks.c if not column.primary_key},
)
_DROP = delete(ticket_clocks).where(
    ticket_clocks.c.ticket_id == bindparam("ticket_id"),
    ticket_clocks.c.kind == func.any(bindparam("kinds", type_=ARRAY(Text))),
)
_LATEST = (
    select(sla_policy_versions.c.id)
    .where(sla_policy_versions.c.policy_id == sla_policies.c.id)
    .order_by(sla_policy_versions.c.version.desc())
    .limit(1)
    .scalar_subquery()
)
_POLICIES = (
    select(sla_policies.c.id, sla_policies.c.conditions, _LATEST.label("version_id"))
    .where(~sla_policies.c.archived)
    .order_by(sla_policies.c.is_default, sla_policies.c.position, sla_policies.c.id)
)
_POLICIES_OF = (
    select(sla_policy_versions.c.policy_id)
    .where(sla_policy_versions.c.id.in_([bindparam("one"), bindparam("other")]))
    .distinct()
)


def policy_versions(s: Session, ids: Iterable[int]) -> dict[int, PolicyVersion]:
    """Versions by id. They never change, so a process reads each once."""
    wanted = set(ids)
    missing = [version for version in wanted if version not in _known]
    if missing:
        rows = s.execute(
            select(sla_policy_versions.c.id, sla_policy_versions.c.document).where(
                sla_policy_versions.c.id.in_(missing)
            )
        )
        for version, document in rows:
            _known[version] = PolicyVersion.from_json(version, document)
    return {version: _known[version] for version in wanted}


_known: dict[int, PolicyVersion] = {}


def forget_policy_versions() -> None:
    """For a process that changes its database, as the tests do."""
    _known.clear()


def closes_at(s: Session, resolved_at: datetime, policy_version: int) -> datetime:
    """When a resolved ticket closes by itself: after the setting's days of its policy's calendar."""
    calendar = policy_versions(s, {policy_version})[policy_version].calendar or ALWAYS
    return calendar.add_days(resolved_at, get_settings().auto_close_days)


def policy_for(s: Session, facts: Mapping[str, Any]) -> int:
    """The newest version of the first policy that matches: the ticket's node's own, else by the policies' order.

    `facts`: group_id, category_id, subcategory_id, priority, department, own_policy_id (the node's, inherited).
    """
    rows = s.execute(_POLICIES).all()
    for row in rows:
        if row.id == facts.get("own_policy_id"):
            return int(row.version_id)
    return next(int(row.version_id) for row in rows if _matches(row.conditions, facts))


def same_policy(s: Session, one: int, other: int) -> bool:
    """Whether two versions are of one policy."""
    return len(s.scalars(_POLICIES_OF, {"one": one, "other": other}).all()) == 1


def _matches(conditions: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    return all(facts.get(name) in allowed for name, allowed in conditions.items())


def clock_events(rows: Iterable[RowMapping | Mapping[str, Any]]) -> list[ClockEvent]:
    """Stored ticket events as the clock reads them."""
    return [
        ClockEvent(
            seq=row["seq"],
            kind=EventKind(row["kind"]),
            at=row["at"],
            priority=Priority(row["priority"]),
            policy_version_id=row["policy_version_id"],
            by_requester=bool(row["data"].get("by_requester")),
            data=row["data"],
        )
        for row in rows
    ]


def events_of(s: Session, ticket_id: int) -> list[ClockEvent]:
    return clock_events(s.execute(_EVENTS, {"ticket_id": ticket_id}).mappings())


def compute_for(s: Session, events: Sequence[ClockEvent], at: datetime) -> Clocks:
    return compute(events, policy_versions(s, {event.policy_version_id for event in events}), at)


def refresh(s: Session, ticket_id: int, at: datetime) -> dict[str, datetime | None]:
    """Recompute and store a ticket's clocks as they are at `at`, its newest event's moment.

    Returns what the ticket row keeps for its lists: `due_at`, `risk_at`, `breached_at`.
    """
    events = events_of(s, ticket_id)
    policies = policy_versions(s, {event.policy_version_id for event in events})
    clocks = compute(events, policies, at)
    stored = s.execute(_STORED, {"ticket_id": ticket_id}).one()
    fired = frozenset((kind, run, step) for kind, run, step in stored.fired or ())
    rows = clock_rows(policies, ticket_id, clocks, at, fired)
    if rows:
        s.execute(_STORE, rows)
    gone = [kind for kind in stored.kinds if clocks.of(ClockKind(kind)) is None]
    if gone:
        s.execute(_DROP, {"ticket_id": ticket_id, "kinds": gone})
    return list_columns(policies, events, clocks)


def list_columns(
    policies: Mapping[int, PolicyVersion], events: Sequence[ClockEvent], clocks: Clocks
) -> dict[str, datetime | None]:
    """The nearest due time and risk of the running clocks, and the first breach of those shown.

    A hold with an end counts as ended then, so that these stay right also where nobody has looked since.
    """
    shown, end = _shown(clocks), _hold_end(events, clocks)
    later = shown if end is None else _shown(compute(events, policies, end))
    running = [state for state in later if state.stopped_at is None and state.due_at is not None]
    risks = [at for at in map(_risk_at, running) if at is not None]
    return {
        "due_at": min((state.due_at for state in running if state.due_at is not None), default=None),
        "risk_at": min(risks, default=None),
        "breached_at": min(
            (state.breached_at for state in shown if state.breached_at is not None), default=None
        ),
    }


def _shown(clocks: Clocks) -> list[ClockState]:
    return [state for state in (clocks.of(kind) for kind in ClockKind) if state is not None]


def _hold_end(events: Sequence[ClockEvent], clocks: Clocks) -> datetime | None:
    """When the hold that pauses the clocks ends by itself."""
    if not any(state.paused for state in _shown(clocks)):
        return None
    until = next(event for event in reversed(events) if event.kind is EventKind.HOLD_STARTED).data["until"]
    return None if until is None else datetime.fromisoformat(until)


def _risk_at(state: ClockState) -> datetime | None:
    if state.stopped_at is not None:
        return None
    risk = steps(state, _RISK)
    return risk[0].at if risk else None


def fired_steps(s: Session, ticket_id: int) -> frozenset[FiredStep]:
    rows = s.execute(_FIRED, {"ticket_id": ticket_id})
    return frozenset((row.kind, row.run, row.step) for row in rows)


def clock_rows(
    policies: Mapping[int, PolicyVersion],
    ticket_id: int,
    clocks: Clocks,
    at: datetime,
    fired: Set[FiredStep],
) -> list[dict[str, Any]]:
    """The `ticket_clocks` rows of computed clocks, one per kind that there is."""
    return [_row(policies, ticket_id, state, clocks, at, fired) for state in _shown(clocks)]


def _row(
    policies: Mapping[int, PolicyVersion],
    ticket_id: int,
    state: ClockState,
    clocks: Clocks,
    at: datetime,
    fired: Set[FiredStep],
) -> dict[str, Any]:
    # a clock that began on hold has no time yet, and takes none before the event that ends the hold
    times = [state.tail.time] if state.tail is not None else [span.time for span in state.spans[-1:]]
    return {
        "ticket_id": ticket_id,
        "kind": str(state.kind),
        "run": state.run,
        "policy_version_id": state.policy_version_id,
        "target_minutes": state.target_minutes,
        "business": ALWAYS not in times,
        "started_at": state.started_at,
        "due_at": state.due_at,
        "met_at": state.met_at,
        "stopped_at": state.stopped_at,
        "breached_at": state.breached_at,
        "paused": state.paused,
        "consumed_seconds": state.consumed_seconds,
        "as_of": at,
        "risk_at": _risk_at(state),
        "flagged": state.flagged,
        "next_step_at": _next_step(
            policies, [state, *(one for one in clocks.earlier if one.kind == state.kind)], fired
        ),
    }


def _next_step(
    policies: Mapping[int, PolicyVersion], states: Sequence[ClockState], fired: Set[FiredStep]
) -> datetime | None:
    """When the sweep has to look at this clock again: its earliest step that has not fired, also a past one.

    A run that has passed counts too: what it reached while the timers were down is still to be written down.
    """
    open_steps = [
        step.at
        for state in states
        for step in steps(state, policies[state.policy_version_id])
        if step.at is not None and (str(state.kind), state.run, step.key) not in fired
    ]
    return min(open_steps, default=None)
