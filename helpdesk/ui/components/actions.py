"""Things that act: buttons, links, tabs, chips, the pill, keys."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from helpdesk.ui.components._types import Child, Flag, Handler, Text, css, is_set
from helpdesk.ui.icons import icon

Kind = Literal["", "pri", "gh", "dan", "note"]
"""Looks of a button: white, the one primary action of a page, ghost, destructive, internal note."""


def button(
    *children: Child,
    kind: Kind = "",
    size: Literal["", "sm", "lg"] = "",
    glyph: Text = "",
    key: str = "",
    on_click: Handler = None,
    busy: Flag = False,
    disabled: Flag = False,
    submit: bool = False,
    class_name: Text = "",
    **props: Any,
) -> rx.Component:
    """A button with words.

    Args:
        glyph: icon before the words.
        key: the shortcut, such as "a" or "mod+Enter": pressing it clicks the button; single keys are shown on it.
        busy: while it acts: dimmed, and a second click does nothing.
        submit: sends the form around it.
    """
    inside: list[Child] = []
    if is_set(glyph):
        inside.append(icon(glyph))
    inside.extend(children)
    if key:
        inside.append(kbd(key))
    return rx.el.button(
        *inside,
        type="submit" if submit else "button",
        class_name=css("btn", kind, size, class_name),
        disabled=_either(disabled, busy),
        **_shortcut(key),
        **({"aria_busy": busy} if isinstance(busy, rx.Var) else {}),
        **({"on_click": on_click} if on_click is not None else {}),
        **props,
    )


def icon_button(
    glyph: Text,
    label: Text,
    *,
    key: str = "",
    on_click: Handler = None,
    size: Literal["", "sm"] = "",
    kind: Kind = "gh",
    class_name: Text = "",
    **props: Any,
) -> rx.Component:
    """A button that is only an icon; `label` is its name and its tooltip."""
    return rx.el.button(
        icon(glyph),
        type="button",
        class_name=css("btn", kind, "ic", size, class_name),
        aria_label=label,
        title=label,
        **_shortcut(key),
        **({"on_click": on_click} if on_click is not None else {}),
        **props,
    )


def link_button(
    *children: Child,
    href: Text,
    kind: Kind = "",
    size: Literal["", "sm", "lg"] = "",
    glyph: Text = "",
    key: str = "",
    class_name: Text = "",
    **props: Any,
) -> rx.Component:
    """A link to a page of the app that looks like a button."""
    inside: list[Child] = [icon(glyph)] if is_set(glyph) else []
    inside.extend(children)
    if key:
        inside.append(kbd(key))
    return rx.el.a(
        *inside, href=href, class_name=css("btn", kind, size, class_name), **_shortcut(key), **props
    )


def link(*children: Child, href: Text, class_name: Text = "link", **props: Any) -> rx.Component:
    """A link to a page of the app; the page changes without a reload."""
    return rx.el.a(*children, href=href, class_name=class_name, **props)


def server_link(*children: Child, href: Text, class_name: Text = "link", **props: Any) -> rx.Component:
    """A link to something the server answers itself (a download, /login): the browser loads it."""
    return rx.el.a(*children, href=href, reload_document=True, class_name=class_name, **props)


def text_button(*children: Child, on_click: Handler, class_name: Text = "", **props: Any) -> rx.Component:
    """An action that reads like a link, inside a sentence."""
    return rx.el.button(
        *children, type="button", class_name=css("linkbtn", class_name), on_click=on_click, **props
    )


def segmented(label: Text, *options: tuple[Child, Flag, Handler]) -> rx.Component:
    """Two to four exclusive choices that act at once.

    Args:
        label: what is chosen, for screen readers.
        options: (content, chosen, handler) each.
    """
    return rx.el.div(
        *[
            rx.el.button(content, type="button", aria_pressed=_pressed(chosen), on_click=handler)
            for content, chosen, handler in options
        ],
        class_name="seg",
        role="group",
        aria_label=label,
    )


def tabs(label: Text, *options: tuple[Child, Text, Flag]) -> rx.Component:
    """Views of one page as links, so that the URL holds the choice.

    Args:
        options: (content, href, is it the current one) each.
    """
    return rx.el.nav(
        *[
            rx.el.a(content, href=href, aria_current=_current(current), replace=True)
            for content, href, current in options
        ],
        class_name="tabs",
        aria_label=label,
    )


def chip(key: Text, value: Text, *, on_remove: Handler = None) -> rx.Component:
    """A filter that applies: name, value, and a cross that takes it away."""
    parts: list[rx.Component] = [rx.el.span(key, class_name="k"), rx.el.span(value)]
    if on_remove is not None:
        cross = rx.el.button(
            icon("x", "s"), type="button", class_name="x", aria_label=f"Remove {key}", on_click=on_remove
        )
        parts.append(cross)
    return rx.el.span(*parts, class_name="chip")


def pill(*children: Child, on_click: Handler, **props: Any) -> rx.Component:
    """New or moved rows wait behind it ("3 updates"): the list doesn't move under the pointer."""
    return rx.el.button(
        icon("arrow-up", "s"), *children, type="button", class_name="pill", on_click=on_click, **props
    )


def kbd(key: str) -> rx.Component:
    """A key as printed on it; "mod+k" reads "Ctrl K". Screen readers get aria-keyshortcuts instead."""
    text = key.replace("mod+Enter", "Ctrl ↵").replace("mod+", "Ctrl ")
    shown = (
        text[:-1] + text[-1].upper()
        if text[-1:].isalpha() and (len(text) == 1 or text.startswith("Ctrl "))
        else text
    )
    return rx.el.kbd(shown, class_name="only-l", aria_hidden="true")


def tag(*children: Child, note: bool = False) -> rx.Component:
    """A small word on a ground; `note` marks what is internal."""
    return rx.el.span(*children, class_name="tag note" if note else "tag")


def _shortcut(key: str) -> dict[str, Any]:
    if not key:
        return {}
    return {"data_shortcut": key, "aria_keyshortcuts": key.replace("mod+", "Control+")}


def _either(first: Flag, second: Flag) -> Flag:
    if not isinstance(first, rx.Var) and not isinstance(second, rx.Var):
        return first or second
    if not isinstance(first, rx.Var):
        return second if not first else True
    return first if not isinstance(second, rx.Var) and not second else first | second


def _pressed(chosen: Flag) -> Any:
    return rx.cond(chosen, "true", "false") if isinstance(chosen, rx.Var) else str(chosen).lower()


def _current(current: Flag) -> Any:
    return (
        rx.cond(current, "page", "false") if isinstance(current, rx.Var) else ("page" if current else "false")
    )
