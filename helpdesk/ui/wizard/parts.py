"""What every step of the wizard shows: where one is, and the way back."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.components import icon
from helpdesk.ui.wizard.state import WizardState

_S: Any = WizardState
_STEPS = [("topic", "Topic"), ("type", "Type"), ("details", "Details"), ("review", "Review")]


def steps() -> rx.Component:
    return rx.el.ol(
        *[_step(number, name, words) for number, (name, words) in enumerate(_STEPS, 1)],
        class_name="steps",
        aria_label="Steps",
    )


def _step(number: int, name: str, words: str) -> rx.Component:
    order = [key for key, _ in _STEPS]
    done: Any = rx.match(_S.step, *[(step, order.index(step) > order.index(name)) for step in order], False)
    now = _S.step == name
    return rx.el.li(
        rx.el.span(rx.cond(done, icon("check", "s"), rx.el.span(number)), class_name="d"),
        rx.el.span(words, rx.cond(done, rx.el.span(", done", class_name="sr")), class_name="nm"),
        *([rx.el.span(class_name="ln", aria_hidden="true")] if number < len(_STEPS) else []),
        class_name=rx.cond(now, "now", rx.cond(done, "done", "")),
        aria_current=rx.cond(now, "step", "false"),
    )


def path() -> rx.Component:
    return rx.el.span(
        rx.foreach(
            _S.path,
            lambda name, index: rx.fragment(
                rx.cond(index > 0, icon("chevron-right")), rx.el.span(name, dir="auto")
            ),
        ),
        class_name="path",
    )
