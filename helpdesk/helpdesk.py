"""Composition root of the web process: UI, REST API, sign-in pages and the guard in front, as one ASGI app."""

from __future__ import annotations

import functools
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import reflex as rx
from reflex.utils import prerequisites

from helpdesk.api.app import in_front_of
from helpdesk.core.config import get_settings
from helpdesk.core.log import configure_logging
from helpdesk.ui import layout, live, pages, sign_in, theme
from helpdesk.ui.errors import on_backend_error, on_frontend_error
from helpdesk.ui.guard import EventFence, asgi_guard

configure_logging(get_settings())


@asynccontextmanager
async def settled() -> AsyncIterator[None]:
    """What was made at the start stays for good, a quarter of a million objects: the garbage collector leaves them
    out. To go through them took some tenths of a second each time, and nobody was answered meanwhile.
    """
    gc.collect()
    gc.freeze()
    # usual is 700, which a page that is read again makes at once; 200 open pages then take some 90 MiB more
    gc.set_threshold(10_000)
    yield


app = rx.App(
    html_lang="en",
    stylesheets=theme.STYLESHEETS,
    head_components=theme.head(),
    reset_style=False,
    toaster=None,
    app_wraps={
        (55, "ErrorBoundary"): layout.error_boundary,
        (5, "Overlay"): lambda stateful: layout.connection_overlay() if stateful else None,
    },
    backend_exception_handler=on_backend_error,
    frontend_exception_handler=on_frontend_error,
    api_transformer=[
        sign_in.routes(),
        in_front_of,
        functools.partial(asgi_guard, static_dir=prerequisites.get_web_dir() / "build" / "client"),
    ],
)
app.add_middleware(EventFence(), index=0)
app.register_lifespan_task(live.follow)
pages.add_pages(app)
app.register_lifespan_task(settled)
