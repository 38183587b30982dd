"""The SLA clocks: every case of product rules §4, and what an event does to each of the three."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from helpdesk.domain.calendars import BusinessCalendar, Holiday
from helpdesk.domain.clock_fold import ClockEvent
from helpdesk.domain.enums import ClockKind, EventKind, Priority
from helpdesk.domain.sla import ClockState, compute, runs, steps
from helpdesk.domain.sla_policy import PolicyVersion, StepRule, Target

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = (((9 * 60, 12 * 60), (13 * 60, 17 * 60 + 30)),) * 5 + ((), ())
L = BusinessCalendar("Europe/Berlin", OFFICE)
FIRST, NEXT, RESOLUTION = ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION
STEPS = tuple(
    rule
    for kind in ClockKind
    for rule in (
        StepRule("warning", kind, percent=75),
        StepRule("breach", kind, percent=100),
        StepRule("late", kind, offset_minutes=120),
    )
)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def monday(clock: str) -> datetime:
    return berlin(f"2026-09-07 {clock}")


def tuesday(clock: str) -> datetime:
    return berlin(f"2026-09-08 {clock}")


def policy(
    version: int = 1,
    minutes: int | Mapping[ClockKind, int | None] = 240,
    calendar: BusinessCalendar | None = L,
    high: int = 60,
    high_business: bool = True,
) -> PolicyVersion:
    targets = minutes if isinstance(minutes, Mapping) else dict.fromkeys(ClockKind, minutes)
    return PolicyVersion(
        version,
        {
            Priority.MEDIUM: {kind: Target(value) for kind, value in targets.items()},
            Priority.HIGH: {kind: Target(high, high_business) for kind in ClockKind},
        },
        calendar,
        STEPS,
    )


class Story:
    """A ticket's events, written down in order."""

    def __init__(self, opened: datetime, *policies: PolicyVersion) -> None:
        self.policies = {version.id: version for version in policies or (policy(),)}
        self.events: list[ClockEvent] = []
        self.priority, self.version = Priority.MEDIUM, next(iter(self.policies))
        self.then(EventKind.CREATED, opened)

    def then(self, kind: EventKind, at: datetime, *, by_requester: bool = False, **data: object) -> Story:
        event = ClockEvent(len(self.events) + 1, kind, at, self.priority, self.version, by_requester, data)
        self.events.append(event)
        return self

    def raised(self, at: datetime, priority: Priority = Priority.HIGH) -> Story:
        self.priority = priority
        return self.then(EventKind.PRIORITY_CHANGED, at)

    def under(self, at: datetime, version: int) -> Story:
        self.version = version
        return self.then(EventKind.POLICY_CHANGED, at)

    def at(self, now: datetime, kind: ClockKind = RESOLUTION) -> ClockState:
        state = compute(self.events, self.policies, now).of(kind)
        assert state is not None
        return state

    def none(self, now: datetime, kind: ClockKind) -> bool:
        return compute(self.events, self.policies, now).of(kind) is None


# -- the cases of product rules §4 ------------------------------------------------------------------------


def test_case_office_hours_into_the_next_day() -> None:
    calendar = BusinessCalendar("Europe/Berlin", (((8 * 60, 18 * 60),),) * 5 + ((), ()))
    story = Story(tuesday("16:00"), policy(calendar=calendar))
    assert story.at(tuesday("16:00")).due_at == berlin("2026-09-09 10:00")


def test_case_over_the_weekend() -> None:
    story = Story(berlin("2026-09-04 15:00"))
    assert story.at(berlin("2026-09-04 15:00")).due_at == monday("10:30")


def test_case_opened_on_saturday_before_a_holiday() -> None:
    calendar = BusinessCalendar("Europe/Berlin", OFFICE, {date(2026, 9, 7): Holiday("Local holiday")})
    story = Story(berlin("2026-09-05 11:00"), policy(minutes=60, calendar=calendar))
    assert story.at(berlin("2026-09-05 11:00")).due_at == tuesday("10:00")


def test_case_opened_on_saturday() -> None:
    story = Story(berlin("2026-09-05 11:00"), policy(minutes=60))
    assert story.at(berlin("2026-09-05 11:00")).due_at == monday("10:00")


def test_case_opened_in_the_lunch_break() -> None:
    assert Story(monday("12:20"), policy(minutes=15)).at(monday("12:20")).due_at == monday("13:15")


def test_case_hold() -> None:
    story = Story(monday("09:00")).then(EventKind.HOLD_STARTED, monday("10:00"), reason="third_party")
    story.then(EventKind.HOLD_ENDED, monday("15:00"))
    assert story.at(monday("15:00")).due_at == tuesday("09:30")


def test_case_around_the_clock_over_the_change_to_summer_time() -> None:
    story = Story(berlin("2026-03-29 00:30"), policy(calendar=None))
    assert story.at(berlin("2026-03-29 00:30")).due_at == berlin("2026-03-29 05:30")


def test_case_around_the_clock_over_the_change_to_winter_time() -> None:
    story = Story(berlin("2026-10-25 00:30"), policy(calendar=None))
    assert story.at(berlin("2026-10-25 00:30")).due_at == berlin("2026-10-25 03:30")


# -- first response ---------------------------------------------------------------------------------------


def test_first_response_is_the_first_public_comment_by_an_agent() -> None:
    story = Story(monday("09:00"))
    for kind in (EventKind.ASSIGNED, EventKind.NOTE, EventKind.STATUS_CHANGED, EventKind.OTHER_COMMENT):
        story.then(kind, monday("09:30"))
    assert story.at(monday("10:00"), FIRST).met_at is None
    story.then(EventKind.AGENT_COMMENT, monday("10:00"))
    story.then(EventKind.AGENT_COMMENT, monday("11:00"))
    state = story.at(monday("17:00"), FIRST)
    assert (state.met_at, state.breached, state.flagged) == (monday("10:00"), False, False)
    assert (state.consumed_seconds, state.due_at) == (3600, monday("14:00"))


def test_the_requesters_own_comment_is_no_response() -> None:
    story = Story(monday("09:00")).then(EventKind.REQUESTER_COMMENT, monday("09:30"))
    assert story.at(monday("10:00"), FIRST).met_at is None


def test_hold_never_pauses_first_response() -> None:
    story = Story(monday("09:00")).then(EventKind.HOLD_STARTED, monday("10:00"), reason="requester")
    state = story.at(tuesday("12:00"), FIRST)
    assert not state.paused
    assert state.due_at == state.breached_at == monday("14:00")


def test_resolving_without_a_reply_satisfies_and_is_flagged() -> None:
    story = Story(monday("09:00")).then(EventKind.RESOLVED, monday("09:40"))
    state = story.at(tuesday("12:00"), FIRST)
    assert (state.met_at, state.flagged, state.breached) == (monday("09:40"), True, False)


def test_met_at_the_due_instant_is_met_and_a_moment_later_is_not() -> None:
    assert (
        not Story(monday("09:00"))
        .then(EventKind.AGENT_COMMENT, monday("14:00"))
        .at(tuesday("12:00"), FIRST)
        .breached
    )
    late = (
        Story(monday("09:00")).then(EventKind.AGENT_COMMENT, monday("14:00:01")).at(tuesday("12:00"), FIRST)
    )
    assert (late.breached, late.breached_at, late.met_at) == (True, monday("14:00"), monday("14:00:01"))
    assert late.remaining_seconds == -1


def test_due_at_closing_time_is_breached_in_the_evening() -> None:
    story = Story(monday("13:00"), policy(minutes=270))
    assert story.at(monday("17:30")).due_at == monday("17:30")
    assert not story.at(monday("17:30")).breached
    assert story.at(monday("17:30:01")).breached


def test_priority_raised_after_the_response_does_not_unmake_it() -> None:
    story = Story(monday("09:00")).then(EventKind.AGENT_COMMENT, monday("11:00")).raised(monday("11:30"))
    assert not story.at(monday("12:00"), FIRST).breached
    assert story.at(monday("12:00"), FIRST).target_minutes == 240
    assert story.at(monday("12:00"), RESOLUTION).breached


# -- next response ----------------------------------------------------------------------------------------


def test_next_response_waits_for_the_first() -> None:
    story = Story(monday("09:00")).then(EventKind.REQUESTER_COMMENT, monday("09:30"))
    assert story.none(monday("10:00"), NEXT)


def test_next_response_runs_from_the_requesters_comment_to_the_agents() -> None:
    story = Story(monday("09:00")).then(EventKind.AGENT_COMMENT, monday("09:10"))
    story.then(EventKind.REQUESTER_COMMENT, monday("10:00"))
    story.then(EventKind.REQUESTER_COMMENT, monday("11:00"))
    assert story.at(monday("11:30"), NEXT).started_at == monday("10:00")
    story.then(EventKind.NOTE, monday("11:30")).then(EventKind.AGENT_COMMENT, monday("13:30"))
    story.then(EventKind.REQUESTER_COMMENT, monday("14:00"))
    state = story.at(monday("15:00"), NEXT)
    assert (state.run, state.started_at, state.consumed_seconds) == (2, monday("14:00"), 3600)
    first, second = [s for s in runs(story.events, story.policies, monday("15:00")) if s.kind == NEXT]
    assert (first.run, first.met_at, first.consumed_seconds) == (1, monday("13:30"), 2.5 * 3600)
    assert second == state
    assert compute(story.events, story.policies, monday("15:00")).earlier == (first,)


def test_hold_pauses_next_response_and_a_reply_stops_it_there() -> None:
    story = Story(monday("09:00")).then(EventKind.AGENT_COMMENT, monday("09:10"))
    story.then(EventKind.REQUESTER_COMMENT, monday("10:00"))
    story.then(EventKind.HOLD_STARTED, monday("11:00"), reason="approval")
    paused = story.at(monday("14:00"), NEXT)
    assert (paused.paused, paused.due_at, paused.remaining_seconds) == (True, None, 3 * 3600)
    story.then(EventKind.AGENT_COMMENT, monday("15:00"))
    state = story.at(monday("16:00"), NEXT)
    assert (state.met_at, state.paused, state.consumed_seconds) == (monday("15:00"), False, 3600)
    assert story.at(monday("16:00")).paused


def test_the_requesters_comment_ends_a_hold_for_the_requester_alone() -> None:
    for reason, still in (("requester", False), ("third_party", True)):
        story = Story(monday("09:00")).then(EventKind.AGENT_COMMENT, monday("09:10"))
        story.then(EventKind.HOLD_STARTED, monday("10:00"), reason=reason)
        story.then(EventKind.REQUESTER_COMMENT, monday("11:00"))
        assert story.at(monday("11:30")).paused is still
        assert story.at(monday("11:30"), NEXT).paused is still


# -- holds ------------------------------------------------------------------------------------------------


def test_hold_with_an_end_is_over_at_that_moment_however_late_the_sweep() -> None:
    def told(sweep: str | None) -> datetime | None:
        story = Story(monday("09:00"))
        until = monday("11:00").isoformat()
        story.then(EventKind.HOLD_STARTED, monday("10:00"), reason="scheduled", until=until)
        assert story.at(monday("10:59:59")).due_at is None
        if sweep:
            story.then(EventKind.HOLD_ENDED, monday(sweep))
        return story.at(monday("17:00")).due_at

    assert told(None) == told("11:00") == told("16:00") == monday("15:00")


def test_a_new_hold_replaces_an_expired_one() -> None:
    story = Story(monday("09:00"))
    story.then(EventKind.HOLD_STARTED, monday("10:00"), reason="scheduled", until=monday("10:30"))
    story.then(EventKind.HOLD_STARTED, monday("11:00"), reason="third_party")
    story.then(EventKind.HOLD_ENDED, monday("11:30"))
    assert story.at(monday("12:00")).consumed_seconds == 2 * 3600


def test_a_hold_whose_end_is_past_already_takes_no_time_back() -> None:
    story = Story(monday("09:00"))
    story.then(EventKind.HOLD_STARTED, monday("11:00"), reason="scheduled", until=monday("10:00"))
    assert (story.at(monday("11:30")).paused, story.at(monday("11:30")).consumed_seconds) == (
        False,
        2.5 * 3600,
    )


def test_hold_out_of_hours_shifts_nothing() -> None:
    story = Story(monday("16:30")).then(EventKind.HOLD_STARTED, monday("18:00"), reason="approval")
    story.then(EventKind.HOLD_ENDED, tuesday("08:00"))
    assert story.at(tuesday("08:00")).due_at == Story(monday("16:30")).at(tuesday("08:00")).due_at


def test_hold_at_the_instant_of_opening_and_of_no_length() -> None:
    story = Story(monday("09:00")).then(EventKind.HOLD_STARTED, monday("09:00"), reason="approval")
    assert story.at(monday("09:00")).due_at is None
    story.then(EventKind.HOLD_ENDED, monday("09:00"))
    assert story.at(monday("09:00")).due_at == monday("14:00")


def test_hold_after_the_breach_keeps_the_due_time() -> None:
    story = Story(monday("09:00")).then(EventKind.HOLD_STARTED, monday("15:00"), reason="approval")
    state = story.at(tuesday("12:00"))
    assert (state.due_at, state.breached, state.paused) == (monday("14:00"), True, True)
    assert state.remaining_seconds == -3600


@pytest.mark.parametrize("kind", [EventKind.RESOLVED, EventKind.CLOSED, EventKind.UNASSIGNED])
def test_what_ends_a_hold(kind: EventKind) -> None:
    story = Story(monday("09:00")).then(EventKind.HOLD_STARTED, monday("10:00"), reason="approval")
    story.then(kind, monday("11:00"))
    assert not story.at(monday("11:30")).paused


# -- resolution, reopening, withdrawal --------------------------------------------------------------------


def test_time_spent_resolved_does_not_count() -> None:
    story = Story(monday("09:00")).then(EventKind.RESOLVED, monday("10:00"))
    state = story.at(tuesday("09:00"))
    assert (state.met_at, state.stopped_at, state.consumed_seconds) == (
        monday("10:00"),
        monday("10:00"),
        3600,
    )
    story.then(EventKind.CLOSED, tuesday("10:00")).then(EventKind.REOPENED, tuesday("11:00"))
    again = story.at(tuesday("11:30"))
    assert (again.run, again.met_at, again.consumed_seconds) == (1, None, 1.5 * 3600)
    assert again.due_at == tuesday("15:00")


def test_reopened_by_the_requester_asks_for_a_response_and_by_an_agent_does_not() -> None:
    for by_requester in (True, False):
        story = Story(monday("09:00")).then(EventKind.RESOLVED, monday("10:00"))
        story.then(EventKind.REOPENED, monday("11:00"), by_requester=by_requester)
        assert story.none(monday("11:00"), NEXT) is not by_requester
        assert story.at(monday("11:00"), FIRST).met_at == monday("10:00")


def test_a_comment_on_a_resolved_ticket_waits_for_the_reopening() -> None:
    story = Story(monday("09:00")).then(EventKind.AGENT_COMMENT, monday("09:10"))
    story.then(EventKind.RESOLVED, monday("10:00")).then(EventKind.REQUESTER_COMMENT, monday("10:30"))
    assert story.none(monday("11:00"), NEXT)
    story.then(EventKind.REOPENED, monday("11:00"))
    assert story.at(monday("11:30"), NEXT).started_at == monday("11:00")


@pytest.mark.parametrize("code", ["withdrawn", "merged"])
def test_withdrawing_and_merging_stop_the_clocks_without_meeting_them(code: str) -> None:
    story = Story(monday("09:00")).then(EventKind.CLOSED, monday("10:00"), resolution_code=code)
    for kind in (FIRST, RESOLUTION):
        state = story.at(tuesday("12:00"), kind)
        assert (state.met_at, state.stopped_at, state.breached) == (None, monday("10:00"), False)
    story.then(EventKind.REOPENED, tuesday("09:00"))
    assert story.at(tuesday("09:00"), FIRST).due_at == tuesday("12:00")
    assert story.at(tuesday("09:00"), FIRST).stopped_at is None


def test_withdrawn_after_the_breach_stays_breached() -> None:
    story = Story(monday("09:00")).then(EventKind.CLOSED, monday("16:00"), resolution_code="withdrawn")
    assert story.at(tuesday("12:00")).breached_at == monday("14:00")


def test_closing_by_an_admin_resolves() -> None:
    story = Story(monday("09:00")).then(EventKind.CLOSED, monday("10:00"))
    assert story.at(monday("11:00")).met_at == monday("10:00")
    assert story.at(monday("11:00"), FIRST).flagged


# -- re-targeting -----------------------------------------------------------------------------------------


def test_a_new_priority_changes_the_target_and_keeps_what_was_consumed_and_paused() -> None:
    story = Story(monday("09:00"), policy(high=120))
    story.then(EventKind.HOLD_STARTED, monday("09:30"), reason="approval")
    story.then(EventKind.HOLD_ENDED, monday("11:00"))
    story.raised(monday("11:15"))
    state = story.at(monday("11:15"))
    assert (state.target_minutes, state.consumed_seconds, state.due_at) == (120, 45 * 60, monday("13:30"))
    story.raised(monday("11:30"), Priority.MEDIUM)
    assert story.at(monday("11:30")).due_at == monday("15:30")


def test_a_target_already_used_up_was_due_when_it_was() -> None:
    story = Story(monday("09:00")).raised(monday("11:00"))
    state = story.at(monday("11:00"))
    assert (state.due_at, state.breached, state.retargeted_at) == (monday("10:00"), True, monday("11:00"))


def test_from_business_time_to_around_the_clock() -> None:
    story = Story(monday("16:30"), policy(high=180, high_business=False)).raised(monday("20:00"))
    # One hour of business time is kept; the other two count through the night.
    assert story.at(monday("20:00")).due_at == monday("22:00")


def test_a_changed_time_zone_is_a_new_version_and_leaves_the_past_alone() -> None:
    new_york = BusinessCalendar("America/New_York", OFFICE)
    story = Story(monday("16:30"), policy(1), policy(2, calendar=new_york)).under(monday("17:30"), 2)
    state = story.at(monday("17:30"))
    # One hour in Berlin is kept; New York opens at 15:00 in Berlin and has lunch from 18:00 to 19:00.
    assert (state.policy_version_id, state.consumed_seconds) == (2, 3600)
    assert state.due_at == monday("21:30")


def test_running_tickets_stay_on_their_version() -> None:
    story = Story(monday("09:00"), policy(1), policy(2, minutes=30))
    assert story.at(monday("09:00")).due_at == monday("14:00")


def test_a_ticket_changed_while_resolved_is_retargeted_when_reopened() -> None:
    story = Story(monday("09:00")).then(EventKind.RESOLVED, monday("09:30")).raised(monday("10:00"))
    assert story.at(monday("10:30")).target_minutes == 240
    story.then(EventKind.REOPENED, monday("11:00"))
    assert story.at(monday("11:00")).due_at == monday("11:30")


def test_no_target_no_clock() -> None:
    story = Story(monday("09:00"), policy(minutes={FIRST: 60, RESOLUTION: None}))
    assert story.none(monday("10:00"), RESOLUTION)
    story.then(EventKind.AGENT_COMMENT, monday("09:30")).then(EventKind.REQUESTER_COMMENT, monday("09:40"))
    assert story.none(monday("10:00"), NEXT)
    story.raised(monday("10:00"))
    assert story.at(monday("10:00"), RESOLUTION).consumed_seconds == 3600


# -- steps ------------------------------------------------------------------------------------------------


def due(story: Story, now: datetime, kind: ClockKind = RESOLUTION) -> dict[str, datetime | None]:
    state = story.at(now, kind)
    return {step.rule.key: step.at for step in steps(state, story.policies[state.policy_version_id])}


def test_steps_are_due_in_working_time() -> None:
    story = Story(berlin("2026-09-04 15:00"))
    assert due(story, monday("09:00")) == {
        "warning": monday("09:30"),
        "breach": monday("10:30"),
        "late": monday("13:30"),
    }
    assert story.at(monday("09:00")).next_step.rule.key == "warning"
    assert story.at(monday("09:30")).next_step.rule.key == "breach"
    assert story.at(tuesday("09:30")).next_step is None


def test_a_pause_moves_the_steps_that_are_to_come() -> None:
    story = Story(monday("09:00")).then(EventKind.HOLD_STARTED, monday("13:30"), reason="approval")
    assert due(story, monday("15:59")) == {"warning": monday("12:00"), "breach": None, "late": None}
    story.then(EventKind.HOLD_ENDED, monday("16:00"))
    assert due(story, monday("16:00"))["breach"] == monday("16:30")


def test_a_stopped_clock_has_only_the_steps_that_it_reached_before() -> None:
    story = Story(monday("09:00")).then(EventKind.RESOLVED, monday("14:00"))
    assert due(story, tuesday("09:00")) == {"warning": monday("12:00")}


def test_retargeting_puts_no_step_into_the_past() -> None:
    story = Story(monday("09:00"), policy(high=150)).raised(monday("11:00"))
    assert due(story, monday("11:00")) == {
        "warning": monday("11:00"),
        "breach": monday("11:30"),
        "late": monday("14:30"),
    }


# -- the input --------------------------------------------------------------------------------------------


def test_any_earlier_moment_can_be_asked_for() -> None:
    story = (
        Story(monday("09:00"))
        .then(EventKind.AGENT_COMMENT, monday("10:00"))
        .then(EventKind.RESOLVED, monday("11:00"))
    )
    assert story.at(monday("09:30"), FIRST).met_at is None
    assert story.at(monday("10:30")).consumed_seconds == 1.5 * 3600
    assert story.at(monday("10:30")).met_at is None


def test_events_out_of_order_are_refused() -> None:
    story = Story(monday("10:00")).then(EventKind.NOTE, monday("09:00"))
    with pytest.raises(ValueError, match="out of order"):
        story.at(monday("11:00"))
    with pytest.raises(ValueError, match="out of order"):
        compute(story.events[1:], story.policies, monday("11:00"))
    twice = Story(monday("09:00")).then(EventKind.CREATED, monday("10:00"))
    with pytest.raises(ValueError, match="out of order"):
        twice.at(monday("11:00"))


def test_no_events_no_clocks() -> None:
    clocks = compute([], {}, monday("09:00"))
    assert [clocks.of(kind) for kind in ClockKind] == [None, None, None]


def test_times_in_another_zone_are_the_same_instants() -> None:
    local = datetime(2026, 3, 28, 23, 30, tzinfo=BERLIN)
    story = Story(local, policy(calendar=None, minutes=600))
    state = story.at(local + timedelta(hours=4))
    assert state.consumed_seconds == 3 * 3600  # four hours on the wall, one of them skipped
