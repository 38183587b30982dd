"""Sign-in, sign-out and the server's own error pages: plain HTML with the tokens of the app, without its bundle.

The form works without JavaScript. The session's cookie is the only thing that a browser gets (product rules §7).
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from helpdesk.core.config import get_settings
from helpdesk.core.errors import DomainError
from helpdesk.services import sessions
from helpdesk.ui.guard import sockets
from helpdesk.ui.guard.client_address import client_address

_COOKIE_AGE_S = 14 * 24 * 3600
_MAX_FORM_BYTES = 16_384
_SAFE_NEXT = re.compile(r"/(?![/\\])[\w\-./~%?&=,:+#@!]*\Z")
_NOTICES = {
    "expired": "You were signed out. What you wrote is saved and waits for you.",
    "out": "You are signed out.",
}

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
)


def _icon(name: str, css: str = "i") -> Markup:
    return Markup('<svg class="{}" aria-hidden="true"><use href="/icons.svg#{}"></use></svg>').format(
        css, name
    )


_templates.globals["icon"] = _icon


def routes() -> Starlette:
    """The app of these pages; the composition root puts it in front of the framework's."""
    return Starlette(
        routes=[
            Route("/login", _show, methods=["GET"]),
            Route("/login", _sign_in, methods=["POST"]),
            Route("/logout", _sign_out, methods=["POST"]),
        ]
    )


def safe_next(path: object) -> str:
    """Where to go after sign-in: a path of this site, else the home page. Never another host, never a script."""
    if not isinstance(path, str) or len(path) > 500 or not _SAFE_NEXT.match(path):
        return "/"
    return "/" if path.startswith(("/login", "/logout", "/api/")) else path


def error_page(
    status: int, title: str, text: str, *, action: str = "Try again", href: str = ""
) -> HTMLResponse:
    """A page of the server's own when the app can't be shown; says what happened and offers the way on."""
    glyph = "triangle-alert" if status >= 500 else "folder"
    html = _render("error.html", title=title, text=text, glyph=glyph, action=action, href=href)
    return HTMLResponse(html, status, {"Cache-Control": "no-store"})


def same_origin(request: Request) -> bool:
    """Whether a form came from our own pages: its Origin is ours, or a browser vouches for it where it sends none."""
    origin = request.headers.get("origin")
    if origin and origin != "null":
        return origin in get_settings().origins
    return request.headers.get("sec-fetch-site") == "same-origin"


async def _show(request: Request) -> Response:
    target = safe_next(request.query_params.get("next", "/"))
    cookie = sockets.cookie_value(request.headers.get("cookie", ""))
    try:
        if await sockets.actor_of(cookie) is not None:
            return RedirectResponse(target, 303)
    except DomainError as error:
        return error_page(error.status, error.title, error.message)
    return _page(target, notice=_NOTICES.get(request.query_params.get("reason", ""), ""))


async def _sign_in(request: Request) -> Response:
    if not same_origin(request):
        return error_page(403, "That form came from elsewhere", "Open the sign-in page again.", href="/login")
    form = await _form(request)
    if form is None:
        return _page("/", error="That was more than a sign-in form holds. Try again.", status=413)
    email, password = str(form.get("email", "")), str(form.get("password", ""))
    target = safe_next(form.get("next", "/"))
    client = sessions.Client(client_address(request), request.headers.get("user-agent"))
    try:
        _, cookie = await asyncio.to_thread(sessions.sign_in, client, email, password)
    except DomainError as error:
        return _page(target, email=email[:254], error=_in_words(error), status=error.status, wait=error.extra)
    response = RedirectResponse(target, 303, {"Cache-Control": "no-store"})
    response.set_cookie(
        sockets.cookie_name(),
        cookie,
        max_age=_COOKIE_AGE_S,
        path="/",
        secure=get_settings().secure_cookies,
        httponly=True,
        samesite="lax",
    )
    return response


async def _sign_out(request: Request) -> Response:
    if not same_origin(request):
        return error_page(
            403, "That form came from elsewhere", "You are still signed in.", action="Home", href="/"
        )
    try:
        actor = await sockets.actor_of(sockets.cookie_value(request.headers.get("cookie", "")))
        if actor is not None:
            await asyncio.to_thread(sessions.sign_out, actor)
    except DomainError as error:
        return error_page(
            error.status, error.title, "You are still signed in. Try again in a minute.", href="/"
        )
    response = RedirectResponse("/login?reason=out", 303, {"Cache-Control": "no-store"})
    response.delete_cookie(
        sockets.cookie_name(), path="/", secure=get_settings().secure_cookies, httponly=True, samesite="lax"
    )
    return response


async def _form(request: Request) -> FormData | None:
    """The form, read whole only while it is small; None for anything larger or of another kind."""
    if (
        request.headers.get("content-type", "").partition(";")[0].strip()
        != "application/x-www-form-urlencoded"
    ):
        return None
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_FORM_BYTES:
            return None
    request._body = body
    return await request.form(max_files=0, max_fields=10)


def _page(
    target: str,
    *,
    email: str = "",
    error: str = "",
    notice: str = "",
    status: int = 200,
    wait: dict[str, Any] | None = None,
) -> HTMLResponse:
    headers = {"Cache-Control": "no-store"}
    if wait and (seconds := wait.get("retry_after")):
        headers["Retry-After"] = str(seconds)
    html = _render("sign_in.html", title="Sign in", next=target, email=email, error=error, notice=notice)
    return HTMLResponse(html, status, headers)


def _in_words(error: DomainError) -> str:
    seconds = error.extra.get("retry_after")
    return f"{error.message.rstrip('.')}. Try again in {seconds} s." if seconds else error.message


def _render(template: str, **values: Any) -> str:
    return _templates.get_template(template).render(**values)
