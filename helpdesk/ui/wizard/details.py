"""The third step: what happens, with files."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.app_state import AppState
from helpdesk.ui.components import (
    avatar,
    field,
    icon,
    icon_button,
    link,
    radio_card,
    radio_group,
    status_mark,
    text_area,
    text_button,
    text_input,
    time,
    upload_box,
)
from helpdesk.ui.wizard.parts import path, steps
from helpdesk.ui.wizard.picker import PickerState
from helpdesk.ui.wizard.state import HOLD_UP_WORDS, WizardState

_S: Any = WizardState


_HINTS = {"little": "I can work around it", "lot": "My work is slow", "stuck": "Or several people can't"}


def details() -> rx.Component:
    return rx.el.div(
        steps(),
        rx.el.div(path(), link("Change", href=_S.links["change"]), class_name="row wz-path"),
        rx.el.h1("Tell us what happens", class_name="h-xl wz-h tight"),
        rx.el.div(
            rx.el.form(*_questions(), id="details", class_name="col wz-form", on_submit=WizardState.review),
            rx.el.aside(_expect(), _same(), _for_whom(), class_name="col wz-aside"),
            class_name="twocol",
        ),
        class_name="wz",
    )


def _questions() -> list[rx.Component]:
    return [
        field(
            "In one line",
            text_input(
                "title",
                error=_S.errors["title"],
                default_value=_S.title,
                max_length=255,
                dir="auto",
                on_change=WizardState.keep("title").debounce(700),
            ),
            control_id="title",
            error=_S.errors["title"],
        ),
        field(
            "What happened, and what did you expect?",
            text_area(
                "description",
                error=_S.errors["description"],
                default_value=_S.description,
                max_length=20000,
                rows="6",
                dir="auto",
                on_change=WizardState.keep("description").debounce(700),
            ),
            control_id="description",
            error=_S.errors["description"],
            optional=True,
        ),
        radio_group(
            "How much does it hold you up?",
            *[
                radio_card(
                    "hold_up",
                    value,
                    words,
                    _HINTS[value],
                    default_checked=_S.hold_up == value,
                    on_change=WizardState.keep("hold_up"),
                )
                for value, words in HOLD_UP_WORDS.items()
            ],
            error=_S.errors["priority"],
            group_id="hold_up",
        ),
        rx.el.div(
            rx.el.span(
                "Files", rx.el.span(" · screenshots help most", class_name="t2 regular"), class_name="lab"
            ),
            rx.cond(_S.files, rx.el.div(rx.foreach(_S.files, _file), class_name="files")),
            upload_box(WizardState.keep_files, reset=_S.box),
            class_name="field",
        ),
    ]


def _file(file: Any) -> rx.Component:
    return rx.el.div(
        icon("file-text"),
        rx.el.div(
            rx.el.span(file["name"], class_name="tr"),
            rx.el.span(file["size"], class_name="hint"),
            class_name="col",
        ),
        rx.el.span(icon("check", "s"), "Uploaded", class_name="mk xs t2"),
        icon_button("x", "Remove", size="sm", on_click=WizardState.drop_file(file["id"])),
        class_name="file",
        key=file["id"],
    )


def _expect() -> rx.Component:
    promise = _S.promise
    return rx.cond(
        promise["answer_due"],
        rx.el.section(
            rx.el.h2("What to expect", class_name="h-sec"),
            rx.el.p(
                "First answer by ",
                time(promise["answer_due"], class_name="bb"),
                rx.cond(promise["usual"], rx.el.span(", usually in ", promise["usual"])),
                ".",
            ),
            rx.cond(
                promise["solved_due"],
                rx.el.p(
                    "Solved by ",
                    time(promise["solved_due"]),
                    ". You can follow it here and by e-mail.",
                    class_name="t2",
                ),
            ),
            class_name="card pad",
        ),
    )


def _same() -> rx.Component:
    return rx.cond(
        _S.similar,
        rx.el.section(
            rx.el.h2("Same as yours?", class_name="h-sec"),
            rx.el.p("You have open requests that sound like this one.", class_name="t2"),
            rx.foreach(_S.similar, _similar),
            class_name="card pad",
            aria_live="polite",
        ),
    )


def _similar(row: Any) -> rx.Component:
    return rx.el.div(
        link(row["title"], href="/tickets/" + row["number"].to(str), class_name="link"),
        rx.el.div(
            status_mark(row["status"]), rx.el.span(row["number"], class_name="no"), class_name="row xs"
        ),
        class_name="wz-same",
        key=row["number"],
    )


def _for_whom() -> rx.Component:
    chosen = _S.requested_for
    return rx.el.section(
        rx.cond(
            chosen["id"],
            rx.el.div(
                avatar(chosen),
                rx.el.span("For ", chosen["name"], class_name="b tr"),
                rx.el.span(class_name="sp"),
                text_button("For me", on_click=PickerState.choose(0, "for")),
                class_name="row",
            ),
            rx.el.div(
                avatar(AppState.me),
                rx.el.span("For you", class_name="b"),
                rx.el.span(class_name="sp"),
                rx.el.button("Someone else?", type="button", class_name="linkbtn", data_dialog="for-whom"),
                class_name="row",
            ),
        ),
        class_name="card pad",
    )
