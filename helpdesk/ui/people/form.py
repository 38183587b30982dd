"""The dialog of one person: added, or changed."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.components import (
    button,
    callout,
    checkbox,
    dialog,
    error_text,
    field,
    link,
    select,
    switch,
    text_input,
)
from helpdesk.ui.components._types import Row
from helpdesk.ui.people.editing import PersonState
from helpdesk.ui.people.state import ROLE_WORDS


def person_dialog() -> rx.Component:
    person = PersonState.person
    return rx.fragment(
        dialog(
            # a new key gives the fields their values anew; what was typed stays while the dialog is open
            rx.el.div(*_fields(), class_name="form", key=PersonState.opened),
            dialog_id="person",
            title=rx.cond(person["id"] > 0, person["name"], "Add a person"),
            foot=[
                button("Cancel", kind="gh", data_close="true"),
                button(
                    rx.cond(person["id"] > 0, "Save", "Add"), kind="pri", submit=True, busy=PersonState.saving
                ),
            ],
            show=PersonState.shown,
            on_close=PersonState.close,
            on_submit=PersonState.save,
        ),
        rx.el.button(
            "Undo", id="undo-active", type="button", hidden=True, tab_index=-1, on_click=PersonState.undo
        ),
    )


def _fields() -> list[rx.Component]:
    person, errors = PersonState.person, PersonState.errors
    return [
        rx.el.div(
            _text("name", "Name", person["name"], required=True, max_length=150),
            _text("email", "E-mail", person["email"], required=True, type="email", max_length=254),
            class_name="two-fields",
        ),
        rx.el.div(
            field(
                "Role",
                select(
                    "person-role", list(ROLE_WORDS.items()), name="role", default_value=person["role"],
                    error=errors["role"],
                ),
                control_id="person-role",
                error=errors["role"],
            ),
            _text("department", "Department", person["department"], optional=True, max_length=100),
            class_name="two-fields",
        ),
        _groups(),
        field(
            rx.cond(person["id"] > 0, "New password", "Password"),
            text_input(
                "person-password", name="password", type="password", auto_complete="new-password",
                error=errors["password"], max_length=256,
            ),
            control_id="person-password",
            error=errors["password"],
            hint=rx.cond(
                person["id"] > 0,
                "At least 10 characters. It ends all sessions of this person.",
                "At least 10 characters. Without one, they can't sign in yet.",
            ),
            optional=True,
        ),
        rx.cond(person["id"] > 0, _active()),
    ]  # fmt: skip


def _text(name: str, label: str, value: Row, *, optional: bool = False, **props: Any) -> rx.Component:
    error = PersonState.errors[name]
    control_id = f"person-{name}"
    return field(
        label,
        text_input(control_id, name=name, default_value=value, error=error, **props),
        control_id=control_id,
        error=error,
        optional=optional,
    )


def _groups() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("Groups", class_name="lab"),
        rx.el.p("Clients belong to none: they file into every group.", class_name="hint for-client"),
        rx.el.div(
            rx.foreach(
                PersonState.groups,
                lambda box: rx.el.div(
                    checkbox(box["label"], name=box["field"], default_checked=box["member"]), key=box["field"]
                ),
            ),
            class_name="boxes for-staff",
        ),
        error_text(PersonState.errors["group_ids"], "person-groups"),
        class_name="field plain",
    )


def _active() -> rx.Component:
    person = PersonState.person
    return rx.el.div(
        switch("Active", "May sign in and be chosen.", name="is_active", default_checked=person["active"]),
        error_text(PersonState.errors["is_active"], "person-active"),
        rx.el.div(
            callout(
                "warn",
                "triangle-alert",
                rx.el.div("All sessions and tokens of this person end at once.", class_name="b"),
                rx.cond(
                    person["open_tickets"] > 0,
                    rx.el.div(
                        person["open_words"],
                        " and stay there until somebody hands them over: ",
                        link("look at them", href=person["queue_href"]),
                        ".",
                    ),
                    rx.el.div("No unsolved ticket is in their hands."),
                ),
            ),
            class_name="when-off",
        ),
        class_name="active-field col gap",
    )
