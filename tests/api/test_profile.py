"""Profile, sessions and personal tokens over HTTP."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpdesk.core.log import redact
from tests.arch.test_surface import ROUTES
from tests.client import Api
from tests.factories import Person, World, make_ticket

BASE = "/api/v1/profile"


def until(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="seconds")


def made(api: Api, person: Person, *scopes: str) -> dict[str, Any]:
    body = {"name": "Nightly export", "scopes": list(scopes), "expires_at": until(30)}
    answer = api.login(person).post(f"{BASE}/tokens", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def by(value: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {value}"}


def test_the_profile(api: Api, world: World) -> None:
    client = api.login(world.client)
    seen = client.get(BASE).json()
    assert {"name": world.client.name, "email": world.client.email, "role": "client"}.items() <= seen.items()
    off = {"event": "public_comment", "channel": "email", "enabled": False}
    changed = client.put(BASE, json={"theme": "dark", "notifications": [off]}).json()
    assert changed["theme"] == "dark"
    assert {**off, "locked": False} in changed["notifications"]
    assert client.put(BASE, json={"theme": None}).json()["theme"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"theme": "pink"},
        {"name": "Somebody Else"},
        {"role": "admin"},
        {"single_keys": "no"},
        {"single_keys": None},
        {"time_zone": "Mars/Olympus"},
        {"notifications": [{"event": "resolved", "channel": "in_app", "enabled": False}]},
        {"notifications": [{"event": "resolved", "channel": "email", "enabled": False, "more": 1}]},
        {"notifications": {"event": "resolved"}},
    ],
)
def test_nonsense_is_refused(api: Api, world: World, body: dict[str, Any]) -> None:
    assert api.login(world.client).put(BASE, json=body).status_code == 422


def test_sessions(api: Api, world: World) -> None:
    here, other = api.login(world.client), api.login(world.client)
    items = here.get(f"{BASE}/sessions").json()["items"]
    assert sorted(one["current"] for one in items) == [False, True]
    theirs = next(one["id"] for one in items if not one["current"])
    assert api.login(world.client2).delete(f"{BASE}/sessions/{theirs}").status_code == 404
    assert here.delete(f"{BASE}/sessions/{theirs}").status_code == 204
    assert other.get(BASE).status_code == 401
    assert here.delete(f"{BASE}/sessions/{theirs}").status_code == 404
    api.login(world.client)
    assert here.delete(f"{BASE}/sessions").json() == {"ended": 1}
    assert here.get(BASE).status_code == 200


def test_a_token_is_shown_once_and_used(api: Api, world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = made(api, world.client, "read", "write")
    listed = api.login(world.client).get(f"{BASE}/tokens").json()["items"]
    assert listed == [{key: value for key, value in token.items() if key != "value"}]
    http = api.anonymous
    assert http.get("/api/v1/auth/me", headers=by(token["value"])).json()["email"] == world.client.email
    filed = http.post(
        "/api/v1/tickets",
        json={"group_id": world.it.group_id, "title": "By night"},
        headers=by(token["value"]),
    )
    assert filed.status_code == 201
    assert token["value"] not in caplog.text
    assert api.login(world.client).delete(f"{BASE}/tokens/{token['id']}").status_code == 204
    ended = http.get("/api/v1/auth/me", headers=by(token["value"]))
    assert (ended.status_code, ended.headers["content-type"]) == (401, "application/problem+json")


def test_logs_lose_its_value() -> None:
    value = "hd_" + "aB3-_" * 9
    assert value not in redact(f"GET /x?key={value} said {value}")


def test_a_missing_scope_is_named(api: Api, world: World) -> None:
    value = made(api, world.client, "read")["value"]
    answer = api.anonymous.post(
        "/api/v1/tickets", json={"group_id": world.it.group_id, "title": "No"}, headers=by(value)
    )
    assert answer.status_code == 403
    assert answer.json()["scopes"] == ["write"]
    assert "write" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "A", "scopes": ["read"]},
        {"name": "", "scopes": ["read"], "expires_at": until(1)},
        {"name": "A", "scopes": [], "expires_at": until(1)},
        {"name": "A", "scopes": ["everything"], "expires_at": until(1)},
        {"name": "A", "scopes": ["read", "admin"], "expires_at": until(1)},
        {"name": "A", "scopes": ["read"], "expires_at": until(400)},
        {"name": "A", "scopes": ["read"], "expires_at": until(-1)},
        {"name": "A", "scopes": ["read"], "expires_at": "tomorrow"},
        {"name": "A", "scopes": ["read"], "expires_at": until(1), "value": "hd_mine"},
    ],
)
def test_what_makes_no_token(api: Api, world: World, body: dict[str, Any]) -> None:
    assert api.login(world.client).post(f"{BASE}/tokens", json=body).status_code == 422


ACCOUNT = {"DELETE /api/v1/auth/session", "POST /api/v1/auth/password"}
ACCOUNT |= {"DELETE /api/v1/profile/sessions", "DELETE /api/v1/profile/sessions/{session_id}"}
ACCOUNT |= {"POST /api/v1/profile/tokens", "DELETE /api/v1/profile/tokens/{token_id}"}
BODIES = {
    "POST /api/v1/auth/password": {"current_password": "grey heron over ice", "new_password": "a grey heron"},
    "POST /api/v1/profile/tokens": {"name": "A", "scopes": ["read"], "expires_at": until(1)},
}


@pytest.mark.slow
def test_every_route_keeps_to_the_scopes(api: Api, world: World) -> None:
    """An admin's tokens with each scope on each route: without the right ones 403, with them anything else."""
    make_ticket(world.client, world.it)
    values = {
        scopes: made(api, world.admin, *scopes)["value"]
        for scopes in (("read",), ("write",), ("read", "write"), ("read", "write", "admin"))
    }
    wrong: list[str] = []
    for name, marks in ROUTES.items():
        if marks == "public":
            continue
        method, path = name.split()
        address = re.sub(r"\{[^}]+\}", "987654321", path)
        needed = {"read" if method == "GET" else "write"} | ({"admin"} if marks == "admin" else set())
        for scopes, value in values.items():
            status = api.anonymous.request(
                method, address, headers=by(value), json=BODIES.get(name)
            ).status_code
            refused = not needed <= set(scopes) or name in ACCOUNT
            if (status == 403) != refused or status >= 500:
                wrong.append(f"{name}: {status} with {scopes}")
    assert wrong == []
