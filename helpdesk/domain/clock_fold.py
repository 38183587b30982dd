"""Folds a ticket's events into the runs of its three clocks (product rules §4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from helpdesk.domain.enums import ClockKind, EventKind, HoldReason, Priority, ResolutionCode
from helpdesk.domain.sla_policy import PolicyVersion, Target
from helpdesk.domain.working_time import WorkingTime, as_utc

_CANCELLING = frozenset({ResolutionCode.WITHDRAWN, ResolutionCode.MERGED})
_PAUSABLE = frozenset({ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION})


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """One ticket event as the clock sees it, with the priority and policy version in force after it.

    What it reads of `data`: `until` (RFC 3339 text, datetime or None) and `reason` of `hold_started`;
    `resolution_code` of `closed` (`withdrawn` and `merged` stop the clocks without meeting them).
    `by_requester` matters for `reopened`. A public comment by an agent who is the requester has to come as
    `requester_comment`.
    """

    seq: int
    kind: EventKind
    at: datetime
    priority: Priority
    policy_version_id: int
    by_requester: bool = False
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", as_utc(self.at))


class Mode(StrEnum):
    """What a clock does with the time that passes."""

    COUNTING = "counting"
    HOLD = "hold"
    STOPPED = "stopped"  # between a resolution and the reopening


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a clock's run in one mode, counted in one working time."""

    start: datetime
    end: datetime
    mode: Mode
    time: WorkingTime
    counted: timedelta


@dataclass(slots=True)
class Run:
    """One run of one clock, while the events are being folded."""

    kind: ClockKind
    number: int
    started_at: datetime
    policy_version_id: int
    target: Target
    time: WorkingTime
    mode: Mode
    since: datetime
    retargeted_at: datetime
    spans: list[Span] = field(default_factory=list[Span])
    met_at: datetime | None = None
    stopped_at: datetime | None = None
    flagged: bool = False

    def turn(self, at: datetime, mode: Mode) -> None:
        """Closes the present span at `at` and begins one in `mode`."""
        self.spans = self.spans_until(at)
        self.since, self.mode = at, mode

    def stop(self, at: datetime, *, met: bool, flagged: bool = False) -> None:
        self.turn(at, Mode.STOPPED)
        self.stopped_at, self.met_at, self.flagged = at, at if met else None, flagged

    def resume(self, at: datetime) -> None:
        self.turn(at, Mode.COUNTING)
        self.stopped_at = self.met_at = None
        self.flagged = False

    def retarget(self, at: datetime, policy: PolicyVersion, target: Target) -> None:
        time = policy.working_time(target)
        if time is not self.time:
            self.turn(at, self.mode)
            self.time = time
        if target != self.target:
            self.retargeted_at = at
        self.target, self.policy_version_id = target, policy.id

    def spans_until(self, moment: datetime) -> list[Span]:
        """The spans with the present one closed at `moment`."""
        if self.since >= moment:
            return self.spans
        counted = self.time.elapsed(self.since, moment) if self.mode is Mode.COUNTING else timedelta()
        return [*self.spans, Span(self.since, moment, self.mode, self.time, counted)]


class Fold:
    """Applies events one by one; then `runs` holds every run of the clocks, `latest` the last per kind."""

    def __init__(self, policies: Mapping[int, PolicyVersion]) -> None:
        self.runs: list[Run] = []
        self._policies = policies
        self.latest: dict[ClockKind, Run] = {}
        self._regime: tuple[int, Priority] | None = None
        self._seen: datetime | None = None
        self._held = False
        self._hold_reason: str | None = None
        self._hold_until: datetime | None = None
        self._active = False
        self._unanswered = False  # the requester wrote while the ticket was resolved

    def apply(self, event: ClockEvent) -> None:
        if (self._seen is None) != (event.kind == EventKind.CREATED) or (
            self._seen and event.at < self._seen
        ):
            raise ValueError(f"ticket event {event.seq} ({event.kind}) is out of order")
        self._seen = event.at
        self.end_expired_hold(event.at)
        self._retarget(event)
        match event.kind:
            case EventKind.CREATED:
                self._active = True
                self._start(ClockKind.FIRST_RESPONSE, event.at)
                self._start(ClockKind.RESOLUTION, event.at)
            case EventKind.AGENT_COMMENT:
                self._answered(event.at)
            case EventKind.REQUESTER_COMMENT:
                self._asked(event.at)
            case EventKind.HOLD_STARTED:
                self._hold(event)
            case EventKind.HOLD_ENDED | EventKind.UNASSIGNED:
                self._end_hold(event.at)
            case EventKind.RESOLVED | EventKind.CLOSED:
                self._finish(event)
            case EventKind.REOPENED:
                self._reopen(event)
            case _:
                pass

    def end_expired_hold(self, now: datetime) -> None:
        """A hold with an end is over at that moment, whether or not a sweep has written so."""
        if self._held and self._hold_until is not None and self._hold_until <= now:
            self._end_hold(self._hold_until)

    def _retarget(self, event: ClockEvent) -> None:
        regime = (event.policy_version_id, event.priority)
        if regime == self._regime:
            return
        self._regime = regime
        for run in self._running():
            self._retarget_run(run, event.at)

    def _retarget_run(self, run: Run, at: datetime) -> None:
        policy, target = self._target(run.kind)
        run.retarget(at, policy, target)

    def _target(self, kind: ClockKind) -> tuple[PolicyVersion, Target]:
        assert self._regime is not None  # noqa: S101 - every event sets it before its effect
        policy = self._policies[self._regime[0]]
        return policy, policy.target(self._regime[1], kind)

    def _running(self) -> list[Run]:
        return [run for run in self.latest.values() if run.stopped_at is None]

    def _open(self, kind: ClockKind) -> Run | None:
        run = self.latest.get(kind)
        return run if run is not None and run.stopped_at is None else None

    def _start(self, kind: ClockKind, at: datetime) -> None:
        previous = self.latest.get(kind)
        policy, target = self._target(kind)
        run = Run(
            kind=kind,
            number=previous.number + 1 if previous else 1,
            started_at=at,
            policy_version_id=policy.id,
            target=target,
            time=policy.working_time(target),
            mode=Mode.HOLD if self._held and kind in _PAUSABLE else Mode.COUNTING,
            since=at,
            retargeted_at=at,
        )
        self.runs.append(run)
        self.latest[kind] = run

    def _answered(self, at: datetime) -> None:
        self._unanswered = False
        for kind in (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE):
            if (run := self._open(kind)) is not None:
                run.stop(at, met=True)

    def _asked(self, at: datetime) -> None:
        if self._held and self._hold_reason == HoldReason.REQUESTER:
            self._end_hold(at)
        if not self._active:
            self._unanswered = True
        elif self._open(ClockKind.FIRST_RESPONSE) is None and self._open(ClockKind.NEXT_RESPONSE) is None:
            # While the first response is awaited, its clock covers everything that the requester adds.
            self._start(ClockKind.NEXT_RESPONSE, at)

    def _hold(self, event: ClockEvent) -> None:
        if not self._active:
            return
        self._end_hold(event.at)
        until = event.data.get("until")
        if isinstance(until, str):
            until = datetime.fromisoformat(until)
        self._held, self._hold_reason = True, event.data.get("reason")
        self._hold_until = None if until is None else as_utc(until)
        for run in self._running():
            if run.kind in _PAUSABLE:
                run.turn(event.at, Mode.HOLD)
        self.end_expired_hold(event.at)

    def _end_hold(self, at: datetime) -> None:
        if not self._held:
            return
        self._held, self._hold_reason, self._hold_until = False, None, None
        for run in self._running():
            if run.mode is Mode.HOLD:
                run.turn(max(at, run.since), Mode.COUNTING)

    def _finish(self, event: ClockEvent) -> None:
        if not self._active:
            return
        self._end_hold(event.at)
        self._active, self._unanswered = False, False
        cancelled = event.kind == EventKind.CLOSED and event.data.get("resolution_code") in _CANCELLING
        for run in self._running():
            without_reply = not cancelled and run.kind == ClockKind.FIRST_RESPONSE
            run.stop(event.at, met=not cancelled, flagged=without_reply)

    def _reopen(self, event: ClockEvent) -> None:
        if self._active:
            return
        self._active = True
        for run in self.latest.values():
            if run.kind == ClockKind.RESOLUTION or (run.stopped_at is not None and run.met_at is None):
                run.resume(event.at)
                self._retarget_run(run, event.at)
        if event.by_requester or self._unanswered:  # "Not yet" comes with a reason, which waits for an answer
            self._asked(event.at)
        self._unanswered = False
