"""What the API answers with figures."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field

from helpdesk.api.shapes import Out, PriorityName, StatusName
from helpdesk.services.views import Dashboard, Report

_DAY_OR_MOMENT = "A date where the period is made of whole days (UTC), else a moment."


class SpreadOut(Out):
    median: float | None = Field(description="Null where nothing was measured.")
    p90: float | None


class AttainmentOut(Out):
    met: int
    breached: int
    attainment: float | None = Field(
        description="The share that was kept, 0 to 1; null: nothing was decided."
    )


class PromisesOut(Out):
    first_response: AttainmentOut
    resolution: AttainmentOut


class GroupCountOut(Out):
    id: int
    name: str
    count: int


class _Of(Out):
    """Of a period."""

    model_config = ConfigDict(from_attributes=True, populate_by_name=True)

    from_: Annotated[date | datetime, Field(alias="from", description=_DAY_OR_MOMENT)]
    to: date | datetime = Field(description="The last day, or the moment before which it ends.")


class ReportOut(_Of):
    created: int
    resolved: int
    reopened: int
    backlog: int
    by_status: dict[StatusName, int]
    by_priority: dict[PriorityName, int]
    by_group: list[GroupCountOut]
    first_response_minutes: SpreadOut
    resolution_minutes: SpreadOut
    sla: PromisesOut
    reopen_rate: float | None = Field(description="Null where nothing was resolved.")

    @classmethod
    def made(cls, report: Report) -> Self:
        since, to = _bounds(report)
        return cls(
            from_=since,
            to=to,
            created=report.created,
            resolved=report.resolved,
            reopened=report.reopened,
            backlog=report.backlog,
            by_status=report.by_status,  # type: ignore[arg-type]
            by_priority=report.by_priority,  # type: ignore[arg-type]
            by_group=[GroupCountOut.of(one) for one in report.by_group],
            first_response_minutes=SpreadOut.of(report.first_response_minutes),
            resolution_minutes=SpreadOut.of(report.resolution_minutes),
            sla=PromisesOut.model_validate({kind: AttainmentOut.of(one) for kind, one in report.sla.items()}),
            reopen_rate=report.reopen_rate,
        )


class ColumnOut(Out):
    name: str
    label: str
    unit: Literal["", "share", "minutes"]


class FigureOut(Out):
    key: str
    title: str
    says: str = Field(description="What it means.")
    columns: list[ColumnOut]
    rows: list[list[str | int | float | None]]


class HeadlineOut(Out):
    key: str
    title: str
    says: str
    unit: Literal["share", "minutes", "stars"]
    value: float | None
    before: float | None = Field(
        description="In the period of the same length before; null for fewer than ten."
    )
    count: int = Field(description="How many it was made from.")
    p90: float | None


class DashboardOut(_Of):
    step: Literal["day", "week"]
    as_of: datetime
    headlines: list[HeadlineOut]
    figures: list[FigureOut]

    @classmethod
    def made(cls, dashboard: Dashboard) -> Self:
        since, to = _bounds(dashboard)
        return cls(
            from_=since,
            to=to,
            step=dashboard.step,  # type: ignore[arg-type]
            as_of=dashboard.as_of,
            headlines=[HeadlineOut.of(one) for one in dashboard.headlines],
            figures=[FigureOut.of(one) for one in dashboard.figures],
        )


def _bounds(view: Report | Dashboard) -> tuple[date | datetime, date | datetime]:
    """Whole days as days, the last one included."""
    if view.since.timetz().replace(tzinfo=None) == view.before.timetz().replace(tzinfo=None) == time():
        return view.since.date(), (view.before - timedelta(days=1)).date()
    return view.since, view.before
