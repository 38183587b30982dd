"""The bell: who is told in the app, what they still see of it, and what reading does."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, insert, select, update

from helpdesk.core.db import transaction
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.domain.access import Actor
from helpdesk.domain.enums import Role
from helpdesk.models.notification import notification_logs
from helpdesk.models.person import notification_preferences, roles, users
from helpdesk.models.tree import group_members
from helpdesk.services import comments, notifications, tickets
from helpdesk.services.notifications import BellQuery
from tests.factories import Person, World, actor_for, add_member, make_ticket


def rung(person: Person | Actor, **asked: object) -> list[tuple[str, str]]:
    actor = person if isinstance(person, Actor) else actor_for(person)
    page = notifications.list_mine(actor, BellQuery(**asked))  # type: ignore[arg-type]
    return [(row.event, row.ticket_no) for row in page.items]


def unread(person: Person) -> int:
    return notifications.count_unread(actor_for(person)).unread


def test_it_rings_for_those_who_are_told_and_not_for_who_did_it(world: World) -> None:
    no = make_ticket(world.client, world.it).ticket.ticket_no
    assert rung(world.client) == []
    assert rung(world.agent) == rung(world.agent2) == rung(world.manager) == [("ticket_created", no)]
    tickets.take(world.actor("agent"), no)
    comments.add(world.actor("agent"), no, "Have you tried another cable?")
    told = ["public_comment", "status_changed", "status_changed"]
    assert sorted(event for event, _ in rung(world.client)) == told
    assert unread(world.client) == 3
    assert unread(world.agent) == 1


def test_somebody_elses_request_for_oneself_rings(world: World) -> None:
    no = make_ticket(world.agent, world.it, requested_for=world.client.id).ticket.ticket_no
    assert rung(world.client) == [("ticket_receipt", no)]
    (row,) = notifications.list_mine(world.actor("client"), BellQuery()).items
    assert (row.actor.name, row.actor.email) == (world.agent.name, None), "clients learn no address"


def test_reading_one_and_all(world: World) -> None:
    for _ in range(3):
        make_ticket(world.client, world.it)
    agent = world.actor("agent")
    first = notifications.list_mine(agent, BellQuery()).items[0]
    done = notifications.mark_read(agent, first.id)
    assert done.read_at is not None
    assert notifications.mark_read(agent, first.id) == done, "reading twice changes nothing"
    assert unread(world.agent) == 2
    assert len(rung(world.agent, unread=True)) == 2
    assert len(rung(world.agent, unread=False)) == 1
    assert notifications.mark_all_read(agent) == 2
    assert notifications.mark_all_read(agent) == 0
    assert (unread(world.agent), unread(world.agent2)) == (0, 3)


def test_nobody_reads_what_is_anothers(world: World) -> None:
    make_ticket(world.client, world.it)
    (row,) = notifications.list_mine(world.actor("agent"), BellQuery()).items
    for name in ("agent2", "admin", "client"):
        with pytest.raises(NotFound):
            notifications.mark_read(world.actor(name), row.id)
    assert unread(world.agent) == 1


def test_what_is_out_of_sight_is_not_told_and_not_counted(world: World) -> None:
    ticket = make_ticket(world.client, world.it, watchers=(world.client2.id,)).ticket
    comments.add(world.actor("agent"), ticket.id, "Hello")
    (row,) = notifications.list_mine(world.actor("client2"), BellQuery()).items
    tickets.set_watchers(world.actor("client"), ticket.id, [])
    assert (rung(world.client2), unread(world.client2)) == ([], 0)
    with pytest.raises(NotFound):
        notifications.mark_read(world.actor("client2"), row.id)
    tickets.set_watchers(world.actor("client"), ticket.id, [world.client2.id])
    assert (len(rung(world.client2)), unread(world.client2)) == (1, 1), "it is told again where sight returns"


def test_a_moved_ticket_leaves_the_bells_of_its_old_group(world: World) -> None:
    ticket = make_ticket(world.client, world.it).ticket
    tickets.update(
        world.actor("admin"), ticket.id,
        {"group_id": world.hr.group_id, "category_id": world.hr.category_id, "subcategory_id": None},
        ticket.version,
    )  # fmt: skip
    assert (rung(world.agent), unread(world.agent)) == ([], 0)


def test_who_is_no_longer_staff_learns_nothing_of_notes(db: Connection, world: World) -> None:
    ticket = make_ticket(world.client, world.it, watchers=(world.agent2.id,)).ticket
    note = comments.add(
        world.actor("agent"), ticket.id, "@Ben Agent the cellar key is under the mat", is_internal=True
    )
    assert note.is_internal
    assert ("internal_note", ticket.ticket_no) in rung(world.agent2)
    db.execute(group_members.delete().where(group_members.c.user_id == world.agent2.id))
    as_client = select(roles.c.id).where(roles.c.name == "client").scalar_subquery()
    db.execute(update(users).where(users.c.id == world.agent2.id).values(role_id=as_client))
    now = Actor(world.agent2.id, Role.CLIENT)
    assert "internal_note" not in {event for event, _ in rung(now)}


def test_ids_count_nothing(db: Connection, world: World) -> None:
    make_ticket(world.client, world.it)
    make_ticket(world.client, world.it)
    keys = db.scalars(
        select(notification_logs.c.bell_key).where(notification_logs.c.channel == "in_app")
    ).all()
    assert len(set(keys)) == len(keys) == 6
    ids = db.scalars(select(notification_logs.c.id)).all()
    assert not set(keys) & set(ids)
    page = notifications.list_mine(world.actor("agent"), BellQuery(page_size=1))
    assert page.next_cursor is not None


def test_pages_follow_one_another(world: World) -> None:
    filed = [make_ticket(world.client, world.it).ticket.ticket_no for _ in range(5)]
    agent, seen, cursor = world.actor("agent"), [], None
    for _ in range(3):
        page = notifications.list_mine(agent, BellQuery(page_size=2, cursor=cursor))
        seen += [row.ticket_no for row in page.items]
        assert page.total == 5
        cursor = page.next_cursor
    assert cursor is None
    assert seen == filed[::-1]


@pytest.mark.parametrize(
    "asked",
    [
        {"cursor": "nonsense"},
        {"cursor": "WyItY3JlYXRlZF9hdCIsICJ4IiwgMV0"},
        {"page": 0},
        {"page_size": 101},
        {"page": 501, "page_size": 20},
        {"unread": "yes"},
    ],
)
def test_nonsense_is_refused(world: World, asked: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        rung(world.client, **asked)


def test_the_count_stops_at_a_hundred(db: Connection, world: World) -> None:
    make_ticket(world.client, world.it)
    n = notification_logs
    row = (
        db.execute(select(n).where(n.c.recipient_id == world.agent.id, n.c.channel == "in_app"))
        .mappings()
        .one()
    )
    copies = [
        {**row, "id": None, "bell_key": 1000 + number, "event_seq": 1000 + number} for number in range(150)
    ]
    db.execute(insert(n), [{key: value for key, value in one.items() if key != "id"} for one in copies])
    counted = notifications.count_unread(world.actor("agent"))
    assert (counted.unread, counted.capped) == (100, True)


@pytest.mark.parametrize("channel", ["email", "in_app"])
def test_each_channel_is_switched_off_alone(world: World, channel: str) -> None:
    with transaction() as s:
        off = {"user_id": world.agent.id, "event": "ticket_created", "channel": channel, "enabled": False}
        s.execute(insert(notification_preferences).values(**off))
    make_ticket(world.client, world.it)
    n = notification_logs.c
    with transaction() as s:
        told = s.scalars(select(n.channel).where(n.recipient_id == world.agent.id)).all()
    assert told == [{"email": "in_app", "in_app": "email"}[channel]]


def test_what_waits_for_somebody_always_rings(world: World) -> None:
    with transaction() as s:
        for event in ("assigned", "unassigned"):
            off = {"user_id": world.agent2.id, "event": event, "channel": "in_app", "enabled": False}
            s.execute(insert(notification_preferences).values(**off))
    ticket = make_ticket(world.client, world.it).ticket
    tickets.assign(world.actor("agent"), ticket.id, world.agent2.id)
    tickets.assign(world.actor("agent"), ticket.id, None)
    assert [event for event, _ in rung(world.agent2)] == ["assigned", "ticket_created"]


def test_a_new_member_is_told_of_what_comes_and_not_of_what_was(world: World) -> None:
    make_ticket(world.client, world.hr)
    add_member(world.hr.group_id, world.agent)
    assert rung(world.agent) == []
    make_ticket(world.client, world.hr)
    assert len(rung(world.agent)) == 1
