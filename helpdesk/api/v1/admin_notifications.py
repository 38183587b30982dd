"""The notification log."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from helpdesk.api.guard import Caller, GuardedRoute, admin, staff
from helpdesk.api.openapi import answers
from helpdesk.api.queries import Cursor, Id, IdFilter, PageNumber, PageSize, Sort
from helpdesk.api.shapes import PageOut, page_of
from helpdesk.api.shapes_admin import NotificationOut
from helpdesk.services import notifications
from helpdesk.services.notifications import NotificationQuery

router = APIRouter(prefix="/api/v1/admin/notifications", tags=["notifications"], route_class=GuardedRoute)

_StatusName = Literal["queued", "sending", "sent", "failed", "suppressed"]


@router.get("")
@admin
def list_log(
    actor: Caller,
    status: Annotated[list[_StatusName], Query(max_length=5)] = [],  # noqa: B006 (never changed)
    event: Annotated[list[str], Query(max_length=50)] = [],  # noqa: B006
    ticket_id: IdFilter = [],  # noqa: B006
    recipient_id: IdFilter = [],  # noqa: B006
    sort: Sort = "-created_at",
    page: PageNumber = 1,
    page_size: PageSize = 25,
    cursor: Cursor = None,
) -> PageOut[NotificationOut]:
    """What was sent to whom, or why not."""
    query = NotificationQuery(
        status=tuple(status),
        event=tuple(event),
        ticket_id=tuple(ticket_id),
        recipient_id=tuple(recipient_id),
        sort=sort,
        page=page,
        page_size=page_size,
        cursor=cursor,
    )
    return page_of(notifications.list_log(actor, query), NotificationOut)


@router.post("/{notification_id}/retry", responses=answers(404, 409))
@staff
def retry(actor: Caller, notification_id: Id) -> NotificationOut:
    """Queue a failed message again: admins any, other staff those of tickets that they see."""
    return NotificationOut.of(notifications.retry(actor, notification_id))
