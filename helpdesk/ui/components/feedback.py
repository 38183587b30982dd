"""What a place shows when it is empty, loading, wrong or long."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from helpdesk.ui.components._types import Child, Flag, Text, css, is_set
from helpdesk.ui.components.actions import link_button
from helpdesk.ui.icons import icon


def empty_state(glyph: Text, title: Text, text: Child = "", *actions: rx.Component) -> rx.Component:
    """Says what belongs here and offers the first step."""
    return rx.el.div(
        rx.el.span(icon(glyph, "l"), class_name="ring"),
        rx.el.h2(title, class_name="md bb"),
        *([rx.el.p(text)] if is_set(text) else []),
        *([rx.el.div(*actions, class_name="acts")] if actions else []),
        class_name="empty",
    )


def callout(
    kind: Literal["", "warn", "ok", "inf", "dan"],
    glyph: Text,
    *children: Child,
    alert: bool = False,
    **props: Any,
) -> rx.Component:
    """A notice in its place: amber for a turn to take, green for done, blue for news, red for trouble."""
    return rx.el.div(
        icon(glyph),
        rx.el.div(*children, class_name="sp"),
        class_name=css("callout", kind),
        role="alert" if alert else "note",
        **props,
    )


def problem(title: Text, text: Child, *actions: rx.Component) -> rx.Component:
    """An error in one place while the rest stays: what happened, what was kept, what to do."""
    return callout(
        "dan",
        "triangle-alert",
        rx.el.div(title, class_name="b"),
        rx.el.div(text),
        *([rx.el.div(*actions, class_name="row", style={"margin-top": "8px"})] if actions else []),
        alert=True,
    )


def corrected_search(typed: Text, corrected: Text) -> rx.Component:
    """Above what was found for other words than those typed, as nothing has these; else nothing."""
    return rx.cond(
        corrected,
        rx.el.p(
            "Nothing has “",
            rx.el.bdi(typed),
            "”. Showing results for ",
            rx.el.bdi(corrected, class_name="b"),
            ".",
            class_name="corrected t2",
            role="status",
        ),
    )


def skeleton(width: str = "100%", *, round_: bool = False) -> rx.Component:
    """One grey bar where content will stand; it shows after 200 ms."""
    return rx.el.span(
        class_name="sk round" if round_ else "sk", custom_attrs={"style": {} if round_ else {"width": width}}
    )


def skeleton_rows(count: int, *widths: str, class_name: str = "") -> rx.Component:
    """Rows on the grid of the real ones.

    Args:
        widths: one bar per column; "" leaves a column free, "o" is a round one.
        class_name: class of the real row, so that the grid is the same.
    """
    cells = [
        rx.el.span() if not width else skeleton(round_=True) if width == "o" else skeleton(width)
        for width in widths
    ]
    return rx.el.div(
        *[rx.el.div(*cells, class_name=class_name) for _ in range(count)],
        aria_hidden="true",
        data_skeleton="true",
    )


def loading(ready: Flag, skeleton_: rx.Component, content: rx.Component) -> rx.Component:
    """The skeleton until `ready`, then the content. `ready` starts False, so that no default value flashes up."""
    return rx.el.div(
        rx.cond(ready, content, skeleton_),
        class_name="contents",
        aria_busy=rx.cond(ready, "false", "true") if isinstance(ready, rx.Var) else str(not ready).lower(),
    )


def table_head(
    words: Text, href: Text = "", direction: Text = "", *, end: bool = False, class_name: str = ""
) -> rx.Component:
    """A column's head. With `href` it sorts: a link, so that the order stands in the URL.

    Args:
        direction: "ascending", "descending" or "" for a column that is not sorted by.
    """
    if not is_set(href):
        return rx.el.span(words, role="columnheader", class_name=css("end" if end else "", class_name))
    arrow = rx.match(
        direction,
        ("ascending", icon("arrow-up", "s")),
        ("descending", icon("arrow-down", "s")),
        rx.fragment(),
    )
    return rx.el.span(
        rx.el.a(words, arrow, href=href, class_name="sorter", replace=True),
        role="columnheader",
        class_name=css("end" if end else "", class_name),
        aria_sort=rx.cond(direction, direction, "none")
        if isinstance(direction, rx.Var)
        else (direction or "none"),
    )


def pager(*, newer: Text, older: Text, words: Text) -> rx.Component:
    """Keyset pages: two links that hold the cursors, and where one is.

    Args:
        newer, older: hrefs; "" where there is no such page.
    """
    return rx.el.nav(
        rx.el.span(words, class_name="t2 num"),
        rx.el.span(class_name="sp"),
        _step(newer, "Previous", "chevron-left"),
        _step(older, "Next", "chevron-right"),
        class_name="pager row",
        aria_label="Pages",
    )


def _step(href: Text, words: str, glyph: str) -> rx.Component:
    there = link_button(words, href=href, size="sm", glyph=glyph)
    missing = rx.el.span(icon(glyph), words, class_name="btn sm", aria_disabled="true")
    if isinstance(href, rx.Var):
        return rx.el.span(rx.cond(href, there, missing))
    return there if href else missing
