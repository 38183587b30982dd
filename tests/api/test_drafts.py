"""Drafts over HTTP."""

from __future__ import annotations

import pytest

from tests.client import Api
from tests.factories import World


def test_a_draft_is_kept_for_its_writer(api: Api, world: World) -> None:
    client, other = api.login(world.client), api.login(world.client2)
    body = {"title": "  Härtefall\n", "group_id": 3, "upload_ids": [1, 2]}
    assert client.put("/api/v1/drafts/wizard", json=body).json()["body"] == body
    assert client.get("/api/v1/drafts/wizard").json()["body"] == body
    assert other.get("/api/v1/drafts/wizard").json() == {"place": "wizard", "body": {}, "updated_at": None}
    assert [one["place"] for one in client.get("/api/v1/drafts").json()["items"]] == ["wizard"]
    assert client.delete("/api/v1/drafts/wizard").status_code == 204
    assert client.get("/api/v1/drafts/wizard").json()["body"] == {}


@pytest.mark.parametrize("raw", [b"[]", b"null", b'{"a": 1.5}', b'{"a": "\\u0000"}', b'{"a b": 1}', b""])
def test_what_is_no_draft(api: Api, world: World, raw: bytes) -> None:
    answer = api.login(world.client).put(
        "/api/v1/drafts/ticket:17", content=raw, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422


def test_a_draft_has_a_length(api: Api, world: World) -> None:
    answer = api.login(world.client).put("/api/v1/drafts/wizard", json={"a": "x" * 200_000})
    assert answer.status_code == 413
