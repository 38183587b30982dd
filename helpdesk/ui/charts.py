"""Figures for the browser, made from the services' views. One template for both themes: colours come from the
stylesheets (`assets/css/dashboard.css`), which win over what a figure carries.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import plotly.graph_objects as go

from helpdesk.services.views import DayFigure

CLEAR = "rgba(0,0,0,0)"
TITLE: dict[str, Any] = {"standoff": 8, "font": {"size": 12}}

TEMPLATE = go.layout.Template(
    layout=go.Layout(
        autosize=True,
        showlegend=False,
        margin={"l": 44, "r": 4, "t": 8, "b": 44},
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        font={"family": "Inter Variable, Inter, sans-serif", "size": 12},
        hovermode="x unified",
        hoverlabel={"bordercolor": CLEAR, "align": "left"},
        bargap=0.32,
        bargroupgap=0.08,
        barcornerradius=2,
        dragmode=False,
        xaxis={
            "showgrid": False, "showspikes": False, "fixedrange": True, "zeroline": False, "ticks": "", "title": TITLE,
        },
        yaxis={
            "fixedrange": True, "rangemode": "tozero", "zeroline": False, "ticks": "", "nticks": 6,
            "tickformat": ",d", "automargin": True, "title": TITLE,
        },
    )
)  # fmt: skip

CONFIG: dict[str, Any] = {"displayModeBar": False, "responsive": True, "doubleClick": False}
"""How the browser shows any chart: without tools, as wide as its place."""


def day_words(day: str) -> str:
    """An ISO date as an axis or a table shows it: "24 Nov"."""
    when = date.fromisoformat(day)
    return f"{when.day} {when:%b}"


@lru_cache(maxsize=4)
def created_and_resolved(days: tuple[DayFigure, ...]) -> dict[str, Any]:
    """Bars per day, created beside resolved, as plain JSON (`data` and `layout`), which nobody may change.

    The open pages of home draw the same days at the same moment: one is made for all of them.
    """
    names = [day_words(one.day) for one in days]
    hover = "%{fullData.name} %{y:,d}<extra></extra>"
    figure = go.Figure(
        data=[
            go.Bar(name="Created", x=names, y=[one.created for one in days], hovertemplate=hover),
            go.Bar(name="Resolved", x=names, y=[one.resolved for one in days], hovertemplate=hover),
        ],
        layout=go.Layout(
            template=TEMPLATE,
            barmode="group",
            xaxis={"title": {"text": "Day (UTC)"}, "type": "category"},
            yaxis={"title": {"text": "Tickets"}},
        ),
    )
    if not any(one.created or one.resolved for one in days):
        figure.update_yaxes(range=[0, 4])
    return figure.to_plotly_json()


def finding(days: Sequence[DayFigure]) -> str:
    """What the chart of `created_and_resolved` shows, in a sentence."""
    created, resolved = sum(one.created for one in days), sum(one.resolved for one in days)
    if not created and not resolved:
        return f"Nothing was filed and nothing resolved in {len(days)} days."
    busiest = max(days, key=lambda one: one.created)
    peak = f"; most on {day_words(busiest.day)} ({busiest.created:,})" if busiest.created else ""
    gap = created - resolved
    if gap > 0:
        return f"{gap:,} more came in than were resolved in {len(days)} days{peak}."
    if gap < 0:
        return f"{-gap:,} more were resolved than came in within {len(days)} days{peak}."
    return f"As many were resolved as came in: {created:,} in {len(days)} days{peak}."
