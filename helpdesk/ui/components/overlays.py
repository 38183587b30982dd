"""Menus, dialogs, sheets and toasts. The browser opens menus and dialogs by itself (`assets/js/ui.js`), without a
round trip; a dialog may also follow its State.
"""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from helpdesk.ui.components._types import Child, Flag, Handler, Text, css, is_set
from helpdesk.ui.components.actions import button, icon_button
from helpdesk.ui.icons import icon


def menu(
    trigger_content: list[Child],
    *items: Child,
    menu_id: Text,
    label: Text,
    key: str = "",
    kind: Text = "btn",
    align: Literal["start", "end"] = "start",
    role: Literal["menu", "dialog"] = "menu",
    disabled: Flag = False,
) -> rx.Component:
    """A button and the menu that it opens; arrow keys, Home, End, letters and Esc work.

    Args:
        trigger_content: what stands on the button.
        items: `menu_item`, `menu_link`, `menu_line`, `menu_head`.
        menu_id: unique on the page; in a `foreach` it must hold the row's id.
        label: name of the button and the menu for screen readers.
        key: shortcut that opens it.
        kind: class of the button.
        align: which edge of the button the menu keeps to.
    """
    shortcut: dict[str, Any] = {"data_shortcut": key, "aria_keyshortcuts": key} if key else {}
    return rx.fragment(
        rx.el.button(
            *trigger_content,
            type="button",
            class_name=kind,
            aria_label=label,
            aria_haspopup=role,
            aria_expanded="false",
            disabled=disabled,
            custom_attrs={"popoverTarget": menu_id},
            **shortcut,
        ),
        rx.el.div(
            *items,
            id=menu_id,
            tab_index=0,  # a long menu scrolls: the keyboard has to reach it
            class_name="menu",
            role=role,
            aria_label=label,
            data_align=align,
            custom_attrs={"popover": "auto"},
        ),
    )


def menu_item(
    *children: Child,
    on_click: Handler = None,
    glyph: Text = "",
    checked: Flag | None = None,
    danger: bool = False,
    disabled: Flag = False,
    class_name: Text = "",
    **props: Any,
) -> rx.Component:
    """An action in a menu; with `checked` a choice that shows whether it applies."""
    inside: list[Child] = [icon(glyph)] if is_set(glyph) else []
    kind: dict[str, Any]
    if checked is None:
        kind = {"role": "menuitem"}
    else:
        state = rx.cond(checked, "true", "false") if isinstance(checked, rx.Var) else str(checked).lower()
        kind = {"role": "menuitemradio", "aria_checked": state}
    return rx.el.button(
        *inside,
        *children,
        type="button",
        tab_index=-1,
        class_name=css("danger" if danger else "", class_name),
        disabled=disabled,
        **kind,
        **({"on_click": on_click} if on_click is not None else {}),
        **props,
    )


def menu_link(
    *children: Child, href: Text, glyph: Text = "", reload: bool = False, **props: Any
) -> rx.Component:
    """A page to go to, in a menu; `reload` for what the server answers itself."""
    inside: list[Child] = [icon(glyph)] if is_set(glyph) else []
    return rx.el.a(
        *inside,
        *children,
        href=href,
        role="menuitem",
        tab_index=-1,
        **({"reload_document": True} if reload else {}),
        **props,
    )


def menu_line() -> rx.Component:
    """A hairline between parts of a menu."""
    return rx.el.hr()


def menu_head(words: Text) -> rx.Component:
    """A heading in a menu."""
    return rx.el.div(words, class_name="head", role="presentation")


def dialog(
    *body: Child,
    dialog_id: str,
    title: Text,
    foot: list[Child] | None = None,
    show: Flag | None = None,
    on_close: Handler = None,
    on_submit: Handler = None,
    wide: bool = False,
) -> rx.Component:
    """A modal dialog. Focus is kept inside and returned; Esc and the ground around it close it.

    Open it in the browser by `data_dialog=dialog_id` on any button, or by State through `show`.

    Args:
        foot: buttons at the bottom; put `data_close="true"` on one that only closes.
        show: Var that opens and closes it. Then `on_close` must set it to False: it runs when the person closes it.
        on_submit: makes the body a form; the handler gets its values. The State closes the dialog, not the form.
    """
    content: list[rx.Component] = [
        rx.el.header(
            rx.el.h2(title, class_name="h-lg", id=f"{dialog_id}-title"),
            rx.el.span(class_name="sp"),
            icon_button("x", "Close", data_close="true"),
            class_name="dlg-head",
        ),
        rx.el.div(*body, class_name="dlg-body"),
    ]
    if foot:
        content.append(rx.el.footer(*foot, class_name="dlg-foot"))
    inside = [rx.el.form(*content, on_submit=on_submit)] if on_submit is not None else content
    return _modal(
        *inside, element_id=dialog_id, css_class="dlg wide" if wide else "dlg", show=show, on_close=on_close
    )


def confirm(
    *,
    dialog_id: str,
    title: Text,
    text: Child,
    action: Text,
    on_confirm: Handler,
    danger: bool = True,
) -> rx.Component:
    """A question before something that can't be undone; `action` is the verb on the button, never "OK"."""
    return dialog(
        rx.el.p(text),
        dialog_id=dialog_id,
        title=title,
        foot=[
            button("Cancel", kind="gh", data_close="true"),
            button(action, kind="dan" if danger else "pri", on_click=on_confirm, data_close="true"),
        ],
    )


def sheet(
    *body: Child, sheet_id: str, title: Text, show: Flag | None = None, on_close: Handler = None
) -> rx.Component:
    """A modal that rises from the bottom: what stands in the rail, on a phone."""
    return _modal(
        rx.el.header(
            rx.el.h2(title, class_name="h-lg", id=f"{sheet_id}-title"),
            rx.el.span(class_name="sp"),
            icon_button("x", "Close", data_close="true"),
            class_name="dlg-head",
        ),
        rx.el.div(*body, class_name="dlg-body"),
        element_id=sheet_id,
        css_class="sheet",
        show=show,
        on_close=on_close,
    )


def _modal(
    *inside: rx.Component, element_id: str, css_class: str, show: Flag | None, on_close: Handler
) -> rx.Component:
    followed: dict[str, Any] = {}
    if show is not None:
        followed["data_show"] = (
            rx.cond(show, "true", "false") if isinstance(show, rx.Var) else str(show).lower()
        )
    dismiss = (
        [
            rx.el.button(
                type="button",
                hidden=True,
                tab_index=-1,
                aria_hidden="true",
                data_dismiss="true",
                on_click=on_close,
            )
        ]
        if on_close is not None
        else []
    )
    return rx.el.dialog(
        *inside,
        *dismiss,
        id=element_id,
        class_name=css_class,
        aria_labelledby=f"{element_id}-title",
        **followed,
    )


def toast_stack(toasts: Any, on_dismiss: Any) -> rx.Component:
    """The toasts of State (`app_state.Toast`): what finished, Undo where there is one; each leaves after 8 s.

    Args:
        toasts: Var of rows.
        on_dismiss: handler that takes a toast's id.
    """
    return rx.el.section(
        rx.foreach(toasts, lambda row: _toast(row, on_dismiss)),
        class_name="toasts",
        aria_label="Messages",
        aria_live="polite",
        role="status",
    )


def _toast(row: Any, on_dismiss: Any) -> rx.Component:
    glyph: Any = rx.match(row["kind"], ("ok", "circle-check"), ("bad", "circle-alert"), "info")
    undo = rx.cond(
        row["undo"],
        rx.el.button(
            "Undo",
            type="button",
            class_name="linkbtn",
            data_press=row["undo"],
            on_click=on_dismiss(row["id"]),
        ),
    )
    return rx.el.div(
        icon(glyph),
        rx.el.span(row["text"]),
        undo,
        icon_button("x", "Dismiss", size="sm", on_click=on_dismiss(row["id"]), data_toast_close="true"),
        class_name=css("toast", row["kind"]),
        data_auto="true",
        key=row["id"],
    )
