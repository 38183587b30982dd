"""Saved views and tags over REST."""

from __future__ import annotations

from tests.client import Api
from tests.factories import World, make_ticket

VIEWS = "/api/v1/admin/views"


def test_a_view_from_making_to_deleting(world: World, api: Api) -> None:
    agent = api.login(world.agent)
    body = {
        "name": "VPN",
        "filters": {"tag": ["VPN"], "created_from": "2026-09-01T00:00:00Z"},
        "sort": "due_at",
    }
    made = agent.post(VIEWS, json=body)
    assert made.status_code == 201
    one = made.json()
    assert (one["filters"]["tag"], one["filters"]["created_from"]) == (["vpn"], "2026-09-01T00:00:00Z")
    assert (one["shared"], one["columns"], one["may_edit"], one["is_default"]) == (
        "private",
        None,
        True,
        False,
    )
    address = f"{VIEWS}/{one['id']}"
    shared = agent.put(
        address, json={"shared": "group", "group_id": world.it.group_id, "columns": ["subject"]}
    )
    assert (shared.json()["group"]["id"], shared.json()["columns"]) == (world.it.group_id, ["subject"])
    settings = {"default_view": one["id"], "columns": ["subject", "tags"]}
    assert agent.put("/api/v1/admin/queue/settings", json=settings).json() == settings
    assert agent.get("/api/v1/admin/queue/settings").json() == settings
    assert [row["id"] for row in agent.get(VIEWS).json()["items"]] == [one["id"]]
    assert agent.get(address).json()["is_default"] is True
    assert agent.delete(address).status_code == 204
    assert agent.get(address).status_code == 404


def test_tags_and_the_counts_of_a_view(world: World, api: Api) -> None:
    made = make_ticket(world.client, world.it, "One").ticket
    agent = api.login(world.agent)
    tagged = agent.put(f"/api/v1/admin/tickets/{made.ticket_no}/tags", json={"tags": ["VPN", "berlin"]})
    assert (tagged.status_code, tagged.json()["tags"]) == (200, ["berlin", "vpn"])
    assert agent.get("/api/v1/admin/tags?q=v").json() == {"items": ["vpn"]}
    listed = agent.get("/api/v1/admin/tickets?tag=vpn&tag=other").json()
    assert [row["id"] for row in listed["items"]] == [made.id]
    assert agent.get("/api/v1/admin/tickets?tag=other").json()["total"] == 0
    view = agent.post(VIEWS, json={"name": "VPN", "filters": {"tag": ["vpn"]}}).json()
    counts = agent.get(f"{VIEWS}/counts").json()["items"]
    assert counts == [{"id": view["id"], "name": "VPN", "count": 1, "capped": False}]
    client = api.login(world.client)
    assert client.get(f"/api/v1/tickets/{made.id}").json()["tags"] == []
    assert client.get("/api/v1/tickets?tag=vpn").status_code == 422


def test_others_private_views_do_not_exist(world: World, api: Api) -> None:
    one = api.login(world.agent).post(VIEWS, json={"name": "Mine"}).json()
    address = f"{VIEWS}/{one['id']}"
    for person in (world.agent2, world.manager, world.admin):
        other = api.login(person)
        answers = (other.get(address), other.put(address, json={"name": "Ours"}), other.delete(address))
        assert [answer.status_code for answer in answers] == [404, 404, 404]
        assert other.put("/api/v1/admin/queue/settings", json={"default_view": one["id"]}).status_code == 404


def test_unknown_fields_are_refused(world: World, api: Api) -> None:
    agent = api.login(world.agent)
    for wrong in (
        {"name": "A", "owner_id": 1},
        {"name": "A", "filters": {"page": 2}},
        {"name": "A", "filters": {"status": "Open"}},
        {"name": "A", "filters": {"group_id": ["1"]}},
        {"name": "A", "columns": ["number"]},
        {"filters": {}},
    ):
        assert agent.post(VIEWS, json=wrong).status_code == 422, wrong
    assert agent.post(VIEWS, json={"name": "A", "shared": "staff"}).status_code == 403


def test_bulk_takes_back_only_what_nobody_changed(world: World, api: Api) -> None:
    made = make_ticket(world.client, world.it, "One").ticket
    agent, bulk = api.login(world.agent), "/api/v1/admin/tickets/bulk"
    high = {"ids": [made.id], "action": "priority", "priority": "High"}
    (done,) = agent.post(bulk, json=high).json()["results"]
    assert done["version"] == made.version + 1
    agent.post(f"/api/v1/admin/tickets/{made.id}/take")
    back = high | {"priority": "Medium", "versions": [done["version"]]}
    (undone,) = agent.post(bulk, json=back).json()["results"]
    assert (undone["ok"], undone["version"]) == (False, None)
