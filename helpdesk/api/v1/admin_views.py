"""How staff sort and look at the queue: tags, saved views, their own settings."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from helpdesk.api.bodies_views import QueueSettingsBody, ViewBody, ViewEdit
from helpdesk.api.guard import Caller, GuardedRoute, staff
from helpdesk.api.openapi import answers
from helpdesk.api.queries import Id
from helpdesk.api.shapes import TagsOut
from helpdesk.api.shapes_views import QueueSettingsOut, ViewCountOut, ViewCountsOut, ViewOut, ViewsOut
from helpdesk.services import saved_views, tickets

router = APIRouter(prefix="/api/v1/admin", tags=["queue"], route_class=GuardedRoute)


@router.get("/tags")
@staff
def find_tags(
    actor: Caller,
    q: Annotated[str, Query(max_length=50, description="How they begin.")] = "",
) -> TagsOut:
    """Up to ten tags of tickets that the caller sees as staff."""
    return TagsOut(items=tickets.find_tags(actor, q))


@router.get("/views")
@staff
def list_views(actor: Caller) -> ViewsOut:
    """The caller's saved views and those shared with them, in order."""
    return ViewsOut(items=[ViewOut.of(one) for one in saved_views.list_views(actor)])


@router.post("/views", status_code=201, responses=answers(409))
@staff
def create_view(actor: Caller, body: ViewBody) -> ViewOut:
    """Keep a view of the queue, for oneself, for a group that one belongs to, or (admins) for all staff."""
    return ViewOut.of(saved_views.create_view(actor, body.values()))


@router.get("/views/counts")
@staff
def view_counts(actor: Caller) -> ViewCountsOut:
    """How many tickets the caller's first twenty views have in their own scope."""
    return ViewCountsOut(items=[ViewCountOut.of(one) for one in saved_views.view_counts(actor)])


@router.get("/views/{view_id}", responses=answers(404))
@staff
def get_view(actor: Caller, view_id: Id) -> ViewOut:
    """One view; somebody else's private one is 404."""
    return ViewOut.of(saved_views.get_view(actor, view_id))


@router.put("/views/{view_id}", responses=answers(404))
@staff
def update_view(actor: Caller, view_id: Id, body: ViewEdit) -> ViewOut:
    """Change what is given: the owner's, and of shared ones also an admin's."""
    return ViewOut.of(saved_views.update_view(actor, view_id, body.values()))


@router.delete("/views/{view_id}", status_code=204, responses=answers(404))
@staff
def delete_view(actor: Caller, view_id: Id) -> None:
    """Delete a view."""
    saved_views.delete_view(actor, view_id)


@router.get("/queue/settings")
@staff
def settings(actor: Caller) -> QueueSettingsOut:
    """The caller's own columns of the queue, and the view that it opens with."""
    return QueueSettingsOut.of(saved_views.settings(actor))


@router.put("/queue/settings", responses=answers(404))
@staff
def save_settings(actor: Caller, body: QueueSettingsBody) -> QueueSettingsOut:
    """Change what is given; null is the usual."""
    return QueueSettingsOut.of(saved_views.save_settings(actor, body.given()))
