"""Figures as Plotly draws them, as plain JSON. Colours are the stylesheet's (`assets/css/reports.css`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import plotly.graph_objects as go

from helpdesk.services.views import Cell, Figure
from helpdesk.ui.charts import TEMPLATE
from helpdesk.ui.reports import words

LEVELS = 5
_HOUR, _DAY = 60, 60 * 24
_END_MARK, _MOST_MARKS = 7, 7


def draw(figure: Figure) -> dict[str, Any]:
    """The chart of a figure; empty for one that is a table only."""
    made = _DRAWN.get(figure.key)
    return made(figure).to_plotly_json() if made else {}


def _column(figure: Figure, name: str) -> list[Any]:
    at = next(n for n, column in enumerate(figure.columns) if column.name == name)
    return [row[at] for row in figure.rows]


def _layout(x: str, y: str, **more: Any) -> go.Layout:
    axis: dict[str, Any] = {"title": {"text": y}, **more.pop("yaxis", {})}
    across: dict[str, Any] = {"title": {"text": x}, "type": "category", **more.pop("xaxis", {})}
    return go.Layout(template=TEMPLATE, xaxis=across, yaxis=axis, **more)


def _steps(figure: Figure) -> tuple[str, list[str]]:
    """What the axis of time is called, and its marks."""
    by_day = figure.columns[0].name == "day"
    return ("Day (UTC)" if by_day else "Week from (UTC)"), [words.day(str(row[0])) for row in figure.rows]


def _some(marks: Sequence[str]) -> dict[str, Any]:
    """As many marks as a phone has room for: the last one and every so many before it; a month where it begins."""
    every = -(-len(marks) // _MOST_MARKS) or 1
    shown = list(marks[::-1][::every])[::-1]
    texts: list[str] = []
    for before, mark in zip(["", *shown], shown, strict=False):
        day, _, month = mark.partition(" ")
        texts.append(day if before.endswith(f" {month}") else f"{day}<br>{month}")
    return {"tickmode": "array", "tickvals": shown, "ticktext": texts, "tickangle": 0}


def _line(name: str, x: Sequence[str], y: Sequence[Cell], ends: Callable[[float], str]) -> go.Scatter:
    """A line with its last value at its end."""
    last = max((n for n, value in enumerate(y) if value is not None), default=-1)
    text = [ends(value) if n == last and isinstance(value, float | int) else "" for n, value in enumerate(y)]
    return go.Scatter(
        name=name,
        x=list(x),
        y=list(y),
        text=text,
        customdata=[NONE if value is None else ends(value) for value in y if not isinstance(value, str)],
        mode="lines+markers+text",
        textposition="middle right",
        cliponaxis=False,
        connectgaps=True,
        marker={"size": [_END_MARK if n == last else 1 for n in range(len(y))]},
        line={"width": 2},
        hovertemplate="%{fullData.name} %{customdata}<extra></extra>",
    )


NONE = words.NOTHING
_BESIDE = 0.14
"""Ends of lines nearer than this share of the axis would print their values over each other."""


def _apart(lines: Sequence[Any], span: float) -> None:
    """Print the values of neighbouring ends above, at and below their points, where the axis covers `span`."""
    known = [(float(values[-1]), line) for line in lines if (values := [y for y in line.y if y is not None])]
    downwards = sorted(known, key=lambda one: -one[0])
    heap: list[Any] = []
    for at, (end, line) in enumerate(downwards, 1):
        heap.append(line)
        if at == len(downwards) or end - downwards[at][0] >= _BESIDE * span:
            if len(heap) > 1:
                heap[0].textposition, heap[-1].textposition = "top right", "bottom right"
            heap = []


def _sla(figure: Figure) -> go.Figure:
    title, x = _steps(figure)
    named = (
        ("First response", "first_response"), ("Next response", "next_response"), ("Resolution", "resolution"),
    )  # fmt: skip
    lines = [_line(name, x, _column(figure, f"{key}_attainment"), words.percent) for name, key in named]
    shares = [
        value for _, key in named for value in _column(figure, f"{key}_attainment") if value is not None
    ]
    lowest = max(0.0, (10 * min(shares, default=0) - 0.5) // 1 / 10)
    axis = {**_SHARE, "range": [lowest, 1.02]}
    _apart(lines, 1.02 - lowest)
    return go.Figure(lines, _layout(title, "Kept in time", margin=_ROOM, xaxis=_some(x), yaxis=axis))


_ROOM = {"l": 44, "r": 60, "t": 8, "b": 58}
_SHARE: dict[str, Any] = {"tickformat": ".0%", "rangemode": "normal", "range": [0, 1.04]}


def _grouped(figure: Figure, by: str) -> go.Figure:
    x = [str(one) for one in _column(figure, by)]
    bars = [
        go.Bar(
            name=name,
            x=x,
            y=_column(figure, f"{key}_attainment"),
            hovertemplate="%{fullData.name} %{y:.1%}<extra></extra>",
        )
        for name, key in (("First response", "first_response"), ("Resolution", "resolution"))
    ]
    return go.Figure(bars, _layout(by.capitalize(), "Kept in time", barmode="group", yaxis=_SHARE))


def _flow(figure: Figure) -> go.Figure:
    title, x = _steps(figure)
    bars = [
        go.Bar(
            name=name, x=x, y=_column(figure, key), hovertemplate="%{fullData.name} %{y:,d}<extra></extra>"
        )
        for name, key in (("Created", "created"), ("Resolved", "resolved"))
    ]
    margin = {**_ROOM, "r": 4}
    drawn = go.Figure(bars, _layout(title, "Tickets", barmode="group", margin=margin, xaxis=_some(x)))
    return drawn if any(_column(figure, "created") + _column(figure, "resolved")) else _flat(drawn)


def _flat(drawn: go.Figure) -> go.Figure:
    """Nothing at all: an axis that still reads as one of numbers."""
    return drawn.update_yaxes(range=[0, 4])


def _backlog(figure: Figure) -> go.Figure:
    ages, counts = _column(figure, "age")[::-1], _column(figure, "tickets")[::-1]
    bar = go.Bar(
        y=ages,
        x=counts,
        orientation="h",
        text=[f"{count:,}" for count in counts],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:,d}<extra></extra>",
    )
    layout = go.Layout(
        template=TEMPLATE,
        hovermode="closest",
        margin={"l": 8, "r": 40, "t": 4, "b": 28},
        xaxis={
            "title": {"text": "Tickets, by time since filed"},
            "showticklabels": False,
            "rangemode": "tozero",
        },
        yaxis={"type": "category", "showgrid": False, "title": {"text": ""}, "tickformat": ""},
    )
    return go.Figure([bar], layout)


def heat_levels(figure: Figure) -> list[list[tuple[int, int, int]]]:
    """(hour, weekday, count) of the cells by how full they are, from none to most."""
    cells = [
        (hour, weekday, count)
        for hour, *counts in figure.rows
        for weekday, count in enumerate(counts)
        if isinstance(hour, int) and isinstance(count, int)
    ]
    most = max((count for _, _, count in cells), default=0)
    levels: list[list[tuple[int, int, int]]] = [[] for _ in range(LEVELS)]
    for hour, weekday, count in cells:
        # none is a level of its own; the others share the range evenly
        levels[-(-count * (LEVELS - 1) // most) if most else 0].append((hour, weekday, count))
    return levels


def _arrivals(figure: Figure) -> go.Figure:
    days = [column.label for column in figure.columns[1:]]
    squares = [
        go.Scatter(
            x=[hour for hour, _, _ in level],
            y=[days[weekday] for _, weekday, _ in level],
            customdata=[count for _, _, count in level],
            mode="markers",
            marker={"symbol": "square", "size": 13},
            hovertemplate="%{y} %{x}:00: %{customdata:,d}<extra></extra>",
        )
        for level in heat_levels(figure)
    ]
    busy = [hour for hour, *counts in figure.rows if isinstance(hour, int) and any(counts)] or [8, 17]
    hours = figure.columns[0].label.replace("Hour", "Hour of the day")
    first, last = min(*busy, 8), max(*busy, 17)  # nights without a request are left out
    layout = go.Layout(
        template=TEMPLATE,
        hovermode="closest",
        margin={"l": 36, "r": 4, "t": 4, "b": 44},
        xaxis={
            "title": {"text": hours}, "range": [first - 0.6, last + 0.6], "dtick": 2,
            "tickformat": "d",
        },
        yaxis={
            "type": "category", "categoryorder": "array", "categoryarray": days[::-1], "showgrid": False,
            "range": [-0.6, 6.6], "title": {"text": ""}, "tickformat": "", "tickmode": "array", "tickvals": days,
        },
    )  # fmt: skip
    return go.Figure(squares, layout)


def _waited(figure: Figure) -> go.Figure:
    title, x = _steps(figure)
    median, p90 = _column(figure, "median"), _column(figure, "p90")
    most = max((value for value in (*median, *p90) if value is not None), default=0)
    unit, size = (
        ("Minutes", 1) if most < 2 * _HOUR else ("Hours", _HOUR) if most < 2 * _DAY else ("Days", _DAY)
    )

    def scaled(values: list[Any]) -> list[Any]:
        return [None if value is None else round(value / size, 2) for value in values]

    def said(value: float) -> str:
        return words.minutes(value * size)

    lines = [_line("Median", x, scaled(median), said), _line("90 % within", x, scaled(p90), said)]
    _apart(lines, most / size)
    drawn = go.Figure(lines, _layout(title, unit, margin=_ROOM, xaxis=_some(x), yaxis={"tickformat": ",~g"}))
    return drawn if most else _flat(drawn)


def _reopened(figure: Figure) -> go.Figure:
    title, x = _steps(figure)
    shares = _column(figure, "reopen_rate")
    line = _line("Reopened", x, shares, words.percent)
    top = max((value for value in shares if value is not None), default=0)
    axis = {"tickformat": ".0%", "range": [0, max(0.1, 1.2 * top)]}
    return go.Figure([line], _layout(title, "Reopened of resolved", margin=_ROOM, xaxis=_some(x), yaxis=axis))


def _rating(figure: Figure) -> go.Figure:
    counts = _column(figure, "tickets")[::-1]
    bar = go.Bar(
        x=[f"{stars} ★" for stars in _column(figure, "stars")][::-1],
        y=counts,
        text=[f"{count:,}" if count else "" for count in counts],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{x}: %{y:,d}<extra></extra>",
    )
    drawn = go.Figure([bar], _layout("Stars", "Tickets", margin={"l": 44, "r": 4, "t": 20, "b": 44}))
    return drawn if any(counts) else _flat(drawn)


_DRAWN: dict[str, Callable[[Figure], go.Figure]] = {
    "sla": _sla,
    "sla-priority": lambda figure: _grouped(figure, "priority"),
    "sla-group": lambda figure: _grouped(figure, "group"),
    "flow": _flow,
    "backlog": _backlog,
    "arrivals": _arrivals,
    "first-response": _waited,
    "resolution": _waited,
    "reopened": _reopened,
    "rating": _rating,
}
