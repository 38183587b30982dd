"""The last step: everything once more, before it is sent."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.app_state import AppState
from helpdesk.ui.components import (
    callout,
    icon,
    icon_button,
    link,
    person_name,
    priority_mark,
    time,
)
from helpdesk.ui.wizard.parts import path, steps
from helpdesk.ui.wizard.picker import PickerState
from helpdesk.ui.wizard.state import HOLD_UP_WORDS, WizardState

_S: Any = WizardState


def review() -> rx.Component:
    return rx.el.div(
        steps(),
        rx.el.h1("Does this look right?", class_name="h-xl wz-h"),
        rx.el.dl(
            _answer("Topic", path(), _S.links["change"], "Change"),
            _answer("In one line", rx.el.span(_S.title, class_name="md b", dir="auto"), _S.links["details"]),
            rx.cond(
                _S.description,
                _answer(
                    "What happens",
                    rx.el.span(_S.description, class_name="md typed", dir="auto"),
                    _S.links["details"],
                ),
            ),
            _answer("Holds me up", _held_up(), _S.links["details"]),
            rx.cond(_S.files, _answer("Files", _attached(), _S.links["details"])),
            _answer_by("For", _whom(), "for-whom"),
            _answer_by("Also told", _told(), "also-told"),
            class_name="card",
        ),
        rx.cond(
            _S.promise["answer_due"],
            rx.el.div(
                callout(
                    "",
                    "timer",
                    "A person answers by ",
                    time(_S.promise["answer_due"], class_name="b"),
                    ". You get an e-mail with the number, and every answer after that.",
                ),
                class_name="wz-promise",
            ),
        ),
        class_name="wz narrow",
    )


def _answer(term: str, shown: rx.Component, href: Any, words: str = "Edit") -> rx.Component:
    return rx.el.div(
        rx.el.dt(term),
        rx.el.dd(shown, link(words, href=href, class_name="link rev-edit", aria_label=f"{words}: {term}")),
        class_name="rev",
    )


def _answer_by(term: str, shown: rx.Component, dialog_id: str) -> rx.Component:
    return rx.el.div(
        rx.el.dt(term),
        rx.el.dd(
            shown,
            rx.el.button(
                "Change",
                type="button",
                class_name="linkbtn rev-edit",
                data_dialog=dialog_id,
                aria_label=f"Change: {term}",
            ),
        ),
        class_name="rev",
    )


def _held_up() -> rx.Component:
    words = rx.match(
        _S.hold_up, *[(value, f"{words},") for value, words in HOLD_UP_WORDS.items()], "Not said,"
    )
    return rx.el.span(
        rx.el.span(words),
        rx.el.span("filed as", class_name="t2"),
        priority_mark(_S.promise["priority"]),
        class_name="row",
    )


def _attached() -> rx.Component:
    return rx.el.span(
        rx.foreach(
            _S.files,
            lambda file: rx.el.span(
                icon("paperclip", "s"),
                rx.el.span(file["name"], class_name="tr"),
                rx.el.span(file["size"], class_name="t2"),
                class_name="attach",
                key=file["id"],
            ),
        ),
        class_name="row wrap",
    )


def _whom() -> rx.Component:
    return rx.cond(_S.requested_for["id"], person_name(_S.requested_for), person_name(AppState.me))


def _told() -> rx.Component:
    return rx.cond(
        _S.watchers,
        rx.el.span(
            rx.foreach(
                _S.watchers,
                lambda one: rx.el.span(
                    person_name(one),
                    icon_button("x", "Remove", size="sm", on_click=PickerState.unwatch(one["id"])),
                    class_name="row",
                    key=one["id"],
                ),
            ),
            class_name="row wrap",
        ),
        rx.el.span("Nobody else", class_name="t2"),
    )
