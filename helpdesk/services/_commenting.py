"""What a comment does to a locked ticket: its row, its event and whom it tells, holds and status that follow."""

from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.orm import Session

from helpdesk.core.errors import Conflict, Forbidden
from helpdesk.core.ids import random_id
from helpdesk.domain.access import Actor, is_requester_side
from helpdesk.domain.enums import EventKind, HoldReason, NotificationEvent, Status, View, Visibility
from helpdesk.domain.lifecycle import Move, check
from helpdesk.models.ticket import ticket_comments
from helpdesk.services import _place, _uploads
from helpdesk.services._abilities import capacity_of
from helpdesk.services._lock import LockedTicket, close_hold, hold_notice
from helpdesk.services._mentions import mentioned
from helpdesk.services._notify import Notice, group_audience
from helpdesk.services._record import TicketWork
from helpdesk.services._stale import require_thread
from helpdesk.services.tickets.moves import start

_INSERT = insert(ticket_comments)


def write_comment(
    s: Session,
    actor: Actor,
    locked: LockedTicket,
    message: str,
    is_internal: bool = False,
    uploads: tuple[int, ...] = (),
    seen: int | None = None,
) -> int:
    """Write a cleaned message on a locked ticket; returns the comment's id.

    `seen`: as of `_stale.require_thread`, which holds public messages. Errors as `require_may_write` and it.
    """
    require_writer(actor, locked, is_internal=is_internal)
    require_thread(s, actor, locked, seen, hold=not is_internal)
    if not is_internal:
        require_not_closed(locked)
    work = locked.work(s, actor)
    comment_id = _insert(s, work, message, is_internal, seen)
    visibility = Visibility.STAFF if is_internal else Visibility.PUBLIC
    work.log("note" if is_internal else "comment", None, str(comment_id), visibility)
    _uploads.hang(s, work, uploads, comment_id, visibility)
    if is_internal:
        _note(s, locked, work, message, comment_id)
    else:
        _public(s, actor, locked, work, comment_id)
    work.flush()
    return comment_id


def require_may_write(actor: Actor, locked: LockedTicket) -> None:
    """Something public: by who may write, on a ticket that is not closed. Errors as of the two."""
    require_writer(actor, locked, is_internal=False)
    require_not_closed(locked)


def require_writer(actor: Actor, locked: LockedTicket, *, is_internal: bool) -> None:
    """Agents and admins as staff, and the requester's side.

    Raises:
        Forbidden: a manager who is not on the requester's side, a note by somebody who sees the requester's view.
    """
    works = locked.view is View.STAFF and actor.may_work
    if is_internal and not works:
        raise Forbidden("You see this ticket as its requester, so you can't write internal notes.")
    if not works and not is_requester_side(actor, locked.facts):
        raise Forbidden("You can read this ticket, but not write on it.")


def require_not_closed(locked: LockedTicket) -> None:
    """Raises `Conflict` for a closed ticket; it offers to reopen."""
    if Status(locked.row["status"]) is Status.CLOSED:
        raise Conflict("This ticket is closed. Reopen it to go on.", offer="reopen")


def _insert(s: Session, work: TicketWork, message: str, is_internal: bool, seen: int | None) -> int:
    comment_id = random_id()
    row = {
        "id": comment_id,
        "ticket_id": work.row["id"],
        "author_id": work.actor.user_id,
        "message": message,
        "is_internal": is_internal,
        "source": str(work.actor.source),
        "seen_comment_id": seen or None,
        "created_at": work.at,
    }
    s.execute(_INSERT, row)
    return comment_id


def _note(s: Session, locked: LockedTicket, work: TicketWork, message: str, comment_id: int) -> None:
    people = mentioned(s, message, locked.row["group_id"], locked.restricted)
    notice = Notice(NotificationEvent.INTERNAL_NOTE, people, comment_id=comment_id)
    work.event(EventKind.NOTE, notice, visibility=Visibility.STAFF)


def _public(s: Session, actor: Actor, locked: LockedTicket, work: TicketWork, comment_id: int) -> None:
    kind = _side(actor, locked)
    work.event(kind, *_told(s, locked, kind, comment_id), data={"comment_id": comment_id})
    waited_for = locked.hold is not None and locked.hold["reason"] == HoldReason.REQUESTER
    if kind is EventKind.REQUESTER_COMMENT and waited_for:
        close_hold(s, locked, work, locked.at)
        work.event(EventKind.HOLD_ENDED, hold_notice(locked, NotificationEvent.HOLD_ENDED))
    starts = Status(locked.row["status"]) is Status.ASSIGNED and actor.user_id == locked.row["assigned_to"]
    if kind is EventKind.AGENT_COMMENT and starts:
        check(Move.START, Status.ASSIGNED, capacity_of(actor))
        start(locked, work)


def _side(actor: Actor, locked: LockedTicket) -> EventKind:
    """For the clocks: the requester's word, an agent's who is not the requester, or a bystander's."""
    if actor.user_id == locked.row["requested_for"]:
        return EventKind.REQUESTER_COMMENT
    if locked.view is View.STAFF and actor.may_work:
        return EventKind.AGENT_COMMENT
    if actor.user_id == locked.row["created_by"]:
        return EventKind.REQUESTER_COMMENT
    return EventKind.OTHER_COMMENT


def _told(s: Session, locked: LockedTicket, kind: EventKind, comment_id: int) -> list[Notice]:
    """The other side: requester and watchers, or the assignee, else the group (product rules §5)."""
    requesters = (*locked.requester_side, *sorted(locked.watcher_ids))
    if kind is EventKind.AGENT_COMMENT:
        return [Notice(NotificationEvent.PUBLIC_COMMENT, requesters, comment_id=comment_id)]
    group_id, assignee = locked.row["group_id"], locked.row["assigned_to"]
    if assignee is not None and not _place.assignable(s, group_id, locked.restricted, assignee):
        assignee = None  # left the company or the restricted group: the ticket waits to be reassigned
    people, address = ((assignee,), None) if assignee else group_audience(s, group_id)
    if kind is EventKind.OTHER_COMMENT:
        people = (*people, *locked.requester_side)
    return [Notice(NotificationEvent.PUBLIC_COMMENT, people, address, comment_id)]
