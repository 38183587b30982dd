"""The life of a ticket through the services: the table of product rules §3, and whom each step tells (§5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.core.clock import moved
from helpdesk.core.db import transaction
from helpdesk.core.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    StaleVersion,
    TransitionRefused,
)
from helpdesk.models.notification import notification_logs
from helpdesk.models.ticket import ticket_history
from helpdesk.services import comments, tickets
from helpdesk.services._chain import broken_at
from helpdesk.services.views import TicketQuery
from tests.factories import World, actor_for, make_ticket, make_user

MONDAY = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)


def told(ticket_id: int) -> list[tuple[str, str]]:
    """(event, recipient) of every mail of a ticket, in order."""
    n = notification_logs.c
    with transaction() as s:
        rows = s.execute(
            select(n.event, n.recipient_key)
            .where(n.ticket_id == ticket_id, n.channel == "email")
            .order_by(n.event_seq, n.id)
        ).all()
    return [(row.event, row.recipient_key) for row in rows]


def test_a_ticket_goes_the_whole_way(world: World) -> None:
    client, agent = actor_for(world.client), actor_for(world.agent)
    filed = make_ticket(client, world.it)
    assert filed.ticket.status == "Open"
    assert filed.ticket.ticket_no.startswith("HD-")
    assert filed.view == "requester"
    assert filed.ticket.version == 1
    key = filed.ticket.id

    taken = tickets.take(agent, key)
    assert (taken.ticket.status, taken.ticket.assigned_to and taken.ticket.assigned_to.id) == (
        "Assigned",
        world.agent.id,
    )
    comments.add(agent, key, "Have you tried another cable?")
    assert tickets.get(agent, key).ticket.status == "In Progress"
    note = comments.add(agent, key, "It is the cable. @Ben Agent", is_internal=True)
    assert note.is_internal
    tickets.hold(agent, key, "requester")
    assert tickets.get(client, key).ticket.hold is not None
    comments.add(client, key, "The cable is new.")
    assert tickets.get(client, key).ticket.hold is None
    solved = tickets.set_status(
        agent, key, "Resolved", resolution_code="solved", resolution_text="New cable."
    )
    assert solved.ticket.resolved_at is not None
    again = tickets.reopen(client, key, "Still burning")
    assert (again.ticket.status, again.ticket.reopen_count) == ("In Progress", 1)
    tickets.set_status(agent, key, "Resolved", resolution_code="solved", resolution_text="New printer.")
    closed = tickets.close(client, key)
    assert closed.ticket.status == "Closed"
    assert closed.ticket.closed_at is not None
    rated = tickets.rate(client, key, 5, "Thank you")
    assert rated.ticket.rating == 5
    assert [step.at is not None for step in rated.steps] == [True] * 5

    seen = tickets.get(client, key)
    assert "note" not in {entry.field_name for entry in seen.history}
    assert [entry.id for entry in seen.history] == list(range(1, len(seen.history) + 1))
    assert all(not one.is_internal for one in seen.comments)
    with transaction() as s:
        rows = s.execute(
            select(ticket_history).where(ticket_history.c.ticket_id == key).order_by(ticket_history.c.seq)
        ).mappings()
        assert broken_at(rows.all()) is None


def test_each_step_tells_whom_the_rules_say(world: World) -> None:
    client, agent = actor_for(world.client), actor_for(world.agent)
    me, ada, ben = f"user:{world.client.id}", f"user:{world.agent.id}", f"user:{world.agent2.id}"
    mona, queue = f"user:{world.manager.id}", "address:it@example.com"
    key = make_ticket(client, world.it).ticket.id
    expected = [
        ("ticket_receipt", me),
        ("ticket_created", ada),
        ("ticket_created", ben),
        ("ticket_created", mona),
        ("ticket_created", queue),
    ]
    assert told(key) == expected
    tickets.assign(actor_for(world.agent2), key, world.agent.id)
    expected += [("assigned", ada), ("status_changed", me)]
    assert told(key) == expected
    comments.add(agent, key, "On it.")
    expected += [("public_comment", me), ("status_changed", me)]
    assert told(key) == expected
    comments.add(agent, key, "@Ben Agent do you know this one?", is_internal=True)
    expected += [("internal_note", ben)]
    comments.add(client, key, "Thanks")
    expected += [("public_comment", ada)]
    tickets.hold(agent, key, "third_party")
    expected += [("hold_started", me)]
    tickets.hold(agent, key, None)
    expected += [("hold_ended", me)]
    tickets.set_status(agent, key, "Resolved", resolution_code="solved", resolution_text="Done")
    expected += [("resolved", me)]
    assert told(key) == expected
    tickets.reopen(client, key, "No")
    expected += [("reopened", ada)]
    tickets.assign(agent, key, None)
    expected += [("status_changed", me)]
    assert told(key) == expected


def test_somebody_who_files_for_a_colleague_watches_and_is_told(world: World) -> None:
    agent = actor_for(world.agent)
    filed = make_ticket(agent, world.it, requested_for=world.client.id)
    assert [person.id for person in filed.ticket.watchers] == [world.agent.id]
    receipts = {who for event, who in told(filed.ticket.id) if event == "ticket_receipt"}
    assert receipts == {f"user:{world.client.id}", f"user:{world.agent.id}"}
    # the agent is not the requester, so the agent's answer is the first response
    comments.add(agent, filed.ticket.id, "As promised on the phone.")
    clock = tickets.get(agent, filed.ticket.id).ticket.sla.first_response
    assert clock is not None
    assert clock.met_at is not None


def test_status_rules(world: World) -> None:
    client, agent, admin = actor_for(world.client), actor_for(world.agent), actor_for(world.admin)
    key = make_ticket(client, world.it).ticket.id
    with pytest.raises(TransitionRefused) as refused:
        tickets.set_status(agent, key, "In Progress")
    assert refused.value.extra["allowed"] == ["Assigned", "Resolved"]
    with pytest.raises(Forbidden):
        tickets.set_status(agent, key, "Closed")
    with pytest.raises(TransitionRefused):
        tickets.set_status(agent, key, "Assigned")
    with pytest.raises(Invalid):
        tickets.set_status(agent, key, "Resolved")
    with pytest.raises(Invalid):
        tickets.set_status(agent, key, "Solved")
    with pytest.raises(Forbidden):
        tickets.set_status(client, key, "Resolved", resolution_code="solved", resolution_text="x")
    with pytest.raises(Forbidden):
        tickets.set_status(
            actor_for(world.manager), key, "Resolved", resolution_code="solved", resolution_text="x"
        )
    before = tickets.get(agent, key).ticket.version
    assert tickets.set_status(agent, key, "Open").ticket.version == before
    assert tickets.set_status(admin, key, "Closed").ticket.status == "Closed"
    with pytest.raises(Conflict):
        comments.add(client, key, "Hello?")
    assert comments.add(agent, key, "for the record", is_internal=True).is_internal
    assert tickets.set_status(agent, key, "In Progress").ticket.status == "Open"  # nobody has it


def test_hold_rules(world: World) -> None:
    agent = actor_for(world.agent)
    key = make_ticket(world.client, world.it).ticket.id
    with pytest.raises(Conflict):
        tickets.hold(agent, key, "requester")
    tickets.take(agent, key)
    with pytest.raises(Invalid):
        tickets.hold(agent, key, "requester", datetime.now(UTC) - timedelta(hours=1))
    with pytest.raises(Invalid):
        tickets.hold(agent, key, "lunch")
    assert tickets.hold(agent, key, "approval").ticket.hold is not None
    assert tickets.assign(agent, key, None).ticket.hold is None


def test_a_hold_ends_at_its_moment_however_late_somebody_looks(world: World) -> None:
    agent = actor_for(world.agent)
    with moved(MONDAY):
        key = make_ticket(world.client, world.it).ticket.id
        tickets.take(agent, key)
    with moved(MONDAY + timedelta(hours=1)):
        tickets.hold(agent, key, "scheduled", MONDAY + timedelta(hours=2))
    with moved(MONDAY + timedelta(hours=6)):
        comments.add(agent, key, "Back again")
        clock = tickets.get(agent, key).ticket.sla.resolution
    # 20 business hours of 08:00-18:00 from 09:00, one hour of hold: 9 h on Monday, 10 h on Tuesday, 2 h on Wednesday
    assert clock is not None
    assert clock.due_at == datetime(2026, 9, 9, 10, 0, tzinfo=UTC)


def test_requester_rules(world: World) -> None:
    client, agent = actor_for(world.client), actor_for(world.agent)
    key = make_ticket(client, world.it, watchers=(world.client2.id,)).ticket.id
    for verb in (lambda a: tickets.close(a, key), lambda a: tickets.rate(a, key, 3)):
        with pytest.raises(Forbidden):
            verb(actor_for(world.client2))
        with pytest.raises(Forbidden):
            verb(agent)
    with pytest.raises(TransitionRefused):
        tickets.reopen(client, key, "why not")
    with pytest.raises(Conflict):
        tickets.rate(client, key, 3)
    withdrawn = tickets.close(client, key)
    assert withdrawn.ticket.resolution_code == "withdrawn"


def test_the_assignee_does_not_judge_their_own_work(world: World) -> None:
    agent = actor_for(world.agent)
    key = make_ticket(agent, world.it).ticket.id
    tickets.take(agent, key)
    tickets.set_status(agent, key, "Resolved", resolution_code="solved", resolution_text="Done")
    for verb in (tickets.close, lambda a, k: tickets.rate(a, k, 5), lambda a, k: tickets.reopen(a, k, "no")):
        with pytest.raises(Forbidden):
            verb(agent, key)


def test_reopening_a_closed_ticket_has_a_term(world: World) -> None:
    client, agent = actor_for(world.client), actor_for(world.agent)
    with moved(MONDAY):
        key = make_ticket(client, world.it).ticket.id
        tickets.take(agent, key)
        tickets.set_status(agent, key, "Resolved", resolution_code="solved", resolution_text="Done")
        tickets.close(client, key)
    with moved(MONDAY + timedelta(days=15)), pytest.raises(Conflict):
        tickets.reopen(client, key, "again")
    with moved(MONDAY + timedelta(days=13)):
        assert tickets.reopen(client, key, "again").ticket.status == "Assigned"  # never started


def test_a_reopened_ticket_is_open_when_its_assignee_left(world: World) -> None:
    from helpdesk.models.person import users

    client, agent = actor_for(world.client), actor_for(world.agent)
    key = make_ticket(client, world.it).ticket.id
    tickets.take(agent, key)
    tickets.set_status(agent, key, "Resolved", resolution_code="solved", resolution_text="Done")
    with transaction() as s:
        s.execute(users.update().where(users.c.id == world.agent.id).values(is_active=False))
    reopened = tickets.reopen(client, key, "again").ticket
    assert (reopened.status, reopened.assigned_to) == ("Open", None)


def test_versions_and_notes(world: World) -> None:
    client, agent = actor_for(world.client), actor_for(world.agent)
    filed = make_ticket(client, world.it).ticket
    comments.add(agent, filed.id, "secret", is_internal=True)
    same = tickets.get(client, filed.id).ticket
    assert (same.version, same.updated_at) == (filed.version, filed.updated_at)
    assert tickets.get(agent, filed.id).ticket.updated_at > filed.updated_at
    tickets.update(agent, filed.id, {"priority": "High"}, filed.version)
    with pytest.raises(StaleVersion) as stale:
        tickets.update(agent, filed.id, {"priority": "Low"}, filed.version)
    assert stale.value.extra["current"].ticket.priority == "High"
    with pytest.raises(Invalid):
        tickets.update(agent, filed.id, {"status": "Closed"}, 2)


def test_a_ticket_that_moves_into_a_restricted_group_leaves_its_agent(world: World) -> None:
    agent = actor_for(world.agent)
    filed = make_ticket(world.client, world.it).ticket
    taken = tickets.take(agent, filed.id).ticket
    moved_away = tickets.update(agent, filed.id, {"group_id": world.hr.group_id}, taken.version).ticket
    assert (moved_away.group.id, moved_away.category, moved_away.status) == (world.hr.group_id, None, "Open")
    with pytest.raises(NotFound):
        tickets.get(agent, filed.id)
    with pytest.raises(Invalid):
        tickets.assign(actor_for(world.admin), filed.id, world.agent.id)
    assert tickets.assign(actor_for(world.admin), filed.id, world.hr_agent.id).ticket.status == "Assigned"
    assert tickets.get(actor_for(world.client), filed.id).ticket.group.name == "HR"


def test_priority_rules(world: World) -> None:
    client = actor_for(world.client)
    with pytest.raises(Invalid):
        make_ticket(client, world.it, priority="Critical")
    assert make_ticket(client, world.it).ticket.priority == "Medium"
    assert make_ticket(client, world.it, impact=1, urgency=1).ticket.priority == "Critical"
    assert make_ticket(client, world.it, priority="Low", impact=1, urgency=1).ticket.priority == "Low"
    assert make_ticket(actor_for(world.agent), world.it, priority="Critical").ticket.priority == "Critical"


def test_retargeting_keeps_what_was_consumed(world: World) -> None:
    agent = actor_for(world.agent)
    with moved(MONDAY):
        filed = make_ticket(world.client, world.it).ticket
    with moved(MONDAY + timedelta(hours=3)):
        after = tickets.update(agent, filed.id, {"priority": "High"}, filed.version).ticket.sla.resolution
    assert after is not None
    assert after.due_at == MONDAY + timedelta(hours=8)
    assert after.remaining_seconds == 5 * 3600


def test_lists_and_counts(world: World) -> None:
    client, agent, manager = actor_for(world.client), actor_for(world.agent), actor_for(world.manager)
    for number in range(7):
        make_ticket(
            client, world.it, title=f"Überlauf number {number}", priority="High" if number % 2 else "Low"
        )
    hidden = make_ticket(client, world.hr, title="Salary").ticket
    first = tickets.list_queue(agent, TicketQuery(page_size=3))
    assert (first.total, len(first.items), first.prev_cursor) == (7, 3, None)
    seen = [row.id for row in first.items]
    page = first
    while page.next_cursor:
        page = tickets.list_queue(agent, TicketQuery(page_size=3, cursor=page.next_cursor))
        seen += [row.id for row in page.items]
    assert len(seen) == len(set(seen)) == 7
    back = tickets.list_queue(agent, TicketQuery(page_size=3, cursor=page.prev_cursor))
    assert [row.id for row in back.items] == seen[3:6]
    for sort in ("priority", "-priority", "due_at", "-due_at", "updated_at", "ticket_no"):
        walked: list[int] = []
        cursor = None
        while True:
            page = tickets.list_queue(agent, TicketQuery(page_size=2, sort=sort, cursor=cursor))
            walked += [row.id for row in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert sorted(walked) == sorted(seen), sort
    assert tickets.list_queue(agent, TicketQuery(q="uberlauf")).total == 7
    assert tickets.list_queue(agent, TicketQuery(q="salary")).total == 0
    assert tickets.list_queue(agent, TicketQuery(q=first.items[0].ticket_no.lower())).total == 1
    assert tickets.list_queue(agent, TicketQuery(assigned_to=("none",))).total == 7
    assert tickets.list_mine(client, TicketQuery()).total == 8
    assert tickets.list_mine(client, TicketQuery(q="salary")).items[0].id == hidden.id
    assert tickets.list_mine(agent, TicketQuery()).total == 0
    counts = tickets.queue_counts(manager)
    assert (counts.unassigned, counts.high_priority, counts.my_groups, counts.all) == (7, 3, 7, 7)
    with pytest.raises(Forbidden):
        tickets.list_queue(client, TicketQuery())
    with pytest.raises(Invalid):
        tickets.list_queue(agent, TicketQuery(cursor="nonsense"))
    with pytest.raises(Invalid):
        tickets.list_queue(agent, TicketQuery(page=401, page_size=25))


def test_bulk_says_of_each_ticket_what_became_of_it(world: World) -> None:
    agent = actor_for(world.agent)
    mine = [make_ticket(world.client, world.it).ticket.id for _ in range(3)]
    hidden = make_ticket(world.client, world.hr).ticket.id
    results = tickets.bulk(agent, [*mine, hidden, 99_999_999], "assign", {"assigned_to": world.agent2.id})
    assert [result.ok for result in results] == [True, True, True, False, False]
    assert results[3].error == results[4].error
    n = notification_logs.c
    with transaction() as s:
        batches = s.scalars(
            select(n.batch_id).where(
                n.event == "assigned", n.recipient_id == world.agent2.id, n.channel == "email"
            )
        ).all()
    assert len(batches) == 3
    assert len(set(batches)) == 1
    refused = tickets.bulk(agent, mine, "status", {"status": "Closed"})
    assert not any(result.ok for result in refused)
    with pytest.raises(Invalid):
        tickets.bulk(agent, mine, "explode", {})
    with pytest.raises(Invalid):
        tickets.bulk(agent, list(range(1, 202)), "priority", {"priority": "Low"})


def test_take_names_who_has_it(world: World) -> None:
    key = make_ticket(world.client, world.it).ticket.id
    tickets.take(actor_for(world.agent), key)
    with pytest.raises(Conflict, match="Ada Agent"):
        tickets.take(actor_for(world.agent2), key)


def test_an_agents_own_request_looks_to_them_as_to_any_client(world: World) -> None:
    stranger = make_user("agent", "Otto Agent")
    filed = make_ticket(stranger, world.hr).ticket
    comments.add(actor_for(world.hr_agent), filed.id, "between us", is_internal=True)
    seen = tickets.get(actor_for(stranger), filed.id)
    assert seen.view == "requester"
    assert not seen.comments
    assert not seen.abilities.note
    with pytest.raises(Forbidden):
        tickets.assign(actor_for(stranger), filed.id, stranger.id)
