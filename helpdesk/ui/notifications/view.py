"""What the notification log shows."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.app_state import query
from helpdesk.ui.components import (
    button,
    css,
    empty_state,
    icon,
    link,
    link_button,
    pick,
    pill,
    select,
    skeleton_rows,
    tabs,
    time,
)
from helpdesk.ui.components._types import Row
from helpdesk.ui.listing import paged
from helpdesk.ui.notifications.state import EVENT_WORDS, PATH, STATUSES, LogState

_GLYPHS = {
    "queued": "timer",
    "sending": "send",
    "sent": "circle-check",
    "failed": "circle-alert",
    "suppressed": "ban",
}
_WORDS = {
    "queued": "Queued",
    "sending": "Sending",
    "sent": "Sent",
    "failed": "Failed",
    "suppressed": "Not sent",
}


def body() -> rx.Component:
    return rx.fragment(
        rx.el.header(
            rx.el.h1("Notifications", class_name="h-lg"),
            rx.el.span(LogState.steps["words"], class_name="t2 num"),
            rx.el.span(class_name="sp"),
            rx.cond(LogState.waiting > 0, _pill()),
            class_name="ph",
        ),
        rx.el.div(_tabs(), rx.el.span(class_name="sp"), _event_filter(), class_name="filters"),
        paged(
            LogState,
            _list(),
            label="Messages",
            trouble="The log can't be read like this",
            first=PATH,
            meanwhile=skeleton_rows(8, "70%", "60%", "80%", "50%", "", class_name="lrow"),
        ),
    )


def _pill() -> rx.Component:
    words = rx.cond(LogState.waiting == 1, "1 new message", rx.fragment(LogState.waiting, " new messages"))
    return pill(words, on_click=LogState.show_new)


def _tabs() -> rx.Component:
    all_href = PATH + query()
    return tabs(
        "Status",
        ("All", all_href, LogState.status == ""),
        *[(_WORDS[status], PATH + query(status=status), LogState.status == status) for status in STATUSES],
    )


def _event_filter() -> rx.Component:
    return rx.el.label(
        rx.el.span("Event", class_name="sr"),
        select(
            "event",
            [("", "Every event"), *EVENT_WORDS.items()],
            small=True,
            value=LogState.event,
            on_change=LogState.pick_event,
        ),
        class_name="narrow",
    )


def _list() -> rx.Component:
    return rx.fragment(
        rx.cond(
            LogState.rows,
            rx.el.div(
                rx.el.div(
                    *[
                        rx.el.span(words, role="columnheader")
                        for words in ("Status", "Event and ticket", "Recipient", "Written")
                    ],
                    rx.el.span(rx.el.span("Action", class_name="sr"), role="columnheader"),
                    class_name="lrow head",
                    role="row",
                ),
                rx.foreach(LogState.rows, _row),
                role="table",
                aria_label="Messages",
            ),
            _empty(),
        )
    )


def _row(row: Row) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.span(
                icon(pick(_GLYPHS, row["status"]), "s"),
                pick(_WORDS, row["status"]),
                class_name=css("mk ns", row["status"]),
            ),
            role="cell",
        ),
        rx.el.div(
            rx.el.span(row["event"], class_name="b"),
            rx.el.span(
                link(row["number"], href="/tickets/" + row["number"]),
                class_name="xs",
            ),
            role="cell",
            class_name="two",
        ),
        rx.el.div(
            rx.el.span(row["recipient"], class_name="tr"),
            rx.el.span(
                rx.cond(row["channel"] == "in_app", "In the app", row["address"]), class_name="t2 xs tr"
            ),
            role="cell",
            class_name="two",
        ),
        rx.el.div(
            time(row["at"], "short"),
            rx.el.span(row["attempts"], class_name="t2 xs"),
            role="cell",
            class_name="two",
        ),
        rx.el.div(
            rx.cond(
                row["status"] == "failed",
                button(
                    "Retry",
                    size="sm",
                    glyph="rotate-ccw",
                    on_click=LogState.retry(row["id"]),
                    busy=LogState.retrying == row["id"],
                    aria_label="Retry the message to " + row["recipient"],
                ),
            ),
            role="cell",
            class_name="act",
        ),
        rx.cond(
            row["error"] != "",
            rx.el.div(
                rx.cond(row["status"] == "sent", "Before it was sent: ", ""),
                row["error"],
                role="cell",
                class_name=css("why xs", row["status"]),
            ),
        ),
        class_name=css("lrow", row["mark"]),
        role="row",
        key=row["id"],
    )


def _empty() -> rx.Component:
    filtered = (LogState.status != "") | (LogState.event != "")
    return rx.cond(
        filtered,
        empty_state(
            "send",
            "No message like this",
            "None has this status and this event.",
            link_button("Show all", href=PATH),
        ),
        empty_state(
            "send",
            "Nothing was sent yet",
            "Each mail to requesters and agents gets a line here, with what became of it.",
        ),
    )
