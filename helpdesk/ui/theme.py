"""Where the look comes from: stylesheets, scripts and the head of every page.

Values live in `assets/css/tokens.css` alone; components use its names. The pages before sign-in load the same files.
"""

from __future__ import annotations

import reflex as rx

STYLESHEETS = [
    "/css/tokens.css",
    "/css/base.css",
    "/css/components.css",
    "/css/shell.css",
    "/css/overlays.css",
    "/css/wizard.css",
    "/css/lists.css",
    "/css/queue.css",
    "/css/ticket.css",
    "/css/dashboard.css",
    "/css/reports.css",
    "/css/jobs.css",
    "/css/tree.css",
    "/css/admin.css",
    "/css/personal.css",
]

# `theme.js` runs before the first paint; the others wait for the document.
BLOCKING_SCRIPT = "/js/theme.js"
SCRIPTS = [
    "/js/ui.js",
    "/js/keys.js",
    "/js/upload.js",
    "/js/presence.js",
    "/js/lightbox.js",
    "/js/mentions.js",
]


def head() -> list[rx.Component]:
    """Elements for the head of every page of the app."""
    return [
        rx.el.meta(name="robots", content="noindex"),
        rx.el.meta(name="color-scheme", content="light dark"),
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.link(
            rel="preload",
            href="/fonts/inter-latin.woff2",
            custom_attrs={"as": "font", "type": "font/woff2", "crossOrigin": "anonymous"},
        ),
        rx.el.script(src=BLOCKING_SCRIPT),
        *[rx.el.script(src=src, defer=True) for src in SCRIPTS],
    ]
