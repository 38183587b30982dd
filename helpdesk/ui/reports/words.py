"""Numbers and findings in words. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from helpdesk.services.views import Cell, Column, Figure, Headline

NOTHING = "–"
_HOUR, _DAY = 60, 60 * 24
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SCALE = 2


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def minutes(value: float) -> str:
    """A span as one says it: "24 min", "5.4 h", "2.1 d"."""
    if value < _HOUR * _SCALE:
        return f"{value:.0f} min"
    if value < _DAY * _SCALE:
        return f"{value / _HOUR:.1f} h"
    return f"{value / _DAY:.1f} d"


def cell(value: Cell, column: Column) -> str:
    """A cell of a figure's table, as one reads it."""
    if value is None:
        return NOTHING
    if column.unit == "share" and isinstance(value, float | int):
        return percent(value)
    if column.unit == "minutes" and isinstance(value, float | int):
        return minutes(value)
    if column.name in {"day", "week"}:
        return day(str(value))
    return f"{value:,}" if isinstance(value, int) else str(value)


def day(iso: str) -> str:
    when = date.fromisoformat(iso)
    return f"{when.day} {when:%b}"


# ---- on top


def headline(one: Headline) -> dict[str, str]:
    """Value and unit apart, how it changed, and what it was made from."""
    value, unit = _value(one.value, one.unit)
    return {"value": value, "unit": unit, "note": _note(one), **_change(one)}


def _value(value: float | None, unit: str) -> tuple[str, str]:
    if value is None:
        return NOTHING, ""
    if unit == "share":
        return f"{100 * value:.1f}", "%"
    if unit == "minutes":
        number, _, word = minutes(value).partition(" ")
        return number, word
    return f"{value:.1f}", "of 5"


def _note(one: Headline) -> str:
    if one.value is None:
        return "nothing in the period"
    if one.p90 is not None:
        return f"p90 {minutes(one.p90)}"
    return (
        f"{one.count:,} {'answer' if one.count == 1 else 'answers'}"
        if one.unit == "stars"
        else f"of {one.count:,}"
    )


def _change(one: Headline) -> dict[str, str]:
    if one.value is None or one.before is None:
        return {"delta": "", "way": "", "tone": ""}
    gap = one.value - one.before
    said = {
        "share": f"{abs(100 * gap):.1f} points",
        "minutes": minutes(abs(gap)),
        "stars": f"{abs(gap):.1f}",
    }[one.unit]
    if said in {"0.0 points", "0 min", "0.0"}:
        return {"delta": "as before", "way": "", "tone": ""}
    more_is_good = one.unit == "stars" or one.key.endswith("_kept")
    return {
        "delta": said,
        "way": "up" if gap > 0 else "down",
        "tone": "good" if (gap > 0) is more_is_good else "bad",
    }


# ---- under each figure


def finding(figure: Figure, top: Mapping[str, Headline]) -> str:
    """What the figure shows, in a sentence."""
    say = _FINDINGS.get(figure.key)
    return say(figure, top) if say else ""


def _column(figure: Figure, name: str) -> list[Any]:
    at = next(n for n, column in enumerate(figure.columns) if column.name == name)
    return [row[at] for row in figure.rows]


def _sla(figure: Figure, _: Mapping[str, Headline]) -> str:
    said: list[str] = []
    for kind, words in (("first_response", "First response"), ("next_response", "next response"),
                        ("resolution", "resolution")):  # fmt: skip
        kept, broken = sum(_column(figure, f"{kind}_met")), sum(_column(figure, f"{kind}_breached"))
        if kept + broken:
            said.append(f"{words} {percent(kept / (kept + broken))}")
    if not said:
        return "No promise was decided in this period."
    text = ", ".join(said)
    return f"{text[0].upper()}{text[1:]} kept in time."


def _weakest(figure: Figure, _: Mapping[str, Headline]) -> str:
    named = [
        (share, name)
        for name, share in zip(
            _column(figure, figure.key.removeprefix("sla-")),
            _column(figure, "resolution_attainment"),
            strict=True,
        )
        if share is not None
    ]
    if not named:
        return "No resolution was due in this period."
    share, name = min(named)
    best, first = max(named)
    if share == best:
        return f"Resolution was kept alike: {percent(share)}."
    return f"{name} keeps its resolutions least, {percent(share)}; {first} most, {percent(best)}."


def _flow(figure: Figure, _: Mapping[str, Headline]) -> str:
    created, resolved = sum(_column(figure, "created")), sum(_column(figure, "resolved"))
    if not created and not resolved:
        return "Nothing was filed and nothing resolved in this period."
    gap = created - resolved
    if gap == 0:
        return f"As many were resolved as came in: {created:,}."
    return f"{abs(gap):,} more {'came in than were resolved' if gap > 0 else 'were resolved than came in'}."


def _backlog(figure: Figure, _: Mapping[str, Headline]) -> str:
    counts = _column(figure, "tickets")
    if not sum(counts):
        return "Everything was solved."
    old = counts[-1]
    return f"{sum(counts):,} not solved" + (f", {old:,} of them older than two weeks." if old else ".")


def _arrivals(figure: Figure, _: Mapping[str, Headline]) -> str:
    cells = [
        (count, hour, weekday)
        for hour, *counts in figure.rows
        for weekday, count in enumerate(counts)
        if isinstance(count, int) and isinstance(hour, int)
    ]
    most = max(cells, default=(0, 0, 0))
    if not most[0]:
        return "Nothing was filed in this period."
    count, hour, weekday = most
    return f"{_WEEKDAYS[weekday]} from {hour} to {hour + 1} is the peak, with {count:,} in all."


def _workload(figure: Figure, _: Mapping[str, Headline]) -> str:
    if not figure.rows:
        return "Nobody has a ticket in hand."
    rows = [dict(zip((column.name for column in figure.columns), row, strict=True)) for row in figure.rows]
    first = rows[0]
    risk = sum(int(row["at_risk"] or 0) + int(row["late"] or 0) for row in rows)
    return f"{first['agent']} has most in hand, {first['open']:,}; {risk:,} at risk or late in all."


def _waited(figure: Figure, top: Mapping[str, Headline]) -> str:
    one = top[figure.key.replace("-", "_")]
    if one.value is None or one.p90 is None:
        return "Nothing was measured in this period."
    return f"Half within {minutes(one.value)}, nine in ten within {minutes(one.p90)}."


def _reopened(figure: Figure, top: Mapping[str, Headline]) -> str:
    again, done = sum(_column(figure, "reopened")), top["reopen_rate"].count
    if not done:
        return "Nothing was resolved in this period."
    return (
        f"{percent(top['reopen_rate'].value or 0)} of {done:,} resolved came back."
        if again
        else "None came back."
    )


def _rating(figure: Figure, top: Mapping[str, Headline]) -> str:
    one = top["rating"]
    if one.value is None:
        return "Nobody rated in this period."
    return f"{one.value:.1f} of 5 from {one.count:,} {'answer' if one.count == 1 else 'answers'}."


_FINDINGS = {
    "sla": _sla,
    "sla-priority": _weakest,
    "sla-group": _weakest,
    "flow": _flow,
    "backlog": _backlog,
    "arrivals": _arrivals,
    "workload": _workload,
    "first-response": _waited,
    "resolution": _waited,
    "reopened": _reopened,
    "rating": _rating,
}
