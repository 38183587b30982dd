"""On a ticket the list that one came from stays at hand: back to it, and on to the next."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.ui.tickets.place_state import PlaceState
from tests import factories
from tests.factories import World
from tests.ui.conftest import Opener
from tests.ui.test_ticket_page import do, opened

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_before_after_and_back(open_tab: Opener, people: World) -> None:
    def file() -> list[Any]:
        return [
            factories.make_ticket(people.actor("client"), people.it, f"No {number}") for number in range(3)
        ]

    first, second, third = await do(file)
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
    made = await do(lambda: factories.make_ticket(people.actor("client"), people.it))
    tab, _ = await opened(
        open_tab, people.agent, made, "?from=view%3Dhttps%3A%2F%2Fevil.example%26q%3D%2F%2Fx"
    )
    await tab.done()
    place = tab.var(PlaceState, "place")
    assert place["back"].startswith("/queue?view=all")
    assert "//" not in place["back"]
