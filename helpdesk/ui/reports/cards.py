"""A figure of the reports page: its chart, its words, its numbers as a table, its file."""

from __future__ import annotations

from typing import Any, cast

import reflex as rx

from helpdesk.ui.charts import CONFIG
from helpdesk.ui.components import Text, avatar, icon, link, server_link
from helpdesk.ui.reports.state import ReportsState

_S: Any = ReportsState


def about(says: Any) -> rx.Component:
    """What a figure means, on hover and on focus."""
    return rx.el.span(
        rx.el.button(
            icon("info", "s"),
            type="button",
            class_name="tip-on",
            aria_label=rx.Var.create("What it means: ") + says.to(str),
        ),
        rx.el.span(says, class_name="tip", aria_hidden="true"),
        class_name="about",
    )


def chart(
    key: str,
    title: str,
    *,
    span: int,
    legend: tuple[tuple[str, str], ...] = (),
    lines: bool = False,
    heat: bool = False,
) -> rx.Component:
    shown = _S.figures[key]
    return rx.el.section(
        _card_head(key, title, shown, _scale() if heat else _legend(legend)),
        rx.el.p(shown["finding"], class_name="say", id=f"rp-{key}-says", dir="auto"),
        rx.el.div(
            rx.plotly.basic(
                data=cast("Any", _S.charts[key]).to(_figure_type()),
                template=None,
                config=CONFIG,
                use_resize_handler=True,
                on_click=lambda points: _S.follow(key, points),
                custom_attrs={"style": {"width": "100%", "height": "100%"}},
            ),
            class_name=f"plot p-{key} {'lines' if lines else ''}",
            role="img",
            aria_labelledby=f"rp-{key}-title rp-{key}-says",
        ),
        rx.el.details(
            rx.el.summary(icon("rows-3", "s"), "The same numbers as a table"),
            _table(title, shown),
            class_name="as-table",
        ),
        class_name=f"ch w{span}",
    )


def _figure_type() -> Any:
    from plotly.graph_objects import Figure

    return Figure


def _card_head(key: str, title: str, shown: Any, *more: rx.Component) -> rx.Component:
    return rx.el.header(
        rx.el.h2(title, class_name="h-sec", id=f"rp-{key}-title"),
        about(shown["says"]),
        rx.el.span(class_name="sp"),
        *([rx.el.span(*more, class_name="lgds")] if more else []),
        server_link(
            icon("download", "s"),
            href=shown["csv"],
            class_name="btn gh sm ic",
            aria_label=f"{title} as CSV",
            title="CSV",
        ),
    )


def _legend(entries: tuple[tuple[str, str], ...]) -> rx.Component:
    return rx.fragment(
        *[rx.el.span(rx.el.i(class_name=tone), words, class_name="lgd") for tone, words in entries]
    )


def _scale() -> rx.Component:
    return rx.el.span(
        "few",
        *[rx.el.i(class_name=f"h{level}") for level in range(5)],
        "many",
        class_name="lgd heat",
        aria_hidden="true",
    )


def _table(title: Text, shown: Any) -> rx.Component:
    return rx.el.div(
        rx.el.table(
            rx.el.caption(title, class_name="sr"),
            rx.el.thead(
                rx.el.tr(rx.foreach(shown["heads"].to(list[str]), lambda head: rx.el.th(head, scope="col")))
            ),
            rx.el.tbody(rx.foreach(shown["lines"].to(list[dict[str, Any]]), _line)),
            class_name="wt",
        ),
        class_name="wt-frame",
        tab_index=0,
        role="region",
        aria_label=f"{title}, table",
    )


def _line(line: Any) -> rx.Component:
    cells = line["cells"].to(list[str])
    return rx.el.tr(
        rx.foreach(
            cells,
            lambda cell, at: rx.cond(
                at == 0,
                rx.el.th(
                    rx.cond(
                        line["href"],
                        link(cell, href=line["href"].to(str), dir="auto"),
                        rx.el.span(cell, dir="auto"),
                    ),
                    scope="row",
                ),
                rx.el.td(cell),
            ),
        ),
        key=line["key"],
    )


def workload() -> rx.Component:
    shown = _S.figures["workload"]
    return rx.el.section(
        _card_head("workload", "Workload now", shown),
        rx.el.p(shown["finding"], class_name="say", dir="auto"),
        rx.el.table(
            rx.el.caption("Workload now, the fullest hands", class_name="sr"),
            rx.el.thead(
                rx.el.tr(
                    *[
                        rx.el.th(words, scope="col")
                        for words in ("Agent", "Open", "At risk", "Late", "Solved")
                    ]
                )
            ),
            rx.el.tbody(rx.foreach(_S.hands, _hand)),
            class_name="wt hands",
        ),
        rx.el.details(
            rx.el.summary(icon("rows-3", "s"), "Everybody"),
            _table("Workload now", shown),
            class_name="as-table",
        ),
        class_name="ch w4",
    )


def _hand(one: Any) -> rx.Component:
    bar = rx.el.i(custom_attrs={"style": rx.Var.create({"width": one["width"]})})
    return rx.el.tr(
        rx.el.th(
            link(
                avatar(one, "s"),
                rx.el.span(one["name"], class_name="tr", dir="auto"),
                href=one["href"],
                class_name="row link",
            ),
            scope="row",
        ),
        rx.el.td(
            rx.el.span(
                rx.el.span(bar, class_name="load", aria_hidden="true"), one["open"], class_name="row in-hand"
            )
        ),
        rx.el.td(one["at_risk"], class_name=rx.cond(one["at_risk"] != "0", "warn", "")),
        rx.el.td(one["late"], class_name=rx.cond(one["late"] != "0", "bad", "")),
        rx.el.td(one["resolved"]),
        key=one["id"],
    )
