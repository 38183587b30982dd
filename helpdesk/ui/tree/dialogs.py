"""Dialogs of the tree page: add, members, delete; and the hidden buttons behind Undo."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.components import (
    Child,
    button,
    confirm,
    dialog,
    field,
    icon_button,
    person_name,
    problem,
    text_area,
    text_input,
)
from helpdesk.ui.components._types import Row
from helpdesk.ui.tree.adding import AddState, MemberState
from helpdesk.ui.tree.state import TreeState


def dialogs() -> list[Child]:
    return [
        _add(),
        _members(),
        confirm(
            dialog_id="delete-node",
            title="Delete it?",
            text=rx.el.span(
                rx.el.b(TreeState.node["name"]),
                " and everything below it goes for good. ",
                TreeState.node["usage"],
            ),
            action="Delete",
            on_confirm=TreeState.delete,
        ),
        rx.el.button(
            "Undo", id="undo-archive", type="button", hidden=True, tab_index=-1, on_click=TreeState.undo
        ),
    ]


def _add() -> rx.Component:
    errors = AddState.errors
    title = rx.cond(AddState.below != "", "Add a " + AddState.kind + " to " + AddState.below, "Add a group")
    return dialog(
        rx.el.div(
            field(
                "Name",
                text_input(
                    "new-name", name="name", error=errors["name"], max_length=150, required=True, auto_focus=True
                ),
                control_id="new-name",
                error=errors["name"],
            ),
            field(
                "What belongs here",
                text_area(
                    "new-description", name="description", error=errors["description"], max_length=2000, rows=2
                ),
                control_id="new-description",
                error=errors["description"],
                hint="Shown to everyone who files a request.",
                optional=True,
            ),
            rx.cond(AddState.kind != "subcategory", _children()),
            class_name="form",
            key=AddState.opened,
        ),
        dialog_id="add-node",
        title=title,
        foot=[
            button("Cancel", kind="gh", data_close="true"),
            button("Add", kind="pri", submit=True, busy=AddState.saving),
        ],
        show=AddState.shown,
        on_close=AddState.close,
        on_submit=AddState.create,
    )  # fmt: skip


def _children() -> rx.Component:
    error = AddState.errors["below"]
    return field(
        rx.cond(AddState.kind == "group", "Its categories", "Its subcategories"),
        text_area("new-below", name="below", error=error, rows=4),
        control_id="new-below",
        error=error,
        hint="One a line. More can be added at any time.",
        optional=True,
    )


def _members() -> rx.Component:
    state = MemberState
    return dialog(
        rx.el.div(
            rx.cond(state.problem != "", problem("That was not done", state.problem)),
            field(
                "Add somebody",
                text_input(
                    "member-find",
                    name="member-find",
                    type="search",
                    placeholder="Name, e-mail, department",
                    on_change=state.look.debounce(250),
                ),
                control_id="member-find",
                hint="Agents, managers and admins can be members.",
            ),
            _found(),
            rx.el.h3("Members", class_name="h-sec"),
            rx.cond(
                state.members,
                rx.el.ul(rx.foreach(state.members, lambda row: _member(row)), class_name="members"),
                rx.el.p("Nobody yet.", class_name="t2"),
            ),
            class_name="form",
            key=state.opened,
        ),
        dialog_id="members",
        title="Members of " + state.group,
        foot=[button("Done", kind="pri", data_close="true")],
        show=state.shown,
        on_close=state.close,
    )


def _found() -> rx.Component:
    state = MemberState
    return rx.fragment(
        rx.cond(
            state.found,
            rx.el.ul(
                rx.foreach(
                    state.found,
                    lambda row: rx.el.li(
                        person_name(row),
                        rx.el.span(class_name="sp"),
                        button(
                            "Add", size="sm", on_click=state.add(row["id"]), aria_label="Add " + row["name"]
                        ),
                        class_name="row",
                        key=row["id"],
                    ),
                ),
                class_name="members",
                aria_label="Found",
            ),
            rx.cond(state.words != "", rx.el.p("Nobody else like this.", class_name="t2")),
        )
    )


def _member(row: Row) -> rx.Component:
    return rx.el.li(
        person_name(row),
        rx.el.span(class_name="sp"),
        icon_button("user-x", "Remove " + row["name"], size="sm", on_click=MemberState.remove(row["id"])),
        class_name="row",
        key=row["id"],
    )
