"""What the helpdesk promises, how a deadline comes about, and how things stand."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from helpdesk.api.guard import Caller, GuardedRoute, overseer, signed_in
from helpdesk.api.openapi import answers
from helpdesk.api.queries import TicketKey
from helpdesk.api.shapes import ClockIntervalOut, ClockOutline, ExpectationOut, HomeOut, PriorityName
from helpdesk.services import reports, sla

router = APIRouter(prefix="/api/v1", tags=["figures"], route_class=GuardedRoute)

_Id = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
_Rank = Annotated[int | None, Query(ge=1, le=3)]


@router.get("/expectation")
@signed_in
def expectation(
    actor: Caller,
    group_id: Annotated[int, Query(ge=1, le=2**63 - 1)],
    category_id: _Id = None,
    subcategory_id: _Id = None,
    priority: PriorityName | None = None,
    impact: _Rank = None,
    urgency: _Rank = None,
    requested_for: _Id = None,
) -> ExpectationOut:
    """What a ticket would be promised if it were filed now, and how fast such are usually answered."""
    return ExpectationOut.of(
        sla.expectation(
            actor,
            group_id,
            category_id,
            subcategory_id,
            priority,
            impact=impact,
            urgency=urgency,
            requested_for=requested_for,
        )
    )


@router.get("/tickets/{key}/clocks/{kind}", responses=answers(404))
@signed_in
def explain(
    actor: Caller,
    key: TicketKey,
    kind: Annotated[Literal["first_response", "next_response", "resolution"], Path()],
) -> ClockOutline:
    """The arithmetic of a deadline: which intervals counted, and which were hold, closed or resolved."""
    return ClockOutline(items=[ClockIntervalOut.of(one) for one in sla.explain(actor, key, kind)])


@router.get("/admin/home")
@overseer
def home(actor: Caller) -> HomeOut:
    """The live figures of managers and admins, in their scope."""
    return HomeOut.of(reports.home(actor))
