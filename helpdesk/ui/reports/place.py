"""What an address of the reports means, and the addresses around it. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TypedDict

from helpdesk.services.views import GroupNode, ReportQuery
from helpdesk.ui.app_state import query

PATH = "/reports"
PERIODS = {"7": "Last 7 days", "30": "Last 30 days", "90": "Last 90 days"}
_USUAL = "30"


class Option(TypedDict):
    name: str
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Which report one looks at: the last so many days, or from one day to another; a group, a category."""

    days: str = _USUAL
    since: str = ""  # ISO dates, UTC; both or neither
    until: str = ""
    group: str = ""
    category: str = ""

    @property
    def params(self) -> dict[str, str]:
        period = {"from": self.since, "to": self.until} if self.since else {"period": self.days}
        return {**period, "group": self.group, "category": self.category}

    @property
    def href(self) -> str:
        return PATH + query(**self.params)

    def bounds(self, today: date) -> tuple[date, date]:
        """The first and the last day."""
        if self.since:
            return date.fromisoformat(self.since), date.fromisoformat(self.until)
        return today - timedelta(days=int(self.days) - 1), today

    def report_query(self, today: date, zone: str = "UTC") -> ReportQuery:
        first, last = self.bounds(today)
        return ReportQuery(
            _midnight(first),
            _midnight(last + timedelta(days=1)),
            (int(self.group),) if self.group else (),
            (int(self.category),) if self.category else (),
            zone,
        )

    def csv(self, key: str, today: date, zone: str = "UTC") -> str:
        """Where the server gives a figure as a file."""
        first, last = self.bounds(today)
        asked = {"from": first.isoformat(), "to": last.isoformat()}
        hours = zone if key == "arrivals" and zone != "UTC" else None
        return f"/api/v1/admin/reports/{key}.csv" + query(
            **asked, group_id=self.group, category_id=self.category, zone=hours
        )

    def tickets_csv(self, today: date) -> str:
        """Where the server gives the tickets filed in the period as a file."""
        first, last = self.bounds(today)
        asked = {"created_from": first.isoformat(), "created_to": last.isoformat()}
        return "/api/v1/admin/tickets/export.csv" + query(
            **asked, group_id=self.group, category_id=self.category
        )


def read(params: Mapping[str, str]) -> Place:
    """The place that an address names; what it gets wrong is left out."""
    days, since, until = params.get("period", ""), params.get("from", ""), params.get("to", "")
    group, category = params.get("group", ""), params.get("category", "")
    both = _is_day(since) and _is_day(until)
    return Place(
        days=days if days in PERIODS else _USUAL,
        since=since if both else "",
        until=until if both else "",
        group=group if _is_id(group) else "",
        category=category if _is_id(category) else "",
    )


def periods(place: Place) -> list[Option]:
    return [
        {
            "name": words,
            "href": replace(place, days=days, since="", until="").href,
            "chosen": not place.since and place.days == days,
        }
        for days, words in PERIODS.items()
    ]


def groups(place: Place, nodes: Sequence[GroupNode]) -> list[Option]:
    every: Option = {
        "name": "All groups",
        "href": replace(place, group="", category="").href,
        "chosen": not place.group,
    }
    return [
        every,
        *(
            Option(
                name=node.name,
                href=replace(place, group=str(node.id), category="").href,
                chosen=place.group == str(node.id),
            )
            for node in nodes
        ),
    ]


def categories(place: Place, nodes: Sequence[GroupNode]) -> list[Option]:
    """Those of the chosen group; none without one."""
    chosen = next((node for node in nodes if str(node.id) == place.group), None)
    if chosen is None:
        return []
    every: Option = {
        "name": "All categories",
        "href": replace(place, category="").href,
        "chosen": not place.category,
    }
    return [
        every,
        *(
            Option(
                name=node.name,
                href=replace(place, category=str(node.id)).href,
                chosen=place.category == str(node.id),
            )
            for node in chosen.categories
        ),
    ]


def words(place: Place, today: date) -> str:
    """The period: "26 Oct – 24 Nov"."""
    first, last = place.bounds(today)
    same_year = first.year == last.year == today.year
    return f"{_day(first, same_year)} – {_day(last, same_year)}"


def _day(day: date, short: bool) -> str:
    return f"{day.day} {day:%b}" if short else f"{day.day} {day:%b} {day.year}"


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19 and int(text) > 0


def _is_day(text: str) -> bool:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10 and 2000 <= found.year < 2200
