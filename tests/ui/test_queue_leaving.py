"""The queue, live: rows that no longer belong to the list are shown as they are, or not at all."""

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


async def _opened(open_tab: Opener, people: World) -> tuple[Tab, int, Any]:
    from helpdesk.ui.queue.state import QueueState

    made = await asyncio.to_thread(factories.make_ticket, people.client, people.it, "free")
    return await open_tab(people.agent, "/queue?view=unassigned"), made.ticket.id, QueueState


async def test_a_row_that_left_the_list_shows_what_it_is_now(open_tab: Opener, people: World) -> None:
    tab, ticket_id, queue = await _opened(open_tab, people)
    await asyncio.to_thread(lambda: tickets.take(people.actor("agent2"), ticket_id))
    await tab.until(lambda: tab.var(queue, "updates") == 1)
    (row,) = tab.var(queue, "rows")
    assert (row["assignee"]["id"], row["status"]) == (people.agent2.id, "Assigned")


async def test_a_row_out_of_sight_goes_at_once(open_tab: Opener, people: World) -> None:
    tab, ticket_id, queue = await _opened(open_tab, people)
    await tab.event(f"{queue.get_full_name()}.select", ticket_id=ticket_id)
    assert tab.var(queue, "selected") == [ticket_id]
    seen = await asyncio.to_thread(lambda: tickets.get(people.actor("agent2"), ticket_id))
    changes = {"group_id": people.hr.group_id, "category_id": None, "subcategory_id": None}
    await asyncio.to_thread(
        lambda: tickets.update(people.actor("agent2"), ticket_id, changes, seen.ticket.version)
    )
    await tab.until(lambda: tab.var(queue, "rows") == [])
    assert tab.var(queue, "selected") == []


async def test_every_row_that_left_the_list_is_brought_up_to_date(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.queue.state import QueueState

    def file(count: int) -> list[int]:
        return [factories.make_ticket(people.client, people.it, "free").ticket.id for _ in range(count)]

    def take(some: list[int]) -> None:
        for one in some:
            tickets.take(people.actor("agent2"), one)

    many = await asyncio.to_thread(file, 14)
    tab = await open_tab(people.agent, "/queue?view=unassigned")
    await asyncio.to_thread(take, many)
    await tab.until(lambda: {row["status"] for row in tab.var(QueueState, "rows")} == {"Assigned"})
    assert {row["id"] for row in tab.var(QueueState, "rows")} == {*many}
    assert tab.var(QueueState, "updates") == len(many)


async def test_rows_that_pages_share_stay_as_they_were_read(people: World) -> None:
    """Those who ask at once get the same ones, so none may change them."""
    from helpdesk.ui.queue.rows import QueueRow, merged, queue_row

    made = await asyncio.to_thread(factories.make_ticket, people.client, people.it, "shared")
    fresh = queue_row(made.ticket)
    before = {**fresh}
    older: QueueRow = {**fresh, "title": "older"}
    lists: list[tuple[list[QueueRow], dict[int, QueueRow | None]]] = [
        ([fresh], {}),
        ([], {older["id"]: fresh}),
    ]
    for there, left in lists:
        kept, _ = merged([older], there, left)
        assert kept[0]["flash"] == "changed"
        assert kept[0] is not fresh
    assert fresh == before
