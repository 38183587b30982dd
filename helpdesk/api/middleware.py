"""Around every answer of the API: bodies stop at their limit before they are read whole, and headers are safe."""

from __future__ import annotations

import re
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from helpdesk.api import problems
from helpdesk.core.config import get_settings
from helpdesk.core.errors import TooLarge

JSON_BYTES = 1024 * 1024
FILES_PER_REQUEST = 10
_AROUND_FILES = 1024 * 1024  # the other fields, and the frame of a multipart body
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_FILES = re.compile(r"/api/v1/(uploads|tickets|tickets/[^/]+/(comments|attachments))")


class Limits:
    """Refuses bodies over the limit by their announced length, and stops reading the ones that announced none."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = _most_bytes(scope)
        announced = Headers(scope=scope).get("content-length", "0")
        if not _is_number(announced) or int(announced) > most:
            await problems.of_domain_error(_too_large(most))(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise _too_large(most)
            return message

        await self.app(scope, counted, send)


class SafeHeaders:
    """Adds what every answer carries, unless the route set it itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers["X-Request-ID"] = request_id
            await send(message)

        await self.app(scope, receive, with_headers)


def _most_bytes(scope: Scope) -> int:
    kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json" or not _FILES.fullmatch(scope["path"]):
        return JSON_BYTES
    files = FILES_PER_REQUEST if kind == "multipart/form-data" else 1
    return files * get_settings().max_upload_bytes + _AROUND_FILES


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"A body can have {most:,} bytes here.")
