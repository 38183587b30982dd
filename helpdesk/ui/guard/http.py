"""The guard in front of everything that one port answers: sockets are let in or not, pages need a session, and every
answer carries the headers that keep a browser from doing more than it should.
"""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from helpdesk.core.config import get_settings
from helpdesk.core.errors import DomainError
from helpdesk.domain.access import Actor
from helpdesk.ui.guard import sockets
from helpdesk.ui.navigation import START

EVENT_PATH = "/_event"
# The framework's generator fills the variant's place with 8 to f, where RFC 9562 has 8 to b.
_TOKEN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89a-f][0-9a-f]{3}-[0-9a-f]{12}\Z")
_HIDDEN = ("/_upload", "/_all_routes", "/auth-codespace", "/_health", "/ping")
_OPEN = ("/login", "/logout", "/api/", "/health", "/ready", "/metrics")
_FILE = re.compile(r"\.[a-z0-9]{2,5}\Z")
_HASHED = re.compile(r"/assets/(?!reflex-env-).+-[\w-]{8}\.(?:js|css)\Z")
_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.S)

EVENTS_PER_SECOND, EVENT_BURST, MAX_EVENT_CHARS = 20.0, 60, 200_000

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class asgi_guard:  # noqa: N801 - used like a function, in the app's list of transformers
    """Wraps the whole ASGI app.

    Args:
        app: what answers behind the guard.
        static_dir: the built front end; its inline scripts are named in the content security policy by their hashes.
    """

    def __init__(self, app: ASGIApp, static_dir: Path | None = None) -> None:
        self.app = app
        self.policy = content_security_policy(inline_scripts(static_dir) if static_dir else ())
        self.pages = page_files(static_dir) if static_dir else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, self._with_headers(scope, send))
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    # ---- pages and files

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if path.startswith(_HIDDEN) or path.startswith(EVENT_PATH):
            await PlainTextResponse("Not found", 404)(scope, receive, send)
        elif (answer := await self._to_sign_in(scope, path)) is not None:
            await answer(scope, receive, send)
        elif path.endswith("/") and path.rstrip("/") in self.pages:
            query = "?" + scope["query_string"].decode("latin-1") if scope["query_string"] else ""
            await RedirectResponse(path.rstrip("/") + query, 308)(scope, receive, send)
        elif path in self.pages:
            # by its file, as the file server would send a browser from "/queue" on to "/queue/"
            await self.app({**scope, "path": self.pages[path]}, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _to_sign_in(self, scope: Scope, path: str) -> Response | None:
        """Whoever opens a page without a session is sent to sign in; what pages show is protected by the services."""
        if not _is_navigation(scope) or path.startswith(_OPEN) or _FILE.search(path):
            return None
        from helpdesk.ui.sign_in import error_page

        try:
            actor = await sockets.actor_of(sockets.cookie_value(Headers(scope=scope).get("cookie", "")))
        except DomainError as error:
            return error_page(error.status, error.title, error.message)
        if actor is not None:
            return (
                RedirectResponse(START[actor.role], 303, {"Cache-Control": "no-store"})
                if path == "/"
                else None
            )
        wanted = quote(path, safe="/") + (
            "?" + scope["query_string"].decode("latin-1") if scope["query_string"] else ""
        )
        target = "/login" if wanted == "/" else "/login?" + urlencode({"next": wanted})
        return RedirectResponse(target, 303, {"Cache-Control": "no-store"})

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        path: str = scope["path"]
        secure = get_settings().secure_cookies

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                if secure:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
                if headers.get("content-type", "").startswith("text/html"):
                    headers.setdefault("Content-Security-Policy", self.policy)
                headers.setdefault("Cache-Control", _cache_control(path, message["status"]))
            await send(message)

        return guarded

    # ---- sockets

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        admitted = await self._admit(scope)
        if admitted is None:
            await receive()
            await send({"type": "websocket.close", "code": 4401})
            return
        actor, cookie, token = admitted
        socket = sockets.register(cookie, actor)
        if socket is None:
            await receive()
            await send({"type": "websocket.close", "code": 4429})
            return
        query = parse_qs(scope["query_string"].decode("latin-1"))
        query["token"] = [sockets.state_token(token, actor.session_id or "")]
        dropped = (b"cookie", b"authorization", b"proxy-authorization")
        headers = [(name, value) for name, value in scope["headers"] if name not in dropped]
        inner = {
            **scope,
            "query_string": urlencode(query, doseq=True).encode(),
            "headers": [*headers, (b"authorization", sockets.header_of(socket))],
        }
        limited = _Limited(receive, send)
        try:
            await self.app(inner, limited.receive, limited.send)
        finally:
            sockets.forget(socket)

    async def _admit(self, scope: Scope) -> tuple[Actor, str, str] | None:
        """Our path and origin, a token of the right shape, and a live session; checked before the socket opens."""
        headers = Headers(scope=scope)
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if not scope["path"].startswith(EVENT_PATH) or not _TOKEN.match(token):
            return None
        if headers.get("origin", "") not in get_settings().origins:
            return None
        cookie = sockets.cookie_value(headers.get("cookie", ""))
        try:
            actor = await sockets.actor_of(cookie)
        except DomainError:
            return None  # the browser tries again by itself
        return (actor, cookie, token) if actor else None


class _Limited:
    """A socket that is closed when more comes in than a person at a browser can cause."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._allowance, self._last = float(EVENT_BURST), time.monotonic()
        self._closed = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "websocket.receive" and not self._within(message):
            self._closed = True
            await self._send({"type": "websocket.close", "code": 1008})
            return {"type": "websocket.disconnect", "code": 1008}
        return message

    async def send(self, message: Message) -> None:
        if not self._closed:
            await self._send(message)

    def _within(self, message: Message) -> bool:
        now = time.monotonic()
        grown = self._allowance + (now - self._last) * EVENTS_PER_SECOND
        self._allowance, self._last = min(float(EVENT_BURST), grown) - 1, now
        size = len(message.get("text") or message.get("bytes") or "")
        return self._allowance >= 0 and size <= MAX_EVENT_CHARS


def page_files(static_dir: Path) -> dict[str, str]:
    """Addresses of the pages that lie in folders of the built front end, each with the path of its file."""
    found = (page.relative_to(static_dir).as_posix() for page in static_dir.glob("*/**/index.html"))
    return {"/" + path.removesuffix("/index.html"): "/" + path for path in found}


def inline_scripts(static_dir: Path) -> list[str]:
    """Hashes, as a policy names them, of the inline scripts in a built front end; sorted, each once."""
    found: set[str] = set()
    for page in static_dir.rglob("*.html"):
        for script in _INLINE.findall(page.read_text(encoding="utf-8")):
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            found.add(f"'sha256-{digest}'")
    return sorted(found)


def content_security_policy(script_hashes: Iterable[str] = ()) -> str:
    """The policy of our pages: nothing from elsewhere, no evaluated text; styles may be inline (the framework's)."""
    return "; ".join([
        "default-src 'self'",
        " ".join(["script-src 'self'", *script_hashes]),
        "style-src 'self' 'unsafe-inline'",
        " ".join(["img-src 'self' data: blob:", *_storage_origin()]),
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ])  # fmt: skip


def _storage_origin() -> list[str]:
    """Where the storage's signed links lead to: pictures of attachments are loaded from there."""
    settings = get_settings()
    if settings.storage != "s3":
        return []
    if not settings.s3_endpoint_url:
        return ["https://*.amazonaws.com"]
    address = urlsplit(settings.s3_endpoint_url)
    return [f"{address.scheme}://{address.netloc}"]


def _is_navigation(scope: Scope) -> bool:
    if scope["method"] not in ("GET", "HEAD"):
        return False
    headers = Headers(scope=scope)
    mode = headers.get("sec-fetch-mode")
    return mode == "navigate" if mode else "text/html" in headers.get("accept", "")


def _cache_control(path: str, status: int) -> str:
    if status >= 400 or path.startswith("/api/"):
        return "no-store"
    if _HASHED.search(path):
        return "public, max-age=31536000, immutable"
    if path.startswith("/fonts/"):
        return "public, max-age=2592000"
    return "no-cache"


__all__: list[Any] = ["asgi_guard", "content_security_policy", "inline_scripts"]
