"""The keys that a page knows, and the switch that turns single ones off."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.app_state import AppState
from helpdesk.ui.components import dialog, switch
from helpdesk.ui.profile.state import ProfileState

_KEYS: dict[str, list[tuple[str, list[str]]]] = {
    "Everywhere": [("Search", ["/"]), ("New request", ["C"]), ("Close, go back", ["Esc"]), ("This list", ["?"])],
    "In a list": [
        ("Down, up", ["J", "K"]), ("Select", ["X"]), ("Open", ["Enter"]), ("Assign", ["A"]), ("Take it", ["T"]),
        ("Status", ["S"]), ("Priority", ["P"]), ("Show updates", ["U"]),
    ],
    "On a ticket": [
        ("Reply", ["R"]), ("Internal note", ["N"]), ("Send", ["Ctrl", "Enter"]), ("Assign", ["A"]), ("Take it", ["T"]),
        ("Status", ["S"]), ("Priority", ["P"]), ("Next, previous of the list", ["J", "K"]),
    ],
}  # fmt: skip
_REQUESTER = {"Down, up", "Open", "Reply", "Send"} | {words for words, _ in _KEYS["Everywhere"]}
"""What works on the pages of somebody who only asks."""


def keyboard_dialog() -> rx.Component:
    """Opens with "?" and from the frame's menus."""
    columns = [
        rx.el.div(
            rx.el.h3(title, class_name="h-sec"),
            rx.el.dl(*[_key(words, keys) for words, keys in rows]),
        )
        for title, rows in _KEYS.items()
    ]
    return dialog(
        rx.el.div(*columns, class_name="keys"),
        rx.el.hr(class_name="line"),
        switch(
            "Single keys",
            "Off: only keys with Ctrl work. They never act while you type.",
            default_checked=True,
            data_single_keys="true",
            on_change=ProfileState.set_single_keys,
        ),
        dialog_id="keyboard",
        title="Keyboard",
        wide=True,
    )


def _key(words: str, keys: list[str]) -> rx.Component:
    line = rx.el.div(rx.el.dt(words), rx.el.dd(*[rx.el.kbd(key) for key in keys]))
    return line if words in _REQUESTER else rx.cond(AppState.me["staff"], line, rx.fragment())
