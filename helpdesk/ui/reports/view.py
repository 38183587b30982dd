"""What the reports page shows."""

from __future__ import annotations

from typing import Any

import reflex as rx

from helpdesk.ui.app_state import AppState
from helpdesk.ui.components import (
    button,
    dialog,
    empty_state,
    field,
    icon,
    link,
    link_button,
    loading,
    menu,
    menu_item,
    menu_line,
    problem,
    server_link,
    skeleton,
    text_input,
    time,
)
from helpdesk.ui.reports.cards import about, chart, workload
from helpdesk.ui.reports.state import ReportsState
from helpdesk.ui.zones import zone_teller

_S: Any = ReportsState
_OWN = "own-period"
_SLA = (("c1", "First response"), ("c2", "Next response"), ("c4", "Resolution"))
_TWO = (("c1", "First response"), ("c4", "Resolution"))
_WAIT = (("c1", "Median"), ("c5", "90 % within"))


def body() -> rx.Component:
    return rx.fragment(
        _bar(),
        rx.el.div(
            loading(
                _S.ready,
                _skeleton(),
                rx.cond(
                    _S.problem,
                    rx.el.div(
                        problem(
                            "The reports can't be read just now",
                            _S.problem,
                            link_button("Last 30 days", href="/reports"),
                        ),
                        class_name="dash-problem",
                    ),
                    rx.cond(_S.nothing, _empty(), _content()),
                ),
            ),
            class_name="scroll",
            tab_index=0,
            role="region",
            aria_label="Reports",
        ),
    )


def _empty() -> rx.Component:
    return empty_state(
        "chart-column",
        "Nothing happened here",
        "No ticket was filed, answered or solved in this period.",
        link_button("Last 90 days", href="/reports?period=90"),
    )


# ---- what is chosen


def _bar() -> rx.Component:
    return rx.el.header(
        rx.el.h1("Reports", class_name="h-lg"),
        rx.el.span(class_name="sp"),
        _choice(
            "Period",
            _S.period,
            _S.periods,
            menu_line(),
            menu_item("From one day to another…", data_dialog=_OWN),
            glyph="calendar",
        ),
        _choice("Group", _chosen(_S.groups, "All groups"), _S.groups),
        rx.cond(
            _S.categories.length() > 1,
            _choice("Category", _chosen(_S.categories, "All categories"), _S.categories),
        ),
        rx.el.span(class_name="vr only-l"),
        server_link(
            icon("download"),
            "Tickets",
            href=_S.tickets_csv,
            class_name="btn gh sm",
            title="The tickets filed in the period, as CSV",
        ),
        class_name="ph wide rp-bar",
    )


def _chosen(options: Any, default: str) -> rx.Component:
    return rx.fragment(
        rx.cond(options.length() == 0, default, ""),
        rx.foreach(
            options, lambda one: rx.cond(one["chosen"], rx.el.span(one["name"], class_name="tr", dir="auto"))
        ),
    )


def _choice(name: str, value: Any, options: Any, *more: rx.Component, glyph: str = "") -> rx.Component:
    head = [icon(glyph, "s")] if glyph else []
    return menu(
        [rx.el.span(*head, name, class_name="k"), rx.el.span(value, class_name="tr")],
        rx.foreach(options, _option),
        *more,
        menu_id=f"rp-{name.lower()}",
        label=name,
        kind="chip btnlike",
        align="end",
    )


def _option(one: Any) -> rx.Component:
    return rx.el.a(
        one["name"],
        href=one["href"],
        role="menuitemradio",
        aria_checked=rx.cond(one["chosen"], "true", "false"),
        tab_index=-1,
        dir="auto",
        key=one["href"],
    )


def own_period() -> rx.Component:
    """The dialog for a period of one's own."""
    return dialog(
        field(
            "From", text_input("from", type="date", default_value=_S.since, required=True), control_id="from"
        ),
        field("To", text_input("to", type="date", default_value=_S.until, required=True), control_id="to"),
        rx.el.p("Whole days in UTC, at most 400.", class_name="t2 xs"),
        dialog_id=_OWN,
        title="From one day to another",
        on_submit=ReportsState.choose,
        foot=[
            button("Cancel", kind="gh", data_close="true"),
            button("Show", kind="pri", submit=True, data_close="true"),
        ],
    )


# ---- the numbers on top


def _content() -> rx.Component:
    return rx.el.div(
        rx.el.ul(rx.foreach(_S.heads, _head), class_name="kpis", aria_label="The period in numbers"),
        chart("sla", "SLA attainment", span=6, legend=_SLA, lines=True),
        chart("flow", "Created and resolved", span=6, legend=(("c5", "Created"), ("c1", "Resolved"))),
        chart("backlog", "Backlog by age", span=4),
        chart("arrivals", "Arrivals", span=4, heat=True),
        workload(),
        chart("first-response", "First response", span=6, legend=_WAIT, lines=True),
        chart("resolution", "Resolution", span=6, legend=_WAIT, lines=True),
        chart("sla-priority", "SLA attainment by priority", span=6, legend=_TWO),
        chart("sla-group", "SLA attainment by group", span=6, legend=_TWO),
        chart("reopened", "Reopen rate", span=6, lines=True),
        chart("rating", "Rating", span=6),
        rx.el.p("Read at ", time(_S.as_of, "full"), ". Days and weeks are UTC.", class_name="t2 xs rp-foot"),
        rx.cond(AppState.me["zone"] == "", zone_teller(ReportsState.in_zone)),
        class_name="dash rp",
    )


def _head(one: Any) -> rx.Component:
    arrow: Any = rx.match(
        one["way"], ("up", icon("arrow-up", "s")), ("down", icon("arrow-down", "s")), rx.fragment()
    )
    change = rx.cond(
        one["delta"],
        rx.el.b(
            arrow,
            rx.el.span(_way(one["way"]), class_name="sr"),
            one["delta"],
            title="Compared with the period before",
        ),
    )
    return rx.el.li(
        rx.el.div(
            rx.el.span(
                link(one["title"], href=one["href"], class_name="rp-over"),
                about(one["says"]),
                class_name="l",
            ),
            rx.el.span(one["value"], rx.cond(one["unit"], rx.el.small(one["unit"])), class_name="f"),
            rx.el.span(
                change,
                rx.cond(one["delta"], rx.el.span("·", class_name="dot")),
                rx.el.span(one["note"], class_name="tr"),
                class_name=rx.Var.create("d ") + one["tone"].to(str),
            ),
            class_name="kpi",
        ),
        key=one["key"],
    )


def _way(way: Any) -> Any:
    return rx.match(way, ("up", "up "), ("down", "down "), "")


def _skeleton() -> rx.Component:
    card = lambda span: rx.el.div(  # noqa: E731
        skeleton("30%"), skeleton("60%"), rx.el.div(class_name="plot"), class_name=f"ch w{span}"
    )
    return rx.el.div(
        rx.el.div(
            *[
                rx.el.div(skeleton("60%"), skeleton("40%"), skeleton("70%"), class_name="kpi wait")
                for _ in range(6)
            ],
            class_name="kpis",
        ),
        *[card(span) for span in (6, 6, 4, 4, 4)],
        class_name="dash rp",
        aria_hidden="true",
        data_skeleton="true",
    )
