"""Going from ticket to ticket along a list of the queue."""

from __future__ import annotations

from fastapi import APIRouter

from helpdesk.api.filters import QueueList
from helpdesk.api.guard import Caller, GuardedRoute, staff
from helpdesk.api.openapi import answers
from helpdesk.api.queries import TicketKey
from helpdesk.api.shapes import NeighboursOut
from helpdesk.services import tickets

router = APIRouter(prefix="/api/v1/admin/tickets", tags=["queue"], route_class=GuardedRoute)


@router.get("/{key}/neighbours", responses=answers(404))
@staff
def neighbours(actor: Caller, key: TicketKey, query: QueueList) -> NeighboursOut:
    """The tickets before and after one in a list, by the filters and order of that list."""
    return NeighboursOut.of(tickets.neighbours(actor, key, query))
