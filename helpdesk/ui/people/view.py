"""What the list of people shows."""

from __future__ import annotations

import reflex as rx

from helpdesk.ui.app_state import query
from helpdesk.ui.components import (
    avatar,
    button,
    css,
    empty_state,
    icon,
    link_button,
    select,
    skeleton_rows,
    tabs,
    tag,
)
from helpdesk.ui.components._types import Row
from helpdesk.ui.listing import paged
from helpdesk.ui.people.editing import PersonState
from helpdesk.ui.people.state import PATH, ROLE_WORDS, PeopleState


def body() -> rx.Component:
    return rx.fragment(
        rx.el.header(
            rx.el.h1("People", class_name="h-lg"),
            rx.el.span(PeopleState.steps["words"], class_name="t2 num"),
            rx.el.span(class_name="sp"),
            button("Person", glyph="plus", on_click=PersonState.begin(0), aria_label="Add a person"),
            class_name="ph",
        ),
        rx.el.div(_roles(), rx.el.span(class_name="sp"), _search(), _choices(), class_name="filters"),
        paged(
            PeopleState,
            _list(),
            label="List of people",
            trouble="The list can't be read like this",
            first=PATH,
            meanwhile=skeleton_rows(10, "60%", "50%", "60%", "40%", "", class_name="prow"),
        ),
    )


def _roles() -> rx.Component:
    everybody = ("All", PATH, PeopleState.role == "")
    return tabs(
        "Role",
        everybody,
        *[
            (f"{words}s", PATH + query(role=role), PeopleState.role == role)
            for role, words in ROLE_WORDS.items()
        ],
    )


def _search() -> rx.Component:
    return rx.el.label(
        icon("search"),
        rx.el.span("Name, e-mail or department", class_name="sr"),
        rx.el.input(
            type="search",
            placeholder="Name, e-mail, department",
            default_value=PeopleState.words,
            on_change=PeopleState.find.debounce(300),
            max_length=150,
            auto_complete="off",
            key=rx.cond(PeopleState.ready, "known", "unknown"),
        ),
        class_name="find",
    )


def _choices() -> rx.Component:
    return rx.fragment(
        rx.el.label(
            rx.el.span("State", class_name="sr"),
            select(
                "active",
                [("", "Active or not"), ("yes", "Active"), ("no", "Deactivated")],
                small=True,
                value=PeopleState.active,
                on_change=PeopleState.pick_active,
            ),
            class_name="narrow",
        ),
        rx.el.label(
            rx.el.span("Order", class_name="sr"),
            select(
                "sort",
                [("name", "By name"), ("-created_at", "Newest first")],
                small=True,
                value=PeopleState.sort,
                on_change=PeopleState.pick_sort,
            ),
            class_name="narrow",
        ),
    )


def _list() -> rx.Component:
    heads = ("Name", "Role", "Department", "Groups")
    return rx.fragment(
        rx.cond(
            PeopleState.rows,
            rx.el.div(
                rx.el.div(
                    *[rx.el.span(words, role="columnheader") for words in heads],
                    rx.el.span("Unsolved", role="columnheader", class_name="end"),
                    class_name="prow head",
                    role="row",
                ),
                rx.foreach(PeopleState.rows, _row),
                role="table",
                aria_label="People",
                data_list="true",
            ),
            empty_state(
                "users-round",
                "Nobody like this",
                "No name, address or department matches, or the filters leave none.",
                link_button("Show everybody", href=PATH),
            ),
        )
    )


def _row(row: Row) -> rx.Component:
    face = row["face"]
    return rx.el.div(
        rx.el.div(
            avatar(face),
            rx.el.div(
                rx.el.button(
                    face["name"],
                    type="button",
                    class_name="b tr opener",
                    on_click=PersonState.begin(row["id"]),
                    data_row_open="true",
                    aria_haspopup="dialog",
                ),
                rx.el.span(row["email"], class_name="t2 xs tr"),
                class_name="two",
            ),
            rx.cond(row["active"], rx.fragment(), tag("Deactivated")),
            role="cell",
            class_name="row who-cell",
        ),
        rx.el.div(row["role"], role="cell"),
        rx.el.div(rx.el.span(row["department"], class_name="tr"), role="cell", class_name="t2 tr"),
        rx.el.div(rx.el.span(row["groups"], class_name="tr"), role="cell", class_name="t2 tr"),
        rx.el.div(
            rx.cond(row["open_tickets"] > 0, row["open_tickets"].to_string(), ""),
            role="cell",
            class_name="num end",
        ),
        class_name=css("prow", rx.cond(row["active"], "", "gone")),
        role="row",
        data_row="true",
        key=row["id"],
    )
