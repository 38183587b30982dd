"""Two at once on one ticket, and what a rolled-back part of a batch must not announce."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from helpdesk.core.clock import moved
from helpdesk.core.db import transaction
from helpdesk.core.errors import StaleVersion
from helpdesk.integrations import live
from helpdesk.models.ticket import tickets as rows
from helpdesk.models.tree import categories
from helpdesk.services import tickets
from tests.factories import World, make_branch, make_ticket

MONDAY = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)


def test_somebody_who_waits_for_a_move_finds_the_ticket_at_its_new_place(fresh_world: World) -> None:
    key = make_ticket(fresh_world.client, fresh_world.it).ticket.id
    other = make_branch("Facilities", "Rooms", ("Heating",))
    agent = fresh_world.actor("agent")
    with ThreadPoolExecutor(1) as pool:
        with transaction() as s:
            place = {"group_id": other.group_id, "category_id": other.category_id, "subcategory_id": None}
            s.execute(update(rows).where(rows.c.id == key).values(**place))
            waiting = pool.submit(tickets.take, agent, key)
            time.sleep(0.5)
            assert not waiting.done()
        taken = waiting.result(10).ticket
    assert (taken.status, taken.group.name) == ("Assigned", "Facilities")


def test_an_event_names_the_place_that_a_move_left(fresh_world: World) -> None:
    from helpdesk.models.ticket import ticket_events

    it = fresh_world.it
    key = make_ticket(fresh_world.client, it).ticket.id
    with transaction() as s:
        category = s.execute(
            insert(categories).values(group_id=it.group_id, name="Software").returning(categories.c.id)
        ).scalar_one()
    agent = fresh_world.actor("agent")
    with ThreadPoolExecutor(1) as pool:
        with transaction() as s:
            s.execute(update(rows).where(rows.c.id == key).values(category_id=category, subcategory_id=None))
            waiting = pool.submit(tickets.take, agent, key)
            time.sleep(0.5)
        waiting.result(10)
    with transaction() as s:
        path = s.scalar(
            ticket_events.select()
            .with_only_columns(ticket_events.c.category_path)
            .where(ticket_events.c.ticket_id == key, ticket_events.c.kind == "assigned")
        )
    assert path == "IT › Software"


def test_a_hold_that_ran_out_makes_nobodys_edit_stale(world: World) -> None:
    agent = world.actor("agent")
    with moved(MONDAY):
        key = make_ticket(world.client, world.it).ticket.id
        tickets.take(agent, key)
        seen = tickets.hold(agent, key, "scheduled", MONDAY + timedelta(hours=1)).ticket.version
    with moved(MONDAY + timedelta(hours=2)):
        saved = tickets.update(agent, key, {"title": "A better title"}, seen).ticket
        assert saved.title == "A better title"
        with pytest.raises(StaleVersion):
            tickets.update(agent, key, {"title": "Another one"}, seen)


def test_what_a_savepoint_took_back_is_not_announced(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[list[str], dict[int, int]]] = []

    def publish(topics: Iterable[str] = (), versions: Mapping[int, int] | None = None) -> None:
        sent.append((list(topics), dict(versions or {})))

    agent = world.actor("agent")
    with moved(MONDAY):
        held, fine = (make_ticket(world.client, world.it).ticket.id for _ in range(2))
        tickets.take(agent, held)
        tickets.take(agent, fine)
        tickets.hold(agent, held, "scheduled", MONDAY + timedelta(hours=1))
        before = tickets.get(agent, held).ticket.version
    monkeypatch.setattr(live, "publish", publish)
    with moved(MONDAY + timedelta(hours=2)):
        # the first one's hold has run out and is ended, then its change is refused: all of it is taken back
        results = tickets.bulk(agent, [held], "status", {"status": "Closed"})
        assert [result.ok for result in results] == [False]
        assert tickets.get(agent, held).ticket.version == before
        assert [topic for topics, _ in sent for topic in topics] == []
        assert [versions for _, versions in sent if versions] == []
        tickets.bulk(agent, [held, fine], "priority", {"priority": "Low"})
    topics, versions = sent[-1]
    assert set(versions) == {held, fine}
    assert {f"ticket:{held}", f"ticket:{fine}", "queue"} <= set(topics)
