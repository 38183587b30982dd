"""The frame around every page: sidebar by role with live counts, top bar, bottom bar on phones, dialogs, toasts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx
from reflex_components_core.base.error_boundary import ErrorBoundary
from reflex_components_core.core.banner import has_connection_errors

from helpdesk.domain.enums import Role
from helpdesk.ui.app_state import AppState
from helpdesk.ui.bell.view import bell
from helpdesk.ui.components import (
    Child,
    avatar,
    empty_state,
    icon,
    icon_button,
    kbd,
    link_button,
    menu,
    menu_head,
    menu_item,
    menu_line,
    menu_link,
    toast_stack,
)
from helpdesk.ui.keyboard import keyboard_dialog
from helpdesk.ui.profile.state import ProfileState
from helpdesk.ui.sidebar import Active, bottom_bar, sidebar


def shell(
    *content: Child,
    active: Active | rx.Var[str] = "",
    bare: bool | rx.Var[bool] = False,
    after: Sequence[Child] | None = None,
) -> rx.Component:
    """A page in its frame.

    Args:
        content: what lies on the panel; usually a `.scroll` with a `.page` in it.
        active: the sidebar's current entry (see `navigation`).
        bare: on a phone the task takes the screen: no top bar, no bottom bar.
        after: dialogs and the like of this page.
    """
    return rx.fragment(
        rx.el.nav(
            rx.el.a(
                "To the content", href="#main", class_name="skip btn", custom_attrs={"reloadDocument": True}
            ),
            aria_label="Skip",
        ),
        rx.el.div(
            rx.el.div(class_name="drawer-scrim"),
            sidebar(active),
            rx.el.div(
                _top_bar(),
                rx.el.main(*content, class_name="panel", id="main", tab_index=-1),
                class_name="main",
            ),
            bottom_bar(active),
            class_name=rx.cond(bare, "shell bare", "shell"),
            data_hydrated=rx.cond(rx.State.is_hydrated, "true", "false"),
            data_signed_out=rx.cond(AppState.signed_out, "true", "false"),
            data_zone=AppState.me["zone"],
            data_locale=AppState.me["locale"],
            data_look=AppState.me["look"],
        ),
        keyboard_dialog(),
        *(after or []),
        toast_stack(AppState.toasts, AppState.dismiss_toast),
        rx.el.div(class_name="sr", id="live-region", aria_live="polite", role="status"),
    )


def not_found() -> rx.Component:
    """The page for what isn't there, or isn't theirs to see: both look the same."""
    return shell(nothing_here())


def nothing_here() -> rx.Component:
    """What stands on the panel then."""
    return rx.el.div(
        empty_state(
            "folder",
            "There is nothing here",
            "The address is wrong, or this isn't yours to see. If somebody sent you the link, ask them to add you.",
            link_button("To my requests", href="/my", kind="pri"),
        ),
        class_name="scroll centre",
    )


def only_for(*roles: Role, content: rx.Component) -> rx.Component:
    """A page of some roles: others are told that nothing is here. A courtesy; what they learn, the services decide."""
    role = AppState.me["role"]
    theirs: Any = role == ""  # not known yet
    for one in roles:
        theirs = theirs | (role == str(one))
    return rx.fragment(rx.cond(theirs, content, nothing_here()))


def connection_overlay() -> rx.Component:
    """Says that the connection is lost; it appears after 2 s, so that a blink of the network shows nothing."""
    notice = rx.el.div(
        _drawn_offline(),
        rx.el.div("No connection. What you wrote is kept; it goes on by itself."),
        class_name="callout warn offline late",
        role="status",
        data_offline="true",
    )
    return rx.fragment(rx.cond(has_connection_errors, notice, rx.fragment()))


def _drawn_offline() -> rx.Component:
    """The sprite's "refresh-cw", drawn here: without a connection no sprite can be asked for."""
    strokes = (
        "M3 12a9 9 0 0 1 9-9 9.75 9.75 0 0 1 6.74 2.74L21 8", "M21 3v5h-5",
        "M21 12a9 9 0 0 1-9 9 9.75 9.75 0 0 1-6.74-2.74L3 16", "M8 16H3v5",
    )  # fmt: skip
    return rx.el.svg(
        *[rx.el.svg.path(d=stroke) for stroke in strokes],
        view_box="0 0 24 24",
        class_name="i",
        custom_attrs={"aria-hidden": "true"},
    )


def error_boundary(stateful: bool) -> rx.Component:
    """What stands in place of a page that crashed: no stack trace, and a way home."""
    ignored: dict[str, Any] = {} if stateful else {"on_error": rx.noop()}
    return ErrorBoundary.create(
        fallback_render=rx.el.div(
            rx.el.div(
                rx.el.span(icon("triangle-alert", "l"), class_name="ring"),
                rx.el.h1("This page stopped working", class_name="md bb"),
                rx.el.p("What you sent is stored. Load it again; if it happens twice, tell the helpdesk."),
                rx.el.div(
                    rx.el.a("Load again", href="", reload_document=True, class_name="btn pri"),
                    rx.el.a("Home", href="/", reload_document=True, class_name="btn"),
                    class_name="acts",
                ),
                class_name="empty",
                role="alert",
            ),
            class_name="crash",
        ),
        **ignored,
    )


# ---- parts


def _top_bar() -> rx.Component:
    return rx.el.header(
        icon_button("menu", "Menu", class_name="only-s", data_drawer_toggle="true"),
        rx.el.form(
            icon("search"),
            rx.el.input(
                type="search", name="q", placeholder="Search tickets", aria_label="Search tickets", max_length=200,
                data_shortcut="/", aria_keyshortcuts="/", auto_complete="off", enter_key_hint="search",
            ),
            kbd("/"),
            class_name="search", role="search", on_submit=AppState.search,
        ),
        rx.el.span(class_name="sp only-l"),
        rx.el.span(link_button("New request", href="/new", glyph="plus", key="c"), class_name="only-l"),
        bell(),
        _profile_menu(),
        class_name="top",
    )  # fmt: skip


def _profile_menu() -> rx.Component:
    me = AppState.me
    return menu(
        [avatar(me, "l")],
        rx.el.div(
            rx.el.div(me["name"], class_name="b"),
            rx.el.div(me["email"], class_name="hint"),
            class_name="who",
            role="presentation",
        ),
        menu_line(),
        menu_link("Profile", href="/profile", glyph="circle-user-round"),
        menu_line(),
        menu_head("Theme"),
        *[_setting(words, "theme", value, glyph) for words, value, glyph in _THEMES],
        menu_line(),
        menu_head("Density"),
        _setting("Comfortable", "density", "comfortable", "rows-3"),
        _setting("Compact", "density", "compact", "list-filter"),
        menu_line(),
        menu_item("Keyboard", glyph="keyboard", data_dialog="keyboard"),
        rx.cond(me["mailbox"], menu_link("Mailbox", href="/mailbox", glyph="mail")),
        rx.el.form(
            rx.el.button(
                icon("log-out"), "Sign out", type="submit", role="menuitem", tab_index=-1, data_keep="true"
            ),
            action="/logout",
            method="post",
            on_submit=None,
            role="presentation",
        ),
        menu_id="profile",
        label="Profile and settings",
        kind="avatar-btn",
        align="end",
    )


_THEMES = [("Like the system", "system", "sun-moon"), ("Light", "light", "sun"), ("Dark", "dark", "moon")]


def _setting(words: str, key: str, value: str, glyph: str) -> rx.Component:
    return menu_item(
        words,
        glyph=glyph,
        checked=False,
        data_set=f"{key}:{value}",
        data_keep="true",
        on_click=ProfileState.choose(key, value),
    )
