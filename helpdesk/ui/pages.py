"""The list of pages. A feature's `page.py` marks its view with `@page`; whatever lies in `ui/<feature>/` is found."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from helpdesk.ui.app_state import AppState
from helpdesk.ui.components._types import Text


@dataclass(frozen=True, slots=True)
class PageSpec:
    route: str
    view: Callable[[], rx.Component]
    title: Text
    on_load: tuple[Any, ...] = field(default=())


_pages: dict[str, PageSpec] = {}


def page(
    route: str, *, title: Text, on_load: Sequence[Any] = ()
) -> Callable[[Callable[[], rx.Component]], Callable[[], rx.Component]]:
    """Make a view a page of the app.

    Args:
        route: as the framework writes it, such as "/tickets/[key]".
        title: of the window, without the product's name; may be a Var.
        on_load: handlers after `AppState.enter`, at each visit and reconnect. Each shows only what its service returns.
    """

    def register(view: Callable[[], rx.Component]) -> Callable[[], rx.Component]:
        if route in _pages and _pages[route].view.__module__ != view.__module__:
            raise ValueError(f"two pages at {route}")
        _pages[route] = PageSpec(route, view, title, tuple(on_load))
        return view

    return register


def discover() -> list[PageSpec]:
    """Import every `ui/<feature>/page.py` and return what they registered, by route."""
    import helpdesk.ui as package

    for module in pkgutil.iter_modules(package.__path__):
        if not module.ispkg or module.name in ("components", "guard"):
            continue
        name = f"{package.__name__}.{module.name}"
        if any(
            inner.name == "page" for inner in pkgutil.iter_modules(importlib.import_module(name).__path__)
        ):
            importlib.import_module(f"{name}.page")
    return [_pages[route] for route in sorted(_pages)]


def exists(href: str) -> bool:
    """Whether a page answers at this address; the frame offers no way to one that isn't there."""
    return href.partition("?")[0] in _pages


def add_pages(app: rx.App) -> None:
    """Put all pages, and the one for what isn't there, into the app."""
    from helpdesk.ui.bell.state import BellState
    from helpdesk.ui.layout import not_found

    frame = [AppState.enter, BellState.begin]
    for spec in discover():
        app.add_page(
            spec.view,
            route=spec.route,
            title=f"{spec.title} · Helpdesk",
            description="",
            on_load=[*frame, *spec.on_load],
        )
    app.add_page(not_found, route="404", title="Not found · Helpdesk", description="", on_load=frame)
