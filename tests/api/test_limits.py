"""Rate limits (product rules §7), with Valkey and without."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from helpdesk.core.errors import RateLimited
from helpdesk.integrations import ratelimit
from helpdesk.services import limits
from tests.client import Api
from tests.factories import PASSWORD, World, make_user


@pytest.fixture(autouse=True)
def forgotten(valkey: str):
    ratelimit.reset()
    yield
    ratelimit.reset()


def sign_in(api: Api, email: str, password: str = "wrong wrong wrong", **headers: str):
    return api.anonymous.post(
        "/api/v1/auth/login", json={"email": email, "password": password}, headers=headers
    )


def test_signing_in_ten_times_a_minute_per_account_and_address(api: Api, world: World, settings) -> None:
    settings(rate_limits="on")
    for _ in range(10):
        assert sign_in(api, world.client.email).status_code == 401
    answer = sign_in(api, world.client.email, PASSWORD)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.json()["retry_after"] == int(answer.headers["retry-after"])
    assert sign_in(api, world.client2.email, PASSWORD).status_code == 200


def test_an_address_has_a_hundred_an_hour(api: Api, world: World, settings) -> None:
    settings(rate_limits="on")
    statuses = [sign_in(api, f"nobody{number}@example.com").status_code for number in range(101)]
    assert statuses == [401] * 100 + [429]
    assert sign_in(api, world.client.email, PASSWORD).status_code == 429


def test_an_outage_locks_nobody_out(api: Api, world: World, settings, db: Connection) -> None:
    """Who tries again while the database is away is let in when it is back."""
    settings(rate_limits="on")

    def lost(*_: object) -> None:
        raise OperationalError("the line is gone", None, psycopg.OperationalError())

    event.listen(db, "before_cursor_execute", lost)
    statuses = {sign_in(api, world.client.email, PASSWORD).status_code for _ in range(11)}
    event.remove(db, "before_cursor_execute", lost)
    assert statuses == {503}
    assert sign_in(api, world.client.email, PASSWORD).status_code == 200


def test_a_forged_forwarded_address_changes_nothing(api: Api, world: World, settings) -> None:
    settings(rate_limits="on")
    for number in range(10):
        sign_in(api, world.client.email, **{"X-Forwarded-For": f"203.0.113.{number}"})
    assert sign_in(api, world.client.email, **{"X-Forwarded-For": "203.0.113.77"}).status_code == 429


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("198.51.100.1, 203.0.113.5", "203.0.113.5"),
        ("198.51.100.1, 203.0.113.5, 10.0.0.9", "203.0.113.5"),
        ("10.0.0.1", "10.0.0.1"),
        ("", "10.1.2.3"),
    ],
)
def test_the_chain_is_read_from_the_trusted_end(settings, header: str, address: str) -> None:
    from starlette.requests import Request

    from helpdesk.api.credentials import client_of

    settings(trusted_proxies="10.0.0.0/8")
    headers = [(b"x-forwarded-for", header.encode())] if header else []
    scope = {"type": "http", "headers": headers, "client": ("10.1.2.3", 1)}
    assert client_of(Request(scope)).address == address


def test_a_user_has_six_hundred_a_minute(api: Api, world: World, settings, monkeypatch) -> None:
    client = api.login(world.client)
    settings(rate_limits="on")
    monkeypatch.setattr(limits, "_REQUESTS", ratelimit.per_minute(5))
    assert [client.get("/api/v1/groups").status_code for _ in range(6)] == [200] * 5 + [429]


def test_creating_has_thirty_a_minute(api: Api, world: World, settings) -> None:
    client = api.login(world.client)
    settings(rate_limits="on")
    body = {"title": "x", "group_id": world.it.group_id}
    statuses = [client.post("/api/v1/tickets", json=body).status_code for _ in range(31)]
    assert statuses == [201] * 30 + [429]
    assert client.get("/api/v1/tickets").json()["total"] == 30


def test_without_valkey_half_holds_in_this_process(db, settings) -> None:
    settings(rate_limits="on", redis_url="redis://127.0.0.1:1")
    ratelimit.reset()
    from tests.factories import actor_for

    actor = actor_for(make_user())
    for _ in range(15):
        limits.creating(actor)
    with pytest.raises(RateLimited):
        limits.creating(actor)


def test_addresses_that_count_as_one() -> None:
    assert limits.network_of("2001:db8:1:2:3:4:5:6") == limits.network_of("2001:db8:1:2::9")
    assert limits.network_of("2001:db8:1:2::1") != limits.network_of("2001:db8:1:3::1")
    assert limits.network_of("::ffff:192.0.2.1") == limits.network_of("192.0.2.1") == "192.0.2.1"
    assert limits.network_of("testclient") == "unknown"
