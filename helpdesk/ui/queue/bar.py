"""The bar of the selected tickets, and its dialogs."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.domain.enums import AGENT_RESOLUTION_CODES, Priority, ResolutionCode
from helpdesk.ui.components import (
    button,
    dialog,
    field,
    find_somebody,
    icon,
    icon_button,
    kbd,
    menu,
    menu_item,
    person_name,
    priority_mark,
    select,
    status_mark,
    text_area,
    text_input,
)
from helpdesk.ui.jobs import view as jobs
from helpdesk.ui.queue.bulk import UNDO, BulkState
from helpdesk.ui.queue.state import QueueState
from helpdesk.ui.rows import HOLD_WORDS
from helpdesk.ui.zones import zone_field

_B: Any = BulkState
_Q: Any = QueueState
_CODE_WORDS = {
    ResolutionCode.SOLVED: "Solved",
    ResolutionCode.WORKAROUND: "Worked around",
    ResolutionCode.NOT_REPRODUCIBLE: "Not reproducible",
    ResolutionCode.WONT_FIX: "Won't be fixed",
    ResolutionCode.DUPLICATE: "Duplicate",
}


def bulk_bar() -> rx.Component:
    acts: Any = _B.busy != ""
    return rx.el.div(
        rx.el.span(
            rx.cond(acts, _B.busy, _Q.selected.length().to_string() + " selected"),
            class_name="cnt",
            aria_live="polite",
        ),
        rx.el.span(class_name="vr"),
        button("Take", glyph="user-check", kind="gh", key="t", busy=acts, on_click=BulkState.take(False)),
        button(
            "Assign",
            glyph="user-round",
            kind="gh",
            key="a",
            busy=acts,
            on_click=BulkState.offer(False),
            data_dialog="bulk-assign",
        ),
        menu(
            [icon("circle-dashed"), "Status", kbd("s")],
            *[
                menu_item(status_mark(status), on_click=BulkState.set_status(status, False))
                for status in ("In Progress", "Resolved", "Closed")
            ],
            menu_id="bulk-status",
            label="Status of the selected",
            key="s",
            kind="btn gh",
            disabled=acts,
        ),
        menu(
            [icon("zap"), "Priority", kbd("p")],
            *[
                menu_item(priority_mark(one), on_click=BulkState.set_priority(str(one), False))
                for one in reversed(Priority)
            ],
            menu_id="bulk-priority",
            label="Priority of the selected",
            key="p",
            kind="btn gh",
            disabled=acts,
        ),
        button(
            "Category",
            glyph="folder-tree",
            kind="gh",
            busy=acts,
            on_click=BulkState.offer(False),
            data_dialog="bulk-category",
        ),
        button("Hold", glyph="circle-pause", kind="gh", busy=acts, on_click=BulkState.show("hold", False)),
        rx.cond(_Q.steps["older"] | _Q.steps["newer"], jobs.offer(_Q.total)),
        rx.el.span(class_name="vr"),
        icon_button("x", "Select none", on_click=QueueState.select_none),
        rx.cond(acts, rx.el.span(class_name="runs", aria_hidden="true")),
        class_name="bulk",
        role="toolbar",
        aria_label="The selected tickets",
    )


def dialogs() -> list[rx.Component]:
    return [_assign(), _resolve(), _hold(), _category(), _refused(), _undo(), *jobs.dialogs()]


def _assign() -> rx.Component:
    return dialog(
        find_somebody("bulk-people"),
        rx.el.div(
            rx.foreach(
                BulkState.people,
                lambda one: rx.el.button(
                    person_name(one),
                    type="button",
                    class_name="person-pick",
                    data_close="true",
                    on_click=BulkState.assign(one["id"]),
                    key=one["id"],
                ),
            ),
            rx.el.button(
                icon("user-x"),
                "Nobody",
                type="button",
                class_name="person-pick",
                data_close="true",
                on_click=BulkState.assign(0),
            ),
            class_name="col person-picks",
            id="bulk-people",
        ),
        dialog_id="bulk-assign",
        title="Assign to",
    )


def _resolve() -> rx.Component:
    codes = [(str(code), words) for code, words in _CODE_WORDS.items() if code in AGENT_RESOLUTION_CODES]
    errors = BulkState.errors
    return dialog(
        field(
            "How was it solved?", select("code", codes, error=errors["resolution_code"]), control_id="code"
        ),
        field(
            "What do the requesters read?",
            text_area("text", rows="4", max_length=20000, error=errors["resolution_text"]),
            control_id="text",
            error=errors["resolution_text"],
        ),
        dialog_id="bulk-resolve",
        title="Resolve",
        show=BulkState.resolving,
        on_close=BulkState.show("none", False),
        on_submit=BulkState.resolve,
        foot=[button("Cancel", kind="gh", data_close="true"), button("Resolve", kind="pri", submit=True)],
    )


def _hold() -> rx.Component:
    reasons = [(str(reason), words) for reason, words in HOLD_WORDS.items()] + [("", "Not on hold any more")]
    errors = BulkState.errors
    return dialog(
        field(
            "What do they wait for?", select("reason", reasons, error=errors["reason"]), control_id="reason"
        ),
        field(
            "Until",
            text_input("until", type="date", error=errors["until"]),
            control_id="until",
            error=errors["until"],
            optional=True,
        ),
        zone_field(),
        dialog_id="bulk-hold",
        title="Hold",
        show=BulkState.holding,
        on_close=BulkState.show("none", False),
        on_submit=BulkState.hold,
        foot=[button("Cancel", kind="gh", data_close="true"), button("Put on hold", kind="pri", submit=True)],
    )


def _category() -> rx.Component:
    return dialog(
        field("Move to", select("category", BulkState.categories), control_id="category"),
        dialog_id="bulk-category",
        title="Category",
        on_submit=BulkState.move,
        foot=[
            button("Cancel", kind="gh", data_close="true"),
            button("Move", kind="pri", submit=True, data_close="true"),
        ],
    )


def _refused() -> rx.Component:
    return dialog(
        rx.el.p("These were not changed and are still selected.", class_name="t2"),
        rx.el.ul(rx.foreach(BulkState.refused, _reason), class_name="refused"),
        dialog_id="bulk-refused",
        title="Not everything could be done",
        show=_B.refused.length().to(bool),
        on_close=BulkState.show("seen", False),
        foot=[button("Close", kind="pri", data_close="true")],
    )


def _reason(one: Any) -> rx.Component:
    return rx.el.li(rx.el.b(one["number"]), rx.el.span(one["reason"]), key=one["number"])


def _undo() -> rx.Component:
    """What a toast's "Undo" presses."""
    return rx.el.button(
        "Undo", type="button", hidden=True, id=UNDO, tab_index=-1, on_click=BulkState.undo, aria_hidden="true"
    )
