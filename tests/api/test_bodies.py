"""What is refused: unknown fields and parameters, other types, other kinds, too much (product rules §8)."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from helpdesk.api.middleware import JSON_BYTES
from tests.client import Api
from tests.factories import World, make_ticket

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("is_internal", True),
        ("role", "admin"),
        ("ticket_no", "HD-1"),
        ("created_by", 1),
        ("status", "Closed"),
        ("assigned_to", 1),
        ("id", 7),
        ("<script>", 1),
    ],
)
def test_unknown_fields_of_a_ticket(api: Api, world: World, field: str, value: object) -> None:
    client = api.login(world.client)
    body = {"title": "x", "group_id": world.it.group_id, field: value}
    answer = client.post("/api/v1/tickets", content=json.dumps(body), headers=JSON)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": field, "message": "There is no such field."}]
    assert client.get("/api/v1/tickets").json()["total"] == 0


def test_a_field_whose_name_is_no_text(api: Api, world: World) -> None:
    answer = api.login(world.client).post(
        "/api/v1/tickets", content=b'{"title": "x", "group_id": 1, "\\ud800": 1}', headers=JSON
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("value", [True, False, None, "yes"])
def test_a_client_never_says_is_internal(api: Api, world: World, value: object) -> None:
    made = make_ticket(world.client, world.it)
    answer = api.login(world.client).post(
        f"/api/v1/tickets/{made.ticket.id}/comments", json={"message": "x", "is_internal": value}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "is_internal"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", None),
        ("title", 7),
        ("title", ""),
        ("title", "   "),
        ("title", "x" * 256),
        ("title", "a\x00b"),
        ("title", "a\nb"),
        ("title", "\ud800"),
        ("title", ["x"]),
        ("description", "x" * 20_001),
        ("description", "\x00"),
        ("group_id", "1"),
        ("group_id", 1.0),
        ("group_id", True),
        ("group_id", 0),
        ("group_id", -1),
        ("group_id", 2**63),
        ("group_id", 10**30),
        ("group_id", 2**53),
        ("category_id", 2**53),
        ("priority", "critical"),
        ("priority", "Critical"),
        ("impact", 4),
        ("urgency", "high"),
        ("requested_for", 2**53),
        ("watchers", [2**53]),
        ("watchers", 1),
        ("watchers", ["1"]),
        ("watchers", list(range(1, 60))),
        ("upload_ids", [2**53]),
        ("upload_ids", list(range(1, 12))),
    ],
)
def test_wrong_values_of_a_ticket(api: Api, world: World, field: str, value: object) -> None:
    client = api.login(world.client)
    body = {"title": "x", "group_id": world.it.group_id} | {field: value}
    answer = client.post("/api/v1/tickets", content=json.dumps(body), headers=JSON)
    assert answer.status_code == 422
    named = answer.json()["errors"][0]["field"].partition(".")[0]
    assert named == {"upload_ids": "attachments"}.get(field, field) or named == field
    assert client.get("/api/v1/tickets").json()["total"] == 0


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"7",
        b'{"title": NaN}',
        b"[" * 100_000,
        b'{"title": ' + b"9" * 5000 + b"}",
        b"\xff\xfe",
        b'{"title": "\xff"}',
    ],
)
def test_what_is_no_object_of_json(api: Api, world: World, raw: bytes) -> None:
    for path in ("/api/v1/tickets", "/api/v1/auth/login"):
        answer = api.login(world.client).post(path, content=raw, headers=JSON)
        assert answer.status_code == 422
        assert answer.json()["errors"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "text/html", "application/xml", "image/png"]
)
def test_other_kinds_are_415(api: Api, world: World, kind: str) -> None:
    made = make_ticket(world.client, world.it)
    client = api.login(world.client)
    for path in (
        "/api/v1/auth/login",
        "/api/v1/tickets",
        "/api/v1/uploads",
        f"/api/v1/tickets/{made.ticket.id}/reopen",
    ):
        answer = client.post(path, content=b'{"reason": "x"}', headers={"content-type": kind})
        assert answer.status_code == 415, path


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/tickets?statuz=Open",
        "/api/v1/tickets?status=Waiting",
        "/api/v1/tickets?priority=low",
        "/api/v1/tickets?group_id=x",
        "/api/v1/tickets?group_id=0",
        "/api/v1/tickets?group_id=9223372036854775808",
        "/api/v1/tickets?page=0",
        "/api/v1/tickets?page=1&page=2",
        "/api/v1/tickets?page_size=101",
        "/api/v1/tickets?page=101&page_size=100",
        "/api/v1/tickets?page=99999999999999999999",
        "/api/v1/tickets?sort=password",
        "/api/v1/tickets?sort=created_at;drop",
        "/api/v1/tickets?created_from=yesterday",
        "/api/v1/tickets?created_from=2026-13-01",
        "/api/v1/tickets?created_from=2026-11-24T10:00:00",
        "/api/v1/tickets?created_to=1e9",
        "/api/v1/tickets?q=%00",
        "/api/v1/tickets?cursor=x",
        "/api/v1/tickets?assigned_to=me",
        "/api/v1/groups?archived=true",
        "/api/v1/people?q=" + "x" * 151,
        "/api/v1/people?q=%ED%A0%80%00",
        "/api/v1/auth/me?verbose=1",
        "/api/v1/attachments/0",
        "/api/v1/attachments/x",
        "/api/v1/attachments/9223372036854775808",
        "/api/v1/drafts/No%20Place",
    ],
)
def test_unknown_parameters_and_values(api: Api, world: World, path: str) -> None:
    answer = api.login(world.client).get(path)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_a_long_page_names_the_cursor(api: Api, world: World) -> None:
    answer = api.login(world.client).get("/api/v1/tickets?page=101&page_size=100")
    assert "cursor" in answer.json()["errors"][0]["message"]


def test_a_body_over_the_limit_is_refused_by_its_length_and_while_it_streams(api: Api, world: World) -> None:
    client = api.login(world.client)
    assert client.post("/api/v1/tickets", content=b" " * (JSON_BYTES + 1), headers=JSON).status_code == 413
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b" " * (JSON_BYTES // 4)

    for path in ("/api/v1/tickets", "/api/v1/auth/login", "/api/v1/drafts/wizard"):
        method = "PUT" if "drafts" in path else "POST"
        answer = client.request(method, path, content=endless(), headers=JSON)
        assert answer.status_code == 413, path
    assert client.get("/api/v1/auth/me").status_code == 200


@pytest.mark.parametrize("length", ["-1", "x", "9" * 30, "²"])
def test_lengths_that_are_no_length(api: Api, db, length: str) -> None:
    answer = api.anonymous.post(
        "/api/v1/auth/login", content=b"{}", headers=[(b"content-length", length.encode("latin-1"))]
    )
    assert answer.status_code == 413


def test_a_body_where_none_belongs(api: Api, world: World) -> None:
    made = make_ticket(world.client, world.it)
    agent = api.login(world.agent)
    path = f"/api/v1/admin/tickets/{made.ticket.id}/take"
    assert agent.post(path, json={"assigned_to": world.agent2.id}).status_code == 422
    assert agent.post(path, json={}).status_code == 200


def test_unknown_paths_and_methods(api: Api, db) -> None:
    assert api.anonymous.get("/api/v1/nothing").status_code == 404
    assert api.anonymous.get("/api/v2").status_code == 404
    wrong = api.anonymous.patch("/api/v1/groups")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET")


def test_an_unexpected_error_tells_an_id_and_nothing_else(api: Api, world: World, monkeypatch) -> None:
    from helpdesk.services import tree
    from tests.api import conftest

    monkeypatch.setattr(conftest, "check_answer", lambda *_: None)

    def broken(_: object) -> None:
        raise RuntimeError("SELECT secret FROM somewhere")

    monkeypatch.setattr(tree, "choosable", broken)
    answer = api.login(world.client).get("/api/v1/groups")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "SELECT" not in answer.text
    assert "Traceback" not in answer.text
    assert len(answer.json()["error_id"]) == 32
