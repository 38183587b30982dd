"""Tree, people and the notification log over HTTP (product rules §7)."""

from __future__ import annotations

from sqlalchemy import select

from helpdesk.core.db import transaction
from helpdesk.models.person import audit_log
from tests.client import Api
from tests.factories import World, make_ticket


def test_the_tree_to_choose_from(api: Api, world: World) -> None:
    groups = api.login(world.client).get("/api/v1/groups").json()["groups"]
    assert [one["name"] for one in groups] == ["HR", "IT"]
    assert set(groups[0]) == {"id", "name", "description", "icon", "position", "categories"}
    assert [leaf["name"] for leaf in groups[1]["categories"][0]["subcategories"]] == ["Laptop", "Printer"]


def test_a_branch_lives_and_ends(api: Api, world: World) -> None:
    admin = api.login(world.admin)
    body = {
        "name": "Facilities",
        "description": "Rooms",
        "categories": [{"name": "Keys", "subcategories": [{"name": "Lost"}]}, {"name": "Rooms"}],
    }
    made = admin.post("/api/v1/admin/groups", json=body)
    assert made.status_code == 201
    group = made.json()
    assert [one["name"] for one in group["categories"]] == ["Keys", "Rooms"]
    again = admin.post("/api/v1/admin/groups", json=body)
    assert (again.status_code, again.json()["errors"][0]["field"]) == (409, "name")
    path = f"/api/v1/admin/groups/{group['id']}"

    category = admin.post(f"{path}/categories", json={"name": "Heating", "icon": "flame"}).json()
    assert category["effective_priority"] == {"value": "Medium", "origin": None}
    edit = f"/api/v1/admin/categories/{category['id']}"
    assert admin.put(edit, json={"default_priority": "High"}).json()["default_priority"] == "High"
    leaf = admin.post(f"{edit}/subcategories", json={"name": "Too cold"}).json()
    assert leaf["effective_priority"] == {"value": "High", "origin": "category"}
    leaf_path = f"/api/v1/admin/subcategories/{leaf['id']}"
    assert admin.put(leaf_path, json={"archived": True}).json()["archived"] is True
    assert admin.delete(leaf_path).status_code == 204
    assert admin.delete(leaf_path).status_code == 404
    assert admin.delete(edit).status_code == 204

    changed = admin.put(path, json={"member_ids": [world.agent.id], "lead_id": world.manager.id}).json()
    assert (changed["members"], changed["lead"]["name"]) == (1, "Mona Manager")
    assert [one["id"] for one in admin.get(f"{path}/members").json()["items"]] == [world.agent.id]
    assert admin.get(path).json()["name"] == "Facilities"
    assert admin.delete(path).status_code == 204
    assert admin.get(path).status_code == 404


def test_a_used_node_says_how_many_tickets_use_it(api: Api, world: World) -> None:
    admin = api.login(world.admin)
    make_ticket(world.client, world.it)
    answer = admin.delete(f"/api/v1/admin/groups/{world.it.group_id}")
    assert (answer.status_code, answer.json()["tickets"]) == (409, 1)
    archived = admin.put(f"/api/v1/admin/groups/{world.it.group_id}", json={"archived": True})
    assert archived.json()["archived"] is True
    refused = api.login(world.client).post(
        "/api/v1/tickets", json={"title": "x", "group_id": world.it.group_id}
    )
    assert refused.status_code == 422
    tree = admin.get("/api/v1/admin/groups").json()["groups"]
    assert {one["name"]: one["tickets"] for one in tree} == {"HR": 0, "IT": 1}


def test_wrong_nodes(api: Api, world: World) -> None:
    admin = api.login(world.admin)
    path = f"/api/v1/admin/groups/{world.it.group_id}"
    for body in (
        {"name": None},
        {"name": ""},
        {"archived": "yes"},
        {"archived": None},
        {"position": -1},
        {"icon": "../../x"},
        {"queue_email": "x"},
        {"lead_id": world.client.id},
        {"member_ids": [world.client.id]},
        {"default_assignee_id": world.manager.id},
        {"tickets": 0},
    ):
        assert admin.put(path, json=body).status_code == 422, body
    nested = {"name": "X", "categories": [{"name": "A", "subcategories": [{"name": "\x00"}]}]}
    answer = admin.post("/api/v1/admin/groups", json=nested)
    assert answer.json()["errors"][0]["field"] == "categories.0.subcategories.0.name"


def test_who_can_be_given_a_ticket(api: Api, world: World) -> None:
    agent = api.login(world.agent)
    found = agent.get(f"/api/v1/admin/groups/{world.it.group_id}/assignable").json()["items"]
    assert [one["name"] for one in found] == ["Ada Agent", "Axel Admin", "Ben Agent", "Hana Agent"]
    assert agent.get(f"/api/v1/admin/groups/{world.hr.group_id}/assignable").status_code == 403


def test_colleagues_are_found_without_addresses(api: Api, world: World) -> None:
    found = api.login(world.client).get("/api/v1/people?q=agent").json()["items"]
    assert [one["name"] for one in found] == ["Ada Agent", "Ben Agent", "Hana Agent"]
    assert set(found[0]) == {"id", "name", "department"}


def test_people_are_added_and_changed(api: Api, world: World) -> None:
    admin = api.login(world.admin)
    body = {
        "name": "Nina New",
        "email": "nina@example.com",
        "role": "agent",
        "department": "IT",
        "group_ids": [world.it.group_id],
        "password": "kettle otter 92",
    }
    made = admin.post("/api/v1/admin/users", json=body)
    assert made.status_code == 201
    user = made.json()
    assert "password" not in made.text
    assert (user["groups"], user["open_tickets"]) == (["IT"], 0)
    taken = admin.post("/api/v1/admin/users", json=body | {"email": "NINA@example.com"})
    assert (taken.status_code, taken.json()["errors"][0]["field"]) == (409, "email")
    path = f"/api/v1/admin/users/{user['id']}"
    assert admin.get(path).json() == user
    changed = admin.put(path, json={"role": "client", "department": None}).json()
    assert (changed["role"], changed["department"], changed["group_ids"]) == ("client", None, [])
    for wrong in (
        {"group_ids": [world.it.group_id]},
        {"role": "system"},
        {"role": None},
        {"password": "short"},
        {"password_hash": "x"},
        {"email": "nobody"},
        {"is_active": 1},
    ):
        assert admin.put(path, json=wrong).status_code == 422, wrong
    assert admin.put("/api/v1/admin/users/9007199254740991", json={"name": "X"}).status_code == 404
    last = admin.put(f"/api/v1/admin/users/{world.admin.id}", json={"is_active": False})
    assert last.status_code == 409


def test_people_in_pages(api: Api, world: World) -> None:
    admin = api.login(world.admin)
    page = admin.get("/api/v1/admin/users?page_size=3&role=agent&role=client").json()
    assert (page["total"], len(page["items"]), page["total_capped"]) == (5, 3, False)
    rest = admin.get(f"/api/v1/admin/users?page_size=3&role=agent&role=client&cursor={page['next_cursor']}")
    assert len(rest.json()["items"]) == 2
    assert admin.get("/api/v1/admin/users?role=system").status_code == 422


def test_deactivation_tells_what_is_to_be_handed_over(api: Api, world: World) -> None:
    admin, agent = api.login(world.admin), api.login(world.agent)
    made = make_ticket(world.client, world.it).ticket
    agent.post(f"/api/v1/admin/tickets/{made.id}/take")
    gone = admin.put(f"/api/v1/admin/users/{world.agent.id}", json={"is_active": False}).json()
    assert (gone["is_active"], gone["open_tickets"]) == (False, 1)
    assert agent.get("/api/v1/auth/me").status_code == 401


def test_the_notification_log(api: Api, world: World) -> None:
    admin = api.login(world.admin)
    made = make_ticket(world.client, world.it).ticket
    page = admin.get(f"/api/v1/admin/notifications?ticket_id={made.id}&status=queued").json()
    assert page["total"] == len(page["items"]) > 0
    row = page["items"][0]
    assert {"id", "event", "ticket_id", "recipient", "channel", "status", "attempts", "last_error"} <= set(
        row
    )
    assert admin.post(f"/api/v1/admin/notifications/{row['id']}/retry").json()["status"] == "queued"
    assert admin.post("/api/v1/admin/notifications/9007199254740991/retry").status_code == 404
    assert api.login(world.client).post(f"/api/v1/admin/notifications/{row['id']}/retry").status_code == 403
    assert admin.get("/api/v1/admin/notifications?status=lost").status_code == 422


def test_denials_are_recorded(api: Api, world: World, valkey: str) -> None:
    client = api.login(world.client)
    client.get("/api/v1/admin/tickets")
    client.post("/api/v1/admin/tickets/%00%E2%80%AE/take")
    with transaction() as s:
        rows = s.execute(
            select(audit_log).where(audit_log.c.action == "denied").order_by(audit_log.c.seq)
        ).all()
    assert {row.actor_id for row in rows} == {world.client.id}
    assert [row.data["what"] for row in rows] == [
        "GET /api/v1/admin/tickets",
        "POST /api/v1/admin/tickets/??/take",
    ]
