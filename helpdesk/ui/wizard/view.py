"""Filing a request: the frame of the four steps, and the first two."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.app_state import AppState
from helpdesk.ui.components import (
    button,
    dialog,
    field,
    icon,
    link,
    link_button,
    loading,
    person_name,
    skeleton_rows,
    text_button,
    text_input,
    time,
)
from helpdesk.ui.wizard.details import details
from helpdesk.ui.wizard.parts import path, steps
from helpdesk.ui.wizard.picker import PickerState
from helpdesk.ui.wizard.review import review
from helpdesk.ui.wizard.state import WizardState

_S: Any = WizardState
_P: Any = PickerState


def body() -> rx.Component:
    """The step that the URL asks for."""
    step: Any = rx.match(_S.step, ("details", details()), ("review", review()), _choose())
    return rx.fragment(
        rx.el.div(
            loading(
                _S.ready,
                rx.el.div(skeleton_rows(6, "60%", "30%", class_name="row line-row"), class_name="wz"),
                step,
            ),
            class_name="scroll",
        ),
        rx.cond(_S.ready & ((_S.step == "details") | (_S.step == "review")), _foot()),
    )


# ---- topic and type


def _choose() -> rx.Component:
    topic = _S.step == "topic"
    return rx.el.div(
        steps(),
        rx.cond(
            topic,
            rx.el.h1("What do you need help with, ", AppState.me["first_name"], "?", class_name="h-xl wz-h"),
            rx.fragment(
                rx.el.div(path(), link("Change", href=_S.links["change"]), class_name="row wz-path"),
                rx.el.h1("What is it about?", class_name="h-xl wz-h tight"),
            ),
        ),
        rx.cond(topic, _search()),
        rx.cond(
            _S.words,
            _found(),
            rx.fragment(
                rx.cond(topic, _groups()), rx.el.div(rx.foreach(_S.tiles, _tile), class_name="tiles")
            ),
        ),
        class_name="wz",
    )


def _search() -> rx.Component:
    return rx.el.label(
        icon("search"),
        rx.el.input(
            type="search",
            placeholder="Say it in a few words: VPN drops, new monitor",
            aria_label="Find a topic",
            max_length=100,
            auto_complete="off",
            default_value="",
            on_change=WizardState.find.debounce(250),
        ),
        class_name="inp bigsearch",
    )


def _found() -> rx.Component:
    return rx.cond(
        _S.found,
        rx.el.div(rx.foreach(_S.found, _tile), class_name="tiles wz-found", aria_live="polite"),
        rx.el.p(
            "No topic has these words. Clear them to see all topics.", class_name="t2 wz-found", role="status"
        ),
    )


def _groups() -> rx.Component:
    return rx.el.nav(rx.foreach(_S.tabs, _tab), class_name="groups wz-groups", aria_label="Who can help")


def _tab(tab: Any) -> rx.Component:
    return rx.el.a(
        icon(tab["icon"]),
        rx.el.span(tab["name"], class_name="nm", dir="auto"),
        rx.cond(tab["text"], rx.el.span(tab["text"], class_name="hint t2 tr", dir="auto")),
        title=tab["text"],
        href=tab["href"],
        class_name=rx.cond(tab["current"], "grp on", "grp"),
        aria_current=rx.cond(tab["current"], "page", "false"),
        replace=True,
    )


def _tile(tile: Any) -> rx.Component:
    return rx.el.a(
        icon(tile["icon"], "l"),
        rx.el.b(tile["name"], dir="auto"),
        rx.cond(tile["text"], rx.el.p(tile["text"], dir="auto")),
        rx.cond(tile["eta"], rx.el.span(tile["eta"], class_name="eta")),
        href=tile["href"],
        class_name="tile",
        key=tile["href"],
    )


def _foot() -> rx.Component:
    return rx.el.div(
        link_button(
            rx.el.span("Back", class_name="only-l-inline"),
            aria_label="Back",
            href=_S.links["back"],
            size="lg",
            glyph="arrow-left",
        ),
        rx.cond(
            _S.saved_at,
            rx.el.span(
                icon("check", "s"),
                "Draft saved ",
                time(_S.saved_at, "clock"),
                class_name="row t2 xs",
                role="status",
            ),
        ),
        rx.el.span(class_name="sp"),
        text_button("Start over", on_click=WizardState.start_over, class_name="only-l-inline"),
        rx.cond(
            _S.step == "details",
            button(
                "Review",
                icon("arrow-right"),
                kind="pri",
                size="lg",
                submit=True,
                form="details",
                key="mod+Enter",
            ),
            button(
                "Send request",
                kind="pri",
                size="lg",
                key="mod+Enter",
                on_click=WizardState.send,
                busy=_S.sending,
            ),
        ),
        class_name="foot",
    )


def dialogs() -> list[rx.Component]:
    return [
        _picker("for-whom", "For whom is it?", "for", "They get the answers; you follow along."),
        _picker("also-told", "Who else should know?", "watch", "They see the request and get its answers."),
    ]


def _picker(dialog_id: str, title: str, role: str, hint: str) -> rx.Component:
    control = f"{dialog_id}-name"
    return dialog(
        field(
            "Name",
            text_input(
                control,
                placeholder="Start to type a name",
                default_value="",
                on_change=PickerState.look.debounce(250),
            ),
            control_id=control,
            hint=hint,
        ),
        rx.el.div(
            rx.foreach(
                _P.results,
                lambda one: rx.el.button(
                    person_name(one),
                    type="button",
                    class_name="person-pick",
                    on_click=PickerState.choose(one["id"], role),
                    data_close="true",
                    key=one["id"],
                ),
            ),
            rx.cond(
                _P.asked & ~_P.results,
                rx.el.p("Nobody by this name.", class_name="t2", role="status"),
            ),
            class_name="col person-picks",
        ),
        dialog_id=dialog_id,
        title=title,
    )
