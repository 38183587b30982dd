"""Over the requester's conversation: where it stands, and whose turn it is."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.components import button, callout, icon, mark, time
from helpdesk.ui.tickets.requester_state import RequesterState
from helpdesk.ui.tickets.state import TicketState

_S: Any = TicketState
_T: Any = TicketState.ticket
_CAN: Any = TicketState.can


def head() -> rx.Component:
    return rx.fragment(
        rx.el.h1(_T["title"], class_name="h-lg tk-title", dir="auto"),
        _stepper(),
        _sentence(),
        rx.cond(_T["merged_into"], _merged()),
        rx.cond(_T["hold"], rx.cond(_T["your_turn"], _your_turn(), _waiting())),
        rx.cond(_CAN["confirm"], _solved()),
        rx.cond((_T["status"] == "Closed") & ~_T["merged_into"], _closed()),
    )


def _stepper() -> rx.Component:
    return rx.el.ol(rx.foreach(_S.steps, _step), class_name="stepper", aria_label="Status")


def _step(step: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(mark(step["glyph"], 20), class_name="g"),
        rx.el.b(step["status"]),
        rx.cond(step["at"], rx.el.small(rx.cond(step["by_itself"], "by itself ", ""), time(step["at"]))),
        rx.cond(step["current"], rx.el.span("now", class_name="sr")),
        class_name=step["css"],
        aria_current=rx.cond(step["current"], "step", "false"),
    )


def _sentence() -> rx.Component:
    """The stepper's words on a phone, which has room for one sentence."""
    return rx.el.p(
        rx.el.span(
            rx.el.b(_T["status"], class_name="bb"),
            rx.cond(_T["status_since"], rx.fragment(" since ", time(_T["status_since"]))),
            rx.cond(
                _T["assignee"]["id"], rx.fragment(", with ", rx.el.span(_T["assignee"]["name"], dir="auto"))
            ),
        ),
        rx.foreach(
            _S.promises,
            lambda one: rx.el.span(
                one["words"],
                rx.cond(one["due"], rx.fragment(" ", time(one["due"], "due"))),
                class_name="t2",
                key=one["key"],
            ),
        ),
        class_name="only-s xs tk-sentence",
    )


def _your_turn() -> rx.Component:
    return rx.el.div(
        icon("circle-pause", "l"),
        rx.el.div(
            rx.el.div("Waiting for you", class_name="bb md"),
            rx.el.div(_T["helper_first"], " asked something. The clock stands still until you answer."),
            class_name="sp",
        ),
        button("Answer", kind="pri", data_press="focus-message", class_name="only-l"),
        class_name="callout warn turn",
        role="note",
    )


def _waiting() -> rx.Component:
    return rx.el.div(
        callout(
            "",
            "circle-pause",
            rx.el.span(_T["hold"], class_name="b"),
            rx.cond(_T["hold_until"], rx.fragment(" until ", time(_T["hold_until"]))),
            rx.el.div("The clock stands still meanwhile.", class_name="t2"),
        ),
        class_name="tk-callout",
    )


def _solved() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Is it solved?", class_name="h-lg"),
        rx.el.p(
            rx.cond(
                _T["resolution_text"],
                rx.el.span("“", _T["resolution_text"], "” ", class_name="wrap", dir="auto"),
            ),
            rx.el.span(_T["helper_first"], ", ", time(_T["resolved_at"]), class_name="t2"),
            class_name="md",
        ),
        rx.cond(
            _T["closes_at"],
            rx.el.p(
                "Without an answer from you it closes by itself ",
                time(_T["closes_at"], "ahead"),
                ".",
                class_name="t2",
            ),
        ),
        rx.el.div(
            button("Yes, close it", kind="pri", size="lg", glyph="check", on_click=RequesterState.confirm),
            button("Not yet, it still happens", size="lg", on_click=RequesterState.show("not_yet")),
            class_name="row solve-acts",
        ),
        class_name="card solve",
    )


def _closed() -> rx.Component:
    return rx.el.div(
        callout(
            "ok",
            "circle-check",
            rx.el.span("Closed ", time(_T["closed_at"]), class_name="b"),
            rx.cond(_T["resolution"], rx.el.span(" as ", _T["resolution"])),
            rx.cond(
                _T["resolution_text"],
                rx.el.p(_T["resolution_text"], class_name="wrap", dir="auto"),
            ),
            rx.cond(
                _CAN["reopen"],
                rx.el.div(
                    rx.el.button(
                        "It happens again",
                        type="button",
                        class_name="linkbtn",
                        on_click=RequesterState.show("not_yet"),
                    ),
                ),
            ),
        ),
        class_name="tk-callout",
    )


def _merged() -> rx.Component:
    return rx.el.div(
        callout(
            "inf",
            "copy",
            "This goes on in ",
            rx.el.a(_T["merged_into"], href="/tickets/" + _T["merged_into"].to(str), class_name="link"),
        ),
        class_name="tk-callout",
    )
