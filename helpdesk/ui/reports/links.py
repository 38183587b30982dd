"""The tickets behind a figure: an address of the queue per row of its table, and per point of its chart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

from helpdesk.services.reports import AGES
from helpdesk.services.views import Cell, Figure
from helpdesk.ui.app_state import query

_QUEUE = "/queue"
_BY_AGE = ((0, 1), (1, 3), (3, 7), (7, 14), (14, 3650))  # days, as the backlog counts ages


class Links:
    """Addresses for one period and group. `now`: when it was read; None for a period that is over."""

    def __init__(self, first: date, last: date, group: str, now: datetime | None) -> None:
        self.first, self.last, self.group, self.now = first, last, group, now

    def period(self) -> str:
        return _span(self.first, self.last)

    def rows(self, figure: Figure) -> list[str]:
        """One per row of the table; "" where a row has none."""
        make = _ROWS.get(figure.key)
        if make is None:
            return ["" for _ in figure.rows]
        named = [dict(zip((c.name for c in figure.columns), row, strict=True)) for row in figure.rows]
        return [make(self, row) for row in named]

    def points(self, figure: Figure) -> list[list[str]]:
        """Per trace of the chart, per point."""
        rows = self.rows(figure)
        if figure.key == "flow":
            return [rows, [self.at(resolved=self.step(row)) for row in _named(figure)]]
        if figure.key in {"backlog", "rating"}:
            return [rows[::-1]]
        if figure.key == "arrivals":
            return []
        return [rows, rows, rows]

    def step(self, row: Mapping[str, Cell]) -> str:
        """The days of a row over time, within the period."""
        if "day" in row:
            day = date.fromisoformat(str(row["day"]))
            return _span(day, day)
        week = date.fromisoformat(str(row["week"]))
        return _span(max(week, self.first), min(week + timedelta(days=6), self.last))

    def at(self, *, view: str = "all", **filters: str | None) -> str:
        return _QUEUE + query(view=view, **{"group": self.group, **filters})

    # ---- by figure

    def head(self, key: str) -> str:
        """Behind a number on top."""
        if key.endswith("_kept"):
            return self.at(view="breached", created=self.period())
        return self.at(created=self.period()) if key == "first_response" else self.at(resolved=self.period())


def _named(figure: Figure) -> list[dict[str, Cell]]:
    return [dict(zip((c.name for c in figure.columns), row, strict=True)) for row in figure.rows]


def _span(first: date, last: date) -> str:
    return first.isoformat() if first == last else f"{first.isoformat()}..{last.isoformat()}"


def _backlog(links: Links, row: Mapping[str, Cell]) -> str:
    if links.now is None:  # what was open then is not what is open now
        return ""
    youngest, oldest = _BY_AGE[AGES.index(str(row["age"]))]
    # whole minutes: the youngest reach into the one that has begun
    first = _minute(links.now - timedelta(days=oldest))
    last = _minute(links.now - timedelta(days=youngest) + timedelta(minutes=0 if youngest else 1))
    return links.at(view="open", created=f"{first}..{last}")


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M}"


_ROWS: dict[str, Callable[[Links, Mapping[str, Cell]], str]] = {
    "sla": lambda links, row: links.at(view="breached", created=links.step(row)),
    "sla-priority": lambda links, row: links.at(
        view="breached", created=links.period(), priority=str(row["priority"])
    ),
    "sla-group": lambda links, row: links.at(
        view="breached", created=links.period(), group=str(row["group_id"])
    ),
    "flow": lambda links, row: links.at(created=links.step(row)),
    "backlog": _backlog,
    "arrivals": lambda links, _: links.at(created=links.period()),
    "workload": lambda links, row: links.at(view="open", assignee=str(row["agent_id"])),
    "first-response": lambda links, row: links.at(created=links.step(row)),
    "resolution": lambda links, row: links.at(resolved=links.step(row)),
    "reopened": lambda links, row: links.at(resolved=links.step(row)),
    "rating": lambda links, _: links.at(resolved=links.period()),
}
