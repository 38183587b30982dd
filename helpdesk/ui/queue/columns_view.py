"""Which columns the table of the queue has: the button, and the dialog in which they are chosen and moved."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.components import button, checkbox, dialog, icon_button
from helpdesk.ui.queue.columns import ColumnsState

_C: Any = ColumnsState
DIALOG = "columns"
LOOK: Any = ColumnsState.look
"""What a button that opens the dialog runs."""


def columns_button() -> rx.Component:
    return icon_button(
        "columns-3",
        "Columns",
        size="sm",
        class_name="lg",
        data_dialog=DIALOG,
        on_click=ColumnsState.look,
    )


def choice() -> rx.Component:
    return dialog(
        rx.cond(
            _C.fixed,
            rx.el.p("This view has columns of its own. Only its owner changes them.", class_name="t2"),
            rx.el.ul(rx.foreach(_C.choices, _choice), class_name="choices"),
        ),
        dialog_id=DIALOG,
        title="Columns",
        foot=[
            rx.cond(_C.fixed, rx.fragment(), button("Reset", kind="gh", on_click=ColumnsState.as_usual)),
            button("Done", kind="pri", data_close="true"),
        ],
    )


def _choice(one: Any) -> rx.Component:
    return rx.el.li(
        checkbox(
            one["words"],
            checked=one["on"],
            disabled=(one["name"] == "subject"),
            on_change=lambda _: ColumnsState.toggle(one["name"]),
        ),
        rx.el.span(class_name="sp"),
        _step(one, "first", "arrow-up", "up", -1),
        _step(one, "last", "arrow-down", "down", 1),
        class_name="row",
        key=one["name"],
    )


def _step(one: Any, end: str, glyph: str, words: str, step: int) -> rx.Component:
    return icon_button(
        glyph,
        rx.Var.create("Move ") + one["words"].to(str) + f" {words}",
        size="sm",
        disabled=one[end],
        on_click=ColumnsState.move(one["name"], step),
    )
