"""What the home page holds: six figures, and two weeks as chart and table."""

from __future__ import annotations

import dataclasses
from typing import Any, TypedDict

import reflex as rx

from helpdesk.domain.enums import Role
from helpdesk.domain.queues import COUNTS, followed
from helpdesk.services import reports
from helpdesk.services.views import DayFigure, HomeFigures
from helpdesk.ui import charts, live
from helpdesk.ui.app_state import AppState, query
from helpdesk.ui.bridge import Failure, alone, attempt_together
from helpdesk.ui.guard import allow, me
from helpdesk.ui.rows import iso

NUMBERS = ("open", "unassigned", "breaching", "breached", "created_today", "resolved_today")


class Day(TypedDict):
    day: str
    words: str
    created: int
    resolved: int
    href: str  # the tickets created on it


class HomeState(AppState):
    ready: bool = False
    problem: str = ""
    numbers: dict[str, int] = {}
    today_href: str = ""
    resolved_href: str = ""
    days: list[Day] = []
    chart: dict[str, Any] = {}
    finding: str = ""
    as_of: str = ""

    @rx.event
    @allow(Role.MANAGER, Role.ADMIN)
    async def load(self):
        live.watch(*followed(me(), COUNTS), refresh=HomeState.refresh)
        await self._read()

    @rx.event
    @allow(Role.MANAGER, Role.ADMIN)
    async def refresh(self):
        """Some ticket changed."""
        await self._read()

    async def _read(self) -> None:
        seen = await attempt_together(alone(me()), reports.home, me())
        if isinstance(seen, Failure):
            self.problem = seen.message
            if self.ready:
                self._tell(seen)
            return
        self._show(seen)

    def _show(self, seen: HomeFigures) -> None:
        self.problem = ""
        values = dataclasses.asdict(seen)
        self.numbers = {name: values[name] for name in NUMBERS}
        today = seen.days[-1].day
        self.today_href = created_on(today)
        self.resolved_href = "/queue" + query(view="all", resolved=today)
        days = [_day(one) for one in seen.days]
        if days != self.days:
            self.days = days
            self.chart = charts.created_and_resolved(seen.days)
            self.finding = charts.finding(seen.days)
        self.as_of = iso(seen.as_of)
        self.ready = True


def created_on(day: str) -> str:
    """The tickets that were created on a UTC day, in the queue."""
    return "/queue" + query(view="all", created=day)


def _day(figure: DayFigure) -> Day:
    return {
        "day": figure.day,
        "words": charts.day_words(figure.day),
        "created": figure.created,
        "resolved": figure.resolved,
        "href": created_on(figure.day),
    }
