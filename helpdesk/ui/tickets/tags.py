"""The section of the rail with the staff's tags."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.components import error_text, icon
from helpdesk.ui.tickets.state import TicketState
from helpdesk.ui.tickets.tag_state import TagState

_T: Any = TicketState.ticket
_CAN: Any = TicketState.can
_S: Any = TagState
_MOST = 20


def tags(prefix: str) -> rx.Component:
    """`prefix` keeps the ids of the two rails apart."""
    many = _T["tags"].length()
    return rx.el.section(
        rx.el.h2("Tags", rx.cond(many, rx.el.span(many))),
        rx.cond(
            many,
            rx.el.ul(rx.foreach(_T["tags"].to(list[str]), _tag), class_name="tags"),
            rx.cond(_CAN["edit"], rx.fragment(), rx.el.p("None", class_name="t2")),
        ),
        rx.cond(_CAN["edit"] & (many < _MOST), _form(prefix)),
    )


def _tag(name: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(name, class_name="tr", dir="auto"),
        rx.cond(
            _CAN["edit"],
            rx.el.button(
                icon("x", "s"),
                type="button",
                class_name="x",
                aria_label=rx.Var.create("Remove the tag ") + name.to(str),
                on_click=TagState.remove(name),
            ),
        ),
        class_name="tag",
        key=name,
    )


def _form(prefix: str) -> rx.Component:
    field = f"{prefix}-tag"
    return rx.el.form(
        rx.el.input(
            id=field,
            name="tag",
            type="text",
            class_name="inp sm",
            placeholder="Add a tag",
            aria_label="Add a tag",
            aria_describedby=f"{field}-error",
            max_length=50,
            auto_complete="off",
            list=f"{field}-known",
            on_change=TagState.look.debounce(200),
        ),
        rx.el.datalist(
            rx.foreach(_S.offered, lambda one: rx.el.option(value=one, key=one)), id=f"{field}-known"
        ),
        error_text(_S.wrong, field),
        on_submit=TagState.add,
        reset_on_submit=True,
        class_name="field",
    )
