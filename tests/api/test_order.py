"""The order of answers: 401, role gate 403, body 422, object 404, right 403, same state 200, 409 (rules §1)."""

from __future__ import annotations

import pytest

from tests.api.test_openapi import marks
from tests.client import Api
from tests.factories import World, make_ticket

ROLES = {"client": "client", "agent": "agent", "manager": "manager", "admin": "admin"}
ALLOWED = {
    "signed in": set(ROLES),
    "staff": {"agent", "manager", "admin"},
    "worker": {"agent", "admin"},
    "overseer": {"manager", "admin"},
    "admin": {"admin"},
}
MARKS = {name: mark.who for name, mark in marks().items()}
GUARDED = sorted(name for name, who in MARKS.items() if who != "public")
UNKNOWN = 2**53 - 1


def parts(name: str) -> tuple[str, str]:
    method, path = name.split(" ")
    for parameter in ("key", "upload_id", "attachment_id", "group_id", "category_id", "subcategory_id"):
        path = path.replace(f"{{{parameter}}}", str(UNKNOWN))
    path = path.replace("{user_id}", str(UNKNOWN)).replace("{notification_id}", str(UNKNOWN))
    return method, path.replace("{place}", "wizard").replace("{kind}", "resolution")


@pytest.mark.parametrize("name", GUARDED)
def test_without_a_session_it_is_401_whatever_the_body(api: Api, db, name: str) -> None:
    method, path = parts(name)
    for kind in ("application/json", "text/html", "multipart/form-data; boundary=x"):
        answer = api.anonymous.request(method, path, content=b"{broken", headers={"content-type": kind})
        assert answer.status_code == 401


def test_the_role_gate_comes_before_the_body(api: Api, world: World) -> None:
    clients = {role: api.login(getattr(world, role)) for role in ROLES}
    for name in GUARDED:
        method, path = parts(name)
        for role, client in clients.items():
            if name == "DELETE /api/v1/auth/session":
                continue
            refused = role not in ALLOWED[MARKS[name]]
            answer = client.request(
                method, path + "?surely_unknown=1", content=b"{broken", headers={"content-type": "text/html"}
            )
            assert answer.status_code == (403 if refused else 422), f"{role}: {name}"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/api/v1/admin/tickets/{id}", {"priority": "High"}),
        ("PUT", "/api/v1/admin/tickets/{id}", {"priority": "Urgent", "version": 1}),
        ("PUT", "/api/v1/admin/tickets/{id}/assign", {}),
        ("PUT", "/api/v1/admin/tickets/{id}/status", {"status": "Waiting"}),
        ("PUT", "/api/v1/admin/tickets/{id}/status", {"status": "Resolved"}),
        ("PUT", "/api/v1/admin/tickets/{id}/hold", {"reason": "lunch"}),
        ("POST", "/api/v1/tickets/{id}/comments", {"message": " "}),
        ("POST", "/api/v1/tickets/{id}/reopen", {}),
        ("POST", "/api/v1/tickets/{id}/rating", {"rating": 6}),
        ("PUT", "/api/v1/tickets/{id}/watchers", {"user_ids": ["1"]}),
    ],
)
def test_a_wrong_body_comes_before_an_unknown_object(
    api: Api, world: World, method: str, path: str, body: dict[str, object]
) -> None:
    answer = api.login(world.agent).request(method, path.replace("{id}", str(UNKNOWN)), json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_not_visible_is_404_and_visible_but_not_allowed_403(api: Api, world: World) -> None:
    hidden = make_ticket(world.client, world.hr).ticket.id
    seen = make_ticket(world.client, world.it).ticket.id
    client2, agent, manager = api.login(world.client2), api.login(world.agent), api.login(world.manager)
    for who in (client2, agent, manager):
        answer = who.get(f"/api/v1/tickets/{hidden}")
        assert answer.status_code == 404
        assert answer.text == who.get(f"/api/v1/tickets/{UNKNOWN}").text
    assert agent.post(f"/api/v1/admin/tickets/{hidden}/take").status_code == 404
    assert agent.put(f"/api/v1/admin/tickets/{hidden}/assign", json={"assigned_to": None}).status_code == 404
    assert agent.post(f"/api/v1/tickets/{seen}/close").status_code == 403
    assert agent.post(f"/api/v1/tickets/{seen}/rating", json={"rating": 5}).status_code == 403
    assert manager.post(f"/api/v1/tickets/{seen}/comments", json={"message": "x"}).status_code == 403


def test_the_same_state_is_200_before_the_version_is_409(api: Api, world: World) -> None:
    made = make_ticket(world.client, world.it).ticket
    agent = api.login(world.agent)
    path = f"/api/v1/admin/tickets/{made.id}"
    same = agent.put(path, json={"priority": made.priority, "version": made.version + 7})
    assert (same.status_code, same.json()["version"]) == (200, made.version)
    stale = agent.put(path, json={"priority": "High", "version": made.version + 7})
    assert stale.status_code == 409
    assert stale.json()["current"]["version"] == made.version
    assert stale.json()["current"]["comments"] == []
    moved = agent.put(f"{path}/status", json={"status": "Open"})
    assert (moved.status_code, moved.json()["status"]) == (200, "Open")
    refused = agent.put(f"{path}/status", json={"status": "In Progress"})
    assert refused.status_code == 409
    assert "Resolved" in refused.json()["allowed"]


def test_who_can_not_be_assigned_is_said_before_the_version_and_the_transition(
    api: Api, world: World
) -> None:
    made = make_ticket(world.client, world.it).ticket
    agent = api.login(world.agent)
    path = f"/api/v1/admin/tickets/{made.id}"

    def assign(person_id: int) -> int:
        body = {"assigned_to": person_id, "version": made.version + 7}
        return agent.put(f"{path}/assign", json=body).status_code

    assert assign(world.client.id) == 422
    assert assign(world.agent2.id) == 409
    resolution = {"status": "Resolved", "resolution_code": "solved", "resolution_text": "Done."}
    assert agent.put(f"{path}/status", json=resolution).status_code == 200
    assert assign(world.client.id) == 422
