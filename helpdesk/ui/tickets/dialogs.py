"""The page's dialogs. One stays open, with what was typed, until its change is made."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.domain.enums import AGENT_RESOLUTION_CODES
from helpdesk.ui.components import (
    button,
    callout,
    dialog,
    field,
    find_somebody,
    icon,
    person_name,
    select,
    sheet,
    text_area,
    text_button,
    text_input,
    time,
)
from helpdesk.ui.rows import HOLD_WORDS
from helpdesk.ui.tickets.asks import asks, form_foot
from helpdesk.ui.tickets.dialog_state import DialogState
from helpdesk.ui.tickets.edit_state import UNDO, EditState
from helpdesk.ui.tickets.rail import rail
from helpdesk.ui.tickets.thread import lightbox
from helpdesk.ui.tickets.words import CODE_WORDS
from helpdesk.ui.zones import zone_field

_D: Any = DialogState
_T: Any = DialogState.ticket


def dialogs() -> list[rx.Component]:
    return [
        rx.fragment(
            rx.cond(_T["staff"], rx.fragment(_assign(), _resolve(), _hold(), _topic(), _title(), _counted())),
            asks(),
            lightbox(),
            sheet(
                rx.el.div(rail("sheet"), class_name="rail in-sheet"), sheet_id="details", title=_T["number"]
            ),
            _undo(),
        )
    ]


def conflict_banner() -> rx.Component:
    """Somebody decided the same thing meanwhile: what they chose stands, what was chosen here is kept."""
    return rx.cond(
        _D.conflict["text"],
        callout(
            "warn",
            "split",
            rx.el.div(_D.conflict["text"], dir="auto"),
            rx.el.div(
                button(_D.conflict["again"], size="sm", on_click=EditState.force),
                text_button("Leave it as it is", on_click=EditState.leave_it),
                class_name="row conflict-acts",
            ),
            alert=True,
        ),
    )


def _edit_dialog(name: str, title: str, action: str, on_submit: Any, *fields: Any) -> rx.Component:
    return dialog(
        rx.cond(_D.dialog == name, conflict_banner()),
        *fields,
        dialog_id=name,
        title=title,
        show=_D.dialog == name,
        on_close=DialogState.close,
        on_submit=on_submit,
        foot=form_foot(action),
    )


def _resolve() -> rx.Component:
    codes = [(code, words) for code, words in CODE_WORDS.items() if code in AGENT_RESOLUTION_CODES]
    return _edit_dialog(
        "resolve",
        "Resolve",
        "Resolve",
        DialogState.resolve,
        field(
            "How was it resolved?",
            select("code", codes, error=_D.errors["resolution_code"]),
            control_id="code",
            error=_D.errors["resolution_code"],
        ),
        field(
            "What does the requester read?",
            text_area(
                "text",
                rows="5",
                key=_D.done,
                max_length=20000,
                dir="auto",
                error=_D.errors["resolution_text"],
            ),
            control_id="text",
            hint="They are asked whether it is solved, with these words.",
            error=_D.errors["resolution_text"],
        ),
    )


def _hold() -> rx.Component:
    reasons = [(str(reason), words) for reason, words in HOLD_WORDS.items()]
    return _edit_dialog(
        "hold",
        "Hold",
        "Put on hold",
        DialogState.hold,
        field(
            "What does it wait for?",
            select("reason", reasons, error=_D.errors["reason"], default_value=_T["hold_reason"]),
            control_id="reason",
            hint="The clocks stand still meanwhile.",
            error=_D.errors["reason"],
        ),
        field(
            "Until",
            text_input("until", type="datetime-local", key=_D.done, error=_D.errors["until"]),
            control_id="until",
            hint="It goes on by itself then. Without a time it waits until somebody ends the hold.",
            error=_D.errors["until"],
            optional=True,
        ),
        zone_field(),
        rx.cond(
            _T["hold"],
            rx.el.div(
                text_button("End the hold now", on_click=DialogState.release, data_close="true"),
                class_name="row",
            ),
        ),
    )


def _topic() -> rx.Component:
    error = rx.cond(
        _D.errors["category_id"],
        _D.errors["category_id"],
        rx.cond(_D.errors["group_id"], _D.errors["group_id"], ""),
    )
    return _edit_dialog(
        "topic",
        "Category",
        "Move",
        DialogState.move,
        field(
            "Where does it belong?",
            select("place", _D.places, default_value=_D.place, key=_D.place),
            control_id="place",
            hint="Another group sees it in its queue; an assignee who can't work there loses it.",
            error=error,
        ),
    )


def _title() -> rx.Component:
    return _edit_dialog(
        "title",
        "Title",
        "Change",
        DialogState.retitle,
        field(
            "In one line",
            text_input(
                "title",
                default_value=_T["title"],
                key=_T["number"],
                max_length=255,
                dir="auto",
                error=_D.errors["title"],
            ),
            control_id="title",
            error=_D.errors["title"],
        ),
    )


def _assign() -> rx.Component:
    return dialog(
        find_somebody("assign-people"),
        rx.el.div(
            rx.foreach(
                _D.people,
                lambda one: rx.el.button(
                    person_name(one),
                    rx.cond(one["id"] == _D.me["id"], rx.el.span("you", class_name="t2 xs")),
                    rx.el.span(class_name="sp"),
                    rx.cond(one["id"] == _T["assignee"]["id"], icon("check", label="has it now")),
                    type="button",
                    class_name="pickrow",
                    data_close="true",
                    on_click=EditState.assign(one["id"]),
                    key=one["id"],
                ),
            ),
            rx.cond(
                _T["assignee"]["id"],
                rx.el.button(
                    icon("user-x"),
                    "Nobody: back into the queue",
                    type="button",
                    class_name="pickrow",
                    data_close="true",
                    on_click=EditState.assign(0),
                ),
            ),
            class_name="col person-picks",
            id="assign-people",
        ),
        dialog_id="assign",
        title="Assign to",
    )


def _counted() -> rx.Component:
    return dialog(
        rx.el.p(
            "Counted so far: ",
            rx.el.b(_D.counted_total),
            ".",
            class_name="t2",
        ),
        rx.el.ol(rx.foreach(_D.stretches, _stretch), class_name="counted"),
        rx.cond(_D.stretches, rx.fragment(), rx.el.p("This ticket has no such clock.", class_name="t2")),
        dialog_id="counted",
        title=_D.counted_of + ", how this was counted",
        show=_D.dialog == "counted",
        on_close=DialogState.close,
        wide=True,
    )


def _stretch(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(time(one["start"]), " to ", time(one["end"]), class_name="t2"),
        rx.el.span(one["words"], class_name="b"),
        rx.el.span(one["length"], class_name="num end"),
        class_name=one["css"],
    )


def _undo() -> rx.Component:
    """What a toast's "Undo" presses."""
    return rx.el.button(
        "Undo", type="button", hidden=True, id=UNDO, tab_index=-1, on_click=EditState.undo, aria_hidden="true"
    )
