"""The queue: taking without taking away, and whose tickets are shown."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from helpdesk.services import tickets
from tests import factories
from tests.factories import World
from tests.ui.conftest import Opener
from tests.ui.protocol import Tab

pytestmark = pytest.mark.asyncio(loop_scope="session")


def _queue() -> Any:
    from helpdesk.ui.queue.state import QueueState

    return QueueState


def _bulk() -> Any:
    from helpdesk.ui.queue.bulk import BulkState

    return BulkState


def _assignees(tab: Tab) -> dict[int, int]:
    return {row["id"]: row["assignee"]["id"] for row in tab.var(_queue(), "rows") or []}


async def _two(people: World) -> tuple[int, int]:
    """Two tickets that nobody has."""

    def make() -> tuple[int, int]:
        one, two = (factories.make_ticket(people.client, people.it, title) for title in ("one", "two"))
        return one.ticket.id, two.ticket.id

    return await asyncio.to_thread(make)


async def _act(tab: Tab, state: Any, handler: str, **payload: Any) -> None:
    await tab.event(f"{state.get_full_name()}.{handler}", **payload)
    await tab.settle()


async def test_whoever_was_faster_keeps_the_ticket(open_tab: Opener, people: World) -> None:
    first, second = await _two(people)
    tab = await open_tab(people.agent, "/queue?view=all")
    for one in (first, second):
        await _act(tab, _queue(), "select", ticket_id=one)
    await asyncio.to_thread(lambda: tickets.take(people.actor("agent2"), second))
    await _act(tab, _bulk(), "take")
    assert _assignees(tab) == {first: people.agent.id, second: people.agent2.id}
    assert tab.var(_queue(), "selected") == [second]
    (refused,) = tab.var(_bulk(), "refused")
    assert people.agent2.name in refused["reason"]


async def test_undo_of_take_puts_back_what_was_taken(open_tab: Opener, people: World) -> None:
    first, second = await _two(people)
    await asyncio.to_thread(lambda: tickets.take(people.actor("agent"), second))
    tab = await open_tab(people.agent, "/queue?view=all")
    for one in (first, second):
        await _act(tab, _queue(), "select", ticket_id=one)
    await _act(tab, _bulk(), "take")
    assert _assignees(tab) == {first: people.agent.id, second: people.agent.id}
    await _act(tab, _bulk(), "undo")
    assert _assignees(tab) == {first: 0, second: people.agent.id}


async def test_the_assignee_is_a_filter(open_tab: Opener, people: World) -> None:
    first, second = await _two(people)
    await asyncio.to_thread(lambda: tickets.take(people.actor("agent2"), second))
    tab = await open_tab(people.agent, "/queue?view=all")
    offered = {one["name"]: one["href"] for one in tab.var(_queue(), "options")["assignee"]}
    assert list(offered) == ["Me", "Nobody", people.agent2.name]
    for name, expected in (("Me", set[int]()), ("Nobody", {first}), (people.agent2.name, {second})):
        tab = await open_tab(people.agent, offered[name])
        assert set(_assignees(tab)) == expected, name
        (chip,) = tab.var(_queue(), "chips")
        assert (chip["name"], chip["value"], chip["href"]) == ("Assignee", name, "/queue?view=all")


async def test_a_view_that_is_somebodys_is_left_for_another_assignee(open_tab: Opener, people: World) -> None:
    await _two(people)
    tab = await open_tab(people.agent, "/queue?view=unassigned")
    offered = {one["name"]: one["href"] for one in tab.var(_queue(), "options")["assignee"]}
    assert offered["Me"] == "/queue?view=open&assignee=me"
    tab = await open_tab(people.agent, "/queue?view=unassigned&assignee=me")
    assert len(_assignees(tab)) == 2
    assert tab.var(_queue(), "chips") in (None, [])
