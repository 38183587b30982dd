"""Dialogs of both views: who else should know, and what the requester is asked."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.components import button, dialog, error_text, field, person_name, text_area, text_input
from helpdesk.ui.tickets.requester_state import RequesterState
from helpdesk.ui.tickets.sections import stars
from helpdesk.ui.tickets.watch_state import WatchState

_R: Any = RequesterState
_T: Any = RequesterState.ticket
_CAN: Any = RequesterState.can
_W: Any = WatchState


def asks() -> rx.Component:
    return rx.fragment(
        _watchers(),
        rx.cond(_CAN["confirm"], _confirm()),
        rx.cond(_CAN["reopen"], _not_yet()),
        rx.cond(_CAN["withdraw"], _withdraw()),
        rx.cond(_CAN["rate"], _rate()),
    )


def form_foot(action: str) -> list[Any]:
    """The buttons under a dialog's form."""
    return [
        button("Cancel", kind="gh", data_close="true"),
        button(action, kind="pri", submit=True, key="mod+Enter"),
    ]


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
        foot=form_foot("Open it again"),
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
        foot=form_foot("Send"),
        on_submit=RequesterState.comment_rating,
    )
