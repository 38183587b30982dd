"""What the tree page shows: the table, and beside it the selected node."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.components import (
    button,
    css,
    empty_state,
    icon,
    link_button,
    loading,
    priority_mark,
    problem,
    skeleton_rows,
    text_button,
)
from helpdesk.ui.components._types import Row
from helpdesk.ui.tree import panel
from helpdesk.ui.tree.adding import AddState
from helpdesk.ui.tree.state import TreeState


def body() -> rx.Component:
    return rx.fragment(
        rx.el.header(
            rx.el.h1("Groups and topics", class_name="h-lg"),
            rx.el.span(TreeState.summary, class_name="t2 num only-l"),
            rx.el.span(class_name="sp"),
            rx.cond(TreeState.archived_count > 0, _archived()),
            button("Group", glyph="plus", on_click=AddState.begin(""), aria_label="Add a group"),
            class_name=css("ph", _when_open("inner", "")),
        ),
        rx.cond(
            TreeState.problem != "",
            rx.el.div(
                problem(
                    "The tree can't be read just now",
                    TreeState.problem,
                    text_button("Try again", on_click=TreeState.refresh),
                ),
                class_name="pad",
            ),
            rx.el.div(
                rx.el.div(
                    loading(
                        TreeState.ready, skeleton_rows(12, "60%", "70%", "70%", "60%", class_name="trow"), _table()
                    ),
                    class_name="scroll tlist",
                ),
                rx.el.section(
                    rx.cond(TreeState.node["key"] != "", panel.panel(), _nothing_selected()),
                    class_name="tpanel",
                    aria_label="The selected entry",
                ),
                class_name=css("tree", _when_open("open", "")),
            ),
        ),
    )  # fmt: skip


def _when_open(yes: str, no: str) -> rx.Var[str]:
    return rx.cond(TreeState.node["key"] != "", yes, no)


def _archived() -> rx.Component:
    words = rx.cond(TreeState.archived_shown, "Hide archived", "Archived ")
    return link_button(
        rx.el.span(words, rx.cond(TreeState.archived_shown, "", TreeState.archived_count)),
        href=TreeState.archived_href,
        glyph="archive",
        kind="gh",
        replace=True,
    )


def _table() -> rx.Component:
    heads = ("Name", "Priority", "Assignee")
    return rx.fragment(
        rx.cond(
            TreeState.lines,
            rx.fragment(
                rx.el.div(
                    rx.el.div(
                        *[rx.el.span(words, role="columnheader") for words in heads],
                        rx.el.span("Tickets", role="columnheader", class_name="end"),
                        class_name="trow head",
                        role="row",
                    ),
                    rx.foreach(TreeState.lines, _line),
                    role="table",
                    aria_label="Groups, categories and subcategories",
                    data_list="true",
                ),
                rx.el.p(rx.el.b("Bold"), " is set here, grey is inherited.", class_name="legend t2 xs"),
            ),
            empty_state(
                "folder-tree",
                "There are no groups yet",
                "A group is a team that answers. Requests are filed into its categories.",
                button("Add the first group", kind="pri", on_click=AddState.begin("")),
            ),
        )
    )  # fmt: skip


def _line(line: Row) -> rx.Component:
    selected = TreeState.node["key"] == line["key"]
    return rx.el.div(
        rx.el.div(
            rx.cond(line["opens"], _chevron(line), rx.el.span(class_name="chev")),
            rx.cond(line["icon"] != "", icon(line["icon"]), rx.fragment()),
            rx.el.a(
                line["name"],
                href=line["href"],
                class_name="tr opener",
                data_row_open="true",
                aria_current=rx.cond(selected, "true", "false"),
            ),
            rx.cond(line["restricted"], _mark("lock", "Restricted")),
            rx.cond(line["archived"], _mark("archive", "Archived")),
            role="cell",
            class_name=css("nm", line["level"]),
        ),
        rx.el.div(
            priority_mark(line["priority"]),
            role="cell",
            class_name=rx.cond(line["priority_here"], "own", "inh"),
        ),
        rx.el.div(
            rx.el.span(line["assignee"], class_name="tr"),
            role="cell",
            class_name=rx.cond(line["assignee_here"], "own tr", "inh tr"),
        ),
        rx.el.div(line["tickets"], role="cell", class_name="num end t2"),
        class_name=css("trow", line["level"], rx.cond(selected, "sel", ""), rx.cond(line["archived"], "gone", "")),
        role="row",
        data_row="true",
        key=line["key"],
    )  # fmt: skip


def _chevron(line: Row) -> rx.Component:
    return rx.el.button(
        icon(rx.cond(line["opened"], "chevron-down", "chevron-right"), "s"),
        type="button",
        class_name="chev",
        aria_expanded=rx.cond(line["opened"], "true", "false"),
        aria_label="What is in " + line["name"],
        on_click=TreeState.toggle(line["key"]),
    )


def _mark(glyph: str, words: str) -> rx.Component:
    return rx.el.span(icon(glyph, "s"), words, class_name="tag")


def _nothing_selected() -> rx.Component:
    return empty_state(
        "folder-tree", "Nothing is selected", "Choose an entry to see and change what belongs to it."
    )
