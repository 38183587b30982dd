"""The queue: a table on wide screens, cards on a phone, and the bar for what is selected."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.components import (
    avatar,
    corrected_search,
    empty_state,
    icon,
    link_button,
    loading,
    menu,
    menu_head,
    menu_link,
    pager,
    pill,
    priority_mark,
    problem,
    skeleton_rows,
    sla_cell,
    status_mark,
)
from helpdesk.ui.queue.bar import bulk_bar
from helpdesk.ui.queue.columns_view import columns_button
from helpdesk.ui.queue.menus import export_button, row_button, save_button, view_menu
from helpdesk.ui.queue.state import QueueState
from helpdesk.ui.queue.table import pick, table, tags

_S: Any = QueueState
_FILTERS = {
    "status": "Status",
    "priority": "Priority",
    "assignee": "Assignee",
    "group": "Group",
    "tag": "Tag",
}


def body() -> rx.Component:
    return rx.fragment(
        _head(),
        _filters(),
        corrected_search(_S.typed, _S.corrected),
        rx.el.div(
            loading(
                _S.ready,
                skeleton_rows(
                    12,
                    "16px",
                    "60px",
                    "50px",
                    "70%",
                    "90px",
                    "70px",
                    "90px",
                    "110px",
                    "30px",
                    class_name="q wait",
                ),
                rx.cond(
                    _S.failed,
                    rx.el.div(
                        problem(
                            "The queue could not be read.", _S.failed, link_button("Try again", href=_S.home)
                        ),
                        class_name="page",
                    ),
                    rx.cond(_S.rows, rx.fragment(table(), _cards(), _pages()), _empty()),
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
        rx.cond(_S.saved["about"], rx.el.span(_S.saved["about"], class_name="t2 tr only-l", dir="auto")),
        rx.el.span(class_name="sp"),
        view_menu(),
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
                    rx.cond(_S.options[name], menu_head(words)),
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
        save_button(),
        rx.cond(_S.works & _S.rows.length().to(bool), _pick_button()),
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
        columns_button(),
        export_button(),
        class_name="qbar",
    )


def _pick_button() -> rx.Component:
    """On a phone the cards have no boxes until one wants to select."""
    return rx.el.button(
        rx.cond(_S.picking, "Done", "Select"),
        type="button",
        class_name="btn gh sm only-pick",
        aria_pressed=rx.cond(_S.picking, "true", "false"),
        on_click=QueueState.pick,
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


# ---- cards and ends


def _cards() -> rx.Component:
    return rx.el.div(
        rx.foreach(_S.rows, _card),
        class_name=rx.cond(_S.picking, "cards works picking", rx.cond(_S.works, "cards works", "cards")),
        role="list",
        aria_label=_S.title,
        data_list="true",
    )


def _card(row: Any) -> rx.Component:
    selected = _S.selected.contains(row["id"])
    return rx.el.div(
        rx.cond(_S.works, rx.el.span(pick(row, selected), class_name="qpick")),
        rx.el.a(
            rx.el.span(row["title"], class_name="tt", dir="auto"),
            rx.el.span(priority_mark(row["priority"]), status_mark(row["status"]), class_name="m"),
            rx.el.span(
                row["number"],
                rx.cond(row["assignee"]["id"], avatar(row["assignee"], "s"), _nobody()),
                class_name="m",
            ),
            sla_cell(row["clock"]),
            tags(row),
            href=row["href"].to(str) + _S.origin,
            class_name=rx.cond(selected, "qc sel", rx.Var.create("qc ") + row["flash"].to(str)),
            data_row_open="true",
        ),
        rx.cond(_S.works, row_button(row)),
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
