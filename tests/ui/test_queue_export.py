"""The queue's export: the address of exactly what the list shows, for those who may have it."""

from __future__ import annotations

import asyncio
import csv
import io

import pytest

from helpdesk.services import saved_views, tickets
from tests import factories
from tests.client import Api
from tests.factories import World
from tests.ui.conftest import Opener
from tests.ui.doing import as_person, go, loaded

pytestmark = pytest.mark.asyncio(loop_scope="session")


def _file(people: World) -> None:
    for number, title in enumerate(("Printer jams", "VPN drops", "Printer is out of toner", "Chair")):
        made = factories.make_ticket(people.client, people.it, title).ticket
        if number % 2:
            tickets.assign(people.actor("agent"), made.id, people.agent.id)
            tickets.set_tags(people.actor("agent"), made.id, ("a tag",))


async def test_it_holds_what_the_list_shows(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.queue.state import QueueState

    await asyncio.to_thread(_file, people)
    view = await as_person(
        people,
        "manager",
        saved_views.create_view,
        {"name": "Theirs", "filters": {"assigned_to": [str(people.agent.id)], "on_hold": False}},
    )
    paths = (
        "/queue?view=all&sort=ticket_no",
        "/queue?view=all&q=printer",
        "/queue?view=all&q=prinetr",
        "/queue?view=unassigned&priority=Medium&sort=-ticket_no",
        "/queue?view=all&tag=a%20tag&created=2020-01-01..2199-01-01T10:30",
        "/queue?view=all&resolved=2020-01-01..2020-02-01",
        f"/queue?view={view.id}&sort=-updated_at",
    )
    tab = await loaded(await open_tab(people.manager, paths[0]), QueueState)
    api = await asyncio.to_thread(lambda: Api().login(people.manager))
    seen = 0
    for path in paths:
        await go(tab, path)
        await tab.done()
        answer = await asyncio.to_thread(api.get, tab.var(QueueState, "export"))
        assert answer.status_code == 200, answer.text
        exported = [line["title"] for line in csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")))]
        shown = [row["title"] for row in tab.var(QueueState, "rows")]
        assert sorted(exported) == sorted(shown), path
        if "q=" not in path:  # a file has no order of relevance
            assert exported == shown, path
        seen += len(shown)
    assert seen > 10


async def test_an_agent_has_none(open_tab: Opener, people: World) -> None:
    from helpdesk.ui.queue.state import QueueState

    tab = await loaded(await open_tab(people.agent, "/queue?view=all"), QueueState)
    assert tab.var(QueueState, "export") == ""
