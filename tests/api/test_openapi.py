"""The document is valid, and says of each route who may call it and how it refuses."""

from __future__ import annotations

from fastapi.routing import APIRoute
from openapi_spec_validator import validate

from helpdesk.api.guard import Mark, mark_of
from tests.client import Api, app
from tests.factories import World

MARKS = {
    "POST /api/v1/auth/login": "public",
    "POST /api/v1/auth/refresh": "public",
    "POST /api/v1/auth/logout": "public",
    "GET /api/v1/auth/me": "signed in",
    "POST /api/v1/auth/session": "public",
    "DELETE /api/v1/auth/session": "signed in",
    "POST /api/v1/auth/password": "signed in",
    "GET /api/v1/groups": "signed in",
    "GET /api/v1/people": "signed in",
    "GET /api/v1/drafts": "signed in",
    "GET /api/v1/drafts/{place}": "signed in",
    "PUT /api/v1/drafts/{place}": "signed in",
    "DELETE /api/v1/drafts/{place}": "signed in",
    "GET /api/v1/tickets": "signed in",
    "POST /api/v1/tickets": "signed in",
    "GET /api/v1/tickets/similar": "signed in",
    "GET /api/v1/tickets/{key}": "signed in",
    "POST /api/v1/tickets/{key}/comments": "signed in",
    "POST /api/v1/tickets/{key}/attachments": "signed in",
    "PUT /api/v1/tickets/{key}/watchers": "signed in",
    "POST /api/v1/tickets/{key}/reopen": "signed in",
    "POST /api/v1/tickets/{key}/close": "signed in",
    "POST /api/v1/tickets/{key}/rating": "signed in",
    "GET /api/v1/uploads": "signed in",
    "POST /api/v1/uploads": "signed in",
    "DELETE /api/v1/uploads/{upload_id}": "signed in",
    "GET /api/v1/attachments/{attachment_id}": "signed in",
    "GET /api/v1/expectation": "signed in",
    "GET /api/v1/tickets/{key}/clocks/{kind}": "signed in",
    "GET /api/v1/admin/home": "overseer",
    "GET /api/v1/admin/tickets": "staff",
    "GET /api/v1/admin/tickets/counts": "staff",
    "POST /api/v1/admin/tickets/bulk": "worker",
    "PUT /api/v1/admin/tickets/{key}": "worker",
    "PUT /api/v1/admin/tickets/{key}/assign": "worker",
    "POST /api/v1/admin/tickets/{key}/take": "worker",
    "PUT /api/v1/admin/tickets/{key}/status": "worker",
    "PUT /api/v1/admin/tickets/{key}/hold": "worker",
    "GET /api/v1/admin/groups": "admin",
    "POST /api/v1/admin/groups": "admin",
    "GET /api/v1/admin/groups/{group_id}": "admin",
    "PUT /api/v1/admin/groups/{group_id}": "admin",
    "DELETE /api/v1/admin/groups/{group_id}": "admin",
    "GET /api/v1/admin/groups/{group_id}/assignable": "staff",
    "GET /api/v1/admin/groups/{group_id}/members": "admin",
    "POST /api/v1/admin/groups/{group_id}/categories": "admin",
    "PUT /api/v1/admin/categories/{category_id}": "admin",
    "DELETE /api/v1/admin/categories/{category_id}": "admin",
    "POST /api/v1/admin/categories/{category_id}/subcategories": "admin",
    "PUT /api/v1/admin/subcategories/{subcategory_id}": "admin",
    "DELETE /api/v1/admin/subcategories/{subcategory_id}": "admin",
    "GET /api/v1/admin/users": "admin",
    "POST /api/v1/admin/users": "admin",
    "GET /api/v1/admin/users/{user_id}": "admin",
    "PUT /api/v1/admin/users/{user_id}": "admin",
    "GET /api/v1/admin/notifications": "admin",
    "POST /api/v1/admin/notifications/{notification_id}/retry": "staff",
    "GET /health": "public",
    "GET /ready": "public",
    "GET /api/v1/openapi.json": "public",
    "GET /api/docs": "public",
}


def routes() -> dict[str, Mark]:
    return {
        f"{method} {route.path_format}": mark_of(route.endpoint)
        for route in app().routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }


def test_every_route_is_listed_with_its_mark() -> None:
    assert {name: mark.who for name, mark in routes().items()} == MARKS
    assert all(isinstance(route, APIRoute) for route in app().routes), "nothing beside the guarded routes"


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
