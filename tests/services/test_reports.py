"""Reports against the same figures counted in Python, ticket by ticket, from its events alone."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from helpdesk.core import clock
from helpdesk.core.db import transaction
from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import ClockKind, Priority, Role, Status
from helpdesk.models.ticket import ticket_events
from helpdesk.models.tree import groups
from helpdesk.seed import demo
from helpdesk.services import _clocks, comments, reports
from helpdesk.services import tickets as verbs
from helpdesk.services.views import Attainment, ReportQuery, Spread
from tests.conftest import Servers, database_url, drop_database, new_database
from tests.factories import World, make_ticket, system_actor

UNSOLVED = {"Open", "Assigned", "In Progress"}
TICKETS = 50


@dataclass(frozen=True)
class Promise:
    kind: str
    at: datetime  # when it was decided
    kept: bool
    then: dict[str, Any]  # the ticket's last event before it
    run: Any


class Told:
    """Everything that happened, as the events tell it; and the promises that the clock's own function makes of it."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        with transaction() as s:
            self.restricted = set(s.scalars(select(groups.c.id).where(groups.c.restricted)))
            rows = s.execute(select(ticket_events).order_by(ticket_events.c.ticket_id, ticket_events.c.seq))
            self.events = [dict(row) for row in rows.mappings()]
            self.by_ticket: dict[int, list[dict[str, Any]]] = {}
            for event in self.events:
                self.by_ticket.setdefault(event["ticket_id"], []).append(event)
            self.promises = [p for events in self.by_ticket.values() for p in self._promises(s, events)]

    def _promises(self, s: Any, events: list[dict[str, Any]]) -> Iterator[Promise]:
        found = _clocks.compute_for(s, _clocks.clock_events(events), self.now)
        for kind in ClockKind:
            run = found.of(kind)
            if run is None or run.due_at is None:
                continue
            late = run.due_at < (run.stopped_at or self.now)
            at = run.due_at if late else run.met_at
            if at is not None:
                yield Promise(str(kind), at, not late, self.last(events, at, within=True), run)

    @staticmethod
    def last(events: list[dict[str, Any]], at: datetime, *, within: bool = False) -> dict[str, Any]:
        return [event for event in events if event["at"] < at or (within and event["at"] == at)][-1]


class Counted:
    """A period's figures for somebody."""

    def __init__(
        self, told: Told, actor: Actor, since: datetime, before: datetime, group: int | None
    ) -> None:
        self.told, self.since, self.before, self.group, self.actor = told, since, before, group, actor

    def sees(self, event: dict[str, Any]) -> bool:
        group = event["group_id"]
        in_scope = (
            self.actor.role is Role.ADMIN
            or group not in self.told.restricted
            or group in self.actor.group_ids
        )
        return in_scope and self.group in {None, group}

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [
            event
            for event in self.told.events
            if event["kind"] == kind and self.since <= event["at"] < self.before and self.sees(event)
        ]

    def tickets(self, kind: str) -> int:
        return len({event["ticket_id"] for event in self.of(kind)})

    def statuses(self) -> dict[str, int]:
        ends = Counter(
            Told.last(self.told.by_ticket[event["ticket_id"]], self.before)["status"]
            for event in self.of("created")
        )
        return {str(status): ends[str(status)] for status in Status}

    def backlog(self) -> list[timedelta]:
        end = min(self.before, self.told.now)
        ages: list[timedelta] = []
        for events in self.told.by_ticket.values():
            if events[0]["at"] < end:
                last = Told.last(events, end)
                if last["status"] in UNSOLVED and self.sees(last):
                    ages.append(end - events[0]["at"])
        return ages

    def attained(self, kind: str, **cut: str) -> Attainment:
        mine = [
            promise
            for promise in self.told.promises
            if promise.kind == kind
            and self.since <= promise.at < self.before
            and self.sees(promise.then)
            and all(promise.then[name] == value for name, value in cut.items())
        ]
        return Attainment(sum(p.kept for p in mine), sum(not p.kept for p in mine))

    def minutes(self, kind: str) -> Spread:
        waited: list[float] = []
        for promise in self.told.promises:
            run = promise.run
            if promise.kind != kind or run.flagged or not run.met_at:
                continue
            events = self.told.by_ticket[promise.then["ticket_id"]]
            in_period = self.since <= run.met_at < self.before
            if in_period and self.sees(Told.last(events, run.met_at, within=True)):
                waited.append((run.met_at - run.started_at).total_seconds() / 60)
        if not waited:
            return Spread()
        return Spread(percentile(waited, 0.5), percentile(waited, 0.9))


def percentile(values: list[float], share: float) -> float:
    """Between the two nearest values, in proportion."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return round(ordered[low] + (ordered[high] - ordered[low]) * (place - low), 1)


@pytest.fixture(scope="module")
def company(servers: Servers, template: str) -> Iterator[Told]:
    """A small demo company of 90 days, which the tests here only read."""
    name = new_database(servers, template)
    with database_url(servers.url(name)):
        assert demo.ensure_demo(TICKETS)
        with transaction() as s:
            now = s.scalar(select(ticket_events.c.at).order_by(ticket_events.c.at.desc()))
        assert now is not None
        yield Told(now + timedelta(seconds=1))
    drop_database(servers, name)


def _people(told: Told) -> Iterator[Actor]:
    admin = system_actor()
    yield Actor(admin.user_id, Role.ADMIN)
    yield Actor(admin.user_id, Role.MANAGER)
    yield Actor(admin.user_id, Role.MANAGER, frozenset(told.restricted))


def _periods(now: datetime) -> Iterator[tuple[datetime, datetime]]:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for first, last in ((90, -1), (60, 30), (9, 4)):
        yield today - timedelta(days=first), today - timedelta(days=last)
    yield now - timedelta(days=20, hours=3, minutes=17), now - timedelta(hours=5)


@pytest.mark.slow
def test_each_figure_is_what_the_events_say(company: Told) -> None:
    seen: Counter[str] = Counter()
    with transaction() as s:
        every = [None, *s.scalars(select(groups.c.id).order_by(groups.c.id))]
    for actor in _people(company):
        for since, before in _periods(company.now):
            for group in every:
                with clock.moved(company.now):
                    query = ReportQuery(since, before, () if group is None else (group,))
                    told = reports.report(actor, query)
                    page = reports.dashboard(actor, query)
                counted = Counted(company, actor, since, before, group)
                _compare(told, counted)
                _compare_figures({figure.key: figure for figure in page.figures}, counted, page.step)
                seen += Counter(
                    created=told.created,
                    resolved=told.resolved,
                    reopened=told.reopened,
                    breached=told.sla["resolution"].breached,
                    met=told.sla["first_response"].met,
                )
    assert min(seen[name] for name in ("created", "resolved", "reopened", "breached", "met")) > 0


def _compare(told: Any, counted: Counted) -> None:
    created = counted.of("created")
    assert told.created == len(created)
    assert told.resolved == counted.tickets("resolved")
    assert told.reopened == counted.tickets("reopened")
    assert told.backlog == len(counted.backlog())
    assert told.by_status == counted.statuses()
    by_priority = Counter(event["priority"] for event in created)
    assert told.by_priority == {str(one): by_priority[str(one)] for one in Priority}
    assert {one.id: one.count for one in told.by_group} == Counter(event["group_id"] for event in created)
    for kind in ClockKind:
        assert told.sla[str(kind)] == counted.attained(str(kind)), kind
    assert told.first_response_minutes == counted.minutes("first_response")
    assert told.resolution_minutes == counted.minutes("resolution")
    expected = round(told.reopened / told.resolved, 4) if told.resolved else None
    assert told.reopen_rate == expected


def _compare_figures(figures: dict[str, Any], counted: Counted, step: str) -> None:
    created = counted.of("created")
    days = Counter(_bucket(event["at"], step) for event in created)
    assert {row[0]: row[1] for row in figures["flow"].rows if row[1]} == days
    hours = Counter((event["at"].hour, event["at"].isoweekday()) for event in created)
    found = {(row[0], day): row[day] for row in figures["arrivals"].rows for day in range(1, 8) if row[day]}
    assert found == hours
    ages = [age / timedelta(days=1) for age in counted.backlog()]
    edges = (0, 1, 3, 7, 14, 10**6)
    assert [row[1] for row in figures["backlog"].rows] == [
        sum(low <= age < high for age in ages) for low, high in itertools.pairwise(edges)
    ]
    for row in figures["sla-priority"].rows:
        expected = counted.attained("resolution", priority=row[0])
        assert row[7:] == (expected.attainment, expected.met, expected.breached)
    stars = {event["ticket_id"]: event["data"]["rating"] for event in counted.of("rated")}
    assert {row[0]: row[1] for row in figures["rating"].rows if row[1]} == Counter(stars.values())
    # what is told of each step adds up to what is told of the period
    for column, kind in ((2, "first_response"), (8, "resolution")):
        assert sum(row[column] for row in figures["sla"].rows) == counted.attained(kind).met
    assert sum(row[5] for row in figures["workload"].rows) == len(
        {
            (event["ticket_id"], event["assigned_to"])
            for event in counted.of("resolved")
            if event["assigned_to"]
        }
    )


def _bucket(at: datetime, step: str) -> str:
    day = at.astimezone(UTC).date()
    return (day if step == "day" else day - timedelta(days=day.weekday())).isoformat()


# ---- by hand -----------------------------------------------------------------------------------------------------

MONDAY = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
WEEK = ReportQuery(datetime(2026, 9, 7, tzinfo=UTC), datetime(2026, 9, 14, tzinfo=UTC))


def _at(hours: float) -> Any:
    return clock.moved(MONDAY + timedelta(hours=hours))


def test_a_week_by_hand(db: Connection, world: World) -> None:
    """Two tickets: one answered after 1 h, solved after 2 h, reopened and solved again after 5 h; one never touched."""
    agent, admin = world.actor("agent"), world.actor("admin")
    with _at(0):
        first = make_ticket(world.client, world.it).ticket
        make_ticket(world.client, world.it)
    with _at(1):
        verbs.take(agent, first.id)
        comments.add(agent, first.id, "Looking into it")
    for hours in (2, 5):
        with _at(hours):
            verbs.set_status(agent, first.id, "Resolved", resolution_code="solved", resolution_text="Done")
        if hours == 2:
            with _at(3):
                verbs.reopen(world.actor("client"), first.id, "It is back")
    with _at(200):
        told = reports.report(admin, WEEK)
    assert (told.created, told.resolved, told.reopened, told.backlog) == (2, 1, 1, 1)
    assert (told.by_status["Open"], told.by_status["Resolved"], told.reopen_rate) == (1, 1, 1.0)
    assert told.first_response_minutes == Spread(60.0, 60.0)
    assert told.resolution_minutes == Spread(300.0, 300.0)
    assert told.sla["first_response"] == Attainment(1, 1)


def test_arrivals_are_told_in_the_readers_zone(db: Connection, world: World) -> None:
    """Sunday 23:30 UTC is Monday 01:30 in Berlin in summer, and 05:15 in Kathmandu; days stay UTC."""
    admin, sunday = world.actor("admin"), datetime(2026, 9, 6, 23, 30, tzinfo=UTC)
    with clock.moved(sunday):
        make_ticket(world.client, world.it)
    for zone, hour, weekday in (("UTC", 23, 7), ("Europe/Berlin", 1, 1), ("Asia/Kathmandu", 5, 1)):
        query = ReportQuery(
            sunday - timedelta(days=6, hours=23, minutes=30), sunday + timedelta(minutes=30), zone=zone
        )
        found = reports.figure(admin, "arrivals", query)
        assert found.columns[0].label == f"Hour ({zone})"
        assert {(row[0], day) for row in found.rows for day in range(1, 8) if row[day]} == {(hour, weekday)}
        flow = reports.figure(admin, "flow", query)
        assert [row for row in flow.rows if row[1]] == [("2026-09-06", 1, 0)]


def test_what_happened_stays_where_it_happened(db: Connection, world: World) -> None:
    """A ticket that moves into a restricted group stays counted where it was filed, and takes nothing along."""
    admin, manager = world.actor("admin"), world.actor("manager")
    with _at(0):
        made = make_ticket(world.client, world.it).ticket
    with _at(1):
        verbs.update(
            admin,
            made.id,
            {"group_id": world.hr.group_id, "category_id": None, "subcategory_id": None},
            made.version,
        )
    with _at(2):
        verbs.set_status(admin, made.id, "Resolved", resolution_code="solved", resolution_text="Done")
    with _at(3):
        seen, everything = reports.report(manager, WEEK), reports.report(admin, WEEK)
        rows = {figure.key: figure.rows for figure in reports.dashboard(manager, WEEK).figures}
    assert (seen.created, seen.resolved, seen.backlog) == (1, 0, 0)
    assert (everything.created, everything.resolved) == (1, 1)
    assert [one.name for one in seen.by_group] == ["IT"]
    assert rows["sla-group"] == ()
    assert rows["workload"] == ()


def test_a_group_out_of_sight_is_like_none(db: Connection, world: World) -> None:
    make_ticket(world.client, world.hr)
    manager = world.actor("manager")
    hidden, none = (
        reports.report(manager, ReportQuery(group_id=(one,))) for one in (world.hr.group_id, 987654321)
    )
    assert hidden == none
    assert hidden.created == 0


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (ReportQuery(MONDAY, MONDAY), "from"),
        (ReportQuery(MONDAY + timedelta(days=1), MONDAY), "from"),
        (ReportQuery(MONDAY - timedelta(days=401), MONDAY), "from"),
        (ReportQuery(MONDAY.replace(tzinfo=None), MONDAY), "from"),
        (ReportQuery(datetime.min.replace(tzinfo=UTC), MONDAY), "from"),
        (ReportQuery(None, datetime.min.replace(tzinfo=UTC)), "to"),
        (ReportQuery(None, datetime.max.replace(tzinfo=UTC)), "to"),
        (ReportQuery("yesterday", None), "from"),  # type: ignore[arg-type]
        (ReportQuery(group_id=(0,)), "group_id"),
        (ReportQuery(zone="Nowhere/At_all"), "zone"),
        (ReportQuery(zone=None), "zone"),  # type: ignore[arg-type]
        (ReportQuery(category_id=("x",)), "category_id"),  # type: ignore[arg-type]
    ],
)
def test_what_is_refused(db: Connection, world: World, query: ReportQuery, field: str) -> None:
    for service in (reports.report, reports.dashboard):
        with pytest.raises(Invalid) as refused:
            service(world.actor("admin"), query)
        assert [error.field for error in refused.value.errors] == [field]


def test_400_days_are_possible_and_30_are_usual(db: Connection, world: World) -> None:
    admin = world.actor("admin")
    reports.report(admin, ReportQuery(MONDAY - timedelta(days=400), MONDAY))
    with clock.moved(MONDAY):
        usual = reports.report(admin, ReportQuery())
    assert (usual.since.date(), usual.before.date()) == (date(2026, 8, 9), date(2026, 9, 8))


def test_gates_and_names(db: Connection, world: World) -> None:
    for name in ("client", "agent"):
        for call in (reports.report, reports.dashboard):
            with pytest.raises(Forbidden):
                call(world.actor(name), ReportQuery())
    with pytest.raises(NotFound):
        reports.figure(world.actor("admin"), "salaries", ReportQuery())
    page = reports.dashboard(world.actor("admin"), ReportQuery())
    for one in page.figures:
        assert reports.figure(world.actor("admin"), one.key, ReportQuery()) == one
        assert all(len(row) == len(one.columns) for row in one.rows)
