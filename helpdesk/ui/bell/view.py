"""What the bell and its page show."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.app_state import query
from helpdesk.ui.bell.page_state import PATH, BellPageState
from helpdesk.ui.bell.state import BellState
from helpdesk.ui.components import (
    Flag,
    Handler,
    Text,
    button,
    css,
    empty_state,
    icon,
    icon_button,
    link,
    link_button,
    loading,
    pager,
    pill,
    problem,
    skeleton_rows,
    tabs,
    time,
)
from helpdesk.ui.components._types import Row

_SKELETON = ("o", "80%", "24px")


def bell() -> rx.Component:
    """The bell of the top bar: on a phone a way to the page, else a list that drops down."""
    count = rx.cond(BellState.unread != "", rx.el.span(BellState.unread, class_name="badge num"))
    label = rx.cond(BellState.unread != "", "Notifications, " + BellState.unread + " unread", "Notifications")
    return rx.fragment(
        rx.el.a(
            icon("bell"),
            count,
            href=PATH,
            class_name="btn gh ic bell-btn only-s",
            aria_label=label,
            title="Notifications",
        ),
        rx.el.button(
            icon("bell"),
            count,
            type="button",
            class_name="btn gh ic bell-btn only-l",
            aria_label=label,
            title="Notifications",
            aria_haspopup="dialog",
            aria_expanded="false",
            on_click=BellState.open,
            custom_attrs={"popoverTarget": "bell"},
        ),
        rx.el.div(
            _drop_down(),
            id="bell",
            tab_index=-1,
            class_name="menu bells",
            role="dialog",
            aria_label="Notifications",
            data_align="end",
            custom_attrs={"popover": "auto"},
        ),
    )  # fmt: skip


def _drop_down() -> rx.Component:
    return rx.fragment(
        rx.el.header(
            rx.el.h2("Notifications", class_name="md bb"),
            rx.el.span(class_name="sp"),
            rx.cond(
                BellState.waiting > 0,
                pill(rx.fragment(BellState.waiting, " new"), on_click=BellState.open),
            ),
            button(
                "Mark all read",
                kind="gh",
                size="sm",
                on_click=BellState.take_all_as_read,
                disabled=BellState.unread == "",
            ),
            class_name="row bells-head",
        ),
        rx.cond(
            BellState.problem != "",
            rx.el.div(problem("These can't be read just now", BellState.problem), class_name="pad"),
            _once_asked(
                BellState.ready,
                skeleton_rows(4, *_SKELETON, class_name="bell-row"),
                rx.fragment(
                    _list(BellState.bells, BellState.take_as_read),
                    rx.cond(
                        BellState.more,
                        rx.el.div(
                            button("Show earlier", kind="gh", size="sm", on_click=BellState.show_earlier),
                            class_name="bells-more",
                        ),
                    ),
                ),
            ),
        ),
        rx.el.footer(link("All notifications", href=PATH, data_item="true"), class_name="row bells-foot"),
    )


def _once_asked(ready: Flag, skeleton: rx.Component, content: rx.Component) -> rx.Component:
    """`loading`, from the first opening on: a page that is read whole has nothing waiting in a closed list."""
    return rx.fragment(rx.cond(BellState.asked, loading(ready, skeleton, content)))


def page_body() -> rx.Component:
    return rx.fragment(
        rx.el.header(
            rx.el.h1("Notifications", class_name="h-lg"),
            rx.el.span(class_name="sp"),
            rx.cond(
                BellPageState.waiting > 0,
                pill(rx.fragment(BellPageState.waiting, " new"), on_click=BellPageState.show_new),
            ),
            button(
                "Mark all read",
                size="sm",
                on_click=BellPageState.take_all_as_read,
                disabled=BellState.unread == "",
            ),
            class_name="ph",
        ),
        rx.el.div(
            tabs(
                "Which",
                ("All", PATH, BellPageState.which == ""),
                ("Unread", PATH + query(view="unread"), BellPageState.which == "unread"),
            ),
            class_name="filters",
        ),
        rx.el.div(
            rx.cond(
                BellPageState.problem != "",
                rx.el.div(
                    problem(
                        "The list can't be read like this",
                        BellPageState.problem,
                        link("To the first page", href=PATH),
                    ),
                    class_name="pad",
                ),
                loading(
                    BellPageState.ready,
                    skeleton_rows(8, *_SKELETON, class_name="bell-row"),
                    _list(BellPageState.bells, BellPageState.take_as_read, BellPageState.which),
                ),
            ),
            class_name="scroll",
            tab_index=0,
            role="region",
            aria_label="Notifications",
        ),
        rx.cond(
            (BellPageState.steps["newer"] != "") | (BellPageState.steps["older"] != ""),
            pager(
                newer=BellPageState.steps["newer"],
                older=BellPageState.steps["older"],
                words=BellPageState.steps["words"],
            ),
        ),
    )


def _list(rows: Row, on_read: Handler, which: Text = "") -> rx.Component:
    nothing = empty_state(
        "bell", "Nothing yet", "Answers, changes of your requests and what is assigned to you ring here."
    )
    done = empty_state(
        "bell", "All read", "What is new shows here at once.", link_button("Show all", href=PATH)
    )
    empty = rx.cond(which == "unread", done, nothing) if isinstance(which, rx.Var) else nothing
    return rx.fragment(
        rx.cond(
            rows,
            rx.el.div(
                rx.foreach(rows, lambda row: _entry(row, on_read)),
                data_days="true",
                data_list="true",
                class_name="bells-list",
            ),
            empty,
        )
    )  # fmt: skip


def _entry(row: Row, on_read: Handler) -> rx.Component:
    """A day's heading, which the browser writes where a new day begins, and the notification."""
    return rx.el.div(
        # without children on purpose: `ui.js` writes it, in the reader's zone
        rx.el.div(class_name="day-head", data_day=row["at"], hidden=True),
        rx.el.div(
            rx.el.span(icon(row["glyph"], "s"), class_name="bell-glyph", aria_hidden="true"),
            rx.el.a(
                rx.el.span(
                    rx.cond(row["unread"], rx.el.span("Unread: ", class_name="sr")),
                    rx.cond(row["who"] != "", rx.fragment(rx.el.b(row["who"]), " ")),
                    row["words"],
                    class_name="bell-what",
                ),
                rx.el.span(
                    rx.el.span(row["number"], class_name="num"), rx.el.span(row["title"], class_name="tr"),
                    class_name="bell-ticket t2",
                ),
                href="/tickets/" + row["number"],
                on_click=on_read(row["id"]),
                class_name="bell-link",
                data_item="true",
                data_row_open="true",
            ),
            time(row["at"], "clock", class_name="t2 xs"),
            rx.cond(
                row["unread"],
                icon_button(
                    "check",
                    "Mark as read: " + row["number"],
                    size="sm",
                    on_click=on_read(row["id"]),
                    class_name="bell-tick",
                ),
                rx.el.span(class_name="bell-tick"),
            ),
            class_name=css("bell-row", rx.cond(row["unread"], "new", "")),
            data_row="true",
        ),
        key=row["id"],
    )  # fmt: skip
