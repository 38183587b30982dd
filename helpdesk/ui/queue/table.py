"""The queue's table, with the columns that State names; and what its cards have of it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.components import (
    assignee,
    checkbox,
    person_name,
    priority_mark,
    sla_cell,
    status_mark,
    table_head,
    time,
)
from helpdesk.ui.queue.choices import SORTS
from helpdesk.ui.queue.columns import WORDS
from helpdesk.ui.queue.menus import row_button
from helpdesk.ui.queue.state import QueueState

_S: Any = QueueState


def table() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.cond(
                _S.works,
                rx.el.span(
                    checkbox(
                        "Select this page",
                        hidden_label=True,
                        checked=(_S.selected.length() == _S.rows.length()),
                        data_mixed=rx.cond(_some_selected(), "true", "false"),
                        on_change=lambda _: QueueState.select_page(),
                    ),
                    role="columnheader",
                    class_name="c-pick",
                ),
            ),
            rx.foreach(_S.columns, _head_of),
            rx.cond(
                _S.works,
                rx.el.span(rx.el.span("Act", class_name="sr"), role="columnheader", class_name="c-act"),
            ),
            class_name="tr-h",
            role="row",
        ),
        rx.foreach(_S.rows, _row),
        class_name=rx.cond(_S.usual, "qtable usual", "qtable"),
        role="table",
        aria_label=_S.title,
        data_list="true",
    )


def _some_selected() -> Any:
    """Some rows of the page, but not all: the box in the head shows a dash."""
    return _S.selected.length().to(bool) & (_S.selected.length() != _S.rows.length())


def _head_of(name: Any) -> rx.Component:
    heads = [(one, _named_head(one, words)) for one, words in WORDS.items()]
    return rx.fragment(rx.match(name, *heads, rx.fragment()), key=name)


def _named_head(name: str, words: str) -> rx.Component:
    sorts: tuple[Any, ...] = (_S.heads[name], _S.directions[name]) if name in SORTS else ()
    return table_head(words, *sorts, end=name in {"updated", "created"}, class_name=f"c-{name}")


def _row(row: Any) -> rx.Component:
    selected = _S.selected.contains(row["id"])
    return rx.el.div(
        rx.cond(_S.works, _cell("pick", pick(row, selected))),
        rx.foreach(_S.columns, lambda name: _cell_of(name, row)),
        rx.cond(_S.works, _cell("act", row_button(row))),
        class_name=rx.cond(selected, "q sel", rx.Var.create("q ") + row["flash"].to(str)),
        role="row",
        data_row="true",
        key=row["id"],
    )


def _cell(name: str, *children: Any, **props: Any) -> rx.Component:
    return rx.el.span(*children, role="cell", class_name=f"c-{name}", **props)


def _cell_of(name: Any, row: Any) -> rx.Component:
    plain = {"group": row["group"], "topic": row["topic"]}
    cells = {
        "priority": [priority_mark(row["priority"])],
        "number": [rx.el.span(row["number"], class_name="no")],
        "subject": [
            rx.el.a(
                row["title"],
                href=row["href"].to(str) + _S.origin,
                class_name="tt tr",
                dir="auto",
                data_row_open="true",
            ),
            rx.cond(
                _S.usual,
                rx.fragment(tags(row), rx.el.span(row["topic"], class_name="cat only-w", dir="auto")),
            ),
        ],
        "tags": [tags(row)],
        "requester": [person_name(row["requester"])],
        "status": [status_mark(row["status"])],
        "assignee": [assignee(row["assignee"])],
        "due": [sla_cell(row["clock"])],
        "created": [time(row["created"], "relative")],
        "updated": [time(row["updated"], "relative")],
    }
    cells |= {one: [rx.el.span(words, class_name="tr t2", dir="auto")] for one, words in plain.items()}
    made = [(one, _cell(one, *children)) for one, children in cells.items()]
    return rx.fragment(rx.match(name, *made, rx.fragment()), key=name)


def tags(row: Any) -> rx.Component:
    """The first tags; the others are counted."""
    return rx.cond(
        row["tags"].length(),
        rx.el.span(
            rx.foreach(
                row["tags"].to(list[str]),
                lambda one: rx.el.span(
                    rx.el.span(one, class_name="tr"), class_name="tag", dir="auto", title=one, key=one
                ),
            ),
            rx.cond(row["more_tags"], rx.el.span("+", row["more_tags"], class_name="t2 xs")),
            class_name="tags one",
        ),
    )


def pick(row: Any, selected: Any) -> rx.Component:
    return checkbox(
        rx.fragment("Select ", row["number"]),
        hidden_label=True,
        checked=selected,
        on_change=lambda _: QueueState.select(row["id"]),
        data_row_select="true",
    )
