"""Marks: a glyph and a word, always both, the same everywhere. And people, times, paths."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from helpdesk.ui.components._types import Child, Row, Text, css, pick
from helpdesk.ui.icons import icon, mark

STATUS_GLYPH = {
    "Open": "st-open",
    "Assigned": "st-assigned",
    "In Progress": "st-progress",
    "Resolved": "st-resolved",
    "Closed": "st-closed",
}
PRIORITY_GLYPH = {"Low": "pr-low", "Medium": "pr-medium", "High": "pr-high", "Critical": "pr-critical"}


def status_mark(status: Text) -> rx.Component:
    """The status: a ring that fills, and its word."""
    return rx.el.span(
        mark(pick(STATUS_GLYPH, status)), status, class_name=css("mk", pick(STATUS_GLYPH, status))
    )


def priority_mark(priority: Text) -> rx.Component:
    """The priority: one to three bars, Critical a red square; and its word."""
    glyph = pick(PRIORITY_GLYPH, priority)
    return rx.el.span(mark(glyph), priority, class_name=css("mk", glyph))


def hold_mark(words: Text, *, for_requester: bool = False) -> rx.Component:
    """A hold: two bars in a ring, and who is waited for. The requester's own turn speaks in amber."""
    return rx.el.span(mark("st-hold"), words, class_name="mk you" if for_requester else "mk hold")


def sla_cell(clock: Row) -> rx.Component:
    """The due cell of a list: glyph, sentence, a 3 px bar. The browser keeps sentence and tone up to date."""
    return rx.el.span(
        rx.el.span(icon("timer", "s"), rx.el.span(data_sla_text="true"), class_name="w"),
        rx.el.span(_filled(clock["percent"]), class_name="bar", aria_hidden="true"),
        class_name="sla ok",
        **_clock_data(clock),
    )


def sla_clock(label: Text, clock: Row) -> rx.Component:
    """A clock in the rail of a ticket: its name, what is left, and the bar."""
    return rx.el.div(
        rx.el.span(label, class_name="b"),
        rx.el.span(icon("timer", "s"), rx.el.span(data_sla_text="true"), class_name="v"),
        rx.el.span(_filled(clock["percent"]), class_name="bar", aria_hidden="true"),
        class_name="clock ok",
        **{**_clock_data(clock), "data_word": ""},
    )


def avatar(person: Row, size: Literal["", "s", "l"] = "") -> rx.Component:
    """Initials on a tone that belongs to the person; decoration beside the name, hence hidden from screen readers."""
    return rx.el.span(person["initials"], class_name=css("av", person["tone"], size), aria_hidden="true")


def nobody(words: Text = "Nobody") -> rx.Component:
    """Where a person could stand and none does."""
    return rx.el.span(
        rx.el.span(icon("user-round", "s"), class_name="av none s", aria_hidden="true"),
        rx.el.span(words, class_name="t2 tr"),
        class_name="row",
    )


def person_name(person: Row, size: Literal["", "s", "l"] = "s") -> rx.Component:
    """Avatar and name on one line, cut off where the line ends."""
    return rx.el.span(avatar(person, size), rx.el.span(person["name"], class_name="tr"), class_name="row")


def assignee(person: Row, words: Text = "Nobody") -> rx.Component:
    """The person, or the sign for nobody where `person["id"]` is 0."""
    return rx.fragment(rx.cond(person["id"], person_name(person), nobody(words)))


def time(
    iso: Text,
    style: Literal["relative", "ago", "short", "full", "clock", "due", "ahead"] = "short",
    **props: Any,
) -> rx.Component:
    """A moment in the viewer's zone, the exact time on hover.

    Args:
        iso: ISO 8601 with an offset, as `rows.iso` writes it; "" shows nothing.
        style: "relative" ("9m"), "ago" ("9 min ago"), "short" (time today, weekday this week, else date), "full",
            "clock" (HH:MM), "due" ("in 2 h 10 min, Thu 10:30", or how late it is), "ahead" (the same, and
            the day alone once it is over).
    """
    # Without children on purpose: `ui.js` writes the text, and the framework must not own that node.
    return rx.el.time(date_time=iso, data_time=style, **props)


def path(*parts: Child) -> rx.Component:
    """Group › category › subcategory; the last one is what it is about."""
    shown: list[Child] = []
    for index, part in enumerate(parts):
        if index:
            shown.append(icon("chevron-right"))
        shown.append(rx.el.b(part) if index == len(parts) - 1 else rx.el.span(part))
    return rx.el.span(*shown, class_name="path")


def _filled(width: str | rx.Var[str]) -> rx.Component:
    # As an attribute: through `style=` each width would become a class of its own.
    return rx.el.i(custom_attrs={"style": rx.Var.create({"width": width})})


def _clock_data(clock: Row) -> dict[str, Any]:
    return {
        "data_sla": "true",
        "data_state": clock["state"],
        "data_due": clock["due"],
        "data_met": clock["met"],
        "data_word": clock["word"],
        "data_note": clock["note"],
    }
