"""Refusals as `application/problem+json` (RFC 9457), in one place (product rules §7)."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from pydantic_core import to_jsonable_python
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from helpdesk.api.shapes import CommentOut, TicketDetailOut
from helpdesk.core.errors import DomainError, FieldError, Forbidden, RateLimited, Unauthenticated, Unavailable
from helpdesk.services import sessions
from helpdesk.services.views import CommentView, TicketDetail

MEDIA_TYPE = "application/problem+json"
_MOST_ERRORS = 50
_RETRY_AFTER_S = 5
_log = logging.getLogger(__name__)
_WORDS = {
    "missing": "This is needed.",
    "extra_forbidden": "There is no such field.",
    "string_type": "Text is needed here.",
    "string_unicode": "This is not valid text.",
    "int_type": "A whole number is needed here.",
    "int_parsing": "A whole number is needed here.",
    "bool_type": "This is either true or false.",
    "bool_parsing": "This is either true or false.",
    "list_type": "A list is needed here.",
    "dict_type": "An object is needed here.",
    "model_attributes_type": "An object is needed here.",
    "model_type": "An object is needed here.",
}


class FieldProblem(BaseModel):
    field: str = Field(description="The field's name as in the request; parts of nested ones joined by dots.")
    message: str


class Problem(BaseModel):
    """What went wrong (RFC 9457). Some carry more: `current`, `newer`, `allowed`, `tickets`, `assigned_to`,
    `retry_after`.
    """

    type: str = Field(examples=["urn:helpdesk:problem:invalid"])
    title: str
    status: int
    detail: str
    code: str = Field(description="The last part of `type`.", examples=["invalid"])
    errors: list[FieldProblem]


class _ProblemResponse(Response):
    media_type = MEDIA_TYPE

    def render(self, content: Any) -> bytes:
        # in ASCII: what a caller sent, such as a field's name, may hold what UTF-8 can't
        return json.dumps(content, ensure_ascii=True).encode()


def problem(
    status: int,
    code: str,
    title: str,
    detail: str,
    errors: Iterable[FieldError] = (),
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An answer of the one shape that all refusals have."""
    body = {
        "type": f"urn:helpdesk:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": [{"field": one.field, "message": one.message} for one in errors],
    }
    return _ProblemResponse(body | dict(extra or {}), status, dict(headers or {}))


def of_domain_error(error: DomainError) -> Response:
    """A refusal of the services."""
    headers: dict[str, str] = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="helpdesk"'
    if isinstance(error, RateLimited):
        headers["Retry-After"] = str(error.extra.get("retry_after", 60))
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(_RETRY_AFTER_S)
    extra = {name: _shown(value) for name, value in error.extra.items()}
    return problem(error.status, error.code, error.title, error.message, error.errors, extra, headers)


def unexpected(request: Request, error: Exception) -> Response:
    """500 without any detail but an id, under which the log has the rest."""
    number = uuid.uuid4().hex
    _log.error("%s %s failed (%s)", request.method, request.url.path, number, exc_info=error)
    return problem(
        500,
        "internal_error",
        "Something went wrong here",
        "This is our fault. Nothing of your request was stored; the id helps to find out why.",
        extra={"error_id": number},
    )


def of_validation(error: RequestValidationError) -> Response:
    """A body, path or query of the wrong shape: 422 naming the fields."""
    found = [FieldError(_field(item["loc"]), _message(item)) for item in error.errors()[:_MOST_ERRORS]]
    return problem(422, "invalid", "Some fields need attention", "Some fields need attention.", found)


def install(app: FastAPI) -> None:
    """Let `app` answer every refusal this way."""

    def domain(request: Request, error: Exception) -> Response:
        assert isinstance(error, DomainError)  # noqa: S101 (how it is registered)
        actor = getattr(request.state, "actor", None)
        if isinstance(error, Forbidden) and actor is not None:
            _record_denial(request, actor)
        return of_domain_error(error)

    async def validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 (how it is registered)
        return of_validation(error)

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 (how it is registered)
        titles = {404: ("not_found", "Not found"), 405: ("method_not_allowed", "Not possible here")}
        code, title = titles.get(error.status_code, ("bad_request", "Bad request"))
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(_methods_here(request))
        return problem(error.status_code, code, title, f"{title}.", headers=headers)

    async def anything(request: Request, error: Exception) -> Response:
        return unexpected(request, error)

    app.add_exception_handler(Exception, anything)  # also of the handlers below
    app.add_exception_handler(DomainError, domain)
    app.add_exception_handler(RequestValidationError, validation)
    app.add_exception_handler(HTTPException, http)


def _methods_here(request: Request) -> list[str]:
    """All methods of this path; the router names only those of the first route that has it."""
    path = next(
        route.path for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE
    )
    return sorted({method for route in request.app.routes if route.path == path for method in route.methods})


def _record_denial(request: Request, actor: Any) -> None:
    try:
        sessions.record_denial(actor, f"{request.method} {request.url.path}")
    except DomainError:
        _log.warning("A denial of user %s could not be recorded", actor.user_id)


def _shown(value: Any) -> Any:
    if isinstance(value, TicketDetail):
        return TicketDetailOut.of(value).model_dump(mode="json")
    if isinstance(value, CommentView):
        return CommentOut.of(value).model_dump(mode="json")
    if isinstance(value, tuple):
        return [_shown(one) for one in cast("tuple[object, ...]", value)]
    return to_jsonable_python(value)


def _field(location: tuple[str | int, ...]) -> str:
    parts = [str(part) for part in location]
    if parts and parts[0] in {"body", "query", "path", "header", "cookie"}:
        parts = parts[1:]
    return ".".join(parts) or "body"


def _message(item: Mapping[str, Any]) -> str:
    if item["type"] == "literal_error":
        return f"Possible here: {item['ctx']['expected']}."
    if item["type"] == "value_error":
        return str(item["ctx"]["error"])
    return _WORDS.get(item["type"], f"{item['msg']}.")
