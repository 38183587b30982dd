"""Sections of the rail that both views share: people, files, and how the help was."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.components import avatar, icon, icon_button, person_name
from helpdesk.ui.tickets.requester_state import RequesterState
from helpdesk.ui.tickets.state import TicketState
from helpdesk.ui.tickets.thread import file_chip
from helpdesk.ui.tickets.watch_state import WatchState

_S: Any = TicketState
_T: Any = TicketState.ticket
_CAN: Any = TicketState.can


def requester_card() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Requester"),
        rx.el.div(
            avatar(_T["requester"], "l"),
            rx.el.div(
                rx.el.span(_T["requester"]["name"], class_name="b", dir="auto"),
                rx.cond(
                    _T["requester_where"], rx.el.span(_T["requester_where"], class_name="xs t2", dir="auto")
                ),
                rx.cond(_T["requester_load"], rx.el.span(_T["requester_load"], class_name="xs t2")),
                rx.cond(
                    _T["creator"]["id"],
                    rx.el.span("Filed by ", _T["creator"]["name"], class_name="xs t2", dir="auto"),
                ),
                class_name="col",
            ),
            class_name="row who-card",
        ),
    )


def watchers(title: str) -> rx.Component:
    return rx.cond(
        _S.watchers | _CAN["watch"],
        rx.el.section(
            rx.el.h2(
                title,
                rx.cond(_S.watchers, rx.el.span(_S.watchers.length())),
                rx.el.span(class_name="sp"),
                rx.cond(
                    _CAN["watch"],
                    icon_button("plus", "Add somebody who is told too", size="sm", data_dialog="watchers"),
                ),
            ),
            rx.foreach(_S.watchers, _watcher),
            rx.cond(_S.watchers, rx.fragment(), rx.el.p("Nobody else", class_name="t2")),
        ),
    )


def _watcher(one: Any) -> rx.Component:
    return rx.el.div(
        person_name(one),
        rx.el.span(class_name="sp"),
        rx.cond(
            _CAN["watch"],
            icon_button(
                "x",
                "Stop telling " + one["name"].to(str),
                size="sm",
                on_click=WatchState.remove(one["id"]),
            ),
        ),
        class_name="row",
        key=one["id"],
    )


def files() -> rx.Component:
    return rx.cond(
        _S.files,
        rx.el.section(
            rx.el.h2("Files", rx.el.span(_S.file_count)),
            rx.el.div(rx.foreach(_S.files, file_chip), class_name="col rail-files"),
        ),
    )


def rating() -> rx.Component:
    return rx.cond(
        _CAN["rate"],
        rx.el.section(
            rx.el.h2("How was the help?"),
            stars(),
            rx.cond(
                _T["rating"],
                rx.el.button(
                    rx.cond(_T["rating_comment"], "Change your comment", "Say more"),
                    type="button",
                    class_name="linkbtn xs",
                    on_click=RequesterState.show("rate"),
                ),
                rx.el.div("One tap is enough", class_name="hint"),
            ),
        ),
    )


def stars() -> rx.Component:
    """One to five; those up to the rating are filled."""
    return rx.el.div(
        *[
            rx.el.button(
                icon("star", "l"),
                type="button",
                class_name=rx.cond(_T["rating"] >= number, "btn gh ic star on", "btn gh ic star"),
                role="radio",
                aria_checked=rx.cond(_T["rating"] == number, "true", "false"),
                aria_label=f"{number} of 5",
                on_click=RequesterState.rate(number),
            )
            for number in range(1, 6)
        ],
        class_name="row stars",
        role="radiogroup",
        aria_label="How was the help?",
    )
