"""How staff sort and look at the queue: tags."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from helpdesk.api.guard import Caller, GuardedRoute, staff
from helpdesk.api.shapes import TagsOut
from helpdesk.services import tickets

router = APIRouter(prefix="/api/v1/admin", tags=["queue"], route_class=GuardedRoute)


@router.get("/tags")
@staff
def find_tags(
    actor: Caller,
    q: Annotated[str, Query(max_length=50, description="How they begin.")] = "",
) -> TagsOut:
    """Up to ten tags of tickets that the caller sees as staff."""
    return TagsOut(items=tickets.find_tags(actor, q))
