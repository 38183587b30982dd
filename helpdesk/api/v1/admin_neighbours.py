"""Going from ticket to ticket along a list of the queue."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from helpdesk.api.guard import Caller, GuardedRoute, staff
from helpdesk.api.openapi import answers
from helpdesk.api.queries import From, IdFilter, PriorityFilter, Sort, StatusFilter, TicketKey, To, Words
from helpdesk.api.shapes import NeighboursOut
from helpdesk.services import tickets
from helpdesk.services.views import TicketQuery

router = APIRouter(prefix="/api/v1/admin/tickets", tags=["queue"], route_class=GuardedRoute)


@router.get("/{key}/neighbours", responses=answers(404))
@staff
def neighbours(
    actor: Caller,
    key: TicketKey,
    status: StatusFilter = [],  # noqa: B006 (never changed)
    priority: PriorityFilter = [],  # noqa: B006
    group_id: IdFilter = [],  # noqa: B006
    category_id: IdFilter = [],  # noqa: B006
    subcategory_id: IdFilter = [],  # noqa: B006
    q: Words = None,
    created_from: From = None,
    created_to: To = None,
    resolved_from: From = None,
    resolved_to: To = None,
    assigned_to: Annotated[list[str], Query(max_length=100, description="Ids, `me`, `none`.")] = [],  # noqa: B006
    created_by: IdFilter = [],  # noqa: B006
    requested_for: IdFilter = [],  # noqa: B006
    sla: Annotated[list[Literal["breached", "at_risk"]], Query(max_length=2)] = [],  # noqa: B006
    on_hold: bool | None = None,
    tag: Annotated[list[Annotated[str, Query(max_length=50)]], Query(max_length=100)] = [],  # noqa: B006
    mine_groups: Annotated[bool, Query(description="Only the groups that the caller belongs to.")] = False,
    sort: Sort = "-created_at",
) -> NeighboursOut:
    """The tickets before and after one in a list, by the filters and order of that list."""
    query = TicketQuery(
        status=tuple(status),
        priority=tuple(priority),
        group_id=tuple(group_id),
        category_id=tuple(category_id),
        subcategory_id=tuple(subcategory_id),
        q=q,
        created_from=created_from,
        created_to=created_to,
        resolved_from=resolved_from,
        resolved_to=resolved_to,
        assigned_to=tuple(assigned_to),
        created_by=tuple(created_by),
        requested_for=tuple(requested_for),
        sla=tuple(sla),
        on_hold=on_hold,
        tag=tuple(tag),
        mine_groups=mine_groups,
        sort=sort,
    )
    return NeighboursOut.of(tickets.neighbours(actor, key, query))
