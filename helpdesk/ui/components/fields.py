"""Form controls: a label, the control, a hint and the error under it, joined for screen readers.

Controls are uncontrolled (`default_value`, `name`): a form sends its values once, not an event per key.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.components._types import Child, Handler, Text, css, is_set
from helpdesk.ui.icons import icon


def field(
    label: Text,
    control: rx.Component,
    *,
    control_id: str,
    error: Text = "",
    hint: Text = "",
    optional: bool = False,
    action: rx.Component | None = None,
) -> rx.Component:
    """Label, control, hint, error. The control carries `id=control_id`; the functions below do that.

    Args:
        error: the sentence at this field, usually `S.errors["title"]`; "" shows none.
        action: a small link at the right of the label.
    """
    caption: list[Child] = [label]
    if optional:
        caption.append(rx.el.span(" · optional", class_name="t2 regular"))
    head = rx.el.label(*caption, html_for=control_id, class_name="lab")
    return rx.el.div(
        rx.el.span(head, rx.el.span(class_name="sp"), action, class_name="row") if action else head,
        control,
        *([rx.el.span(hint, class_name="hint", id=f"{control_id}-hint")] if is_set(hint) else []),
        error_text(error, control_id),
        class_name="field",
    )


def error_text(error: Text, control_id: str) -> rx.Component:
    """The sentence under a field; announced when it appears."""
    inner = rx.el.span(icon("circle-alert", "s"), rx.el.span(error), class_name="errt")
    shown: Any = (
        rx.cond(error, inner, rx.fragment()) if isinstance(error, rx.Var) else (inner if error else None)
    )
    return rx.el.span(*([shown] if shown is not None else []), id=f"{control_id}-error", role="alert")


def text_input(
    control_id: str, *, name: str = "", error: Text = "", small: bool = False, **props: Any
) -> rx.Component:
    """A line of text. Further arguments go to the input: default_value, placeholder, max_length, required, type …"""
    return rx.el.input(
        id=control_id,
        name=name or control_id,
        class_name=css("inp", "sm" if small else "", props.pop("class_name", "")),
        **_described(control_id, error),
        **{"type": "text", "auto_complete": "off", **props},
    )


def text_area(control_id: str, *, name: str = "", error: Text = "", **props: Any) -> rx.Component:
    """Several lines; grows with what is written."""
    return rx.el.textarea(
        id=control_id,
        name=name or control_id,
        class_name=css("inp area", props.pop("class_name", "")),
        **_described(control_id, error),
        **props,
    )


def select(
    control_id: str,
    options: Any,
    *,
    name: str = "",
    error: Text = "",
    small: bool = False,
    **props: Any,
) -> rx.Component:
    """A native choice.

    Args:
        options: pairs of (value, words), or a Var of rows with `value` and `label`.
    """
    made = (
        rx.foreach(options, lambda row: rx.el.option(row["label"], value=row["value"], key=row["value"]))
        if isinstance(options, rx.Var)
        else rx.fragment(*[rx.el.option(words, value=value) for value, words in options])
    )
    return rx.el.select(
        made,
        id=control_id,
        name=name or control_id,
        class_name=css("inp", "sm" if small else ""),
        **_described(control_id, error),
        **props,
    )


def checkbox(label: Child, *, name: Text = "", hidden_label: bool = False, **props: Any) -> rx.Component:
    """A check box with words beside it; `hidden_label` keeps them for screen readers alone."""
    words = rx.el.span(label, class_name="sr" if hidden_label else "")
    named = {"name": name} if is_set(name) else {}
    return rx.el.label(
        rx.el.input(type="checkbox", class_name="cb", **named, **props), words, class_name="row cbx"
    )


def radio_card(name: str, value: Text, title: Child, hint: Text = "", **props: Any) -> rx.Component:
    """One of several exclusive answers, as a card; put them into `radio_group`."""
    return rx.el.label(
        rx.el.input(type="radio", name=name, value=value, class_name="rd", **props),
        rx.el.span(
            rx.el.span(title, class_name="b"),
            *([rx.el.span(hint, class_name="hint")] if is_set(hint) else []),
            class_name="col",
        ),
        class_name="opt",
    )


def radio_group(label: Text, *cards: Child, error: Text = "", group_id: str = "") -> rx.Component:
    """A question with its answers."""
    return rx.el.fieldset(
        rx.el.legend(label, class_name="lab"),
        rx.el.div(*cards, class_name="opts"),
        error_text(error, group_id or "group"),
        class_name="field plain",
    )


def switch(label: Text, hint: Text = "", **props: Any) -> rx.Component:
    """On or off, acting at once."""
    return rx.el.label(
        rx.el.input(type="checkbox", role="switch", class_name="switch", **props),
        rx.el.span(
            rx.el.span(label, class_name="b"),
            *([rx.el.span(hint, class_name="hint")] if is_set(hint) else []),
            class_name="col",
        ),
        class_name="row switch-row",
    )


def upload_box(
    on_ids: Handler,
    *,
    max_files: int = 10,
    max_mb: int = 25,
    reset: rx.Var[Any] | str = "",
    compact: bool = False,
) -> rx.Component:
    """Files by picker, drop or paste, each with its own progress (`assets/js/upload.js`).

    Args:
        on_ids: handler that gets the ids of the stored uploads, joined by commas, whenever they change. They are
            drafts of the person who uploaded; the service that takes them checks that again.
        reset: when this value changes, the list is emptied (after sending).
        compact: only the list and a paper clip; for the composer.
    """
    choose = (
        rx.el.button(
            icon("paperclip"),
            type="button",
            class_name="btn gh sm ic",
            aria_label="Attach files",
            title="Attach files",
            data_upload_choose="true",
        )
        if compact
        else rx.el.div(
            icon("cloud-upload"),
            rx.el.span(
                rx.el.button("Choose files", type="button", class_name="linkbtn", data_upload_choose="true"),
                rx.el.span(", drop them here, or paste a screenshot", class_name="only-l-inline"),
            ),
            rx.el.span(class_name="sp"),
            rx.el.span(f"Up to {max_files}, {max_mb} MB each", class_name="hint"),
            class_name="drop",
            data_upload_drop="true",
        )
    )
    return rx.el.div(
        rx.el.div(class_name="files", hidden=True, data_upload_list="true"),
        choose,
        rx.el.input(
            type="file",
            multiple=True,
            class_name="sr",
            tab_index=-1,
            aria_hidden="true",
            data_upload_pick="true",
        ),
        rx.el.input(
            type="text",
            class_name="sr",
            tab_index=-1,
            aria_hidden="true",
            data_upload_ids="true",
            default_value="",
            on_change=on_ids,
        ),
        class_name="uploads",
        data_upload="true",
        data_max_files=str(max_files),
        data_max_mb=str(max_mb),
        data_reset=reset,
    )


def find_somebody(people: str) -> rx.Component:
    """Where a dialog begins that lists people: typing leaves those of the list with the id `people` that fit."""
    return rx.el.input(
        type="search",
        class_name="inp",
        placeholder="Find somebody",
        aria_label="Find somebody",
        auto_complete="off",
        data_focus="true",
        data_filter=people,
    )


def _described(control_id: str, error: Text) -> dict[str, Any]:
    invalid: Any = rx.cond(error, "true", "false") if isinstance(error, rx.Var) else str(bool(error)).lower()
    return {"aria_describedby": f"{control_id}-hint {control_id}-error", "aria_invalid": invalid}
