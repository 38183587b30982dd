"""The OpenAPI document: what FastAPI knows, and the refusals, security and files that it does not."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel

from helpdesk.api.guard import mark_of
from helpdesk.api.problems import MEDIA_TYPE, Problem

_ABOUT = """The helpdesk's REST API: everything that the browser can do has a route here.

Sign in with `POST /api/v1/auth/login` and send the access token as `Authorization: Bearer …`, or a personal token
(`hd_…`), whose scopes limit it: `read` for GET, `write` for everything else, `admin` beside it for administration.

Refusals are `application/problem+json` with `errors[]` naming the fields. Times are RFC 3339 in UTC. Lists come
in pages: `page`, `page_size` (1 to 100), `cursor`, `sort`; filters may repeat; unknown parameters are refused."""
_MEANING = {
    401: "Not signed in, or no longer",
    403: "Not allowed",
    404: "Not there, or not visible",
    409: "Does not fit the present state, or somebody was faster",
    413: "The body or a file is too large",
    415: "This kind of body or file is not taken",
    422: "Some fields need attention",
    429: "Too many requests; see `Retry-After`",
    503: "A part of the helpdesk does not answer; trying again is safe",
}


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals that a route can give besides those that every route can."""
    return {status: _refusal(status) for status in statuses}


def json_body(model: type[BaseModel], *, nullable: bool = False) -> dict[str, Any]:
    """The request body of a route that reads JSON itself."""
    schema = _schema(model)
    if nullable:
        schema = {"anyOf": [schema, {"type": "null"}]}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def json_or_files(model: type[BaseModel], *, files_needed: bool = False) -> dict[str, Any]:
    """The request body of a route that takes JSON, or a form with the same fields and files."""
    form = _schema(model)
    form["properties"] = form.get("properties", {}) | {
        "attachments": {"type": "array", "maxItems": 10, "items": {"type": "string", "format": "binary"}}
    }
    if files_needed:
        form["required"] = ["attachments"]
    content = {
        "application/json": {"schema": _schema(model)},
        "multipart/form-data": {"schema": form},
    }
    return {"requestBody": {"required": True, "content": content}}


def one_file() -> dict[str, Any]:
    """The request body of a route that takes a single file."""
    file = {"type": "string", "format": "binary"}
    schema = {"type": "object", "properties": {"attachments": file}, "required": ["attachments"]}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document; made once."""
    if app.openapi_schema is not None:
        return app.openapi_schema
    made = get_openapi(
        title="Helpdesk", version=_version(), description=_ABOUT, routes=app.routes, tags=_tags()
    )
    components = made.setdefault("components", {})
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT, or a personal token (`hd_…`)"},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "hd_session",
            "description": "The browser's cookie (`__Host-hd_session` on https). Changes with it need our Origin.",
        },
    }
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {})
    schemas["Problem"] = problem
    for route in app.routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            for method in route.methods or ():
                _complete(made["paths"][route.path_format][method.lower()], route)
    app.openapi_schema = made
    return made


def _complete(operation: dict[str, Any], route: APIRoute) -> None:
    mark = mark_of(route.endpoint)
    operation["x-who"] = mark.who
    statuses = {422, 503} | ({401, 429} if mark.gate else set())
    if mark.gate:  # a role, an origin, a scope
        statuses.add(403)
    if "requestBody" in operation:
        statuses |= {413, 415}
    responses = operation["responses"]
    for status in sorted(statuses):
        responses.setdefault(str(status), {})
    for status in list(responses):
        if int(status) >= 400 and "model" not in route.responses.get(int(status), {}):
            responses[status] = _refusal(int(status))
    if mark.gate:
        operation["security"] = [{"token": []}, {"session": []}]


def _refusal(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": _MEANING[status], "content": {MEDIA_TYPE: {"schema": schema}}}


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _tags() -> list[dict[str, str]]:
    return [
        {"name": "sign-in", "description": "Tokens for programs, the cookie for browsers."},
        {"name": "tickets", "description": "As a requester: own requests, and those watched."},
        {"name": "files", "description": "Uploads and downloads."},
        {"name": "queue", "description": "For agents, managers and admins."},
        {"name": "tree", "description": "Groups, categories, subcategories."},
        {"name": "people", "description": "Colleagues, and for admins the whole company."},
        {"name": "figures", "description": "Promises, deadlines and how things stand."},
        {"name": "notifications", "description": "What was sent to whom."},
        {"name": "mailbox", "description": "Mails of a development system, which leave nowhere else."},
        {"name": "profile", "description": "Oneself: likes, sessions, personal tokens."},
        {"name": "drafts", "description": "What is being typed."},
        {"name": "health", "description": "For supervisors and load balancers."},
    ]


def _version() -> str:
    try:
        return version("helpdesk")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"
