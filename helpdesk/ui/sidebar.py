"""The ways to the places of a role: the sidebar with its live counts, and the bottom bar of phones."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.app_state import AppState
from helpdesk.ui.components import icon, kbd
from helpdesk.ui.navigation import BOTTOM, NAV, QUEUE_ENTRY, Place, Section
from helpdesk.ui.pages import exists

Active = str
"""The name of a `Place`: which entry of the sidebar is the current one; "" for none."""


def sidebar(active: Active | rx.Var[str]) -> rx.Component:
    """Name, places and saved views; on a phone a drawer."""
    return rx.el.aside(
        rx.el.a(
            rx.el.span(icon("life-buoy"), class_name="logo"),
            "Helpdesk",
            href="/",
            class_name="brand",
            aria_label="Helpdesk, home",
        ),
        rx.match(
            AppState.me["role"],
            *[(role, _nav(sections, active)) for role, sections in NAV.items()],
            _nav([], active),
        ),
        rx.el.div(class_name="sp"),
        rx.el.div(
            rx.el.button(
                icon("keyboard"), "Keyboard", rx.el.span(kbd("?"), class_name="n"),
                type="button", data_dialog="keyboard", data_shortcut="?",
            ),
            class_name="nav only-l-block",
        ),
        class_name="side",
    )  # fmt: skip


def _nav(sections: list[Section], active: Active | rx.Var[str]) -> rx.Component:
    return rx.el.nav(
        *[
            part
            for section in sections
            for part in (
                _section(section, active),
                *([_saved_views(active)] if section.title == "Queue" else []),
            )
        ],
        class_name="nav",
        aria_label="Main",
    )


def _section(section: Section, active: Active | rx.Var[str]) -> rx.Component:
    places = [place for place in section.places if exists(place.href)]
    return (
        rx.fragment(rx.el.h3(section.title), *[_entry(p, active) for p in places])
        if places
        else rx.fragment()
    )


def _saved_views(active: Active | rx.Var[str]) -> rx.Component:
    """Under the queue's quick filters: the saved views of this person."""
    views: Any = AppState.saved_views

    def entry(one: Any) -> rx.Component:
        here: Any = (active == one["place"]) if isinstance(active, rx.Var) else False
        return rx.el.a(
            icon("bookmark"),
            rx.el.span(one["name"], class_name="tr", dir="auto"),
            rx.el.span(one["count"], class_name="n"),
            href=one["href"],
            aria_current=rx.cond(here, "page", "false"),
            key=one["place"],
        )

    return rx.cond(views, rx.fragment(rx.el.h3("Saved views"), rx.foreach(views, entry)))


def _entry(place: Place, active: Active | rx.Var[str]) -> rx.Component:
    count = (
        [rx.el.span(AppState.counts[place.count], class_name=f"n {place.tone}".strip())]
        if place.count
        else []
    )
    return rx.el.a(
        icon(place.glyph),
        rx.el.span(place.words, class_name="tr"),
        *count,
        href=place.href,
        aria_current=_current(place, active),
    )


def _current(place: Place, active: Active | rx.Var[str]) -> Any:
    if isinstance(active, rx.Var):
        return rx.cond(active == place.name, "page", "false")
    return "page" if active == place.name else "false"


def _stands(place: Place, places: list[Place], active: Active | rx.Var[str]) -> Any:
    """As `_current`; the bar's queue stands for all lists of the queue that have no place in it."""
    if place != QUEUE_ENTRY or not isinstance(active, rx.Var):
        return _current(place, active)
    now: Any = active
    elsewhere = now.startswith("queue.")
    for other in places:
        elsewhere = elsewhere & (now != other.name)
    return rx.cond(elsewhere, "true", _current(place, active))


def bottom_bar(active: Active | rx.Var[str]) -> rx.Component:
    """The three places of a role, on a phone."""

    def bar(places: list[Place]) -> rx.Component:
        return rx.el.nav(
            *[
                rx.el.a(
                    icon(p.glyph), p.short or p.words, href=p.href, aria_current=_stands(p, places, active)
                )
                for p in places
                if exists(p.href)
            ],
            class_name="bottom",
            aria_label="Places",
        )

    return rx.fragment(
        rx.match(
            AppState.me["role"],
            *[(role, bar(places)) for role, places in BOTTOM.items()],
            bar([]),
        )
    )
