"""The SLA clocks: a pure function of policy versions, ticket events and a moment (product rules §4).

Nothing is accumulated: each call folds the ticket's events into runs of the three clocks. A run is a list of
spans (counting, on hold, stopped), each with the working time in force then; the due time is the instant at
which the counting spans, prolonged if need be, have used up the target. So a change of priority or policy
keeps what was consumed, and changes only the target and how time is counted from then on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from helpdesk.domain.clock_fold import ClockEvent, Fold, Mode, Run, Span
from helpdesk.domain.enums import ClockKind
from helpdesk.domain.sla_policy import PolicyVersion, StepRule
from helpdesk.domain.working_time import WorkingTime, as_utc


@dataclass(frozen=True, slots=True)
class Tail:
    """From when, and in which working time, a clock goes on after its spans; a stopped one as if it did."""

    start: datetime
    time: WorkingTime


@dataclass(frozen=True, slots=True)
class StepDue:
    """An escalation step of a run; `rule.key` is unique within the run and stays under newer policy versions.

    `at` is when it is due: the instant at which the clock reached its threshold, but not before the target
    was last changed, since a new target can put the threshold into the past. None while that instant is not
    known (on hold).
    """

    rule: StepRule
    at: datetime | None

    @property
    def key(self) -> str:
        """The name of the step within the run."""
        return self.rule.key


@dataclass(frozen=True, slots=True)
class ClockState:
    """One run of one clock at one moment. Times are in UTC, `seconds` in the clock's working time.

    `due_at` is None while a hold keeps it open; a target that was used up before the hold stays due.
    `met_at` is None for a run that ended without being met (withdrawn, merged); `stopped_at` is when it
    ended. `flagged`: satisfied by resolving, without a reply. `remaining_seconds` is negative after the
    target.
    """

    kind: ClockKind
    run: int
    policy_version_id: int
    target_minutes: int
    started_at: datetime
    due_at: datetime | None
    met_at: datetime | None
    stopped_at: datetime | None
    paused: bool
    breached: bool
    breached_at: datetime | None
    consumed_seconds: float
    flagged: bool
    retargeted_at: datetime
    policy: PolicyVersion = field(repr=False, compare=False)
    now: datetime = field(repr=False)
    spans: tuple[Span, ...] = field(default=(), repr=False)
    tail: Tail | None = field(default=None, repr=False)

    @property
    def remaining_seconds(self) -> float:
        return self.target_minutes * 60 - self.consumed_seconds

    @property
    def next_step(self) -> StepDue | None:
        """The first step that is due after the moment for which this was computed."""
        coming = [
            (step.at, step.key, step) for step in steps(self, self.policy) if step.at and step.at > self.now
        ]
        return min(coming)[2] if coming else None

    @property
    def percent(self) -> float:
        """How much of the target is used up; above 100 after it."""
        return 100 * self.consumed_seconds / (self.target_minutes * 60)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of a ticket; None where there is no target, or no next response was ever waited for."""

    first_response: ClockState | None = None
    next_response: ClockState | None = None
    resolution: ClockState | None = None
    earlier: tuple[ClockState, ...] = ()  # runs before the latest of their kind

    def of(self, kind: ClockKind) -> ClockState | None:
        """The clock of one kind."""
        state: ClockState | None = getattr(self, kind.value)
        return state


def compute(events: Sequence[ClockEvent], policies: Mapping[int, PolicyVersion], now: datetime) -> Clocks:
    """The clocks as they are at `now`: the latest run of each.

    Events after `now` are left out, so that any earlier moment can be asked for. `events` are one ticket's,
    by `seq`, and begin with `created`; `policies` holds every version that they name. Raises `ValueError`
    for events out of order, `KeyError` for a policy version that is missing.
    """
    now = as_utc(now)
    fold = _fold(events, policies, now)
    states = {kind: _state(run, policies, now) for kind, run in fold.latest.items()}
    earlier = (_state(run, policies, now) for run in fold.runs if run is not fold.latest[run.kind])
    return Clocks(
        **{kind.value: states.get(kind) for kind in ClockKind},
        earlier=tuple(state for state in earlier if state is not None),
    )


def runs(
    events: Sequence[ClockEvent], policies: Mapping[int, PolicyVersion], now: datetime
) -> list[ClockState]:
    """Every run of every clock with a target, by its start; arguments and errors as in `compute`."""
    now = as_utc(now)
    found = (_state(run, policies, now) for run in _fold(events, policies, now).runs)
    return [state for state in found if state is not None]


def steps(state: ClockState, policy: PolicyVersion) -> list[StepDue]:
    """The escalation steps of a run with the instants at which they are due, in the order of the policy.

    A step that a stopped clock never reached, or reached at the very instant it stopped, is left out.
    """
    found: list[StepDue] = []
    tail = state.tail if state.stopped_at is None else None
    for rule in policy.steps_of(state.kind):
        at = _reached_at(state.spans, tail, rule.threshold(state.target_minutes))
        if at is not None:
            at = max(at, state.retargeted_at)
        if state.stopped_at is not None and (at is None or at >= state.stopped_at):
            continue
        found.append(StepDue(rule, at))
    return found


def _fold(events: Sequence[ClockEvent], policies: Mapping[int, PolicyVersion], now: datetime) -> Fold:
    fold = Fold(policies)
    for event in events:
        if event.at > now:
            break
        fold.apply(event)
    fold.end_expired_hold(now)
    return fold


def _reached_at(spans: Sequence[Span], tail: Tail | None, threshold: timedelta) -> datetime | None:
    """When a clock has counted `threshold`; None where its spans don't hold that much and nothing goes on."""
    for span in spans:
        if span.mode is Mode.COUNTING:
            if threshold <= span.counted:
                return span.time.add(span.start, threshold)
            threshold -= span.counted
    return None if tail is None else tail.time.add(tail.start, threshold)


def _state(run: Run, policies: Mapping[int, PolicyVersion], now: datetime) -> ClockState | None:
    minutes = run.target.minutes
    if minutes is None:
        return None
    end = run.stopped_at or now
    spans = tuple(run.spans_until(end))
    tail = None if run.mode is Mode.HOLD else Tail(end, run.time)
    due_at = _reached_at(spans, tail, timedelta(minutes=minutes))
    breached = due_at is not None and end > due_at
    return ClockState(
        kind=run.kind,
        run=run.number,
        policy_version_id=run.policy_version_id,
        target_minutes=minutes,
        started_at=run.started_at,
        due_at=due_at,
        met_at=run.met_at,
        stopped_at=run.stopped_at,
        paused=run.mode is Mode.HOLD,
        breached=breached,
        breached_at=due_at if breached else None,
        consumed_seconds=sum((span.counted for span in spans), timedelta()).total_seconds(),
        flagged=run.flagged,
        retargeted_at=run.retargeted_at,
        policy=policies[run.policy_version_id],
        now=now,
        spans=spans,
        tail=tail,
    )
