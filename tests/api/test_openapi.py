"""The document is valid, and says of each route who may call it and how it refuses."""

from __future__ import annotations

import re

from fastapi.routing import APIRoute
from openapi_spec_validator import validate

from helpdesk.api.guard import GuardedRoute, Mark, mark_of
from tests.client import Api, app
from tests.factories import World


def marks() -> dict[str, Mark]:
    """Each route as `GET /api/v1/groups` with its mark."""
    return {
        f"{method} {route.path_format}": mark_of(route.endpoint)
        for route in app().routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }


def test_there_is_nothing_beside_the_guarded_routes() -> None:
    assert all(isinstance(route, GuardedRoute) for route in app().routes)
    assert len(marks()) > 50


def test_the_document_is_valid_openapi() -> None:
    document = app().openapi()
    validate(document)
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_operation_declares_security_and_refusals() -> None:
    for path, methods in app().openapi()["paths"].items():
        for method, operation in methods.items():
            public = operation["x-who"] == "public"
            assert ("security" in operation) is not public, f"{method} {path}"
            assert "401" in operation["responses"] or public, f"{method} {path}"
            assert operation["description"], f"{method} {path}"
            assert operation["tags"], f"{method} {path}"
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and path != "/ready":
                    assert list(answer["content"]) == ["application/problem+json"], (
                        f"{method} {path} {status}"
                    )


def test_document_and_page_work_alone_and_are_closed_in_production(api: Api, world: World, settings) -> None:
    page = api.anonymous.get("/api/docs")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "https://" not in page.text
    assert "/api/v1/admin/tickets/bulk" in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert api.anonymous.get("/api/v1/openapi.json").json()["info"]["title"] == "Helpdesk"
    client = api.login(world.client)
    settings(
        env="production",
        public_url="https://desk.acme.test",
        rate_limits="on",
        bcrypt_cost=12,
    )
    assert api.anonymous.get("/api/docs").status_code == 401
    assert api.anonymous.get("/api/v1/openapi.json").status_code == 401
    assert client.get("/api/docs").status_code == 200


def test_no_address_names_an_object_inside_another() -> None:
    """`/tickets/{key}/comments/{id}` would have to check that the two belong together: there is no such address."""
    words = {"kind"}  # which of a ticket's clocks
    paths = [path for path in app().openapi()["paths"] if "{" in path]
    assert len(paths) > 20
    assert [path for path in paths if len(set(re.findall(r"{(\w+)}", path)) - words) > 1] == []
