"""What happens to a request before its route sees it, in the order of product rules §1: 401, role gate 403, limits,
then the shape of query and body.

Each route says who may call it by a mark: `@public`, `@signed_in`, `@staff`, `@worker`, `@overseer` or `@admin`.
A route without one does not start.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Iterable
from typing import Annotated, Any, NoReturn, TypeVar, get_origin

from fastapi import Depends, Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from helpdesk.api import problems
from helpdesk.api.credentials import actor_of, check_origin
from helpdesk.core.errors import DomainError, FieldError, Invalid, UnsupportedType
from helpdesk.domain.access import (
    Actor,
    require_admin,
    require_role,
    require_scope,
    require_staff,
    require_worker,
)
from helpdesk.domain.enums import Role, TokenScope
from helpdesk.services import limits

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T", bound=BaseModel)
Gate = Callable[[Actor], None]

_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_MARK = "__helpdesk_mark__"


class Mark:
    """Who may call a route, and what bodies it takes."""

    def __init__(self, who: str, gate: Gate | None, *, reads_body_itself: bool = False) -> None:
        self.who = who
        self.gate = gate
        self.reads_body_itself = reads_body_itself


def public(route: F) -> F:
    """Anybody, without signing in."""
    return _marked(route, Mark("public", None))


def signed_in(route: F) -> F:
    """Everybody with a live session."""
    return _marked(route, Mark("signed in", _anybody))


def staff(route: F) -> F:
    """Agents, managers and admins."""
    return _marked(route, Mark("staff", require_staff))


def worker(route: F) -> F:
    """Agents and admins."""
    return _marked(route, Mark("worker", require_worker))


def admin(route: F) -> F:
    """Admins."""
    return _marked(route, Mark("admin", require_admin))


def overseer(route: F) -> F:
    """Managers and admins."""
    return _marked(route, Mark("overseer", _require_overseer))


def reads_body(route: F) -> F:
    """The route takes JSON or files, and reads its body itself. Stands below the mark of who may call."""
    setattr(route, _MARK, Mark("", None, reads_body_itself=True))
    return route


def mark_of(route: Callable[..., Any]) -> Mark:
    """The mark of a route. Raises TypeError where it has none."""
    mark = getattr(route, _MARK, None)
    if not isinstance(mark, Mark) or not mark.who:
        raise TypeError(f"{route.__module__}.{route.__name__} does not say who may call it")
    return mark


class GuardedRoute(APIRoute):
    """A route behind the checks."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As any route, but `/tickets/{key}` is not asked for a path that a route of its own has."""
        found = super().matches(scope)
        if found[0] is Match.NONE or not self.param_convertors or "app" not in scope:
            return found
        plain = (route for route in scope["app"].routes if not route.param_convertors)
        taken = any(route.path == scope["path"] for route in plain)
        return (Match.NONE, {}) if taken else found

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()
        mark = mark_of(self.endpoint)
        repeatable = {
            field.alias: get_origin(field.field_info.annotation) is list
            for field in get_flat_params(self.dependant)
            if isinstance(field.field_info, params.Query)
        }
        body = self.body_field
        optional = body is not None and not body.field_info.is_required()

        async def handler(request: Request) -> Response:
            try:
                if mark.gate is not None:
                    await run_in_threadpool(_admit, request, mark, mark.gate)
                _check_query(request, repeatable)
                if body is not None:
                    await _check_json(request, optional)
                elif not mark.reads_body_itself:
                    await _refuse_body(request)
                return _without_kind(await inner(request))
            except (DomainError, HTTPException, RequestValidationError):
                raise
            except Exception as error:
                return problems.unexpected(request, error)

        return handler


async def _actor(request: Request) -> Actor:
    actor = request.state.actor
    assert isinstance(actor, Actor)  # noqa: S101 (set before the route, or the route is public)
    return actor


Caller = Annotated[Actor, Depends(_actor)]
"""The parameter of a route that gets whoever calls it."""


def validated(model: type[T], values: object, *, as_text: bool = False) -> T:
    """`values` as a body of the kind `model`; `as_text`: they come from a form, where a number is text.

    Raises:
        RequestValidationError: as for a body that the framework reads.
    """
    try:
        return model.model_validate(values, strict=False if as_text else None)
    except ValidationError as error:
        _refuse(error.errors(include_url=False))


def parse_json(raw: bytes) -> Any:
    """The JSON value in `raw`. Raises Invalid for anything else, also for NaN and endless numbers."""
    try:
        return json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Invalid.at("body", "This is not valid JSON.") from None


def is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def wrong_type(*wanted: str) -> UnsupportedType:
    """415 for a body of another kind."""
    return UnsupportedType(f"The body has to be {' or '.join(wanted)}.")


def scopes_of(method: str, mark: Mark) -> tuple[TokenScope, ...]:
    """What a personal token needs for a route: read or write, and admin beside it where the route is for admins."""
    first = TokenScope.WRITE if method in _UNSAFE else TokenScope.READ
    return (first, TokenScope.ADMIN) if mark.who == "admin" else (first,)


# ---- parts -------------------------------------------------------------------------------------------------


def _marked(route: F, mark: Mark) -> F:
    before = getattr(route, _MARK, None)
    mark.reads_body_itself = isinstance(before, Mark) and before.reads_body_itself
    setattr(route, _MARK, mark)
    return route


def _anybody(_: Actor) -> None:
    return


def _require_overseer(actor: Actor) -> None:
    require_role(actor, Role.MANAGER, Role.ADMIN)


def _admit(request: Request, mark: Mark, gate: Gate) -> None:
    actor = actor_of(request)
    request.state.actor = actor
    if request.method in _UNSAFE:
        check_origin(request)
    gate(actor)
    require_scope(actor, *scopes_of(request.method, mark))
    limits.request(actor)


def _check_query(request: Request, repeatable: dict[str, bool]) -> None:
    """Unknown parameters, and repeated ones that can't be, are refused and never ignored."""
    wrong: list[FieldError] = []
    for name in dict.fromkeys(request.query_params.keys()):
        if name not in repeatable:
            wrong.append(FieldError(name, "There is no such parameter."))
        elif not repeatable[name] and len(request.query_params.getlist(name)) > 1:
            wrong.append(FieldError(name, "This can be given once."))
    if wrong:
        raise Invalid("Some parameters need attention.", errors=wrong[:20])


async def _check_json(request: Request, optional: bool) -> None:
    raw = await request.body()
    if not raw:
        if not optional:
            raise Invalid.at("body", "A body in JSON is needed here.")
        return
    if not is_json(request):
        raise wrong_type("application/json")
    parse_json(raw)


async def _refuse_body(request: Request) -> None:
    """A body where none belongs, such as one with fields that would be ignored."""
    if request.method in _UNSAFE and (await request.body()).strip() not in {b"", b"{}"}:
        raise Invalid.at("body", "Nothing is taken here but the address.")


def _without_kind(response: Response) -> Response:
    """An answer without a body says nothing of its kind."""
    if response.status_code == 204 and "content-type" in response.headers:
        del response.headers["content-type"]
    return response


def _refuse(errors: Iterable[Any]) -> NoReturn:
    raise RequestValidationError([{**error, "loc": ("body", *error["loc"])} for error in errors])


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
