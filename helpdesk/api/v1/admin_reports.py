"""The reports of managers and admins: as JSON, and each figure as CSV."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response

from helpdesk.api import csv_text
from helpdesk.api.guard import Caller, GuardedRoute, overseer
from helpdesk.api.openapi import answers
from helpdesk.api.queries import HoursZone, IdFilter, PeriodEnd, PeriodStart
from helpdesk.api.shapes_figures import DashboardOut, ReportOut
from helpdesk.services import reports
from helpdesk.services.views import ReportQuery

router = APIRouter(prefix="/api/v1/admin/reports", tags=["figures"], route_class=GuardedRoute)

_CSV = {200: {"description": "The figure's table", "content": {"text/csv": {"schema": {"type": "string"}}}}}


def _asked(
    since: datetime | None, before: datetime | None, group: list[int], cat: list[int], zone: str = "UTC"
) -> ReportQuery:
    return ReportQuery(since, before, tuple(group), tuple(cat), zone)


@router.get("")
@overseer
def report(
    actor: Caller,
    since: PeriodStart = None,
    before: PeriodEnd = None,
    group_id: IdFilter = [],  # noqa: B006 (never changed)
    category_id: IdFilter = [],  # noqa: B006
) -> ReportOut:
    """The metrics of a period in the caller's scope; what each means stands in docs/reports.md."""
    return ReportOut.made(reports.report(actor, _asked(since, before, group_id, category_id)))


@router.get("/figures")
@overseer
def figures(
    actor: Caller,
    since: PeriodStart = None,
    before: PeriodEnd = None,
    group_id: IdFilter = [],  # noqa: B006
    category_id: IdFilter = [],  # noqa: B006
    zone: HoursZone = "UTC",
) -> DashboardOut:
    """Every figure of the reports page as a table; on top six numbers, and what they were in the period before."""
    return DashboardOut.made(reports.dashboard(actor, _asked(since, before, group_id, category_id, zone)))


@router.get("/{figure}.csv", response_class=Response, responses=answers(404) | _CSV)
@overseer
def figure(
    actor: Caller,
    figure: Annotated[str, Path(max_length=40, description="The `key` of a figure, such as `flow`.")],
    since: PeriodStart = None,
    before: PeriodEnd = None,
    group_id: IdFilter = [],  # noqa: B006
    category_id: IdFilter = [],  # noqa: B006
    zone: HoursZone = "UTC",
) -> Response:
    """One of the figures as CSV."""
    found = reports.figure(actor, figure, _asked(since, before, group_id, category_id, zone))
    content = csv_text.BEGINNING + csv_text.lines([[column.name for column in found.columns], *found.rows])
    headers = {"Content-Disposition": f'attachment; filename="{found.key}.csv"'}
    return Response(content.encode(), 200, headers, media_type=csv_text.MEDIA_TYPE)
