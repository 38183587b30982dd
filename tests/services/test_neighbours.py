"""From ticket to ticket along a list: the same order as the list's, and nothing out of sight."""

from __future__ import annotations

import pytest

from helpdesk.core.errors import Invalid
from helpdesk.services import tickets
from helpdesk.services.views import TicketQuery
from tests.factories import World, make_ticket


@pytest.mark.parametrize("sort", ["-updated_at", "due_at", "-priority", "ticket_no"])
def test_the_walk_is_the_list(world: World, sort: str) -> None:
    agent = world.actor("agent")
    for index, priority in enumerate(("Low", "High", "Medium", "High")):
        made = make_ticket(world.client, world.it, f"No {index}", priority=priority)
    make_ticket(world.client, world.hr)  # out of the agent's sight
    tickets.take(agent, made.ticket.id)
    tickets.set_status(agent, made.ticket.id, "Resolved", resolution_code="solved", resolution_text="Done")
    query = TicketQuery(sort=sort)
    listed = [one.ticket_no for one in tickets.list_queue(agent, query).items]
    assert len(listed) == 4
    for at, number in enumerate(listed):
        found = tickets.neighbours(agent, number, query)
        assert found.previous == (listed[at - 1] if at else None)
        assert found.next == (listed[at + 1] if at + 1 < len(listed) else None)


def test_one_that_left_the_list_keeps_its_place(world: World) -> None:
    agent = world.actor("agent")
    first, second, third = (make_ticket(world.client, world.it).ticket for _ in range(3))
    unassigned = TicketQuery(assigned_to=("none",), sort="ticket_no")
    tickets.take(agent, second.id)
    found = tickets.neighbours(agent, second.id, unassigned)
    assert (found.previous, found.next) == (first.ticket_no, third.ticket_no)


def test_a_wrong_list_is_refused(world: World) -> None:
    made = make_ticket(world.client, world.it).ticket
    with pytest.raises(Invalid):
        tickets.neighbours(world.actor("agent"), made.id, TicketQuery(sort="title"))
