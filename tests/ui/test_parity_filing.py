"""Two faces, one effect, for filing: the wizard and `POST /tickets` leave the same rows, or none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from helpdesk.core.db import transaction
from helpdesk.models.notification import notification_logs
from helpdesk.models.ticket import ticket_events, ticket_history, tickets
from helpdesk.services import tree
from tests.client import Api
from tests.factories import World
from tests.traces import traces_of
from tests.ui.conftest import Opener
from tests.ui.filing import details, do, keep, look_and_choose, upload
from tests.ui.protocol import Tab

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass(frozen=True)
class Request:
    """What is asked for, as it is typed and as it is sent."""

    typed: dict[str, str]
    sent: dict[str, Any]
    files: tuple[str, ...] = ()
    requested_for: str = ""
    watchers: tuple[str, ...] = ()


REQUESTS = {
    "few words": Request({"title": "The dock hums"}, {"title": "The dock hums"}),
    "for oneself": Request(
        {"title": "The dock hums", "description": "Since\ntoday 🖨️", "hold_up": "stuck"},
        {"title": "The dock hums", "description": "Since\ntoday 🖨️", "impact": 2, "urgency": 1},
        files=("a.txt", "b.txt"),
    ),
    "for a colleague": Request(
        {"title": "A new chair", "hold_up": "little"},
        {"title": "A new chair", "impact": 3, "urgency": 3},
        requested_for="client2",
        watchers=("manager",),
    ),
}


async def _through_the_wizard(open_tab: Opener, people: World, request: Request) -> Tab:
    tab = await open_tab(people.client, details(people))
    await keep(tab, **request.typed)
    files = [await asyncio.to_thread(upload, people.client, name) for name in request.files]
    if files:
        await do(tab, "keep_files", ids=",".join(map(str, files)))
    for role, names in (("for", filter(None, [request.requested_for])), ("watch", request.watchers)):
        for name in names:
            person = getattr(people, name)
            await look_and_choose(tab, person.name, person.id, role)
    return await do(tab, "send")


def _through_the_api(people: World, request: Request) -> int:
    it = people.it
    body = request.sent | {
        "group_id": it.group_id,
        "category_id": it.category_id,
        "subcategory_id": it.subcategory_id,
        "upload_ids": [upload(people.client, name) for name in request.files],
        "watchers": [getattr(people, name).id for name in request.watchers],
    }
    if request.requested_for:
        body["requested_for"] = getattr(people, request.requested_for).id
    return Api().login(people.client).post("/api/v1/tickets", json=body).status_code


def _ids() -> list[int]:
    with transaction() as s:
        return list(s.scalars(select(tickets.c.id).order_by(tickets.c.id)))


@pytest.mark.parametrize("name", REQUESTS)
async def test_the_same_ticket(open_tab: Opener, people: World, name: str) -> None:
    await _through_the_wizard(open_tab, people, REQUESTS[name])
    assert await asyncio.to_thread(_through_the_api, people, REQUESTS[name]) == 201
    by_wizard, by_api = await asyncio.to_thread(_ids)
    one = await asyncio.to_thread(traces_of, by_wizard)
    assert one == await asyncio.to_thread(traces_of, by_api)
    for table in ("ticket_history", "ticket_events", "notification_logs"):
        assert one.rows[table], table
    assert len(one.rows["attachments"]) == len(REQUESTS[name].files)


def _archive_the_topic(people: World) -> None:
    tree.update_node(people.actor("admin"), "subcategory", people.it.subcategory_id, {"archived": True})


REFUSED: dict[str, tuple[dict[str, str], Callable[[World], None]]] = {
    "no title": ({"title": " "}, lambda _: None),
    "too long": ({"title": "x" * 256}, lambda _: None),
    "an archived topic": ({"title": "Too late"}, _archive_the_topic),
}


def _written() -> dict[str, int]:
    def count(table: Table) -> int:
        return s.scalar(select(func.count()).select_from(table)) or 0

    with transaction() as s:
        return {one.name: count(one) for one in (tickets, ticket_history, ticket_events, notification_logs)}


@pytest.mark.parametrize("name", REFUSED)
async def test_the_same_refusal(open_tab: Opener, people: World, name: str) -> None:
    typed, before = REFUSED[name]
    tab = await open_tab(people.client, details(people))
    await keep(tab, **typed)
    await asyncio.to_thread(before, people)
    await do(tab, "send")
    assert await asyncio.to_thread(_through_the_api, people, Request(typed, dict(typed))) == 422
    assert set((await asyncio.to_thread(_written)).values()) == {0}
