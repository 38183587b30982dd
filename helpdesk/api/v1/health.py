"""For supervisors and load balancers, outside `/api`."""

from __future__ import annotations

from fastapi import APIRouter, Response

from helpdesk.api.guard import GuardedRoute, public
from helpdesk.api.shapes_admin import HealthOut, PartOut, ReadyOut
from helpdesk.services import health

router = APIRouter(tags=["health"], route_class=GuardedRoute)


@router.get("/health")
@public
async def live() -> HealthOut:
    """The process is alive."""
    # on the loop: it has to answer also while all threads wait for a part that hangs
    health.live()
    return HealthOut(status="ok")


@router.get("/ready", responses={503: {"model": ReadyOut, "description": "A part does not answer"}})
@public
def ready(response: Response) -> ReadyOut:
    """Database, broker and storage answer: each named."""
    found = health.ready()
    if not found.ok:
        response.status_code = 503
    return ReadyOut(status="ok" if found.ok else "failed", parts=[PartOut.of(part) for part in found.parts])
