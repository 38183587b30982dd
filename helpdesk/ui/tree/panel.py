"""The selected node: its form, its defaults, and what can be done with it."""

from __future__ import annotations

import reflex as rx

from helpdesk.domain.enums import Priority
from helpdesk.ui.components import (
    button,
    callout,
    error_text,
    field,
    icon,
    icon_button,
    link_button,
    menu,
    menu_item,
    menu_line,
    problem,
    select,
    switch,
    text_area,
    text_input,
)
from helpdesk.ui.icons import NAMES
from helpdesk.ui.tree.adding import AddState, MemberState
from helpdesk.ui.tree.state import TreeState

_MARKS = ("st-", "pr-", "arrow-", "chevron")
ICONS = sorted(name for name in NAMES if not name.startswith(_MARKS))
"""What an admin may pick: all but the marks of status and priority, and arrows."""


def panel() -> rx.Component:
    return rx.el.form(
        _head(),
        rx.el.div(
            rx.cond(
                TreeState.refusal != "",
                problem("That was not done", TreeState.refusal),
            ),
            *_words(),
            _defaults(),
            rx.cond(TreeState.node["kind"] == "group", _group()),
            _below(),
            _usage(),
            class_name="scroll tform",
        ),
        rx.el.footer(
            rx.el.button("Discard", type="reset", class_name="btn gh"),
            button("Save", kind="pri", submit=True, busy=TreeState.busy),
            class_name="dlg-foot",
        ),
        on_submit=TreeState.save,
        key=TreeState.opened_at,
    )


def _head() -> rx.Component:
    node = TreeState.node
    above = node["above"]
    return rx.el.header(
        rx.el.div(
            rx.el.span(
                link_button("All", href=TreeState.close_href, glyph="arrow-left", size="sm", kind="gh"),
                class_name="only-s",
            ),
            rx.match(
                node["kind"],
                ("category", rx.el.span(above[0], class_name="path")),
                (
                    "subcategory",
                    rx.el.span(above[0], icon("chevron-right"), above[1], class_name="path"),
                ),
                rx.el.span("Group", class_name="path"),
            ),
            rx.el.h2(node["name"], class_name="h-lg tr"),
            class_name="col sp",
        ),
        icon_button("arrow-up", "Move up", on_click=TreeState.move(-1), disabled=node["first"]),
        icon_button("arrow-down", "Move down", on_click=TreeState.move(1), disabled=node["last"]),
        menu(
            [icon("ellipsis")],
            rx.cond(
                node["child_words"] != "",
                menu_item("Add a ", node["child_words"], glyph="plus", on_click=AddState.begin(node["key"])),
            ),
            menu_item(
                rx.cond(node["archived"], "Make choosable again", "Archive"),
                glyph="archive",
                on_click=TreeState.archive,
            ),
            menu_line(),
            menu_item("Delete", glyph="trash", danger=True, data_dialog="delete-node"),
            menu_id="node-menu",
            label="More for this entry",
            kind="btn gh ic",
            align="end",
        ),
        class_name="tphead",
    )


def _words() -> list[rx.Component]:
    node, errors = TreeState.node, TreeState.errors
    return [
        field(
            "Name",
            text_input(
                "node-name", name="name", default_value=node["name"], error=errors["name"], max_length=150,
                required=True,
            ),
            control_id="node-name",
            error=errors["name"],
        ),
        field(
            "What belongs here",
            text_area(
                "node-description", name="description", default_value=node["description"],
                error=errors["description"], max_length=2000, rows=2,
            ),
            control_id="node-description",
            error=errors["description"],
            hint="Shown to everyone who files a request.",
            optional=True,
        ),
        _icons(),
    ]  # fmt: skip


def _icons() -> rx.Component:
    node = TreeState.node
    return rx.el.details(
        rx.el.summary(
            rx.el.span("Icon", class_name="lab"),
            rx.cond(node["icon"] != "", icon(node["icon"]), rx.el.span("None", class_name="t2")),
        ),
        rx.el.fieldset(
            rx.el.legend("Icon", class_name="sr"),
            _icon("", rx.el.span("None", class_name="xs")),
            *[_icon(name, icon(name)) for name in ICONS],
            class_name="icons plain",
        ),
        error_text(TreeState.errors["icon"], "node-icon"),
        class_name="as-table",
    )


def _icon(name: str, shown: rx.Component) -> rx.Component:
    words = name.replace("-", " ") or "No icon"
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="icon",
            value=name,
            default_checked=TreeState.node["icon"] == name,
            class_name="sr",
            aria_label=words,
        ),
        shown,
        title=words,
        class_name="pick",
    )


def _defaults() -> rx.Component:
    node, errors = TreeState.node, TreeState.errors
    priorities = [("", node["priority_inherit"]), *[(str(one), str(one)) for one in Priority]]
    return rx.el.fieldset(
        rx.el.legend("Defaults", class_name="h-sec"),
        field(
            "Priority",
            select(
                "node-priority", priorities, name="default_priority", default_value=node["priority"],
                error=errors["default_priority"],
            ),
            control_id="node-priority",
            error=errors["default_priority"],
            hint=node["priority_note"],
        ),
        field(
            "Assignee",
            select(
                "node-assignee", TreeState.assignees, name="default_assignee_id", default_value=node["assignee"],
                error=errors["default_assignee_id"],
            ),
            control_id="node-assignee",
            error=errors["default_assignee_id"],
            hint=node["assignee_note"],
        ),
        class_name="plain tset",
    )  # fmt: skip


def _group() -> rx.Component:
    node, errors = TreeState.node, TreeState.errors
    return rx.el.fieldset(
        rx.el.legend("Team", class_name="h-sec"),
        rx.el.div(
            icon("users-round"),
            rx.el.span(node["members"], class_name="sp"),
            button("Members", size="sm", on_click=MemberState.begin(node["key"]), aria_haspopup="dialog"),
            class_name="row",
        ),
        field(
            "Lead",
            select(
                "node-lead", TreeState.leads, name="lead_id", default_value=node["lead"], error=errors["lead_id"]
            ),
            control_id="node-lead",
            error=errors["lead_id"],
            hint="Told when a promise is about to break.",
        ),
        field(
            "Queue address",
            text_input(
                "node-queue", name="queue_email", type="email", default_value=node["queue_email"],
                error=errors["queue_email"], max_length=254,
            ),
            control_id="node-queue",
            error=errors["queue_email"],
            hint="Gets a mail for each new request of this group.",
            optional=True,
        ),
        switch(
            "Restricted",
            "Only its members, and admins, see and work its tickets. Everybody may file into it.",
            name="restricted",
            default_checked=node["restricted"],
        ),
        error_text(errors["restricted"], "node-restricted"),
        class_name="plain tset",
    )  # fmt: skip


def _below() -> rx.Component:
    node = TreeState.node
    return rx.fragment(
        rx.cond(
            node["child_words"] != "",
            rx.el.div(
                button("Add a ", node["child_words"], glyph="plus", size="sm", on_click=AddState.begin(node["key"])),
                class_name="row",
            ),
        )
    )  # fmt: skip


def _usage() -> rx.Component:
    node = TreeState.node
    return callout(
        "",
        "info",
        rx.el.div(node["usage"]),
        rx.el.div(
            button(
                rx.cond(node["archived"], "Make choosable again", "Archive"),
                glyph="archive",
                size="sm",
                on_click=TreeState.archive,
            ),
            rx.cond(
                node["tickets"] == 0,
                button("Delete", glyph="trash", size="sm", data_dialog="delete-node"),
            ),
            class_name="row acts",
        ),
    )
