"""Sight and rights at their edges: who leaves, who is added unseen, which refusal comes first (product rules §1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from helpdesk.core.clock import moved
from helpdesk.core.db import transaction
from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.models.person import users
from helpdesk.models.tree import group_members
from helpdesk.services import comments, tickets
from helpdesk.services.views import TicketDetail, TicketQuery
from tests.factories import World, make_ticket
from tests.services.test_ticket_life import told

MONDAY = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)


def test_a_watcher_who_removes_themselves_is_answered_once_and_then_sees_nothing(world: World) -> None:
    key = make_ticket(world.client, world.it, watchers=(world.client2.id,)).ticket.id
    watcher = world.actor("client2")
    left = tickets.set_watchers(watcher, key, [])
    assert left.ticket.watchers == ()
    with pytest.raises(NotFound):
        tickets.get(watcher, key)
    assert tickets.get(world.actor("client"), key).ticket.watchers == ()


def _requesters(seen: TicketDetail) -> object:
    t = seen.ticket
    return (t.watchers, t.version, t.updated_at, seen.history, seen.comments, seen.attachments)


def test_a_watcher_whom_staff_added_shows_to_staff_and_to_themselves(world: World) -> None:
    client, agent, other = world.actor("client"), world.actor("agent"), world.actor("client2")
    key = make_ticket(client, world.it).ticket.id
    before = _requesters(tickets.get(client, key))
    added = tickets.set_watchers(agent, key, [world.client2.id, world.agent2.id])
    assert {one.id for one in added.ticket.watchers} == {world.client2.id, world.agent2.id}
    assert _requesters(tickets.get(client, key)) == before
    (row,) = tickets.list_mine(client, TicketQuery()).items
    assert row.watchers == ()
    assert [one.id for one in tickets.get(other, key).ticket.watchers] == [world.client2.id]


def test_what_the_requester_sets_leaves_the_staffs_watchers_alone(world: World) -> None:
    client, agent = world.actor("client"), world.actor("agent")
    key = make_ticket(client, world.it).ticket.id
    tickets.set_watchers(agent, key, [world.agent2.id, world.client2.id])
    tickets.set_watchers(client, key, [])
    assert {one.id for one in tickets.get(agent, key).ticket.watchers} == {world.client2.id, world.agent2.id}
    # adding somebody who watches unseen shows them, as adding anybody else would
    chosen = tickets.set_watchers(client, key, [world.client2.id]).ticket.watchers
    assert [one.id for one in chosen] == [world.client2.id]
    removed = tickets.set_watchers(client, key, [])
    assert removed.ticket.watchers == ()
    with pytest.raises(NotFound):
        tickets.get(world.actor("client2"), key)
    assert [one.id for one in tickets.get(agent, key).ticket.watchers] == [world.agent2.id]


def test_a_note_after_a_hold_ran_out_leaves_no_trace_of_its_moment(world: World) -> None:
    client, agent = world.actor("client"), world.actor("agent")
    until, noted = MONDAY + timedelta(hours=2), MONDAY + timedelta(hours=5)
    with moved(MONDAY):
        key = make_ticket(client, world.it).ticket.id
        tickets.take(agent, key)
        tickets.hold(agent, key, "scheduled", until)
    with moved(noted):
        comments.add(agent, key, "between us", is_internal=True)
        seen = tickets.get(client, key)
        staff = tickets.get(agent, key)
    assert seen.ticket.updated_at == until
    assert max(entry.changed_at for entry in seen.history) == until
    assert staff.ticket.updated_at == noted


def test_a_right_is_refused_before_a_version(world: World) -> None:
    key = make_ticket(world.client, world.it).ticket.id
    with pytest.raises(Forbidden):
        tickets.set_status(world.actor("agent"), key, "Closed", version=99)


def test_in_a_restricted_group_a_client_files_without_watchers(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        make_ticket(world.client, world.hr, watchers=(world.client2.id,))
    assert [error.field for error in refused.value.errors] == ["watchers"]
    filed = make_ticket(world.hr_agent, world.hr, watchers=(world.client2.id,))
    assert [one.id for one in filed.ticket.watchers] == [world.client2.id]
    behalf = make_ticket(world.client, world.hr, requested_for=world.client2.id)
    assert [one.id for one in behalf.ticket.watchers] == [world.client.id]


@pytest.mark.parametrize("left", ["company", "group"])
def test_what_an_assignee_who_left_would_have_been_told_reaches_the_group(world: World, left: str) -> None:
    branch, agent = (world.it, "agent") if left == "company" else (world.hr, "hr_agent")
    person = getattr(world, agent)
    key = make_ticket(world.client, branch).ticket.id
    tickets.take(world.actor(agent), key)
    with transaction() as s:
        if left == "company":
            s.execute(update(users).where(users.c.id == person.id).values(is_active=False))
        else:
            s.execute(group_members.delete().where(group_members.c.user_id == person.id))
    before = len(told(key))
    comments.add(world.actor("client"), key, "Anybody there?")
    address = "address:it@example.com" if left == "company" else "address:hr@example.com"
    new = told(key)[before:]
    assert ("public_comment", address) in new
    assert ("public_comment", f"user:{person.id}") not in new


def test_one_refusal_says_no_more_than_another(world: World) -> None:
    """What is hidden answers as what does not exist, whatever is asked of it."""
    key = make_ticket(world.client, world.hr).ticket.id
    agent, manager, client2 = world.actor("agent"), world.actor("manager"), world.actor("client2")
    for ticket in (key, 987_654_321, f"HD-{10**9}"):
        for act in (
            lambda k: tickets.get(agent, k),
            lambda k: tickets.get(manager, k),
            lambda k: tickets.take(agent, k),
            lambda k: tickets.update(agent, k, {"title": "x"}, 99),
            lambda k: tickets.hold(agent, k, "requester", version=99),
            lambda k: tickets.set_status(agent, k, "In Progress", version=99),
            lambda k: tickets.close(client2, k),
            lambda k: tickets.rate(client2, k, 5),
            lambda k: tickets.set_watchers(client2, k, [world.client2.id]),
            lambda k: comments.add(client2, k, "hello"),
        ):
            with pytest.raises(NotFound) as refused:
                act(ticket)
            assert refused.value.message == "There is no such ticket."


def test_a_manager_as_requester_acts_as_any_requester_and_as_nothing_more(world: World) -> None:
    manager = world.actor("manager")
    key = make_ticket(manager, world.it).ticket.id
    assert comments.add(manager, key, "And one more thing").from_staff is False
    for act in (
        lambda: tickets.take(manager, key),
        lambda: tickets.set_status(manager, key, "In Progress"),
        lambda: tickets.hold(manager, key, "requester"),
    ):
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(Invalid):
        comments.add(manager, key, "between us", is_internal=True)
    assert tickets.set_watchers(manager, key, [world.client.id]).ticket.watchers[0].id == world.client.id
    assert tickets.close(manager, key).ticket.resolution_code == "withdrawn"


def test_an_admin_who_is_no_member_cannot_take_in_a_restricted_group(world: World) -> None:
    admin = world.actor("admin")
    key = make_ticket(world.client, world.hr).ticket.id
    assert not tickets.get(admin, key).abilities.take
    with pytest.raises(Forbidden):
        tickets.take(admin, key)
    with pytest.raises(Invalid):
        tickets.assign(admin, key, world.admin.id)
