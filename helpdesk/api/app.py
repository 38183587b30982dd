"""The REST API as an app of its own, and its place in front of the browser UI."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from helpdesk.api import docs, middleware, openapi, problems
from helpdesk.api.v1 import (
    admin_export,
    admin_jobs,
    admin_neighbours,
    admin_notifications,
    admin_people,
    admin_reports,
    admin_tickets,
    admin_tree,
    admin_views,
    auth,
    choices,
    figures,
    files,
    health,
    mailbox,
    notifications,
    profile,
    tickets,
)

_MODULES = (
    auth,
    choices,
    tickets,
    files,
    figures,
    admin_reports,
    admin_export,
    admin_jobs,
    admin_tickets,
    admin_neighbours,
    admin_tree,
    admin_people,
    admin_notifications,
    admin_views,
    notifications,
    profile,
    mailbox,
    health,
    docs,
)
_OURS = ("/health", "/ready")


def create_api() -> FastAPI:
    """Make the app. It keeps no state of its own and needs no lifespan."""
    app = FastAPI(
        title="Helpdesk",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    for module in _MODULES:
        # as they are, not by include_router: so each stays a route of the app that can be listed
        app.router.routes.extend(module.router.routes)
    problems.install(app)
    app.add_middleware(middleware.Limits)
    app.add_middleware(middleware.SafeHeaders)
    app.openapi = lambda: openapi.document(app)
    return app


class in_front_of:  # noqa: N801 (used like a function, in the web process's list of transformers)
    """Answers what belongs to the API and hands everything else, also sockets and the lifespan, to `behind`."""

    def __init__(self, behind: ASGIApp) -> None:
        self.behind = behind
        self.api = create_api()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope["type"] == "http" and _is_ours(scope["path"])
        await (self.api if ours else self.behind)(scope, receive, send)


def _is_ours(path: str) -> bool:
    return path in _OURS or path == "/api" or path.startswith("/api/")
