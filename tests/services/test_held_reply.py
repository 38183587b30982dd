"""A reply against an outdated thread is held, and nothing of it is stored."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, func, select

from helpdesk.core.errors import Conflict, Invalid, NewerComments, NotFound
from helpdesk.models.ticket import ticket_comments, ticket_events
from helpdesk.services import comments, tickets
from helpdesk.services.views import TicketDetail
from tests.factories import World, make_ticket


@pytest.fixture
def made(world: World) -> TicketDetail:
    return make_ticket(world.client, world.it)


def held(world: World, who: str, made: TicketDetail, seen: int) -> list[str]:
    """What the refusal tells of."""
    with pytest.raises(NewerComments) as refused:
        comments.add(world.actor(who), made.ticket.id, "Mine", False, (), seen)
    return [f"{one.author.name}: {one.message}" for one in refused.value.extra["newer"]]


def test_two_agents_answer_at_once(db: Connection, world: World, made: TicketDetail) -> None:
    first = comments.add(world.actor("agent"), made.ticket.id, "On my way", False, (), 0)
    events = db.scalar(select(func.count()).select_from(ticket_events))
    assert held(world, "agent2", made, 0) == ["Ada Agent: On my way"]
    assert db.scalar(select(func.count()).select_from(ticket_comments)) == 1
    assert db.scalar(select(func.count()).select_from(ticket_events)) == events
    sent = comments.add(world.actor("agent2"), made.ticket.id, "Me too", False, (), first.id)
    stored = db.scalar(select(ticket_comments.c.seen_comment_id).where(ticket_comments.c.id == sent.id))
    assert stored == first.id


def test_the_requester_and_the_helpdesk_hold_each_other(world: World, made: TicketDetail) -> None:
    first = comments.add(world.actor("agent"), made.ticket.id, "Which floor?")
    comments.add(world.actor("client"), made.ticket.id, "The third", False, (), first.id)
    assert held(world, "agent", made, first.id) == ["Clara Client: The third"]
    comments.add(world.actor("agent2"), made.ticket.id, "I know that one")
    assert held(world, "client", made, first.id) == ["Ben Agent: I know that one"]
    assert held(world, "agent", made, 0) == ["Clara Client: The third", "Ben Agent: I know that one"]


def test_own_messages_and_notes_hold_nothing(world: World, made: TicketDetail) -> None:
    comments.add(world.actor("agent"), made.ticket.id, "One")
    comments.add(world.actor("agent2"), made.ticket.id, "Careful, he is the director", True)
    comments.add(world.actor("agent"), made.ticket.id, "Two", False, (), 0)
    comments.add(world.actor("client"), made.ticket.id, "Without asking")
    comments.add(world.actor("agent"), made.ticket.id, "A note is not held", True, (), 0)
    assert len(tickets.get(world.actor("agent"), made.ticket.id).comments) == 5


def test_a_note_is_no_message_to_have_seen(world: World, made: TicketDetail) -> None:
    """For who can't see notes, an id of one answers like any that does not exist."""
    note = comments.add(world.actor("agent"), made.ticket.id, "Between us", True)
    elsewhere = make_ticket(world.client, world.it)
    other = comments.add(world.actor("agent"), elsewhere.ticket.id, "Hello")
    messages = set[str]()
    for unknown in (note.id, other.id, 4711):
        for internal, who in ((False, "client"), (False, "agent"), (True, "agent")):
            with pytest.raises(Invalid) as refused:
                comments.add(world.actor(who), made.ticket.id, "Hm", internal, (), unknown)
            messages.add(refused.value.errors[0].message)
    assert len(messages) == 1


@pytest.mark.parametrize("wrong", [-1, True, False, "0", "1", 1.0, 2**63])
def test_wrong_values_are_refused(world: World, made: TicketDetail, wrong: object) -> None:
    with pytest.raises(Invalid) as refused:
        comments.add(world.actor("agent"), made.ticket.id, "Hm", False, (), wrong)  # type: ignore[arg-type]
    assert refused.value.errors[0].field == "seen_comment_id"


def test_sight_comes_first_and_closed_last(world: World, made: TicketDetail) -> None:
    comments.add(world.actor("agent"), made.ticket.id, "Solved by itself")
    with pytest.raises(NotFound):
        comments.add(world.actor("client2"), made.ticket.id, "Hm", False, (), 0)
    tickets.close(world.actor("client"), made.ticket.id)
    assert held(world, "client", made, 0) == ["Ada Agent: Solved by itself"]
    with pytest.raises(Conflict, match="closed"):
        comments.add(world.actor("client"), made.ticket.id, "Hm")
