"""My requests, live: what changed shows it and stays where it is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from helpdesk.services import tickets
from tests import factories
from tests.factories import World
from tests.ui.conftest import Opener

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_changed_request_stays_in_its_place(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.my.state import MyState

    def make() -> list[int]:
        return [
            factories.make_ticket(people.client, people.it, title).ticket.id for title in ("first", "second")
        ]

    first, _ = await asyncio.to_thread(make)
    tab = await open_tab(people.client, "/my")

    def working() -> list[tuple[str, str, str]]:
        rows: list[dict[str, Any]] = tab.var(MyState, "working") or []
        return [(row["title"], row["status"], row["flash"]) for row in rows]

    assert working() == [("second", "Open", ""), ("first", "Open", "")]
    await asyncio.to_thread(lambda: tickets.take(people.actor("agent"), first))
    await tab.until(lambda: ("first", "Assigned", "changed") in working())
    assert working() == [("second", "Open", ""), ("first", "Assigned", "changed")]
    await asyncio.to_thread(lambda: tickets.set_status(people.actor("agent"), first, "In Progress"))
    await tab.until(lambda: ("first", "In Progress", "changed again") in working())
    await asyncio.to_thread(factories.make_ticket, people.client, people.it, "third")
    await tab.until(lambda: len(working()) == 3)
    assert [title for title, *_ in working()] == ["second", "first", "third"]


async def test_a_request_moves_to_the_section_whose_turn_it_is(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.my.state import MyState

    def make() -> int:
        made = factories.make_ticket(people.client, people.it, "asked").ticket.id
        tickets.take(people.actor("agent"), made)
        return made

    made = await asyncio.to_thread(make)
    tab = await open_tab(people.client, "/my")
    await asyncio.to_thread(lambda: tickets.hold(people.actor("agent"), made, "requester"))
    await tab.until(lambda: [row["title"] for row in tab.var(MyState, "needs") or []] == ["asked"])
    assert tab.var(MyState, "working") == []
