"""Whatever is sent, the answer is one that the document declares, and never a 500 (rules §8)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from helpdesk.services import limits
from tests.api.test_openapi import marks
from tests.client import Api, app
from tests.factories import World, make_ticket

ROUTES = sorted(
    name for name in marks() if not name.startswith(("GET /health", "GET /ready", "GET /api/docs"))
)
# leave out what would end the sessions that the test asks with
ROUTES = [name for name in ROUTES if "auth" not in name or name.startswith("POST /api/v1/auth/lo")]

FIELDS = sorted(
    {
        name
        for schema in app().openapi()["components"]["schemas"].values()
        for name in schema.get("properties", {})
    }
)
AWKWARD = [
    "", " ", "\x00", "\ud800", "x" * 300, "'; DROP TABLE users --", "<reflex.Var>1</reflex.Var>", "%", "\\",
    "2026-11-24T10:00:00Z", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+23:59", "me", "none", "High",
    "Resolved", "solved", "requester", "assign", "\u202e", "\u0000", "1", "null",
]  # fmt: skip
NUMBERS = [0, -1, 1, 2, 3, 5, 2**31, 2**53, 2**63 - 1, 2**63, 10**40]
text = st.one_of(st.sampled_from(AWKWARD), st.text(max_size=12))
scalar = st.one_of(
    st.none(), st.booleans(), st.sampled_from(NUMBERS), st.floats(allow_nan=False, allow_infinity=False), text
)


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.one_of(st.sampled_from(FIELDS), text), inner, max_size=5)


value = st.recursive(
    scalar, lambda inner: st.one_of(st.lists(inner, max_size=3), objects(inner)), max_leaves=6
)


def body_for(name: str, real: list[Any]) -> st.SearchStrategy[Any]:
    """Mostly the route's own fields, with values of which many are right; sometimes anything."""
    method, path = name.split(" ")
    content = app().openapi()["paths"].get(path, {}).get(method.lower(), {}).get("requestBody", {})
    schema = content.get("content", {}).get("application/json", {}).get("schema", {})
    schema = app().openapi()["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
    fields = {field: value_for(one, real) for field, one in schema.get("properties", {}).items()}
    required = {field: fields.pop(field) for field in schema.get("required", ())}
    return st.one_of(*[st.fixed_dictionaries(required, optional=fields)] * 4, objects(value), value)


def value_for(schema: dict[str, Any], real: list[Any]) -> st.SearchStrategy[Any]:
    right: list[Any] = []
    for one in schema.get("anyOf", [schema]):
        right += one.get("enum", []) or {"boolean": [True, False], "null": [None]}.get(one.get("type"), [])
        if one.get("type") == "integer":
            right += [number for number in real if isinstance(number, int)] + [1, 5]
        if one.get("type") == "string":
            right += ["some words", "2027-01-04T10:00:00Z", "someone@example.com", "Some name"]
        if one.get("type") == "array":
            right += [[], [number for number in real if isinstance(number, int)][:2]]
    sure = st.sampled_from(right) if right else value
    return st.one_of(*[sure] * 9, value)


queries = st.dictionaries(
    st.one_of(st.sampled_from([*FIELDS, "q", "page", "page_size", "sort", "cursor", "created_from"]), text),
    st.one_of(text, st.sampled_from(NUMBERS).map(str)),
    max_size=3,
)


@pytest.mark.slow
@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(data=st.data())
def test_nothing_that_is_sent_breaks_it(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    if not hasattr(api, "fuzzed"):
        monkeypatch.setattr(limits, "denial_worth_recording", lambda _: True)
        made = [make_ticket(world.client, world.it).ticket for _ in range(3)]
        clients = [api.login(one) for one in (world.client, world.agent, world.admin)]
        api.fuzzed = (made, clients)  # type: ignore[attr-defined]
    made, clients = api.fuzzed  # type: ignore[attr-defined]
    client = data.draw(st.sampled_from([*clients, clients[1], *[clients[2]] * 4]))
    name = data.draw(st.sampled_from(ROUTES))
    method, path = name.split(" ")
    real = [one.id for one in made] + [world.it.group_id, world.it.category_id, world.agent2.id, "wizard"]
    while "{" in path:
        head, _, rest = path.partition("{")
        part = data.draw(st.one_of(*[st.sampled_from(real)] * 3, st.sampled_from(NUMBERS), text))
        piece = str(part).encode("utf-8", "replace").decode()
        path = head + (quote(piece, safe="") or "0") + rest.partition("}")[2]
    query = data.draw(queries) if method == "GET" else {}
    params = {
        name.encode("utf-8", "replace").decode(): v.encode("utf-8", "replace").decode()
        for name, v in query.items()
    }
    body = json.dumps(data.draw(body_for(name, real))) if method in {"POST", "PUT"} else None
    headers = {"content-type": "application/json"} if body is not None else {}
    answer = client.request(method, path, params=params, content=body, headers=headers)
    assert answer.status_code < 500
    event(f"{answer.status_code}")
