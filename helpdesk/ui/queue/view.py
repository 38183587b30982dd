"""The queue: a table on wide screens, cards on a phone, and the bar for what is selected."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.components import (
    assignee,
    avatar,
    checkbox,
    empty_state,
    icon,
    link_button,
    loading,
    menu,
    menu_head,
    menu_link,
    pager,
    person_name,
    pill,
    priority_mark,
    problem,
    skeleton_rows,
    sla_cell,
    status_mark,
    table_head,
    time,
)
from helpdesk.ui.queue.bar import bulk_bar
from helpdesk.ui.queue.state import QueueState

_S: Any = QueueState
_FILTERS = {"status": "Status", "priority": "Priority", "assignee": "Assignee", "group": "Group"}


def body() -> rx.Component:
    return rx.fragment(
        _head(),
        _filters(),
        rx.el.div(
            loading(
                _S.ready,
                skeleton_rows(
                    12, "16px", "60px", "50px", "70%", "90px", "70px", "90px", "110px", "30px", class_name="q"
                ),
                rx.cond(
                    _S.failed,
                    rx.el.div(
                        problem(
                            "The queue could not be read.", _S.failed, link_button("Try again", href=_S.home)
                        ),
                        class_name="page",
                    ),
                    rx.cond(_S.rows, rx.fragment(_table(), _cards(), _pages()), _empty()),
                ),
            ),
            class_name=rx.cond(_S.selected, "scroll qscroll picked", "scroll qscroll"),
        ),
        rx.cond(_S.works & _S.selected.length().to(bool), bulk_bar()),
    )


def _head() -> rx.Component:
    return rx.el.div(
        rx.el.h1(_S.title, class_name="h-lg"),
        rx.el.span(_S.total, class_name="t2", aria_live="polite"),
        class_name="qh row",
    )


def _filters() -> rx.Component:
    return rx.el.div(
        rx.foreach(_S.chips, _chip),
        menu(
            [icon("plus", "s"), "Filter"],
            *[
                part
                for name, words in _FILTERS.items()
                for part in (
                    menu_head(words),
                    rx.foreach(
                        _S.options[name],
                        lambda one: menu_link(one["name"], href=one["href"], key=one["href"]),
                    ),
                )
            ],
            menu_id="filter",
            label="Add a filter",
            kind="chip add btnlike",
        ),
        rx.el.span(class_name="sp"),
        rx.cond(_S.updates, _pill()),
        menu(
            [icon("arrow-down", "s"), _S.order],
            rx.foreach(
                _S.options["order"],
                lambda one: menu_link(one["name"], href=one["href"], key=one["href"]),
            ),
            menu_id="order",
            label=rx.Var.create("Order: ") + _S.order,
            kind="btn gh sm qorder",
            align="end",
        ),
        class_name="qbar",
    )


def _chip(chip: Any) -> rx.Component:
    return rx.el.span(
        rx.el.span(chip["name"], class_name="k"),
        rx.el.span(chip["value"], class_name="tr", dir="auto"),
        rx.el.a(
            icon("x", "s"),
            href=chip["href"],
            class_name="x",
            aria_label=rx.Var.create("Remove: ") + chip["name"].to(str),
        ),
        class_name="chip",
        key=chip["name"],
    )


def _pill() -> rx.Component:
    words = rx.cond(_S.updates == 1, "1 update", _S.updates.to_string() + " updates")
    return pill(words, on_click=QueueState.show_updates, data_shortcut="u", aria_live="polite")


# ---- the table


def _table() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.span(
                rx.cond(
                    _S.works,
                    checkbox(
                        "Select this page",
                        hidden_label=True,
                        checked=(_S.selected.length() == _S.rows.length()),
                        data_mixed=rx.cond(_some_selected(), "true", "false"),
                        on_change=lambda _: QueueState.select_page(),
                    ),
                ),
                role="columnheader",
            ),
            table_head("Priority", _S.heads["priority"], _S.directions["priority"]),
            table_head("No.", _S.heads["number"], _S.directions["number"]),
            table_head("Subject"),
            table_head("Requester"),
            table_head("Status"),
            table_head("Assignee"),
            table_head("Due", _S.heads["due"], _S.directions["due"]),
            table_head("Updated", _S.heads["updated"], _S.directions["updated"], end=True),
            class_name="tr-h",
            role="row",
        ),
        rx.foreach(_S.rows, _row),
        class_name=rx.cond(_S.works, "qtable", "qtable reads"),
        role="table",
        aria_label=_S.title,
        data_list="true",
    )


def _some_selected() -> Any:
    """Some rows of the page, but not all: the box in the head shows a dash."""
    return _S.selected.length().to(bool) & (_S.selected.length() != _S.rows.length())


def _cell(*children: Any, **props: Any) -> rx.Component:
    return rx.el.span(*children, role="cell", **props)


def _row(row: Any) -> rx.Component:
    selected = _S.selected.contains(row["id"])
    return rx.el.div(
        _cell(rx.cond(_S.works, _pick(row, selected))),
        _cell(priority_mark(row["priority"])),
        _cell(row["number"], class_name="no"),
        _cell(
            rx.el.a(
                row["title"],
                href=row["href"].to(str) + _S.origin,
                class_name="tt tr",
                dir="auto",
                data_row_open="true",
            ),
            rx.el.span(row["topic"], class_name="cat only-w", dir="auto"),
            class_name="sub",
        ),
        _cell(person_name(row["requester"])),
        _cell(status_mark(row["status"])),
        _cell(assignee(row["assignee"])),
        _cell(sla_cell(row["clock"])),
        _cell(time(row["updated"], "relative"), class_name="when"),
        class_name=rx.cond(selected, "q sel", rx.Var.create("q ") + row["flash"].to(str)),
        role="row",
        data_row="true",
        key=row["id"],
    )


def _pick(row: Any, selected: Any) -> rx.Component:
    return checkbox(
        rx.fragment("Select ", row["number"]),
        hidden_label=True,
        checked=selected,
        on_change=lambda _: QueueState.select(row["id"]),
        data_row_select="true",
    )


# ---- cards and ends


def _cards() -> rx.Component:
    return rx.el.div(
        rx.foreach(_S.rows, _card), class_name="cards", role="list", aria_label=_S.title, data_list="true"
    )


def _card(row: Any) -> rx.Component:
    selected = _S.selected.contains(row["id"])
    return rx.el.div(
        rx.cond(_S.works, rx.el.span(_pick(row, selected), class_name="qpick")),
        rx.el.a(
            rx.el.span(row["title"], class_name="tt", dir="auto"),
            rx.el.span(priority_mark(row["priority"]), status_mark(row["status"]), class_name="m"),
            rx.el.span(
                row["number"],
                rx.cond(row["assignee"]["id"], avatar(row["assignee"], "s"), _nobody()),
                class_name="m",
            ),
            sla_cell(row["clock"]),
            href=row["href"].to(str) + _S.origin,
            class_name=rx.cond(selected, "qc sel", rx.Var.create("qc ") + row["flash"].to(str)),
            data_row_open="true",
        ),
        role="listitem",
        class_name="qcard",
        data_row="true",
        key=row["id"],
    )


def _nobody() -> rx.Component:
    return rx.el.span(
        rx.el.span("Nobody has it", class_name="sr"), icon("user-round", "s"), class_name="av none s"
    )


def _pages() -> rx.Component:
    return rx.cond(
        _S.steps["newer"] | _S.steps["older"],
        rx.el.div(
            pager(newer=_S.steps["newer"], older=_S.steps["older"], words=_S.steps["words"]),
            class_name="qpages",
        ),
    )


def _empty() -> rx.Component:
    way_out: Any = rx.match(
        _S.view,
        ("mine", link_button("Show unassigned", href="/queue?view=unassigned")),
        ("all", rx.fragment()),
        link_button("Show all", href="/queue?view=all"),
    )
    return rx.cond(
        _S.chips,
        empty_state(
            "search",
            "Nothing matches",
            "No ticket here fits these filters.",
            link_button("Remove the filters", href=_S.home),
        ),
        empty_state(
            "coffee",
            "Nothing here",
            _S.empty,
            way_out,
        ),
    )
