"""The arithmetic behind a deadline, and the documents that policies are kept in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from helpdesk.core.errors import Invalid
from helpdesk.domain.calendars import BusinessCalendar, Holiday
from helpdesk.domain.clock_explain import Interval, IntervalKind, explain
from helpdesk.domain.clock_fold import ClockEvent
from helpdesk.domain.enums import ClockKind, EventKind, Priority
from helpdesk.domain.sla_policy import PolicyVersion, StepRule, Target

BERLIN = ZoneInfo("Europe/Berlin")
CALENDAR = BusinessCalendar(
    "Europe/Berlin",
    (((9 * 60, 12 * 60), (13 * 60, 17 * 60 + 30)),) * 5 + ((), ()),
    {date(2026, 9, 7): Holiday("Local holiday")},
    "Office",
)
POLICY = PolicyVersion(
    1,
    {
        Priority.MEDIUM: {ClockKind.FIRST_RESPONSE: Target(60), ClockKind.RESOLUTION: Target(240)},
        Priority.CRITICAL: {ClockKind.RESOLUTION: Target(90, business=False)},
    },
    CALENDAR,
    (
        StepRule("warning", ClockKind.RESOLUTION, percent=75, action={"tell": ["assignee"]}),
        StepRule("escalate", ClockKind.RESOLUTION, offset_minutes=120, action={"tell": ["lead"]}),
    ),
    "Standard",
)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def event(kind: EventKind, at: str, priority: Priority = Priority.MEDIUM, **data: object) -> ClockEvent:
    return ClockEvent(1, kind, berlin(at), priority, 1, data=data)


def told(intervals: list[Interval]) -> list[tuple[str, str, str, str]]:
    def local(moment: datetime) -> str:
        return moment.astimezone(BERLIN).strftime("%a %H:%M")

    return [
        (
            local(i.start),
            local(i.end),
            str(i.kind),
            i.label or str(i.closure or ("to come" if i.projected else "")),
        )
        for i in intervals
    ]


def test_a_deadline_opens_to_its_arithmetic() -> None:
    events = [
        event(EventKind.CREATED, "2026-09-04 11:00"),
        event(EventKind.HOLD_STARTED, "2026-09-04 14:00", reason="requester"),
        event(EventKind.HOLD_ENDED, "2026-09-04 16:30"),
    ]
    assert told(explain(events, {1: POLICY}, ClockKind.RESOLUTION, berlin("2026-09-04 17:00"))) == [
        ("Fri 11:00", "Fri 12:00", "counted", ""),
        ("Fri 12:00", "Fri 13:00", "closed", "break"),
        ("Fri 13:00", "Fri 14:00", "counted", ""),
        ("Fri 14:00", "Fri 16:30", "hold", ""),
        ("Fri 16:30", "Fri 17:00", "counted", ""),
        ("Fri 17:00", "Fri 17:30", "counted", "to come"),
        ("Fri 17:30", "Sat 00:00", "closed", "night"),
        ("Sat 00:00", "Mon 00:00", "closed", "weekend"),
        ("Mon 00:00", "Tue 00:00", "closed", "Local holiday"),
        ("Tue 00:00", "Tue 09:00", "closed", "night"),
        ("Tue 09:00", "Tue 10:00", "counted", "to come"),
    ]


def test_time_spent_resolved_is_named() -> None:
    events = [
        event(EventKind.CREATED, "2026-09-04 11:00"),
        event(EventKind.RESOLVED, "2026-09-04 11:30"),
        event(EventKind.REOPENED, "2026-09-04 14:00"),
        event(EventKind.RESOLVED, "2026-09-04 15:00"),
    ]
    found = explain(events, {1: POLICY}, ClockKind.RESOLUTION, berlin("2026-09-09 12:00"))
    assert told(found) == [
        ("Fri 11:00", "Fri 11:30", "counted", ""),
        ("Fri 11:30", "Fri 14:00", "resolved", ""),
        ("Fri 14:00", "Fri 15:00", "counted", ""),
    ]
    assert sum(i.seconds for i in found if i.kind is IntervalKind.COUNTED) == 1.5 * 3600


def test_around_the_clock_counts_through_the_night() -> None:
    events = [event(EventKind.CREATED, "2026-09-04 23:30", Priority.CRITICAL)]
    found = explain(events, {1: POLICY}, ClockKind.RESOLUTION, berlin("2026-09-05 00:00"))
    assert told(found) == [
        ("Fri 23:30", "Sat 00:00", "counted", ""),
        ("Sat 00:00", "Sat 01:00", "counted", "to come"),
    ]


def test_no_clock_nothing_to_explain() -> None:
    events = [event(EventKind.CREATED, "2026-09-04 11:00")]
    assert explain(events, {1: POLICY}, ClockKind.NEXT_RESPONSE, berlin("2026-09-04 12:00")) == []


def test_a_policy_reads_back_from_its_document() -> None:
    assert PolicyVersion.from_json(1, POLICY.to_json()) == POLICY
    around_the_clock = PolicyVersion(2, {}, None)
    assert PolicyVersion.from_json(2, around_the_clock.to_json()) == around_the_clock


_RESOLUTION = {"key": "x", "clock": "resolution"}


@pytest.mark.parametrize(
    "change",
    [
        {"targets": {"Medium": {"resolution": {"minutes": 0, "business": True}}}},
        {"targets": {"Medium": {"resolution": {"minutes": "60", "business": True}}}},
        {"targets": {"Medium": {"resolution": {"minutes": True, "business": True}}}},
        {"targets": {"Medium": {"resolution": {"minutes": 60, "business": "yes"}}}},
        {"targets": {"Medium": {"repair": {"minutes": 60}}}},
        {"targets": {"Urgent": {"resolution": {"minutes": 60}}}},
        {
            "targets": {"Medium": {"resolution": {"minutes": 366 * 24 * 60}}}
        },  # not in two years of office hours
        {"targets": None},
        {"calendar": {"time_zone": "Mars/Olympus", "week": {}}},
        {"steps": [{**_RESOLUTION}]},
        {"steps": [{**_RESOLUTION, "percent": 75, "offset_minutes": 10}]},
        {"steps": [{**_RESOLUTION, "percent": 0}]},
        {"steps": [{**_RESOLUTION, "percent": 7.5}]},
        {"steps": [{**_RESOLUTION, "key": "", "percent": 75}]},
        {"steps": [{**_RESOLUTION, "percent": 75}, {**_RESOLUTION, "percent": 100}]},
        {"steps": [{"key": "x", "clock": "tea", "percent": 75}]},
        {"steps": [{**_RESOLUTION, "offset_minutes": 10**9}]},
    ],
)
def test_policies_that_are_refused(change: dict) -> None:
    with pytest.raises(Invalid):
        PolicyVersion.from_json(1, {**POLICY.to_json(), **change})


def test_a_document_without_its_parts_is_refused() -> None:
    for part in ("targets", "calendar"):
        document = POLICY.to_json()
        del document[part]
        with pytest.raises(Invalid):
            PolicyVersion.from_json(1, document)
