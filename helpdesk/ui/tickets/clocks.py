"""The promises of a ticket in its rail: clocks for the helpdesk, sentences for the requester."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.domain.enums import ClockKind
from helpdesk.ui.components import icon, menu, menu_item, sla_clock, time
from helpdesk.ui.tickets.dialog_state import DialogState
from helpdesk.ui.tickets.state import TicketState

_S: Any = TicketState
_T: Any = TicketState.ticket


def clocks(prefix: str) -> rx.Component:
    """What was promised, how far it is, and what happens next."""
    shown: Any = _S.clocks
    named = [
        ("first", "First response", ClockKind.FIRST_RESPONSE),
        ("next", "Next response", ClockKind.NEXT_RESPONSE),
        ("solve", "Resolution", ClockKind.RESOLUTION),
    ]
    return rx.el.section(
        rx.el.h2(
            "Promises", rx.el.span(class_name="sp"), rx.el.span(_T["policy"], class_name="tr", dir="auto")
        ),
        *[rx.cond(shown[name]["state"], _clock(words, shown[name])) for name, words, _ in named],
        rx.cond(_S.next["at"], _next(_S.next)),
        menu(
            ["How this was counted", icon("chevron-down", "s")],
            *[
                rx.cond(
                    shown[name]["state"], menu_item(words, on_click=DialogState.explain(str(kind)), key=name)
                )
                for name, words, kind in named
            ],
            menu_id=f"{prefix}-counted",
            label="How this was counted",
            kind="linkbtn xs row",
        ),
    )


def _clock(words: str, clock: Any) -> rx.Component:
    ended = (clock["state"] == "met") | (clock["state"] == "missed") | (clock["state"] == "ended")
    return rx.fragment(
        sla_clock(words, clock),
        rx.el.div(
            rx.cond(clock["due"] & ~ended, rx.fragment("Due ", time(clock["due"]), ", ")),
            "promised within ",
            clock["promised"],
            class_name="xs t2 clock-more",
        ),
    )


def _next(step: Any) -> rx.Component:
    return rx.el.div(
        icon("bell", "s"),
        rx.el.span(
            "Next step ",
            rx.el.b(time(step["at"], "ahead")),
            ": ",
            step["words"],
            ".",
            rx.cond(step["breach_at"], rx.fragment(" It breaches ", time(step["breach_at"], "short"), ".")),
            dir="auto",
        ),
        class_name="next",
    )


def promise(one: Any) -> rx.Component:
    """One promise as its requester reads it."""
    return rx.el.div(
        rx.el.div(
            icon(one["glyph"]),
            rx.el.span(one["words"], rx.cond(one["due"], rx.fragment(" ", time(one["due"], "due")))),
            class_name="row b",
        ),
        rx.cond(one["hint"], rx.el.div(one["hint"], class_name="t2 xs")),
        class_name="prom " + one["state"].to(str),
        key=one["key"],
    )
