"""The caller's own notifications: the bell."""

from __future__ import annotations

from fastapi import APIRouter

from helpdesk.api.guard import Caller, GuardedRoute, signed_in
from helpdesk.api.openapi import answers
from helpdesk.api.queries import Cursor, Id, PageNumber, PageSize
from helpdesk.api.shapes import PageOut, page_of
from helpdesk.api.shapes_personal import BellCountOut, BellOut, ReadOut
from helpdesk.services import notifications
from helpdesk.services.notifications import BellQuery

router = APIRouter(prefix="/api/v1/notifications", tags=["notifications"], route_class=GuardedRoute)


@router.get("")
@signed_in
def list_mine(
    actor: Caller,
    unread: bool | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
    cursor: Cursor = None,
) -> PageOut[BellOut]:
    """What the caller was told in the app, the newest first."""
    query = BellQuery(unread=unread, page=page, page_size=page_size, cursor=cursor)
    return page_of(notifications.list_mine(actor, query), BellOut)


@router.get("/unread")
@signed_in
def count_unread(actor: Caller) -> BellCountOut:
    """How many of them are not read, up to 100."""
    return BellCountOut.of(notifications.count_unread(actor))


@router.post("/read-all")
@signed_in
def mark_all_read(actor: Caller) -> ReadOut:
    """Take all of them as read."""
    return ReadOut(read=notifications.mark_all_read(actor))


@router.post("/{notification_id}/read", responses=answers(404))
@signed_in
def mark_read(actor: Caller, notification_id: Id) -> BellOut:
    """Take one of them as read."""
    return BellOut.of(notifications.mark_read(actor, notification_id))
