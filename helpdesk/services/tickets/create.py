"""Filing a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from helpdesk.core.clock import moved_to
from helpdesk.core.config import get_settings
from helpdesk.core.db import transaction
from helpdesk.core.errors import Invalid
from helpdesk.domain import priority as priorities
from helpdesk.domain.access import Actor, in_staff_scope
from helpdesk.domain.enums import EventKind, NotificationEvent, Priority, Source, Status, Visibility
from helpdesk.domain.queues import touched
from helpdesk.models.person import users
from helpdesk.models.ticket import ticket_numbers, ticket_watchers, tickets
from helpdesk.services import _chain, _clocks, _place, _text, _uploads
from helpdesk.services._detail import detail
from helpdesk.services._lock import system_actor
from helpdesk.services._notify import Notice, group_audience
from helpdesk.services._record import TICK, TicketWork
from helpdesk.services.idempotency import Idempotency, first_answer, keep
from helpdesk.services.views import NewTicket, TicketDetail

MAX_TITLE, MAX_DESCRIPTION, MAX_WATCHERS = 255, 20_000, 50

_FILING = select(
    func.clock_timestamp().label("moment"), ticket_numbers.next_value().label("number"), users.c.department
).where(users.c.id == bindparam("requester"))
_INSERT = insert(tickets).returning(tickets.c.id)
_INSERT_WATCHERS = insert(ticket_watchers)


def create(actor: Actor, new: NewTicket, *, idempotency: Idempotency | None = None) -> TicketDetail:
    """File a ticket, for oneself or on behalf of a colleague, into any group that is not archived.

    A default assignee of the place gets it at once. The creator, the requester, the group's queue address and its
    members are told. With `idempotency` the same request again returns the first answer.

    Raises:
        Invalid: by field: unknown place or person, over-long or blank text, Critical chosen by a client, watchers
            in a restricted group chosen by somebody who is not its staff.
    """
    fields = cleaned_ticket(actor, new)
    with transaction() as s:
        known = first_answer(s, actor, idempotency, TicketDetail)
        if known is not None:
            return known
        ticket_id = file_ticket(s, actor, fields)
        answer = detail(s, actor, ticket_id)
        keep(s, actor, idempotency, TicketDetail, answer)
        return answer


def file_ticket(s: Session, actor: Actor, fields: dict[str, Any]) -> int:
    """Write a request of cleaned fields in the caller's transaction; returns the ticket's id. Errors as `create`."""
    place = _place.choose(s, fields["group_id"], fields["category_id"], fields["subcategory_id"])
    requester = fields["requested_for"] or actor.user_id
    _place.require_person(s, "requested_for", requester)
    watchers = _watchers(s, actor, place, requester, fields["watchers"])
    priority = priorities.derive(fields["priority"], fields["impact"], fields["urgency"], place.priority)
    row = _insert(s, actor, fields, place, requester, priority)
    audience = frozenset({actor.user_id, requester, *watchers})
    queues = touched(place.group_id, place.restricted)
    work = TicketWork(s, actor, row, row["created_at"], place.path, queues, audience)
    if requester != actor.user_id:
        work.on_behalf_of = requester
    _insert_watchers(s, actor, row, watchers)
    _record_creation(s, work, watchers, fields["upload_ids"])
    work.flush()
    if place.assignee_id is not None:
        _assign_default(s, work, place)
    ticket_id: int = row["id"]
    return ticket_id


def cleaned_ticket(actor: Actor, new: NewTicket) -> dict[str, Any]:
    """The fields of a request, each checked; raises `Invalid` as `create` says."""
    chosen = None if new.priority is None else _text.clean_enum("priority", new.priority, Priority)
    if chosen is Priority.CRITICAL and not actor.may_work:
        raise Invalid.at("priority", "Only the helpdesk sets Critical. Say how much it holds you up instead.")
    return {
        "group_id": _text.clean_id("group_id", new.group_id),
        "category_id": _text.clean_optional_id("category_id", new.category_id),
        "subcategory_id": _text.clean_optional_id("subcategory_id", new.subcategory_id),
        "title": _text.clean_line("title", new.title, MAX_TITLE),
        "description": _text.clean_text("description", new.description, MAX_DESCRIPTION, required=False),
        "priority": chosen,
        "impact": None if new.impact is None else _text.clean_number("impact", new.impact, 1, 3),
        "urgency": None if new.urgency is None else _text.clean_number("urgency", new.urgency, 1, 3),
        "requested_for": _text.clean_optional_id("requested_for", new.requested_for),
        "watchers": _text.clean_ids("watchers", new.watchers, MAX_WATCHERS),
        "upload_ids": _text.clean_ids("attachments", new.upload_ids, _uploads.MAX_FILES),
    }


def _watchers(
    s: Session, actor: Actor, place: _place.Place, requester: int, chosen: tuple[int, ...]
) -> tuple[int, ...]:
    """Those chosen; somebody who files for a colleague becomes a watcher (product rules §1)."""
    others = set(chosen) - {requester, actor.user_id}
    staff = actor.may_work and in_staff_scope(actor, place.group_id, place.restricted)
    if others and place.restricted and not staff:
        raise Invalid.at("watchers", "In this group only its staff adds watchers.")
    for person in chosen:
        _place.require_person(s, "watchers", person)
    watchers = dict.fromkeys(person for person in chosen if person != requester)
    if requester != actor.user_id:
        watchers[actor.user_id] = None
    return tuple(watchers)


def _insert(
    s: Session, actor: Actor, fields: dict[str, Any], place: _place.Place, requester: int, priority: Priority
) -> dict[str, Any]:
    filing = s.execute(_FILING, {"requester": requester}).one()
    at: datetime = moved_to() or filing.moment
    facts = {
        "group_id": place.group_id,
        "category_id": place.category_id,
        "subcategory_id": place.subcategory_id,
        "priority": str(priority),
        "department": filing.department,
        "own_policy_id": place.policy_id,
    }
    row: dict[str, Any] = {
        "ticket_no": f"{get_settings().ticket_prefix}-{filing.number}",
        "created_by": actor.user_id,
        "requested_for": requester,
        "assigned_to": None,
        "group_id": place.group_id,
        "category_id": place.category_id,
        "subcategory_id": place.subcategory_id,
        "title": fields["title"],
        "description": fields["description"],
        "priority": str(priority),
        "impact": fields["impact"],
        "urgency": fields["urgency"],
        "status": str(Status.OPEN),
        "source": str(actor.source),
        "policy_version_id": _clocks.policy_for(s, facts),
        "version": 0,  # the first flush makes it 1
        "created_at": at,
        "updated_at": at,
        "staff_updated_at": at,
        "history_seq": 0,
        "history_hash": _chain.GENESIS,
        "event_seq": 0,
        "event_at": at - TICK,  # so that the first event happens at the very moment of filing
        "reopen_count": 0,
        "started_at": None,
    }
    row["id"] = s.execute(_INSERT, row).scalar_one()
    return row


def _insert_watchers(s: Session, actor: Actor, row: dict[str, Any], watchers: tuple[int, ...]) -> None:
    if watchers:
        base = {"ticket_id": row["id"], "added_by": actor.user_id, "created_at": row["created_at"]}
        s.execute(_INSERT_WATCHERS, [base | {"user_id": person} for person in watchers])


def _record_creation(
    s: Session, work: TicketWork, watchers: tuple[int, ...], uploads: tuple[int, ...]
) -> None:
    row = work.row
    work.log("status", None, row["status"])
    work.log("priority", None, row["priority"])
    for person in watchers:
        work.log("watcher", None, str(person))
    _uploads.hang(s, work, uploads, None, Visibility.PUBLIC)
    members, address = group_audience(s, row["group_id"])
    creators = tuple(dict.fromkeys((row["requested_for"], row["created_by"])))
    work.event(
        EventKind.CREATED,
        Notice(NotificationEvent.TICKET_RECEIPT, creators),
        Notice(NotificationEvent.TICKET_CREATED, members, address),
        data={"source": row["source"]},
    )


def _assign_default(s: Session, created: TicketWork, place: _place.Place) -> None:
    """The place's default assignee takes it over at once, by the system's hand, if they still can."""
    assert place.assignee_id is not None  # noqa: S101
    if not _place.assignable(s, place.group_id, place.restricted, place.assignee_id):
        return
    system = system_actor(s, Source.TIMER)
    work = TicketWork(s, system, created.row, created.at, created.path, created.queues, created.audience)
    work.set("assigned_to", place.assignee_id)
    work.set("status", str(Status.ASSIGNED))
    told = (*dict.fromkeys((work.row["requested_for"], work.row["created_by"])), *sorted(work.audience))
    work.event(
        EventKind.ASSIGNED,
        Notice(NotificationEvent.ASSIGNED, (place.assignee_id,)),
        Notice(NotificationEvent.STATUS_CHANGED, told, data={"status": str(Status.ASSIGNED)}),
        data={"assigned_to": place.assignee_id},
    )
    work.flush()
