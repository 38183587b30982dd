"""Menus of the queue: of a saved view, and of one row."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.domain.enums import Priority
from helpdesk.ui.components import (
    button,
    checkbox,
    confirm,
    dialog,
    field,
    icon,
    menu,
    menu_head,
    menu_item,
    menu_line,
    menu_link,
    priority_mark,
    select,
    server_link,
    status_mark,
    text_input,
)
from helpdesk.ui.queue import columns_view
from helpdesk.ui.queue.bulk import BulkState
from helpdesk.ui.queue.saved import SavedState
from helpdesk.ui.queue.state import QueueState

_S: Any = QueueState
_V: Any = SavedState
_AIM: Any = BulkState.aim
ROW_MENU = "row-menu"


# ---- a saved view


def view_menu() -> rx.Component:
    """What can be done with the open saved view; beside the cards also what has buttons of its own above a table."""
    mine, saved = _S.saved["may_edit"], _S.saved["id"]
    return menu(
        [icon("ellipsis")],
        rx.cond(
            saved & mine,
            rx.fragment(
                menu_item("Name and sharing", glyph="pencil", on_click=SavedState.ask("edit")),
                menu_item("Move up", glyph="arrow-up", data_keep="true", on_click=SavedState.move(-1)),
                menu_item("Move down", glyph="arrow-down", data_keep="true", on_click=SavedState.move(1)),
            ),
        ),
        rx.cond(
            saved,
            rx.fragment(
                menu_item(
                    "My queue opens with it", checked=_S.saved["is_default"], on_click=SavedState.set_default
                ),
                menu_item("Save as a new view", glyph="bookmark", on_click=SavedState.ask("new")),
            ),
            menu_item("Save view", glyph="bookmark", class_name="only-phone", on_click=SavedState.ask("new")),
        ),
        rx.cond(
            _changed_mine(),
            menu_item("Save changes", glyph="bookmark", class_name="only-phone", on_click=SavedState.keep),
        ),
        menu_item(
            "Columns",
            glyph="columns-3",
            class_name="only-cards",
            data_dialog=columns_view.DIALOG,
            on_click=columns_view.LOOK,
        ),
        rx.cond(
            _S.export,
            menu_link(
                "Export as CSV", href=_S.export, glyph="download", reload=True, class_name="only-cards"
            ),
        ),
        rx.cond(
            saved & mine,
            rx.fragment(
                menu_line(), menu_item("Delete", glyph="trash", danger=True, data_dialog="view-delete")
            ),
        ),
        menu_id="view-menu",
        label="This view",
        kind=rx.cond(saved, "btn gh sm ic", "btn gh sm ic only-cards"),
        align="end",
    )


def _changed_mine() -> Any:
    """The open view is this person's, and looked at otherwise than it was kept."""
    return _S.saved["id"] & _S.saved["changed"] & _S.saved["may_edit"]


def save_button() -> rx.Component:
    """Keeps what is shown: as a new view, or as the open one that was changed."""
    new = button(
        "Save view", glyph="bookmark", kind="gh", size="sm", class_name="keep", on_click=SavedState.ask("new")
    )
    changed = button(
        "Save changes", glyph="bookmark", kind="gh", size="sm", class_name="keep", on_click=SavedState.keep
    )
    others: Any = rx.cond(_S.saved["changed"], new)
    return rx.cond(_S.saved["id"], rx.cond(_changed_mine(), changed, others), new)


def export_button() -> rx.Component:
    """The whole list as a file, for those who may have it."""
    return rx.cond(
        _S.export,
        server_link(
            icon("download", "s"),
            "Export",
            href=_S.export,
            class_name="btn gh sm lg",
            title="These tickets over all pages, as CSV",
        ),
    )


def view_dialogs() -> list[rx.Component]:
    errors = _V.errors
    return [
        dialog(
            field(
                "Name",
                text_input(
                    "view-name",
                    name="name",
                    max_length=60,
                    default_value=_V.name,
                    error=errors["name"],
                    key=_V.asking + _V.name,
                    data_focus="true",
                ),
                control_id="view-name",
                error=errors["name"],
            ),
            field(
                "Who sees it",
                select(
                    "view-shared",
                    _V.readers,
                    name="shared",
                    default_value=_V.shared,
                    key=_V.asking + _V.shared,
                ),
                control_id="view-shared",
                error=errors["group_id"],
                hint="Everybody finds only the tickets that they may see.",
            ),
            checkbox(
                "Keep these columns with the view",
                name="columns",
                default_checked=_V.with_columns,
                key=_V.asking + _V.with_columns.to_string(),
            ),
            dialog_id="view-save",
            title=rx.cond(_V.asking == "edit", "Name and sharing", "Save this view"),
            show=(_V.asking != ""),
            on_close=SavedState.ask(""),
            on_submit=SavedState.save,
            foot=[button("Cancel", kind="gh", data_close="true"), button("Save", kind="pri", submit=True)],
        ),
        confirm(
            dialog_id="view-delete",
            title="Delete this view?",
            text="The tickets stay. Whoever shares the view loses it too.",
            action="Delete",
            on_confirm=SavedState.delete,
        ),
        columns_view.choice(),
    ]


# ---- one row


def row_button(row: Any) -> rx.Component:
    """Opens the one menu that all rows share; it acts on this row."""
    return rx.el.button(
        icon("ellipsis"),
        type="button",
        class_name="btn gh sm ic rowmenu",
        aria_label=rx.Var.create("Act on ") + row["number"].to(str),
        aria_haspopup="menu",
        aria_expanded="false",
        on_click=BulkState.point(row["id"]),
        custom_attrs={"popoverTarget": ROW_MENU},
    )


def row_menu() -> rx.Component:
    return rx.el.div(
        menu_head(_AIM["number"]),
        rx.cond(
            _AIM["mine"],
            rx.fragment(),
            menu_item("Take it", glyph="user-check", on_click=BulkState.take(True)),
        ),
        menu_item("Assign", glyph="user-round", data_dialog="bulk-assign", on_click=BulkState.offer(True)),
        rx.cond(
            _AIM["held"],
            menu_item(
                "End the hold, or change it", glyph="circle-play", on_click=BulkState.show("hold", True)
            ),
            menu_item("Hold", glyph="circle-pause", on_click=BulkState.show("hold", True)),
        ),
        menu_head("Status"),
        *[
            menu_item(
                status_mark(status),
                checked=(_AIM["status"] == status),
                on_click=BulkState.set_status(status, True),
            )
            for status in ("In Progress", "Resolved", "Closed")
        ],
        menu_head("Priority"),
        *[
            menu_item(
                priority_mark(str(one)),
                checked=(_AIM["priority"] == str(one)),
                on_click=BulkState.set_priority(str(one), True),
            )
            for one in reversed(Priority)
        ],
        menu_line(),
        menu_link(
            "Open in a new tab", href=_AIM["href"], glyph="external-link", target="_blank", rel="noopener"
        ),
        menu_item("Copy the link", glyph="link", data_copy_link=_AIM["href"]),
        id=ROW_MENU,
        tab_index=0,
        class_name="menu",
        role="menu",
        aria_label=rx.Var.create("Act on ") + _AIM["number"].to(str),
        data_align="end",
        custom_attrs={"popover": "auto"},
    )
