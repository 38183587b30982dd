"""My requests: what needs me, what is being worked on, what is closed."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.components import (
    corrected_search,
    css,
    empty_state,
    hold_mark,
    icon,
    link,
    link_button,
    loading,
    pager,
    problem,
    skeleton_rows,
    status_mark,
    time,
)
from helpdesk.ui.my.state import MyState

_S: Any = MyState


def body() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            _head(),
            loading(
                _S.ready,
                rx.el.div(
                    rx.el.div(class_name="secth"),
                    rx.el.div(skeleton_rows(5, "70%", "60%", "80%", "", class_name="req"), class_name="lst"),
                ),
                rx.cond(
                    _S.failed,
                    problem(
                        "The list could not be read.", _S.failed, link_button("Try again", href=_S.links[""])
                    ),
                    _lists(),
                ),
            ),
            class_name="page",
        ),
        class_name="scroll",
    )


def _head() -> rx.Component:
    return rx.el.div(
        rx.el.h1(
            rx.cond(_S.words, rx.fragment("Requests with “", rx.el.bdi(_S.words), "”"), "My requests"),
            class_name="h-lg tr",
        ),
        rx.el.span(class_name="sp"),
        rx.el.nav(
            _seg("Mine", ""),
            _seg(
                rx.fragment("Watching ", rx.cond(_S.watching_total, _S.watching_total.to_string(), "")),
                "watching",
            ),
            _seg("Closed", "closed"),
            class_name="seg",
            aria_label="Which requests",
        ),
        class_name="row my-head",
    )


def _seg(words: Any, view: str) -> rx.Component:
    return rx.el.a(
        words, href=_S.links[view], aria_current=rx.cond(_S.view == view, "page", "false"), replace=True
    )


def _lists() -> rx.Component:
    whole = (_S.view == "") & (_S.words == "")
    nothing = ~(_S.needs.length() + _S.working.length() + _S.closed.length()).to(bool)
    return rx.cond(
        nothing,
        _empty(),
        rx.fragment(
            corrected_search(_S.words, _S.corrected),
            _section(
                "Needs you",
                _S.needs,
                _S.needs_total,
                rx.cond(
                    (_S.view == "") & (_S.needs_total > _S.needs.length()),
                    link("Show all", href=_S.links["needs"], class_name="link xs"),
                ),
            ),
            _section("Being worked on", _S.working, _S.working_total),
            rx.cond(whole, _pages()),  # they are the pages of what is being worked on
            _section(
                "Closed",
                _S.closed,
                _S.closed_total,
                rx.cond(_S.view == "", link("Show all", href=_S.links["closed"], class_name="link xs")),
            ),
            rx.cond(whole, rx.fragment(), _pages()),
        ),
    )


def _pages() -> rx.Component:
    return rx.cond(
        _S.steps["newer"] | _S.steps["older"],
        pager(newer=_S.steps["newer"], older=_S.steps["older"], words=_S.steps["words"]),
    )


def _empty() -> rx.Component:
    start = link_button("New request", href="/new", kind="pri", glyph="plus")
    shown: Any = rx.match(
        _S.view,
        (
            "watching",
            empty_state("eye", "You follow nothing", "Requests that somebody shares with you appear here."),
        ),
        ("closed", empty_state("circle-check", "Nothing is closed yet", "Solved requests come here.")),
        rx.cond(
            _S.words,
            empty_state(
                "search",
                "No request has these words",
                "Try fewer of them, or the number.",
                link_button("All my requests", href=_S.links[""]),
            ),
            empty_state(
                "ticket",
                "You have no requests",
                "When something doesn't work, or you need something, tell us.",
                start,
            ),
        ),
    )
    return shown


def _section(title: str, rows: Any, count: Any, action: Any = None) -> rx.Component:
    return rx.cond(
        rows,
        rx.fragment(
            rx.el.div(
                rx.el.h2(title, class_name="h-sec"),
                rx.cond(count, rx.el.span(count, class_name="t2 xs")),
                rx.el.span(class_name="sp"),
                *([action] if action is not None else []),
                class_name="secth",
            ),
            rx.el.div(rx.foreach(rows, _row), class_name="lst", data_list="true"),
        ),
    )


def _row(row: Any) -> rx.Component:
    return rx.el.a(
        rx.el.div(
            rx.el.span(row["title"], class_name="t tr", dir="auto"),
            rx.el.span(
                row["number"],
                " · ",
                rx.el.bdi(row["about"], dir="ltr"),
                " ",
                time(row["at"], "short"),
                class_name="t2 xs tr",
            ),
            class_name="col",
        ),
        rx.el.div(
            rx.match(
                row["mark"],
                ("you", hold_mark("Waiting for you", for_requester=True)),
                ("hold", hold_mark("On hold")),
                status_mark(row["status"]),
            )
        ),
        rx.el.div(
            rx.el.span(row["next"], time(row["due"], "short"), class_name=row["tone"]),
            rx.cond(row["hint"], rx.el.div(row["hint"], time(row["hint_at"], "short"), class_name="t2 xs")),
        ),
        icon("chevron-right"),
        href=row["href"],
        class_name=css("req", row["flash"], rx.cond(row["next"] == "", "done", "")),
        data_row="true",
        data_row_open="true",
        key=row["number"],
    )
