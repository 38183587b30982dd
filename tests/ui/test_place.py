"""On a ticket the list that one came from stays at hand: back to it, and on to the next."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.services import saved_views, tickets
from helpdesk.ui.queue.state import QueueState
from helpdesk.ui.tickets.place_state import PlaceState
from tests import factories
from tests.factories import World
from tests.ui.conftest import Opener
from tests.ui.doing import run
from tests.ui.test_ticket_page import opened

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_before_after_and_back(open_tab: Opener, people: World) -> None:
    def file() -> list[Any]:
        return [
            factories.make_ticket(people.actor("client"), people.it, f"No {number}") for number in range(3)
        ]

    first, second, third = await run(file)
    tab, _ = await opened(open_tab, people.agent, second, "?from=view%3Dall%26sort%3Dticket_no")
    await tab.done()
    place = tab.var(PlaceState, "place")
    assert place["previous"].startswith(f"/tickets/{first.ticket.ticket_no}?from=")
    assert place["next"].startswith(f"/tickets/{third.ticket.ticket_no}?from=")
    assert (place["back"], place["title"]) == ("/queue?view=all&sort=ticket_no", "All")
    # a requester has no such list, whatever the address says
    mine, _ = await opened(open_tab, people.client, second, "?from=view%3Dall")
    await mine.done()
    assert third.ticket.ticket_no not in "".join(mine.raw)


async def test_a_made_up_list_leads_into_the_queue(open_tab: Opener, people: World) -> None:
    made = await run(lambda: factories.make_ticket(people.actor("client"), people.it))
    tab, _ = await opened(
        open_tab, people.agent, made, "?from=view%3Dhttps%3A%2F%2Fevil.example%26q%3D%2F%2Fx"
    )
    await tab.done()
    place = tab.var(PlaceState, "place")
    assert place["back"].startswith("/queue?view=all")
    assert "//" not in place["back"]


async def test_a_saved_views_own_neighbours(open_tab: Opener, people: World) -> None:
    def file() -> tuple[list[Any], int]:
        made = [
            factories.make_ticket(people.actor("client"), people.it, f"No {number}") for number in range(4)
        ]
        for one in (made[0], made[2], made[3]):
            tickets.set_tags(people.actor("agent"), one.ticket.id, ("vpn",))
        kept = {"name": "Ours", "filters": {"tag": ["vpn"]}, "sort": "ticket_no"}
        return made, saved_views.create_view(people.actor("agent"), kept).id

    made, view = await run(file)
    queue = await open_tab(people.agent, f"/queue?view={view}")
    await queue.done()
    rows, origin = queue.var(QueueState, "rows"), queue.var(QueueState, "origin")
    assert [row["title"] for row in rows] == ["No 0", "No 2", "No 3"]
    for at, beside in ((0, ("", "No 2")), (2, ("No 0", "No 3")), (1, ("No 0", "No 2"))):
        tab, _ = await opened(open_tab, people.agent, made[at], origin)
        await tab.done()
        place = tab.var(PlaceState, "place")
        numbers = {one.ticket.title: one.ticket.ticket_no for one in made}
        for address, title in zip((place["previous"], place["next"]), beside, strict=True):
            assert address == (f"/tickets/{numbers[title]}{place['kept']}" if title else "")
        assert (place["back"], place["title"]) == (f"/queue?view={view}", "Ours")
