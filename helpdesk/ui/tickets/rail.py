"""The right rail, on a phone a sheet: properties, promises, people, files. Twice on a page, hence the prefixes."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.domain.enums import Priority
from helpdesk.ui.components import (
    assignee,
    button,
    icon,
    icon_button,
    kbd,
    menu,
    menu_item,
    menu_line,
    person_name,
    priority_mark,
    status_mark,
    time,
)
from helpdesk.ui.tickets.clocks import clocks, promise
from helpdesk.ui.tickets.dialog_state import DialogState
from helpdesk.ui.tickets.edit_state import EditState
from helpdesk.ui.tickets.requester_state import RequesterState
from helpdesk.ui.tickets.sections import files, rating, requester_card, watchers
from helpdesk.ui.tickets.state import TicketState
from helpdesk.ui.tickets.tags import tags
from helpdesk.ui.tickets.watch_state import WatchState

_S: Any = TicketState
_T: Any = TicketState.ticket
_CAN: Any = TicketState.can


def rail(prefix: str) -> rx.Component:
    """What stands beside the conversation for this viewer. `prefix` keeps its menus' ids apart."""
    return rx.cond(_T["staff"], _staff(prefix), _requester())


def _staff(prefix: str) -> rx.Component:
    return rx.fragment(
        rx.el.section(
            rx.el.dl(
                _prop("Status", _status(prefix)),
                rx.cond(_T["closes_at"], _prop("Closes", "by itself ", time(_T["closes_at"]))),
                _prop("Priority", _priority(prefix)),
                _prop("Assignee", _assignee()),
                _prop("Hold", _hold()),
                _prop("Category", _topic()),
            )
        ),
        clocks(prefix),
        requester_card(),
        tags(prefix),
        watchers("Watchers"),
        files(),
    )


def _requester() -> rx.Component:
    return rx.fragment(
        rx.cond(
            _S.promises,
            rx.el.section(
                rx.el.h2("What you were promised"), rx.foreach(_S.promises, promise), class_name="proms"
            ),
        ),
        rating(),
        rx.el.section(
            rx.el.h2("Details"),
            rx.el.dl(
                _prop(
                    "Number",
                    _T["number"],
                    icon_button("copy", "Copy the number", size="sm", data_copy=_T["number"]),
                ),
                _prop("Topic", rx.el.span(_T["topic"], class_name="tr", dir="auto")),
                _prop("Priority", priority_mark(_T["priority"])),
                _prop(
                    "Helper",
                    rx.cond(
                        _T["assignee"]["id"],
                        person_name(_T["assignee"]),
                        rx.el.span(_T["group"], class_name="tr", dir="auto"),
                    ),
                ),
                _prop("For", person_name(_T["requester"])),
                rx.cond(_T["creator"]["id"], _prop("Filed by", person_name(_T["creator"]))),
            ),
        ),
        watchers("Also told"),
        files(),
        rx.cond(
            _CAN["withdraw"],
            rx.el.section(
                button(
                    "I don't need this any more",
                    glyph="undo-2",
                    kind="gh",
                    size="sm",
                    on_click=RequesterState.show("withdraw"),
                ),
                class_name="rail-end",
            ),
        ),
    )


# ---- properties


def _prop(name: str, *values: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(name), rx.el.dd(*values), class_name="prop")


def _status(prefix: str) -> rx.Component:
    return rx.cond(
        _S.moves,
        menu(
            [status_mark(_T["status"]), kbd("s")],
            rx.foreach(
                _S.moves, lambda one: menu_item(status_mark(one), on_click=EditState.set_status(one), key=one)
            ),
            menu_id=f"{prefix}-status",
            label="Status: " + _T["status"].to(str),
            key="s",
            kind="propbtn",
        ),
        status_mark(_T["status"]),
    )


def _priority(prefix: str) -> rx.Component:
    return rx.cond(
        _CAN["edit"],
        menu(
            [priority_mark(_T["priority"]), kbd("p")],
            *[
                menu_item(
                    priority_mark(str(one)),
                    checked=_T["priority"] == str(one),
                    on_click=EditState.set_priority(str(one)),
                )
                for one in reversed(Priority)
            ],
            menu_id=f"{prefix}-priority",
            label="Priority: " + _T["priority"].to(str),
            key="p",
            kind="propbtn",
        ),
        priority_mark(_T["priority"]),
    )


def _assignee() -> rx.Component:
    return rx.cond(
        _CAN["assign"],
        rx.el.button(
            assignee(_T["assignee"]),
            kbd("a"),
            type="button",
            class_name="propbtn",
            aria_label=rx.cond(
                _T["assignee"]["id"], "Assignee: " + _T["assignee"]["name"].to(str), "Assignee: nobody"
            ),
            aria_haspopup="dialog",
            data_shortcut="a",
            aria_keyshortcuts="a",
            data_dialog="assign",
            on_click=EditState.offer,
        ),
        assignee(_T["assignee"]),
    )


def _hold() -> rx.Component:
    words = rx.cond(
        _T["hold"],
        rx.el.span(
            rx.el.span(_T["hold"]),
            rx.cond(_T["hold_until"], rx.el.span("until ", time(_T["hold_until"]), class_name="xs t2")),
            class_name="col propcol",
        ),
        rx.el.span("Not on hold", class_name="t2"),
    )
    return rx.cond(
        _CAN["set_hold"],
        rx.el.button(
            words,
            type="button",
            class_name="propbtn",
            aria_haspopup="dialog",
            on_click=DialogState.show("hold"),
        ),
        words,
    )


def _topic() -> rx.Component:
    words = rx.el.span(
        rx.el.span(_T["topic"], dir="auto"),
        rx.cond(_T["above"], rx.el.span(_T["above"], class_name="xs t2", dir="auto")),
        class_name="col propcol",
    )
    return rx.cond(
        _CAN["edit"],
        rx.el.button(
            words,
            type="button",
            class_name="propbtn",
            aria_haspopup="dialog",
            on_click=DialogState.show("topic"),
        ),
        words,
    )


def more_menu() -> rx.Component:
    """What is seldom wanted."""
    return menu(
        [icon("ellipsis")],
        rx.cond(
            _CAN["edit"], menu_item("Change the title", glyph="pencil", on_click=DialogState.show("title"))
        ),
        rx.cond(
            _CAN["set_hold"],
            rx.cond(
                _T["hold"],
                menu_item("End the hold", glyph="circle-play", on_click=DialogState.release),
                menu_item("Hold", glyph="circle-pause", on_click=DialogState.show("hold")),
            ),
        ),
        menu_item("Copy the number", glyph="copy", data_copy=_T["number"]),
        rx.cond(_CAN["leave"], menu_item("Stop watching", glyph="eye-off", on_click=WatchState.leave)),
        rx.cond(
            _CAN["withdraw"],
            rx.fragment(
                menu_line(),
                menu_item(
                    "I don't need this any more", glyph="undo-2", on_click=RequesterState.show("withdraw")
                ),
            ),
        ),
        menu_id="more",
        label="More",
        kind="btn gh sm ic",
        align="end",
    )
