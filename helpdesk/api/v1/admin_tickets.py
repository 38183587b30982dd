"""The queue, and what staff do with tickets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse

from helpdesk.api.bodies import AssignBody, BulkBody, EditBody, HoldBody, StatusBody, TagsBody
from helpdesk.api.filters import QueuePage
from helpdesk.api.guard import Caller, GuardedRoute, reads_body, staff, validated, worker
from helpdesk.api.openapi import answers, json_body
from helpdesk.api.payload import JsonValue
from helpdesk.api.queries import TicketKey, only_given
from helpdesk.api.shapes import (
    BulkOut,
    BulkResultOut,
    FoundTicketsOut,
    MentionOut,
    MentionsOut,
    QueueCountsOut,
    TicketDetailOut,
)
from helpdesk.api.shapes_jobs import JobOut
from helpdesk.services import comments, jobs, tickets
from helpdesk.services.views import TicketQuery

router = APIRouter(prefix="/api/v1/admin/tickets", tags=["queue"], route_class=GuardedRoute)


@router.get("")
@staff
def list_queue(actor: Caller, query: QueuePage) -> FoundTicketsOut:
    """All tickets that the caller sees as staff."""
    return FoundTicketsOut.of(tickets.list_queue(actor, query))


@router.get("/counts")
@staff
def counts(actor: Caller) -> QueueCountsOut:
    """How many unsolved tickets each quick filter of the queue holds."""
    return QueueCountsOut.of(tickets.queue_counts(actor))


@router.post(
    "/bulk",
    response_model=BulkOut,
    responses=answers(409) | {202: {"model": JobOut, "description": "By `filter`: the job that does it"}},
)
@worker
def bulk(actor: Caller, body: BulkBody) -> BulkOut | JSONResponse:
    """The same change for up to 200 tickets, each its own success or failure; or for all of a filter, as a job."""
    apart = {"ids", "filter", "action", "versions"}
    args = {name: value for name, value in body.given().items() if name not in apart}
    if body.filter is not None:
        query = TicketQuery(**only_given(body.filter.given()))
        job = JobOut.of(jobs.start(actor, query, body.action, args))
        return JSONResponse(job.model_dump(mode="json"), 202)
    results = tickets.bulk(actor, body.ids or [], body.action, args, versions=body.versions)
    return BulkOut(results=[BulkResultOut.of(one) for one in results])


@router.get("/{key}/mentionable", responses=answers(404))
@worker
def mentionable(
    actor: Caller, key: TicketKey, q: Annotated[str, Query(max_length=150, description="A beginning.")] = ""
) -> MentionsOut:
    """Up to eight colleagues who see the ticket as staff: to mention them in a note by `@handle`."""
    return MentionsOut(items=[MentionOut.of(one) for one in comments.mentionable(actor, key, q)])


@router.put("/{key}", responses=answers(404, 409))
@worker
def update(actor: Caller, key: TicketKey, body: EditBody) -> TicketDetailOut:
    """Change fields. `version` is the one that the caller saw: 409 with `current` where it is stale."""
    changes = {name: value for name, value in body.given().items() if name != "version"}
    return TicketDetailOut.of(tickets.update(actor, key, changes, body.version))


@router.put("/{key}/assign", responses=answers(404, 409))
@worker
def assign(actor: Caller, key: TicketKey, body: AssignBody) -> TicketDetailOut:
    """Give a ticket to somebody, or (null) put it back."""
    return TicketDetailOut.of(tickets.assign(actor, key, body.assigned_to, version=body.version))


@router.post("/{key}/take", responses=answers(404, 409))
@worker
def take(actor: Caller, key: TicketKey) -> TicketDetailOut:
    """Claim a ticket: 409 with `assigned_to` where somebody has it."""
    return TicketDetailOut.of(tickets.take(actor, key))


@router.put("/{key}/status", responses=answers(404, 409))
@worker
def set_status(actor: Caller, key: TicketKey, body: StatusBody) -> TicketDetailOut:
    """In Progress, Resolved (with code and text) or Closed; Open and Assigned come from assigning."""
    return TicketDetailOut.of(
        tickets.set_status(
            actor,
            key,
            body.status,
            resolution_code=body.resolution_code,
            resolution_text=body.resolution_text,
            version=body.version,
        )
    )


@router.put("/{key}/hold", responses=answers(404, 409), openapi_extra=json_body(HoldBody, nullable=True))
@worker
@reads_body
def hold(actor: Caller, key: TicketKey, value: JsonValue) -> TicketDetailOut:
    """Put a ticket on hold, or (null) end the hold."""
    if value is None:
        return TicketDetailOut.of(tickets.hold(actor, key, None))
    body = validated(HoldBody, value)
    return TicketDetailOut.of(tickets.hold(actor, key, body.reason, body.until, version=body.version))


@router.put("/{key}/tags", responses=answers(404))
@worker
def set_tags(actor: Caller, key: TicketKey, body: TagsBody) -> TicketDetailOut:
    """Make exactly these the ticket's tags; no requester learns of them."""
    return TicketDetailOut.of(tickets.set_tags(actor, key, body.tags))
