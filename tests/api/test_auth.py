"""Signing in over HTTP (product rules §7)."""

from __future__ import annotations

import pytest

from tests.client import Api
from tests.factories import PASSWORD, World, make_user

ORIGIN = {"Origin": "http://localhost:8000"}


def test_a_pair_of_tokens(api: Api, world: World) -> None:
    pair = api.tokens(world.agent)
    assert set(pair) == {"access_token", "refresh_token", "token_type", "expires_in", "user"}
    assert (pair["token_type"], pair["expires_in"]) == ("Bearer", 900)
    assert pair["user"] == {
        "id": world.agent.id,
        "name": "Ada Agent",
        "email": world.agent.email,
        "role": "agent",
    }
    me = api.client(str(pair["access_token"])).get("/api/v1/auth/me").json()
    assert (me["id"], me["role"], me["group_ids"]) == (world.agent.id, "agent", [world.it.group_id])


def test_refusals_are_alike(api: Api, world: World) -> None:
    gone = make_user(is_active=False)
    answers = [
        api.anonymous.post("/api/v1/auth/login", json={"email": email, "password": password})
        for email, password in (
            (world.client.email, "wrong wrong wrong"),
            ("nobody@example.com", PASSWORD),
            (gone.email, PASSWORD),
            ("x" * 10_000, "y" * 100_000),
            ("a\x00b", "\x00"),
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    names = [sorted(name for name in answer.headers if name != "x-request-id") for answer in answers]
    assert names.count(names[0]) == len(names)


def test_refreshing_and_reuse(api: Api, world: World) -> None:
    first = api.tokens(world.client)
    second = api.anonymous.post("/api/v1/auth/refresh", json={"refresh_token": first["refresh_token"]}).json()
    fresh = api.client(second["access_token"])
    assert fresh.get("/api/v1/auth/me").status_code == 200
    again = api.anonymous.post("/api/v1/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert again.status_code == 401
    assert fresh.get("/api/v1/auth/me").status_code == 401
    after = api.anonymous.post("/api/v1/auth/refresh", json={"refresh_token": second["refresh_token"]})
    assert after.status_code == 401


def test_logging_out(api: Api, world: World) -> None:
    pair = api.tokens(world.client)
    client = api.client(str(pair["access_token"]))
    for token in (pair["refresh_token"], pair["refresh_token"], "unknown"):
        assert api.anonymous.post("/api/v1/auth/logout", json={"refresh_token": token}).status_code == 204
    answer = client.get("/api/v1/auth/me")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer x.y.z", "Basic YTpi", "bearer\tx", "Token x"]
)
def test_headers_that_are_no_token(api: Api, db, header: str) -> None:
    answer = api.anonymous.get("/api/v1/auth/me", headers={"Authorization": header})
    assert answer.status_code == 401


def test_a_browser_signs_in_with_a_cookie(api: Api, world: World) -> None:
    browser = api.client()
    answer = browser.post(
        "/api/v1/auth/session", json={"email": world.client.email, "password": PASSWORD}, headers=ORIGIN
    )
    assert answer.status_code == 200
    assert answer.json()["user"]["id"] == world.client.id
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("hd_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    assert browser.get("/api/v1/auth/me").json()["id"] == world.client.id
    assert browser.delete("/api/v1/auth/session", headers=ORIGIN).status_code == 204
    assert browser.get("/api/v1/auth/me").status_code == 401


def test_a_cookie_from_before_the_sign_in_is_not_adopted(api: Api, world: World) -> None:
    """Neither one that somebody made up nor one of their own lets them in as whoever signs in with it."""
    theirs = api.client()
    theirs.post("/api/v1/auth/session", json={"email": world.client2.email, "password": PASSWORD})
    for planted in ("00000000-0000-4000-8000-000000000000.known", theirs.cookies["hd_session"]):
        victim = api.client()
        victim.cookies.set("hd_session", planted)
        answer = victim.post("/api/v1/auth/session", json={"email": world.client.email, "password": PASSWORD})
        given = answer.cookies["hd_session"]
        assert given.partition(".")[0] != planted.partition(".")[0]
        attacker = api.client()
        attacker.cookies.set("hd_session", planted)
        seen = attacker.get("/api/v1/auth/me")
        assert seen.status_code == 401 or seen.json()["id"] == world.client2.id


def test_the_cookie_is_host_bound_where_the_address_is_https(api: Api, world: World, settings) -> None:
    settings(public_url="https://desk.example.com")
    answer = api.anonymous.post(
        "/api/v1/auth/session", json={"email": world.client.email, "password": PASSWORD}
    )
    assert answer.headers["set-cookie"].startswith("__Host-hd_session=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "Domain" not in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        (ORIGIN, True),
        ({"Origin": "http://127.0.0.1:8000"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "http://localhost:8000.evil.example"}, False),
        ({"Origin": "http://localhost:9000", "Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
    ],
)
def test_changes_with_the_cookie_come_from_our_pages(
    api: Api, world: World, headers: dict[str, str], allowed: bool
) -> None:
    browser = api.client()
    browser.post(
        "/api/v1/auth/session", json={"email": world.client.email, "password": PASSWORD}, headers=ORIGIN
    )
    answer = browser.put("/api/v1/drafts/wizard", json={"title": "x"}, headers=headers)
    assert answer.status_code == (200 if allowed else 403)


def test_a_token_needs_no_origin_and_wins_over_a_cookie(api: Api, world: World) -> None:
    browser = api.login(world.agent)
    browser.cookies.set("hd_session", "garbage")
    answer = browser.put(
        "/api/v1/drafts/wizard", json={"title": "x"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 200


def test_a_foreign_page_signs_nobody_in(api: Api, world: World) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = api.anonymous.post(
            "/api/v1/auth/session", json={"email": world.client.email, "password": PASSWORD}, headers=headers
        )
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_changing_the_password(api: Api, world: World) -> None:
    kept, other = api.login(world.client), api.login(world.client)
    wrong = kept.post(
        "/api/v1/auth/password", json={"current_password": "nope", "new_password": "kettle otter 92"}
    )
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "current_password"
    right = kept.post(
        "/api/v1/auth/password", json={"current_password": PASSWORD, "new_password": "kettle otter 92"}
    )
    assert right.status_code == 204
    assert kept.get("/api/v1/auth/me").status_code == 200
    assert other.get("/api/v1/auth/me").status_code == 401


def test_a_deactivated_person_stops_at_once(api: Api, world: World) -> None:
    agent, admin = api.login(world.agent), api.login(world.admin)
    assert admin.put(f"/api/v1/admin/users/{world.agent.id}", json={"is_active": False}).status_code == 200
    assert agent.get("/api/v1/auth/me").status_code == 401


def test_a_changed_role_acts_at_once(api: Api, world: World) -> None:
    agent, admin = api.login(world.agent), api.login(world.admin)
    assert agent.get("/api/v1/admin/tickets").status_code == 200
    admin.put(f"/api/v1/admin/users/{world.agent.id}", json={"role": "client"})
    assert agent.get("/api/v1/admin/tickets").status_code == 403
