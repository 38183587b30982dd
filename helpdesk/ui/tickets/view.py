"""The page of a ticket: its bar, the conversation with the composer, the rail beside it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.components import (
    button,
    callout,
    empty_state,
    icon,
    icon_button,
    link_button,
    priority_mark,
    problem,
    skeleton,
    skeleton_rows,
    sla_cell,
    status_mark,
)
from helpdesk.ui.tickets import requester
from helpdesk.ui.tickets.composer import composer
from helpdesk.ui.tickets.dialog_state import DialogState
from helpdesk.ui.tickets.dialogs import conflict_banner
from helpdesk.ui.tickets.edit_state import EditState
from helpdesk.ui.tickets.place_state import PlaceState
from helpdesk.ui.tickets.presence import beacon, others
from helpdesk.ui.tickets.rail import more_menu, rail
from helpdesk.ui.tickets.state import TicketState
from helpdesk.ui.tickets.thread import thread, thread_tabs

_S: Any = TicketState
_T: Any = TicketState.ticket
_CAN: Any = TicketState.can
_P: Any = PlaceState.place
_BACK: Any = {"data_shortcut": "Escape", "aria_keyshortcuts": "Escape"}


def body() -> rx.Component:
    return rx.el.div(
        rx.cond(
            _S.ready,
            rx.cond(_S.missing, _missing(), rx.cond(_S.failed, _failed(), _ticket())),
            _waiting(),
        ),
        class_name="contents",
        aria_busy=rx.cond(_S.ready, "false", "true"),
    )


def _missing() -> rx.Component:
    return rx.el.div(
        empty_state(
            "folder",
            "There is nothing here",
            "The address is wrong, or this isn't yours to see. If somebody sent you the link, ask them to add you.",
            link_button("To my requests", href="/my", kind="pri"),
        ),
        class_name="scroll centre",
    )


def _failed() -> rx.Component:
    return rx.el.div(
        problem("The ticket could not be read.", _S.failed, button("Try again", on_click=TicketState.load)),
        class_name="page",
    )


def _waiting() -> rx.Component:
    return rx.el.div(
        rx.el.div(skeleton("90px"), skeleton("60px"), class_name="tkbar"),
        rx.el.div(
            rx.el.div(
                rx.el.div(
                    rx.el.div(skeleton("60%"), class_name="sk-title"),
                    skeleton_rows(4, "o", "80%", class_name="ev"),
                    class_name="tkw",
                ),
                class_name="tkl",
            ),
            rx.el.aside(skeleton_rows(5, "60px", "110px", class_name="prop"), class_name="rail"),
            class_name="tk",
        ),
        class_name="contents",
        aria_hidden="true",
    )


def _ticket() -> rx.Component:
    return rx.fragment(
        _bar(),
        rx.el.div(
            rx.el.div(
                rx.cond(_T["staff"], _staff_head()),
                rx.el.div(
                    rx.el.div(
                        rx.cond(_T["staff"], rx.fragment(), requester.head()),
                        thread(),
                        class_name="tkw tk-thread",
                    ),
                    class_name=rx.cond(_T["staff"], "scroll tk-up", "scroll"),
                    tab_index=0,
                    role="region",
                    aria_label="Conversation",
                ),
                composer(),
                class_name="tkl",
            ),
            rx.el.aside(rail("rail"), class_name="rail", aria_label="Properties"),
            class_name="tk",
        ),
    )


def _bar() -> rx.Component:
    return rx.el.header(
        rx.cond(
            _S.me["staff"],
            link_button(rx.el.span(_P["title"], class_name="only-l"), href=_P["back"], glyph="arrow-left", kind="gh",
                        size="sm", aria_label="To the queue: " + _P["title"].to(str), **_BACK),
            link_button(rx.el.span("My requests", class_name="only-l"), href="/my", glyph="arrow-left", kind="gh",
                        size="sm", aria_label="To my requests", **_BACK),
        ),
        rx.el.span(class_name="vr only-l"),
        rx.el.span(_T["number"], class_name="no"),
        rx.cond(_P["kept"], rx.fragment(_step("k", "arrow-up", "Previous", _P["previous"]),
                                        _step("j", "arrow-down", "Next", _P["next"]))),
        rx.el.span(class_name="sp"),
        others(),
        beacon(),
        rx.cond(
            _CAN["take"],
            button("Take it", glyph="user-check", size="sm", key="t", kind="pri", on_click=EditState.take),
        ),
        rx.cond(
            _CAN["set_hold"],
            rx.cond(
                _T["hold"],
                button("End hold", glyph="circle-play", size="sm", kind="gh", class_name="only-l",
                       on_click=DialogState.release),
                button("Hold", glyph="circle-pause", size="sm", kind="gh", class_name="only-l",
                       on_click=DialogState.show("hold")),
            ),
        ),
        rx.cond(
            _CAN["resolve"],
            button("Resolve", glyph="circle-check", size="sm", on_click=DialogState.show("resolve")),
        ),
        icon_button("panel-right", "Details", size="sm", class_name="only-s", data_dialog="details"),
        more_menu(),
        class_name="tkbar",
    )  # fmt: skip


def _step(key: str, glyph: str, words: str, href: Any) -> rx.Component:
    """To the ticket before or after this one, in the list that one came from."""
    return rx.cond(
        href,
        link_button(icon(glyph), href=href, kind="gh", size="sm", class_name="ic only-l", aria_label=words,
                    title=f"{words} ({key.upper()})", data_shortcut=key, aria_keyshortcuts=key),
        rx.el.span(icon(glyph), class_name="btn gh sm ic only-l off", aria_hidden="true"),
    )  # fmt: skip


def _staff_head() -> rx.Component:
    clocks: Any = _S.clocks
    return rx.el.div(
        rx.el.h1(_T["title"], class_name="h-lg tk-title", dir="auto"),
        rx.el.div(
            status_mark(_T["status"]),
            priority_mark(_T["priority"]),
            rx.cond(_T["hold"], _held(), rx.cond(clocks["urgent"]["state"], sla_cell(clocks["urgent"]))),
            class_name="row only-s tk-marks",
        ),
        rx.cond(DialogState.dialog == "", conflict_banner()),
        rx.cond(
            _T["merged_into"],
            callout(
                "inf",
                "copy",
                "Merged into ",
                rx.el.a(_T["merged_into"], href="/tickets/" + _T["merged_into"].to(str), class_name="link"),
            ),
        ),
        thread_tabs(),
        class_name="tkw tk-head",
    )


def _held() -> rx.Component:
    return rx.el.div(
        icon("circle-pause", "s"),
        rx.el.span(_T["hold"], class_name="b"),
        rx.cond(_CAN["set_hold"], rx.el.button("End the hold", type="button", class_name="linkbtn",
                                               on_click=DialogState.release)),
        class_name="row xs",
    )  # fmt: skip
