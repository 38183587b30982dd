"""The bell over HTTP."""

from __future__ import annotations

import pytest

from tests.client import Api
from tests.factories import World, make_ticket

BASE = "/api/v1/notifications"


def test_the_bell(api: Api, world: World) -> None:
    ticket = make_ticket(world.client, world.it).ticket
    make_ticket(world.client, world.it)
    agent = api.login(world.agent)
    assert agent.get(f"{BASE}/unread").json() == {"unread": 2, "capped": False}
    page = agent.get(BASE, params={"page_size": 1}).json()
    assert (page["total"], len(page["items"])) == (2, 1)
    older = agent.get(BASE, params={"page_size": 1, "cursor": page["next_cursor"]}).json()
    (item,) = older["items"]
    assert older["next_cursor"] is None
    assert item == {
        "id": item["id"],
        "event": "ticket_created",
        "ticket_id": ticket.id,
        "ticket_no": ticket.ticket_no,
        "title": ticket.title,
        "actor": {
            "id": world.client.id,
            "name": world.client.name,
            "email": world.client.email,
            "role": "client",
        },
        "status": None,
        "created_at": item["created_at"],
        "read_at": None,
    }
    assert agent.post(f"{BASE}/{item['id']}/read").json()["read_at"]
    assert [one["id"] for one in agent.get(BASE, params={"unread": "false"}).json()["items"]] == [item["id"]]
    assert agent.post(f"{BASE}/read-all").json() == {"read": 1}
    assert agent.get(f"{BASE}/unread").json()["unread"] == 0
    assert api.login(world.agent2).post(f"{BASE}/{item['id']}/read").status_code == 404


@pytest.mark.parametrize("query", ["unread=perhaps", "page=0", "page_size=0", "cursor=x", "event=assigned"])
def test_nonsense_is_refused(api: Api, world: World, query: str) -> None:
    assert api.login(world.client).get(f"{BASE}?{query}").status_code == 422


def test_the_log_of_admins_names_the_channel(api: Api, world: World) -> None:
    make_ticket(world.client, world.it)
    items = api.login(world.admin).get("/api/v1/admin/notifications").json()["items"]
    assert {item["channel"] for item in items} == {"email", "in_app"}
