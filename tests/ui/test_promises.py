"""The words of the promises: in the time that they count, and nothing called met that was not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from helpdesk.core import clock
from helpdesk.services import comments, sla, tickets
from helpdesk.services.views import TicketDetail
from helpdesk.ui.rows import clock as clock_row
from helpdesk.ui.tickets.promises import next_step, promises, steps
from tests.factories import World, make_ticket

_EVENING = datetime(2026, 9, 8, 15, 0, tzinfo=UTC)  # a Tuesday, an hour before the default calendar closes


def at(moment: datetime, act: Callable[[], TicketDetail]) -> TicketDetail:
    with clock.moved(moment):
        return act()


def seen(world: World, who: str, made: TicketDetail, moment: datetime) -> TicketDetail:
    return at(moment, lambda: tickets.get(world.actor(who), made.ticket.id))


def test_a_night_is_not_working_time(db: Connection, world: World) -> None:
    made = at(_EVENING, lambda: make_ticket(world.client, world.it))
    morning = _EVENING + timedelta(hours=16)
    with clock.moved(morning):
        comments.add(world.actor("agent"), made.ticket.id, "Good morning")
    mine = seen(world, "client", made, morning)
    first = mine.ticket.sla.first_response
    assert first is not None
    assert first.business
    assert 0 < first.consumed_seconds < 4 * 3600
    (answer, _) = promises(mine)
    hours, minutes = divmod(first.consumed_seconds // 60, 60)
    assert (
        answer["words"]
        == f"First answer after {hours} h{f' {minutes:02} min' if minutes else ''} of working time"
    )
    assert answer["hint"].startswith("promised within ")
    assert "working hours" in answer["hint"]
    assert answer["state"] == "met"
    assert clock_row(first, "Reply")["note"] == f"Met in {hours} h{f' {minutes:02} min' if minutes else ''}"


def test_what_was_withdrawn_is_neither_met_nor_missed(db: Connection, world: World) -> None:
    made = make_ticket(world.client, world.it)
    closed = tickets.close(world.actor("client"), made.ticket.id)
    assert closed.ticket.sla.first_response is not None
    assert closed.ticket.sla.first_response.state == "ended"
    assert {one["state"] for one in promises(closed)} == {"paused"}
    assert all("not needed any more" in one["words"] for one in promises(closed))
    shown = clock_row(closed.ticket.sla.resolution, "Solve")
    assert (shown["state"], shown["note"]) == ("ended", "Not needed any more")


def test_the_next_step_says_when_and_whom(db: Connection, world: World) -> None:
    made = at(_EVENING, lambda: make_ticket(world.client, world.it))
    open_now = seen(world, "agent", made, _EVENING)
    first = next_step(open_now)
    assert first["words"] == "at 75 % of the first response IT is told"
    assert _EVENING.isoformat() < first["at"] < first["breach_at"]
    with clock.moved(_EVENING):
        tickets.take(world.actor("agent"), made.ticket.id)
    assert next_step(seen(world, "agent", made, _EVENING))["words"].endswith("Ada Agent is told")
    step = seen(world, "agent", made, _EVENING).next_step
    assert step is not None
    assert step.at is not None
    breach = next_step(seen(world, "agent", made, step.at))
    assert breach["words"] == "the first response is breached, Ada Agent is told"
    assert breach["breach_at"] == ""
    assert seen(world, "client", made, _EVENING).next_step is None


def test_a_resolved_request_says_when_it_closes_by_itself(db: Connection, world: World) -> None:
    agent, made = world.actor("agent"), at(_EVENING, lambda: make_ticket(world.client, world.it))
    assert made.closes_at is None
    with clock.moved(_EVENING):
        tickets.set_status(
            agent, made.ticket.id, "Resolved", resolution_code="solved", resolution_text="Done"
        )
    mine = seen(world, "client", made, _EVENING)
    assert mine.closes_at == _EVENING + timedelta(days=7)  # five working days and a weekend
    assert steps(mine)[-1] == {
        "status": "Closed",
        "glyph": "st-none",
        "css": "todo",
        "at": mine.closes_at.isoformat(timespec="seconds"),
        "current": False,
        "by_itself": True,
    }
    assert sla.sweep_auto_close(mine.closes_at - timedelta(seconds=1)) == 0
    assert sla.sweep_auto_close(mine.closes_at) == 1
    assert tickets.get(agent, made.ticket.id).closes_at is None
