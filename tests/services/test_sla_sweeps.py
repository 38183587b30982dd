"""The timers: escalation steps, ends of holds, closing by itself; each once, whoever runs them (product rules §4)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from helpdesk.core import clock
from helpdesk.core.clock import moved
from helpdesk.core.db import transaction
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.domain.enums import EventKind, NotificationEvent
from helpdesk.models.notification import notification_logs
from helpdesk.models.sla import ticket_clock_steps, ticket_clocks
from helpdesk.models.ticket import ticket_events, ticket_holds, tickets
from helpdesk.models.tree import groups
from helpdesk.services import comments, sla
from helpdesk.services import tickets as service
from helpdesk.services.views import TicketDetail
from tests.factories import World, make_ticket

TUESDAY = datetime(2026, 9, 8, 9, 0, tzinfo=UTC)


def rows(table: Any, ticket_id: int) -> list[Any]:
    with transaction() as s:
        return list(s.execute(select(table).where(table.c.ticket_id == ticket_id)).all())


def column(ticket_id: int, name: str) -> Any:
    with transaction() as s:
        return s.scalar(select(tickets.c[name]).where(tickets.c.id == ticket_id))


def critical(world: World, minutes_ago: float, **new: Any) -> TicketDetail:
    """Around the clock: an answer within 15 minutes, so that the warning is due after 11:15."""
    with moved(clock.now() - timedelta(minutes=minutes_ago)):
        requester = world.client.id
        return make_ticket(world.agent, world.it, priority="Critical", requested_for=requester, **new)


def told(ticket_id: int, event: NotificationEvent) -> set[int]:
    return {row.recipient_id for row in rows(notification_logs, ticket_id) if row.event == event}


def lead(world: World, person: int) -> None:
    with transaction() as s:
        s.execute(update(groups).where(groups.c.id == world.it.group_id).values(lead_id=person))


# ---- steps ----


def test_nothing_fires_before_its_time(world: World) -> None:
    ticket = critical(world, 11)
    assert sla.sweep_steps() == 0
    assert rows(ticket_clock_steps, ticket.ticket.id) == []


def test_a_warning_tells_the_assignee_once(world: World) -> None:
    ticket = critical(world, 11.5)
    ticket_id = ticket.ticket.id
    with moved(clock.now() - timedelta(minutes=5)):
        service.take(world.actor("agent2"), ticket_id)
    assert sla.sweep_steps() == 1
    assert sla.sweep_steps() == 0
    assert told(ticket_id, NotificationEvent.SLA_WARNING) == {world.agent2.id}
    [step] = rows(ticket_clock_steps, ticket_id)
    assert (step.kind, step.run, step.step, step.late) == ("first_response", 1, "warning", False)
    [event] = [row for row in rows(ticket_events, ticket_id) if row.kind == EventKind.SLA_STEP]
    assert (event.visibility, event.data["clock"], event.data["step"]) == (
        "staff",
        "first_response",
        "warning",
    )


def test_while_nobody_has_it_the_group_is_told(world: World) -> None:
    ticket = critical(world, 11.5)
    sla.sweep_steps()
    members = {world.agent.id, world.agent2.id, world.manager.id}
    assert told(ticket.ticket.id, NotificationEvent.SLA_WARNING) == members


def test_after_an_outage_the_breach_speaks_for_the_warning_and_is_marked_late(world: World) -> None:
    lead(world, world.manager.id)
    ticket = critical(world, 75)
    ticket_id = ticket.ticket.id
    with moved(clock.now() - timedelta(minutes=70)):
        service.take(world.actor("agent"), ticket_id)
    assert sla.sweep_steps() == 2
    assert told(ticket_id, NotificationEvent.SLA_WARNING) == set()
    assert told(ticket_id, NotificationEvent.SLA_BREACH) == {world.agent.id, world.manager.id}
    steps = {row.step: row for row in rows(ticket_clock_steps, ticket_id)}
    assert {name: row.late for name, row in steps.items()} == {"warning": True, "breach": True}
    assert steps["breach"].due_at - column(ticket_id, "created_at") == timedelta(minutes=15)
    assert column(ticket_id, "breached_at") == steps["breach"].due_at
    assert sla.verify() == []


def test_a_lead_who_may_not_see_it_is_not_told(world: World) -> None:
    with transaction() as s:
        s.execute(update(groups).where(groups.c.id == world.hr.group_id).values(lead_id=world.manager.id))
    with moved(clock.now() - timedelta(minutes=30)):
        ticket = make_ticket(world.admin, world.hr, priority="Critical", requested_for=world.client.id)
    sla.sweep_steps()
    assert told(ticket.ticket.id, NotificationEvent.SLA_BREACH) == {world.hr_agent.id}


def test_a_clock_that_was_answered_warns_of_nothing_more(world: World) -> None:
    """The timers were down; meanwhile the warning came due, and then the answer was given."""
    ticket = critical(world, 60)
    ticket_id = ticket.ticket.id
    with moved(clock.now() - timedelta(minutes=47)):
        comments.add(world.actor("agent2"), ticket_id, "We are on it.")
    assert sla.sweep_steps() == 1
    assert told(ticket_id, NotificationEvent.SLA_WARNING) == set()
    assert [row.step for row in rows(ticket_clock_steps, ticket_id)] == ["warning"]


def test_each_run_has_its_own_steps_also_one_that_has_passed(world: World) -> None:
    ticket = critical(world, 240)
    ticket_id, agent, client = ticket.ticket.id, world.actor("agent2"), world.actor("client")
    script = ((agent, 239), (client, 200), (agent, 160), (client, 100), (agent, 60))
    for actor, minutes in script:  # an answer is due within 30 minutes, and each takes 40
        with moved(clock.now() - timedelta(minutes=minutes)):
            comments.add(actor, ticket_id, "Is it better now?")
    sla.sweep_steps()
    fired = {
        (row.run, row.step) for row in rows(ticket_clock_steps, ticket_id) if row.kind == "next_response"
    }
    assert fired == {(1, "warning"), (1, "breach"), (2, "warning"), (2, "breach")}
    assert sla.sweep_steps() == 0


def test_a_run_that_has_passed_is_looked_at_though_the_present_one_has_nothing_due(world: World) -> None:
    ticket_id, agent, client = critical(world, 90).ticket.id, world.actor("agent2"), world.actor("client")
    for actor, minutes in ((agent, 89), (client, 80), (agent, 40), (client, 1)):
        with moved(clock.now() - timedelta(minutes=minutes)):
            comments.add(actor, ticket_id, "Is it better now?")
    assert sla.sweep_steps() == 2
    assert {row.run for row in rows(ticket_clock_steps, ticket_id)} == {1}
    assert sla.sweep_steps() == 0
    assert sla.verify() == []


def test_a_ticket_that_fails_keeps_no_other_from_its_turn(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = critical(world, 30).ticket.id, critical(world, 30).ticket.id
    original = sla.fire_due

    def fails_for_one(s: Any, locked: Any, system: Any, now: datetime) -> int:
        if locked.row["id"] == bad:
            raise ZeroDivisionError
        return original(s, locked, system, now)

    monkeypatch.setattr(sla, "fire_due", fails_for_one)
    assert sla.sweep_steps() == 2
    assert rows(ticket_clock_steps, bad) == []
    assert len(rows(ticket_clock_steps, good)) == 2


def test_two_schedulers_fire_each_step_once(fresh_world: World) -> None:
    made = [critical(fresh_world, 12).ticket.id for _ in range(8)]
    with ThreadPoolExecutor(4) as pool:
        fired = sum(pool.map(lambda _: sla.sweep_steps(), range(4)))
    fired += sla.sweep_steps()
    assert fired == len(made)
    for ticket_id in made:
        assert len(rows(ticket_clock_steps, ticket_id)) == 1
        assert len([row for row in rows(ticket_events, ticket_id) if row.kind == EventKind.SLA_STEP]) == 1
        assert len(told(ticket_id, NotificationEvent.SLA_WARNING)) == 3


def test_a_locked_ticket_is_left_to_the_next_sweep(fresh_world: World) -> None:
    ticket_id = critical(fresh_world, 12).ticket.id
    with ThreadPoolExecutor(1) as pool:
        with transaction() as s:
            s.execute(select(tickets.c.id).where(tickets.c.id == ticket_id).with_for_update())
            assert pool.submit(sla.sweep_steps).result(timeout=5) == 0
        assert pool.submit(sla.sweep_steps).result(timeout=5) == 1


# ---- holds ----


def test_a_hold_ends_at_its_own_moment_however_late_the_sweep(world: World) -> None:
    with moved(TUESDAY):
        ticket_id = make_ticket(world.client, world.it).ticket.id
        service.take(world.actor("agent"), ticket_id)
    with moved(TUESDAY + timedelta(hours=1)):
        service.hold(world.actor("agent"), ticket_id, "scheduled", TUESDAY + timedelta(hours=2))
    with moved(TUESDAY + timedelta(hours=1, minutes=59)):
        assert sla.sweep_holds() == 0
    with moved(TUESDAY + timedelta(hours=5)):
        assert sla.sweep_holds() == 1
        assert sla.sweep_holds() == 0
    [hold] = rows(ticket_holds, ticket_id)
    assert hold.ended_at == TUESDAY + timedelta(hours=2)
    [clock_row] = [row for row in rows(ticket_clocks, ticket_id) if row.kind == "resolution"]
    # Medium: 20 hours of 08-18, one of them on hold
    assert (clock_row.paused, clock_row.due_at) == (False, datetime(2026, 9, 10, 10, 0, tzinfo=UTC))
    assert sla.verify() == []


# ---- closing by itself ----


def resolved(world: World, at: datetime) -> int:
    with moved(at):
        ticket_id = make_ticket(world.client, world.it).ticket.id
        service.take(world.actor("agent"), ticket_id)
        service.set_status(
            world.actor("agent"), ticket_id, "Resolved", resolution_code="solved", resolution_text="New toner"
        )
    return ticket_id


def test_a_resolved_ticket_closes_after_five_business_days(world: World) -> None:
    ticket_id = resolved(world, TUESDAY)
    with moved(TUESDAY + timedelta(days=7, seconds=-1)):
        assert sla.sweep_auto_close() == 0
    with moved(TUESDAY + timedelta(days=7)):
        assert sla.sweep_auto_close() == 1
        assert sla.sweep_auto_close() == 0
    assert column(ticket_id, "status") == "Closed"
    assert column(ticket_id, "closed_at") == TUESDAY + timedelta(days=7)
    assert column(ticket_id, "resolution_code") == "solved"


def test_the_days_are_a_setting(world: World, settings: Any) -> None:
    settings(auto_close_days=1)
    ticket_id = resolved(world, TUESDAY)
    with moved(TUESDAY + timedelta(days=1)):
        assert sla.sweep_auto_close() == 1
    assert column(ticket_id, "status") == "Closed"


def test_a_reopened_ticket_does_not_close(world: World) -> None:
    ticket_id = resolved(world, TUESDAY)
    with moved(TUESDAY + timedelta(days=1)):
        service.reopen(world.actor("client"), ticket_id, "Still broken")
    with moved(TUESDAY + timedelta(days=30)):
        assert sla.sweep_auto_close() == 0
    assert column(ticket_id, "status") == "Assigned"


# ---- what people ask ----


def test_the_promise_is_what_the_ticket_then_gets(world: World) -> None:
    place = (world.it.group_id, world.it.category_id, world.it.subcategory_id)
    with moved(TUESDAY):
        promised = sla.expectation(world.actor("client"), *place, "High")
        ticket = make_ticket(world.client, world.it, priority="High").ticket
    assert promised.first_response_due == ticket.sla.first_response.due_at == TUESDAY + timedelta(hours=1)
    assert promised.resolution_due == ticket.sla.resolution.due_at
    assert (promised.first_response_minutes, promised.resolution_minutes) == (60, 480)
    assert promised.usual_first_response_minutes is None


def test_the_usual_answer_time_is_the_median_where_there_are_enough(world: World) -> None:
    for number, minutes in enumerate((10, 20, 30, 40, 500)):
        with moved(TUESDAY + timedelta(minutes=number)):
            ticket_id = make_ticket(world.client, world.it).ticket.id
        with moved(TUESDAY + timedelta(minutes=number + minutes)):
            comments.add(world.actor("agent"), ticket_id, "Hello")
    with moved(TUESDAY + timedelta(days=1)):
        promised = sla.expectation(world.actor("client"), world.it.group_id, world.it.category_id)
    assert promised.usual_first_response_minutes == 30
    assert promised.priority == "Medium"


def test_impact_and_urgency_make_the_promise(world: World) -> None:
    promised = sla.expectation(world.actor("client"), world.it.group_id, impact=1, urgency=1)
    assert (promised.priority, promised.first_response_minutes) == ("Critical", 15)
    with pytest.raises(Invalid):
        sla.expectation(world.actor("client"), 10**9)


def test_a_deadline_is_explained_to_those_who_see_the_ticket(world: World) -> None:
    with moved(TUESDAY):
        ticket = make_ticket(world.client, world.it).ticket
    with moved(TUESDAY + timedelta(hours=1)):
        found = sla.explain(world.actor("client"), ticket.ticket_no, "first_response")
        assert [(one.kind, one.seconds, one.projected) for one in found] == [
            ("counted", 3600, False),
            ("counted", 3 * 3600, True),
        ]
        assert sla.explain(world.actor("agent"), ticket.id, "next_response") == ()
        with pytest.raises(NotFound):
            sla.explain(world.actor("client2"), ticket.id, "first_response")
        with pytest.raises(Invalid):
            sla.explain(world.actor("client"), ticket.id, "repair")


def test_verify_finds_what_differs(world: World) -> None:
    ticket_id = make_ticket(world.client, world.it).ticket.id
    assert sla.verify() == []
    with transaction() as s:
        later = ticket_clocks.c.due_at + timedelta(seconds=1)
        only = (ticket_clocks.c.ticket_id == ticket_id) & (ticket_clocks.c.kind == "resolution")
        s.execute(update(ticket_clocks).where(only).values(due_at=later))
    [problem] = sla.verify()
    assert "the resolution clock differs in due_at" in problem
    with transaction() as s:
        s.execute(ticket_clocks.delete().where(only))
    assert any("the resolution clock is missing" in one for one in sla.verify())


def test_a_step_row_is_unique(db: Connection, world: World) -> None:
    ticket_id = critical(world, 12).ticket.id
    sla.sweep_steps()
    [step] = rows(ticket_clock_steps, ticket_id)
    with pytest.raises(Exception, match="ticket_clock_steps_pkey"), transaction() as s:
        s.execute(insert(ticket_clock_steps).values(**step._mapping))
