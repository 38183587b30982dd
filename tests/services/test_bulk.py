"""Bulk changes beside other people's: a held ticket refuses itself alone, and so does one that somebody changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import select, text

from helpdesk.core.db import engine
from helpdesk.core.errors import Invalid
from helpdesk.models.ticket import tickets as table
from helpdesk.services import tickets
from tests.factories import World, make_ticket

module: Any = import_module("helpdesk.services.tickets.bulk")


@contextmanager
def _held(*ids: int) -> Iterator[None]:
    """Somebody else's transaction holds these tickets."""
    with engine().connect() as other, other.begin():
        other.execute(select(table.c.id).where(table.c.id.in_(ids)).with_for_update())
        yield


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait for the first held ticket, too, is short: its length is no matter of this test."""
    lock = module.lock
    monkeypatch.setattr(
        module,
        "lock",
        lambda s, *args: (s.execute(text("SET LOCAL lock_timeout = '100ms'")), lock(s, *args))[1],
    )


@pytest.mark.usefixtures("impatient")
def test_a_held_ticket_refuses_itself_alone(fresh_world: World) -> None:
    ids = [make_ticket(fresh_world.client, fresh_world.it, f"Number {one}").ticket.id for one in range(4)]
    agent = fresh_world.actor("agent")
    with _held(ids[1], ids[2]):
        results = tickets.bulk(agent, ids, "priority", {"priority": "High"})
    assert [one.ok for one in results] == [True, False, False, True]
    assert {one.error for one in results if not one.ok} == {module._BUSY}
    found = [tickets.get(agent, one).ticket.priority for one in ids]
    assert found == ["High", "Medium", "Medium", "High"]
    assert [one.ok for one in tickets.bulk(agent, ids[1:3], "priority", {"priority": "High"})] == [True, True]


def test_only_what_nobody_changed_since(world: World) -> None:
    ids = [make_ticket(world.client, world.it, f"Number {one}").ticket.id for one in range(3)]
    agent, other = world.actor("agent"), world.actor("agent2")
    done = tickets.bulk(agent, ids, "priority", {"priority": "High"})
    versions = [one.version or 0 for one in done]
    tickets.take(other, ids[0])
    tickets.set_tags(other, ids[1], ["no change that a requester knows of"])
    tickets.bulk(other, [ids[2]], "priority", {"priority": "Medium"})
    undone = tickets.bulk(agent, ids, "priority", {"priority": "Medium"}, versions=versions)
    assert [(one.ok, one.changed) for one in undone] == [(False, False), (True, True), (True, False)]
    assert [tickets.get(agent, one).ticket.priority for one in ids] == ["High", "Medium", "Medium"]


@pytest.mark.parametrize("wrong", [[1], [1, 2, 3], "12", [1, -1], [1, True], [1, None]], ids=repr)
def test_one_version_per_ticket(world: World, wrong: object) -> None:
    ids = [make_ticket(world.client, world.it, f"Number {one}").ticket.id for one in range(2)]
    with pytest.raises(Invalid) as refused:
        tickets.bulk(world.actor("agent"), ids, "priority", {"priority": "Low"}, versions=wrong)  # type: ignore[arg-type]
    assert refused.value.errors[0].field == "versions"
