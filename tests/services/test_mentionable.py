"""Whom the picker offers is whom a note would tell."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select

from helpdesk.domain.enums import Role
from helpdesk.models.notification import notification_logs
from helpdesk.services import comments
from tests.factories import World, make_ticket, make_user


def names(world: World, who: str, ticket_id: int, words: str) -> list[str]:
    return [one.name for one in comments.mentionable(world.actor(who), ticket_id, words)]


def test_names_and_addresses_by_their_beginning(world: World) -> None:
    made = make_ticket(world.client, world.it).ticket
    make_user(Role.AGENT, "Bea O'Hara")
    make_user(Role.AGENT, "Gone Benson", is_active=False)
    assert names(world, "agent", made.id, "be") == ["Bea O'Hara", "Ben Agent"]
    assert names(world, "agent", made.id, "AGENT") == ["Ben Agent", "Hana Agent"]
    assert names(world, "agent", made.id, "o'h") == ["Bea O'Hara"]
    assert names(world, "agent", made.id, "axel") == ["Axel Admin"]
    for nobody in ("clara", "mona", "ada", "%", "_", "\\", "Gone"):
        assert names(world, "agent", made.id, nobody) == []


def test_in_a_restricted_group_only_its_own(world: World) -> None:
    made = make_ticket(world.client, world.hr).ticket
    assert names(world, "hr_agent", made.id, "") == ["Axel Admin"]
    assert names(world, "admin", made.id, "") == ["Hana Agent"]


def test_a_handle_tells_just_that_person(db: Connection, world: World) -> None:
    make_user(Role.AGENT, "Ben Agent")  # another one of that name
    odd = make_user(Role.AGENT, "Olu Ade", email="olu+it@example.com")
    made = make_ticket(world.client, world.it).ticket
    offered = {one.id: one.handle for one in comments.mentionable(world.actor("agent"), made.id, "")}
    assert offered[odd.id] == "Olu Ade"
    for person in (world.agent2.id, odd.id):
        note = comments.add(world.actor("agent"), made.id, f"Look, @{offered[person]} , please", True)
        log = notification_logs.c
        told = db.scalars(
            select(log.recipient_id).where(log.event == "internal_note", log.ticket_id == made.id)
        )
        assert person in told.all()
        assert note.is_internal


@pytest.mark.parametrize("count", [12])
def test_a_handful_at_most(world: World, count: int) -> None:
    made = make_ticket(world.client, world.it).ticket
    for number in range(count):
        make_user(Role.AGENT, f"Zoe Number{number:02}")
    assert len(names(world, "agent", made.id, "zoe")) == 8
