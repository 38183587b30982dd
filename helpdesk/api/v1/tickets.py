"""Tickets as their requester, creator and watchers have them; staff get their own view of a single one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from helpdesk.api.bodies import (
    ClientCommentBody,
    CommentBody,
    FilesBody,
    Nothing,
    PresenceBody,
    RatingBody,
    ReopenBody,
    TicketBody,
    WatchersBody,
)
from helpdesk.api.filters import OwnPage
from helpdesk.api.guard import Caller, GuardedRoute, reads_body, signed_in
from helpdesk.api.openapi import answers, json_or_files
from helpdesk.api.payload import JsonOrFiles
from helpdesk.api.queries import TicketKey
from helpdesk.api.shapes import (
    AttachmentOut,
    AttachmentsOut,
    CommentOut,
    FoundTicketsOut,
    PresenceOut,
    PresentOut,
    TicketDetailOut,
    TicketOut,
    TicketsOut,
)
from helpdesk.core.errors import Invalid
from helpdesk.domain.enums import Role
from helpdesk.services import attachments, comments, limits, presence, tickets
from helpdesk.services.views import NewTicket

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"], route_class=GuardedRoute)


@router.get("")
@signed_in
def list_mine(actor: Caller, query: OwnPage) -> FoundTicketsOut:
    """My tickets: filed by me, for me, or watched, in the requester's view."""
    return FoundTicketsOut.of(tickets.list_mine(actor, query))


@router.post("", status_code=201, responses=answers(409), openapi_extra=json_or_files(TicketBody))
@signed_in
@reads_body
def create(actor: Caller, payload: JsonOrFiles, response: Response) -> TicketDetailOut:
    """File a ticket, for oneself or for a colleague, with files of the form or uploaded before."""
    body = payload.into(TicketBody)
    limits.creating(actor)
    asked = payload.idempotency(body)
    made = payload.with_uploads(
        actor,
        lambda stored: tickets.create(
            actor,
            NewTicket(
                group_id=body.group_id,
                title=body.title,
                description=body.description,
                category_id=body.category_id,
                subcategory_id=body.subcategory_id,
                priority=body.priority,
                impact=body.impact,
                urgency=body.urgency,
                requested_for=body.requested_for,
                watchers=tuple(body.watchers),
                upload_ids=(*body.upload_ids, *stored),
            ),
            idempotency=asked,
        ),
        lambda answer: {one.id for one in answer.attachments},
    )
    response.headers["Location"] = f"/api/v1/tickets/{made.ticket.id}"
    return TicketDetailOut.of(made)


@router.get("/similar")
@signed_in
def similar(actor: Caller, title: Annotated[str, Query(max_length=200)]) -> TicketsOut:
    """Up to three unsolved requests of the caller that resemble a title, to follow instead of filing again."""
    return TicketsOut(items=[TicketOut.of(one) for one in tickets.similar(actor, title)])


@router.get("/{key}", responses=answers(404))
@signed_in
def get(actor: Caller, key: TicketKey) -> TicketDetailOut:
    """A ticket with its conversation, files and changes, as far as the caller may see them."""
    return TicketDetailOut.of(tickets.get(actor, key))


@router.post(
    "/{key}/comments", status_code=201, responses=answers(404, 409), openapi_extra=json_or_files(CommentBody)
)
@signed_in
@reads_body
def comment(actor: Caller, key: TicketKey, payload: JsonOrFiles) -> CommentOut:
    """Write on a ticket. `is_internal` is for agents and admins: 422 from a client, whatever its value."""
    if actor.role is Role.CLIENT:
        sent = payload.into(ClientCommentBody)
        body = CommentBody(**sent.model_dump())
    else:
        body = payload.into(CommentBody)
    asked = payload.idempotency(body)
    made = payload.with_uploads(
        actor,
        lambda stored: comments.add(
            actor,
            key,
            body.message,
            body.is_internal,
            (*body.upload_ids, *stored),
            body.seen_comment_id,
            idempotency=asked,
        ),
        lambda answer: {one.id for one in answer.attachments},
    )
    return CommentOut.of(made)


@router.post(
    "/{key}/attachments",
    status_code=201,
    responses=answers(404, 409),
    openapi_extra=json_or_files(FilesBody),
)
@signed_in
@reads_body
def attach(actor: Caller, key: TicketKey, payload: JsonOrFiles) -> AttachmentsOut:
    """Hang files on a ticket, for everybody who sees it."""
    body = payload.into(FilesBody)
    if not payload.files and not body.upload_ids:
        raise Invalid.at("attachments", "Files are needed here.")
    asked = payload.idempotency(body)
    made = payload.with_uploads(
        actor,
        lambda stored: attachments.attach(actor, key, (*body.upload_ids, *stored), idempotency=asked),
        lambda answer: {one.id for one in answer},
    )
    return AttachmentsOut(attachments=[AttachmentOut.of(one) for one in made])


@router.get("/{key}/presence", responses=answers(404))
@signed_in
def who_is_here(actor: Caller, key: TicketKey) -> PresenceOut:
    """Who else has the ticket open, for staff; always empty for its requester's side."""
    return PresenceOut(items=[PresentOut.of(one) for one in presence.here(actor, key)])


@router.put("/{key}/presence", responses=answers(404))
@signed_in
def be_here(actor: Caller, key: TicketKey, body: PresenceBody) -> PresenceOut:
    """Say that one has the ticket open: it holds for 35 seconds, typing for 12. Answers as GET does."""
    return PresenceOut(items=[PresentOut.of(one) for one in presence.be(actor, key, body.doing)])


@router.put("/{key}/watchers", responses=answers(404))
@signed_in
def set_watchers(actor: Caller, key: TicketKey, body: WatchersBody) -> TicketDetailOut:
    """Make exactly these people the watchers."""
    return TicketDetailOut.of(tickets.set_watchers(actor, key, body.user_ids))


@router.post("/{key}/reopen", responses=answers(404, 409))
@signed_in
def reopen(actor: Caller, key: TicketKey, body: ReopenBody) -> TicketDetailOut:
    """The requester's "Not yet"."""
    return TicketDetailOut.of(tickets.reopen(actor, key, body.reason))


@router.post("/{key}/close", responses=answers(404, 409))
@signed_in
def close(actor: Caller, key: TicketKey, body: Nothing | None = None) -> TicketDetailOut:
    """The requester confirms a solution, or withdraws what is not solved yet."""
    return TicketDetailOut.of(tickets.close(actor, key))


@router.post("/{key}/rating", responses=answers(404, 409))
@signed_in
def rate(actor: Caller, key: TicketKey, body: RatingBody) -> TicketDetailOut:
    """The requester rates the solution."""
    return TicketDetailOut.of(tickets.rate(actor, key, body.rating, body.comment))
