"""What holds for every story of a ticket under every policy (product rules §4)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from helpdesk.domain.calendars import BusinessCalendar, Holiday
from helpdesk.domain.clock_explain import IntervalKind, explain
from helpdesk.domain.clock_fold import ClockEvent
from helpdesk.domain.enums import ClockKind, EventKind, Priority
from helpdesk.domain.sla import compute, runs, steps
from helpdesk.domain.sla_policy import PolicyVersion, StepRule, Target

OFFICE = (((9 * 60, 12 * 60), (13 * 60, 17 * 60 + 30)),) * 5 + ((), ())
START = datetime(2026, 10, 20, tzinfo=UTC)  # the clocks change on the 25th
CALENDARS = [
    None,
    BusinessCalendar("Europe/Berlin", OFFICE, {START.date() + timedelta(days=2): Holiday("One")}),
    BusinessCalendar("America/New_York", (((0, 1440),),) * 7),
    BusinessCalendar("Asia/Kolkata", (((60, 300), (1320, 1440)),) * 7),
]
STEPS = (
    *tuple(
        rule
        for kind in ClockKind
        for rule in (StepRule("half", kind, percent=50), StepRule("due", kind, percent=100))
    ),
    StepRule("after", ClockKind.RESOLUTION, offset_minutes=30),
    StepRule("early", ClockKind.RESOLUTION, offset_minutes=-30),
)

_targets = st.builds(Target, st.one_of(st.none(), st.integers(1, 5000)), st.booleans())
_by_kind = st.fixed_dictionaries(dict.fromkeys(ClockKind, _targets))
_by_priority = st.fixed_dictionaries(dict.fromkeys(Priority, _by_kind))


def _policies(version: int) -> st.SearchStrategy[PolicyVersion]:
    return st.builds(
        PolicyVersion, st.just(version), _by_priority, st.sampled_from(CALENDARS), st.just(STEPS)
    )


_both = st.tuples(_policies(1), _policies(2)).map(lambda pair: {version.id: version for version in pair})
_gaps = st.integers(0, 3 * 24 * 3600)


@st.composite
def _stories(draw: st.DrawFn) -> list[ClockEvent]:
    at = START + timedelta(seconds=draw(_gaps))
    events: list[ClockEvent] = []
    kinds = draw(st.lists(st.sampled_from([k for k in EventKind if k != EventKind.CREATED]), max_size=12))
    for number, kind in enumerate([EventKind.CREATED, *kinds], 1):
        data: dict[str, object] = {}
        if kind == EventKind.HOLD_STARTED:
            data["reason"] = draw(st.sampled_from(["requester", "third_party"]))
            if draw(st.booleans()):
                data["until"] = (at + timedelta(seconds=draw(st.integers(-3600, 200_000)))).isoformat()
        if kind == EventKind.CLOSED:
            data["resolution_code"] = draw(st.sampled_from([None, "withdrawn", "solved"]))
        priority, version = draw(st.sampled_from(Priority)), draw(st.sampled_from([1, 2]))
        events.append(ClockEvent(number, kind, at, priority, version, draw(st.booleans()), data))
        at += timedelta(seconds=draw(_gaps))
    return events


_later = st.integers(0, 10 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds))


@given(_stories(), _both, _later)
def test_a_run_is_consistent_in_itself(events: list[ClockEvent], policies: dict, later: timedelta) -> None:
    now = events[-1].at + later
    for state in runs(events, policies, now):
        assert state.due_at is None or state.due_at >= state.started_at
        assert state.due_at is not None or state.paused
        assert state.breached == (state.breached_at is not None)
        end = state.stopped_at or now
        if state.breached:
            assert state.due_at == state.breached_at < end
            assert state.remaining_seconds <= 0
        elif state.due_at is not None and state.due_at > end:
            assert state.remaining_seconds > 0
        assert state.met_at in {None, state.stopped_at}
        assert not (state.paused and state.kind == ClockKind.FIRST_RESPONSE)
        assert 0 <= state.consumed_seconds <= (end - state.started_at).total_seconds()


@given(_stories(), _both, _later)
def test_the_explanation_covers_the_run_and_adds_up(
    events: list[ClockEvent], policies: dict, later: timedelta
) -> None:
    now = events[-1].at + later
    clocks = compute(events, policies, now)
    for kind in ClockKind:
        state, intervals = clocks.of(kind), explain(events, policies, kind, now)
        if state is None:
            assert intervals == []
            continue
        past = [i for i in intervals if not i.projected and i.kind is IntervalKind.COUNTED]
        assert abs(sum(i.seconds for i in past) - state.consumed_seconds) < 1e-5
        end = state.stopped_at or now
        if state.stopped_at is None and state.due_at is not None:
            end = max(now, state.due_at)
        edges = [state.started_at, *(i.start for i in intervals[1:]), end]
        if intervals:
            assert [(i.start, i.end) for i in intervals] == list(itertools.pairwise(edges))
        if state.stopped_at is None and state.due_at is not None and state.due_at > now:
            counted = sum(i.seconds for i in intervals if i.kind is IntervalKind.COUNTED)
            assert abs(counted - state.target_minutes * 60) < 1e-5


@given(_stories(), _both, _later, st.data())
def test_the_past_does_not_depend_on_what_came_later(
    events: list[ClockEvent], policies: dict, later: timedelta, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(1, len(events)))
    now = events[cut - 1].at + later
    if cut < len(events):
        now = min(now, events[cut].at - timedelta(microseconds=1))
        assume(now >= events[cut - 1].at)
    assert runs(events, policies, now) == runs(events[:cut], policies, now)


@given(_stories(), _both, _later)
def test_time_alone_moves_no_due_time(events: list[ClockEvent], policies: dict, later: timedelta) -> None:
    # Except that a hold with an end is over by then: so only stories without one.
    events = [replace(event, data={**event.data, "until": None}) for event in events]
    then, now = (runs(events, policies, events[-1].at + wait) for wait in (timedelta(), later))
    assert [(s.kind, s.run, s.due_at, s.met_at, s.paused) for s in then] == [
        (s.kind, s.run, s.due_at, s.met_at, s.paused) for s in now
    ]
    assert all(a.consumed_seconds <= b.consumed_seconds for a, b in zip(then, now, strict=True))


@given(_stories(), _both, _later)
def test_steps_come_in_the_order_of_their_thresholds(
    events: list[ClockEvent], policies: dict, later: timedelta
) -> None:
    now = events[-1].at + later
    for state in runs(events, policies, now):
        found = steps(state, policies[state.policy_version_id])
        found.sort(key=lambda step: step.rule.threshold(state.target_minutes))
        instants = [step.at for step in found if step.at is not None]
        assert instants == sorted(instants)
        assert [step.at for step in found][: len(instants)] == instants  # what is not known yet comes last
        assert all(at >= state.started_at for at in instants)
        if state.stopped_at is not None:
            assert all(at < state.stopped_at for at in instants)
        on_time = [step.at for step in found if step.rule.key == "due"]
        if on_time and state.due_at is not None:
            assert on_time == [max(state.due_at, state.retargeted_at)]


def _simple(start: datetime, minutes: int, calendar: BusinessCalendar | None, *rest: ClockEvent) -> datetime:
    kinds = dict.fromkeys(ClockKind, Target(minutes))
    version = PolicyVersion(1, dict.fromkeys(Priority, kinds), calendar)
    events: Sequence[ClockEvent] = [_event(EventKind.CREATED, start), *rest]
    state = compute(events, {1: version}, events[-1].at).resolution
    assert state is not None
    assert state.due_at is not None
    return state.due_at


def _event(kind: EventKind, at: datetime, **data: object) -> ClockEvent:
    return ClockEvent(1, kind, at, Priority.LOW, 1, data=data)


_calendars = st.sampled_from(CALENDARS)
_minutes = st.integers(1, 6000)
_starts = st.integers(0, 30 * 24 * 3600).map(lambda seconds: START + timedelta(seconds=seconds))


@given(_calendars, _starts, _minutes, _minutes)
def test_a_longer_target_is_due_later(
    calendar: BusinessCalendar | None, start: datetime, minutes: int, more: int
) -> None:
    assert start < _simple(start, minutes, calendar) < _simple(start, minutes + more, calendar)


@given(_calendars, _starts, _minutes, _later)
def test_a_later_start_is_due_no_earlier(
    calendar: BusinessCalendar | None, start: datetime, minutes: int, later: timedelta
) -> None:
    assert _simple(start, minutes, calendar) <= _simple(start + later, minutes, calendar)


@given(_calendars, _starts, _minutes, st.floats(0, 0.999), _later)
def test_pause_and_resume_is_a_shift_by_the_working_time_of_the_pause(
    calendar: BusinessCalendar | None, start: datetime, minutes: int, share: float, later: timedelta
) -> None:
    due = _simple(start, minutes, calendar)
    paused = start + timedelta(seconds=int((due - start).total_seconds() * share))
    resumed = paused + later
    hold = [_event(EventKind.HOLD_STARTED, paused, reason="approval"), _event(EventKind.HOLD_ENDED, resumed)]
    shifted = _simple(start, minutes, calendar, *hold)
    lost = later.total_seconds() if calendar is None else calendar.between(paused, resumed)
    if calendar is None:
        assert shifted == due + later
    elif shifted != due:
        assert shifted == calendar.add(due, lost)
    else:
        assert lost == 0


@given(_calendars, _starts, _minutes, st.integers(0, 200_000))
def test_a_hold_that_ends_by_itself_equals_one_that_is_ended(
    calendar: BusinessCalendar | None, start: datetime, minutes: int, seconds: int
) -> None:
    until = start + timedelta(seconds=seconds)
    ended = [_event(EventKind.HOLD_STARTED, start, reason="approval"), _event(EventKind.HOLD_ENDED, until)]
    swept = [
        _event(EventKind.HOLD_STARTED, start, reason="approval", until=until.isoformat()),
        _event(EventKind.HOLD_ENDED, until + timedelta(hours=7)),
    ]
    assert _simple(start, minutes, calendar, *ended) == _simple(start, minutes, calendar, *swept)
