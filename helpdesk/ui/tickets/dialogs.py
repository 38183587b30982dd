"""The page's dialogs. One stays open, with what was typed, until its change is made."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.domain.enums import AGENT_RESOLUTION_CODES
from helpdesk.ui.components import (
    button,
    callout,
    dialog,
    error_text,
    field,
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
from helpdesk.ui.tickets.dialog_state import DialogState
from helpdesk.ui.tickets.edit_state import UNDO, EditState
from helpdesk.ui.tickets.rail import rail, stars
from helpdesk.ui.tickets.requester_state import RequesterState
from helpdesk.ui.tickets.watch_state import WatchState
from helpdesk.ui.tickets.words import CODE_WORDS

_D: Any = DialogState
_R: Any = RequesterState
_T: Any = DialogState.ticket
_W: Any = WatchState


def dialogs() -> list[rx.Component]:
    return [
        rx.fragment(
            rx.cond(_T["staff"], rx.fragment(_assign(), _resolve(), _hold(), _topic(), _title(), _counted())),
            _watchers(),
            rx.cond(_D.can["confirm"], _confirm()),
            rx.cond(_D.can["reopen"], _not_yet()),
            rx.cond(_D.can["withdraw"], _withdraw()),
            rx.cond(_D.can["rate"], _rate()),
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


def _foot(action: str, *, kind: Any = "pri") -> list[Any]:
    return [
        button("Cancel", kind="gh", data_close="true"),
        button(action, kind=kind, submit=True, key="mod+Enter"),
    ]


def _edit_dialog(name: str, title: str, action: str, on_submit: Any, *fields: Any) -> rx.Component:
    return dialog(
        rx.cond(_D.dialog == name, conflict_banner()),
        *fields,
        dialog_id=name,
        title=title,
        show=_D.dialog == name,
        on_close=DialogState.close,
        on_submit=on_submit,
        foot=_foot(action),
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
            text_area("text", rows="5", max_length=20000, dir="auto", error=_D.errors["resolution_text"]),
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
            text_input("until", type="datetime-local", error=_D.errors["until"]),
            control_id="until",
            hint="It goes on by itself then. Without a time it waits until somebody ends the hold.",
            error=_D.errors["until"],
            optional=True,
        ),
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
            class_name="col picks",
        ),
        dialog_id="assign",
        title="Assign to",
    )


def _counted() -> rx.Component:
    return dialog(
        rx.el.p(
            "Counted so far: ",
            rx.el.b(_D.counted_total),
            ". Only working time of the policy counts.",
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


def _watchers() -> rx.Component:
    return dialog(
        field(
            "Name",
            text_input(
                "watcher-name",
                placeholder="Start to type a name",
                default_value="",
                on_change=WatchState.look.debounce(250),
            ),
            control_id="watcher-name",
            hint="They see the conversation and get its answers, never internal notes.",
        ),
        rx.el.div(
            rx.foreach(
                WatchState.found,
                lambda one: rx.el.button(
                    person_name(one),
                    type="button",
                    class_name="pickrow",
                    data_close="true",
                    on_click=WatchState.add(one["id"]),
                    key=one["id"],
                ),
            ),
            rx.cond(
                _W.asked & ~_W.found,
                rx.el.p("Nobody else by this name.", class_name="t2", role="status"),
            ),
            class_name="col picks",
        ),
        dialog_id="watchers",
        title="Who else should know?",
    )


# ---- the requester's questions


def _ask(name: str, title: Any, *body: Any, foot: list[Any], on_submit: Any = None) -> rx.Component:
    return dialog(
        *body,
        dialog_id=f"ask-{name}",
        title=title,
        show=_R.ask == name,
        on_close=RequesterState.show("none"),
        on_submit=on_submit,
        foot=foot,
    )


def _confirm() -> rx.Component:
    return _ask(
        "confirm",
        "Is it solved?",
        rx.cond(
            _T["resolution_text"], rx.el.blockquote(_T["resolution_text"], class_name="wrap md", dir="auto")
        ),
        rx.el.p("Then the request is closed. You can reopen it later if it comes back.", class_name="t2"),
        foot=[
            button("Not yet", on_click=RequesterState.show("not_yet")),
            button("Yes, close it", kind="pri", glyph="check", on_click=RequesterState.confirm),
        ],
    )


def _not_yet() -> rx.Component:
    return _ask(
        "not_yet",
        "What still happens?",
        field(
            "Tell the helpdesk",
            text_area("reason", rows="4", max_length=2000, dir="auto", error=_R.wrong["reason"]),
            control_id="reason",
            error=_R.wrong["reason"],
        ),
        foot=_foot("Open it again"),
        on_submit=RequesterState.not_yet,
    )


def _withdraw() -> rx.Component:
    return _ask(
        "withdraw",
        "Withdraw this request?",
        rx.el.p("The helpdesk stops working on it and it is closed."),
        foot=[
            button("Keep it", kind="gh", data_close="true"),
            button("Withdraw it", kind="dan", on_click=RequesterState.withdraw),
        ],
    )


def _rate() -> rx.Component:
    return _ask(
        "rate",
        "How was the help?",
        stars(),
        error_text(_R.wrong["rating"], "rating"),
        field(
            "What was good, what was not?",
            text_area(
                "comment",
                rows="3",
                max_length=2000,
                dir="auto",
                default_value=_T["rating_comment"],
                key=_T["number"],
                error=_R.wrong["comment"],
            ),
            control_id="comment",
            error=_R.wrong["comment"],
            optional=True,
        ),
        foot=_foot("Send"),
        on_submit=RequesterState.comment_rating,
    )


def _undo() -> rx.Component:
    """What a toast's "Undo" presses."""
    return rx.el.button(
        "Undo", type="button", hidden=True, id=UNDO, tab_index=-1, on_click=EditState.undo, aria_hidden="true"
    )
