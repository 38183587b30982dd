"""What the home page shows."""

from __future__ import annotations

from typing import Any, cast

import reflex as rx

from helpdesk.ui.charts import CONFIG
from helpdesk.ui.components import Text, icon, link, loading, problem, skeleton, text_button, time
from helpdesk.ui.home.state import HomeState


def body() -> rx.Component:
    return rx.fragment(
        rx.el.header(
            rx.el.h1("Home", class_name="h-lg"),
            rx.el.span(class_name="sp"),
            rx.cond(
                HomeState.as_of,
                rx.el.span("Live · read ", time(HomeState.as_of, "clock"), class_name="t2 xs"),
            ),
            class_name="ph wide",
        ),
        rx.el.div(
            rx.cond(
                (HomeState.problem != "") & ~HomeState.ready,
                rx.el.div(
                    problem(
                        "The figures can't be read just now",
                        HomeState.problem,
                        text_button("Try again", on_click=HomeState.refresh),
                    ),
                    class_name="dash-problem",
                ),
                loading(HomeState.ready, _skeleton(), _content()),
            ),
            class_name="scroll",
            tab_index=0,
            role="region",
            aria_label="Figures",
        ),
    )


def _content() -> rx.Component:
    numbers = HomeState.numbers
    return rx.el.div(
        rx.el.ul(
            _kpi("Open", numbers["open"], "not solved yet", "/queue?view=open"),
            _kpi("Unassigned", numbers["unassigned"], "in nobody's hands", "/queue?view=unassigned"),
            _kpi("Breaching soon", numbers["breaching"], "at risk of being late", "/queue?view=breaching", "warn"),
            _kpi("Breached", numbers["breached"], "later than promised", "/queue?view=breached", "bad"),
            _kpi("Created today", numbers["created_today"], "since 00:00 UTC", HomeState.today_href),
            _kpi("Resolved today", numbers["resolved_today"], "since 00:00 UTC", HomeState.resolved_href),
            class_name="kpis",
            aria_label="Figures of now",
        ),
        _chart(),
        class_name="dash",
    )  # fmt: skip


def _kpi(label: str, value: Any, note: str, href: Text, tone: str = "") -> rx.Component:
    """A figure that leads to its tickets; a tone is shown only while there are some."""
    return rx.el.li(
        rx.el.a(
            rx.el.span(
                label,
                *([rx.cond(value > 0, icon(_GLYPHS[tone], "s"))] if tone else []),
                class_name="l",
            ),
            rx.el.span(value.to_string(), class_name="f"),
            rx.el.span(note, class_name="d"),
            href=href,
            class_name=rx.cond(value > 0, f"kpi {tone}", "kpi") if tone else "kpi",
        )
    )


_GLYPHS = {"warn": "alarm-clock", "bad": "circle-alert"}


def _chart() -> rx.Component:
    return rx.el.section(
        rx.el.header(
            rx.el.h2("Created and resolved", class_name="h-sec", id="flow-title"),
            rx.el.span("last 14 days", class_name="t2 xs"),
            rx.el.span(class_name="sp"),
            rx.el.span(rx.el.i(class_name="c5"), "Created", class_name="lgd"),
            rx.el.span(rx.el.i(class_name="c1"), "Resolved", class_name="lgd"),
        ),
        rx.el.p(HomeState.finding, class_name="say", id="flow-says"),
        rx.el.div(
            _plot(),
            class_name="plot",
            role="img",
            aria_labelledby="flow-title flow-says",
        ),
        rx.el.details(
            rx.el.summary(icon("rows-3", "s"), "The same numbers as a table"),
            _table(),
            class_name="as-table",
        ),
        class_name="ch",
    )


def _plot() -> rx.Component:
    # `template` is in the figure: without this, the framework would add two of its own to the bundle.
    return rx.plotly.basic(
        data=cast("Any", HomeState.chart).to(_figure_type()),
        template=None,
        config=CONFIG,
        use_resize_handler=True,
        custom_attrs={"style": {"width": "100%", "height": "100%"}},
    )


def _figure_type() -> Any:
    from plotly.graph_objects import Figure

    return Figure


def _table() -> rx.Component:
    return rx.el.table(
        rx.el.caption("Tickets created and resolved per day (UTC)", class_name="sr"),
        rx.el.thead(
            rx.el.tr(
                rx.el.th("Day", scope="col"),
                rx.el.th("Created", scope="col"),
                rx.el.th("Resolved", scope="col"),
            )
        ),
        rx.el.tbody(
            rx.foreach(
                HomeState.days,
                lambda day: rx.el.tr(
                    rx.el.th(
                        link(day["words"], href=day["href"], aria_label=f"Tickets created on {day['words']}"),
                        scope="row",
                    ),
                    rx.el.td(day["created"]),
                    rx.el.td(day["resolved"]),
                    key=day["day"],
                ),
            )
        ),
        class_name="wt",
    )


def _skeleton() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            *[
                rx.el.div(skeleton("60%"), skeleton("40%"), skeleton("70%"), class_name="kpi wait")
                for _ in range(6)
            ],
            class_name="kpis",
        ),
        rx.el.div(skeleton("30%"), skeleton("50%"), rx.el.div(class_name="plot"), class_name="ch"),
        class_name="dash",
        aria_hidden="true",
        data_skeleton="true",
    )
