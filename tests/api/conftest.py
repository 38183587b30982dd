"""Every answer in these tests is held against the OpenAPI document: status, kind and shape are as declared."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from fastapi.routing import APIRoute
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from starlette.routing import Match
from starlette.testclient import TestClient

from tests.client import app

PROBLEM = "application/problem+json"
_UNROUTED = {404, 405, 413}  # given before there is a route


@pytest.fixture(autouse=True)
def as_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    real = TestClient.send

    def send(self: TestClient, request: Any, **options: Any) -> Any:
        response = real(self, request, **options)
        response.read()
        check_answer(request, response)
        return response

    monkeypatch.setattr(TestClient, "send", send)


def check_answer(request: Any, response: Any) -> None:
    assert response.status_code != 500, response.text
    assert response.headers["x-content-type-options"] == "nosniff"
    kind = response.headers.get("content-type", "").partition(";")[0]
    if response.status_code >= 400 and not request.url.path.startswith("/ready"):
        assert kind == PROBLEM
        validator("#/components/schemas/Problem").validate(response.json())
    route = route_of(request)
    if route is None:
        assert response.status_code in _UNROUTED
        return
    if not route.include_in_schema:
        return
    operation = app().openapi()["paths"][route.path_format][request.method.lower()]
    declared = operation["responses"]
    assert str(response.status_code) in declared, (
        f"{request.method} {route.path_format}: {response.status_code}"
    )
    content = declared[str(response.status_code)].get("content", {})
    if kind == "application/json":
        name = (
            f"#/paths/{_pointer(route.path_format)}/{request.method.lower()}/responses/{response.status_code}"
        )
        validator(f"{name}/content/application~1json/schema").validate(response.json())
    elif kind:
        assert kind in content or "*/*" in content
    else:
        assert response.content == b""


def route_of(request: Any) -> APIRoute | None:
    scope = {"type": "http", "method": request.method, "path": request.url.path, "headers": []}
    for route in app().routes:
        if isinstance(route, APIRoute) and route.matches(scope)[0] is Match.FULL:
            return route
    return None


@cache
def validator(pointer: str) -> Draft202012Validator:
    """For the part of the document that `pointer` names."""
    document = Resource.from_contents(app().openapi(), default_specification=DRAFT202012)
    registry = Registry().with_resource("urn:api", document)
    return Draft202012Validator({"$ref": f"urn:api{pointer}"}, registry=registry)


def _pointer(path: str) -> str:
    return path.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
