"""What the reports page holds: the numbers on top, each figure as chart and as table, and where they lead."""

from __future__ import annotations

from datetime import date
from typing import Any, TypedDict

import reflex as rx

from helpdesk.core.clock import now
from helpdesk.domain.enums import Role
from helpdesk.services import reports, tree
from helpdesk.services.views import Dashboard, Figure, GroupNode, Headline
from helpdesk.ui import live
from helpdesk.ui.app_state import AppState, go_to
from helpdesk.ui.bridge import Failure, attempt
from helpdesk.ui.guard import allow, me
from helpdesk.ui.reports import drawing, place, words
from helpdesk.ui.reports.links import Links
from helpdesk.ui.reports.place import Option, Place
from helpdesk.ui.rows import initials, iso, tone


class Head(TypedDict):
    """A number on top."""

    key: str
    title: str
    says: str
    value: str
    unit: str
    note: str
    delta: str
    way: str  # up, down, ""
    tone: str  # good, bad, ""
    href: str


class Line(TypedDict):
    """A row of a figure's table."""

    key: str
    cells: list[str]
    href: str


class Shown(TypedDict):
    """A figure: its words, and its numbers as a table."""

    says: str
    finding: str
    heads: list[str]
    lines: list[Line]
    csv: str


class Hands(TypedDict):
    """What one agent has in hand."""

    id: int
    name: str
    initials: str
    tone: str
    open: str
    at_risk: str
    late: str
    resolved: str
    width: str  # of the bar
    href: str


_MOST_HANDS = 8


class ReportsState(AppState):
    ready: bool = False
    problem: str = ""
    nothing: bool = False
    heads: list[Head] = []
    charts: dict[str, dict[str, Any]] = {}
    figures: dict[str, Shown] = {}
    hands: list[Hands] = []
    period: str = ""
    since: str = ""
    until: str = ""
    group: str = ""
    category: str = ""
    periods: list[Option] = []
    groups: list[Option] = []
    categories: list[Option] = []
    tickets_csv: str = ""
    as_of: str = ""
    _links: dict[str, list[list[str]]] = {}
    _browser_zone: str = ""  # as told, where the profile names none

    @rx.event
    @allow(Role.MANAGER, Role.ADMIN)
    async def load(self):
        """Read what the address asks for."""
        live.watch()
        where, today = place.read(self.router.url.query_parameters), now().date()
        nodes = await attempt(tree.choosable, me())
        self._frame(where, today, [] if isinstance(nodes, Failure) else nodes)
        seen = await attempt(reports.dashboard, me(), where.report_query(today, self._hours_zone()))
        if isinstance(seen, Failure):
            self.problem, self.ready = seen.message, True
            return
        self._show(where, today, seen)

    @rx.event
    @allow(Role.MANAGER, Role.ADMIN)
    async def in_zone(self, zone: str):
        """The browser tells its time zone, for those whose profile names none: the hours of arrivals are told in it."""
        if self.me["zone"] or zone == self._hours_zone() or not self.ready or self.problem:
            return
        where, today = place.read(self.router.url.query_parameters), now().date()
        found = await attempt(reports.figure, me(), "arrivals", where.report_query(today, zone))
        if isinstance(found, Failure):
            return
        self._browser_zone = zone
        links = Links(*where.bounds(today), where.group, None)
        shown = _shown(found, links, words.finding(found, {}), where.csv(found.key, today, zone))
        self.charts = {**self.charts, found.key: drawing.draw(found)}
        self.figures = {**self.figures, found.key: shown}

    @rx.event
    @allow(Role.MANAGER, Role.ADMIN)
    async def choose(self, form: dict[str, Any]):
        """A period of one's own, from one day to another."""
        since, until = str(form.get("from", "")), str(form.get("to", ""))
        where = place.read({"from": since, "to": until, "group": self.group, "category": self.category})
        if not where.since:
            self._toast("bad", "Choose the first and the last day.")
            return None
        return go_to(where.href)

    @rx.event
    @allow(Role.MANAGER, Role.ADMIN)
    async def follow(self, key: str, points: list[dict[str, Any]]):
        """The tickets behind a point of a chart."""
        traces = self._links.get(str(key), [])
        point = points[0] if isinstance(points, list) and points else {}
        trace, at = point.get("curveNumber"), point.get("pointNumber")
        if isinstance(trace, int) and isinstance(at, int) and 0 <= trace < len(traces):
            row = traces[trace]
            if 0 <= at < len(row) and row[at]:
                return go_to(row[at])
        return None

    # ---- parts

    def _hours_zone(self) -> str:
        return self.me["zone"] or self._browser_zone or "UTC"

    def _frame(self, where: Place, today: date, nodes: list[GroupNode]) -> None:
        first, last = where.bounds(today)
        self.period, self.since, self.until = place.words(where, today), first.isoformat(), last.isoformat()
        self.group, self.category = where.group, where.category
        self.periods = place.periods(where)
        self.groups, self.categories = place.groups(where, nodes), place.categories(where, nodes)
        self.tickets_csv = where.tickets_csv(today)

    def _show(self, where: Place, today: date, seen: Dashboard) -> None:
        first, last = where.bounds(today)
        links = Links(first, last, where.group, seen.as_of if seen.before > seen.as_of else None)
        top = {one.key: one for one in seen.headlines}
        self.heads = [_head(one, links) for one in seen.headlines]
        self.charts = {one.key: drawing.draw(one) for one in seen.figures}
        self.figures = {
            one.key: _shown(
                one, links, words.finding(one, top), where.csv(one.key, today, self._hours_zone())
            )
            for one in seen.figures
        }
        self._links = {one.key: links.points(one) for one in seen.figures}
        self.hands = _hands(next(one for one in seen.figures if one.key == "workload"), links)
        self.nothing = _is_empty(seen)
        self.as_of, self.problem, self.ready = iso(seen.as_of), "", True


def _head(one: Headline, links: Links) -> Head:
    said = words.headline(one)
    return {
        "key": one.key,
        "title": one.title,
        "says": one.says,
        "value": said["value"],
        "unit": said["unit"],
        "note": said["note"],
        "delta": said["delta"],
        "way": said["way"],
        "tone": said["tone"],
        "href": links.head(one.key),
    }


def _shown(one: Figure, links: Links, finding: str, csv: str) -> Shown:
    keep = [n for n, column in enumerate(one.columns) if not column.name.endswith("_id")]
    hrefs = links.rows(one)
    return {
        "says": one.says,
        "finding": finding,
        "heads": [one.columns[n].label for n in keep],
        "lines": [
            {
                "key": str(at),
                "cells": [words.cell(row[n], one.columns[n]) for n in keep],
                "href": hrefs[at],
            }
            for at, row in enumerate(one.rows)
        ],
        "csv": csv,
    }


def _hands(figure: Figure, links: Links) -> list[Hands]:
    hrefs = links.rows(figure)
    most = max((int(row[2] or 0) for row in figure.rows), default=0) or 1
    return [
        {
            "id": int(row[0] or 0),
            "name": str(row[1]),
            "initials": initials(str(row[1])),
            "tone": tone(int(row[0] or 0)),
            "open": f"{row[2]:,}",
            "at_risk": f"{row[3]:,}",
            "late": f"{row[4]:,}",
            "resolved": f"{row[5]:,}",
            "width": f"{round(100 * int(row[2] or 0) / most)}%",
            "href": href,
        }
        for row, href in list(zip(figure.rows, hrefs, strict=True))[:_MOST_HANDS]
    ]


def _is_empty(seen: Dashboard) -> bool:
    """Nothing happened in the period, and nothing is open."""
    rows = {one.key: one.rows for one in seen.figures}
    counted = [*(row[1:] for row in rows["flow"]), *(row[1:] for row in rows["backlog"])]
    return not any(any(row) for row in counted) and not any(one.count for one in seen.headlines)
