"""Moving a ticket: assigning, taking, status.

Each verb locks the ticket as its actor, asks the rules, and writes everything through `TicketWork`. The `apply_*`
functions do that on a locked ticket inside a transaction; bulk uses them with a savepoint per ticket.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from helpdesk.core.db import transaction
from helpdesk.core.errors import Conflict, Forbidden, Invalid
from helpdesk.domain.access import Actor, require_worker
from helpdesk.domain.enums import (
    AGENT_RESOLUTION_CODES,
    UNSOLVED,
    EventKind,
    NotificationEvent,
    ResolutionCode,
    Status,
)
from helpdesk.domain.lifecycle import (
    Capacity,
    Move,
    check,
    move_to,
    refused,
    reopened_status,
    require_right,
)
from helpdesk.services import _place, _rows, _text
from helpdesk.services._abilities import capacity_of
from helpdesk.services._detail import detail
from helpdesk.services._lock import LockedTicket, close_hold, lock
from helpdesk.services._notify import Notice
from helpdesk.services._record import TicketWork
from helpdesk.services._stale import require_version
from helpdesk.services.views import TicketDetail

MAX_TEXT = 20_000


# ---- assigning -------------------------------------------------------------------------------------------------------


def assign(actor: Actor, key: object, assignee_id: int | None, *, version: int | None = None) -> TicketDetail:
    """Give a ticket to an agent or admin, or (None) put it back among the unassigned. The same again writes nothing.

    Raises:
        Forbidden, NotFound, Invalid (not assignable), StaleVersion, TransitionRefused (resolved or closed).
    """
    require_worker(actor)
    assignee_id = _text.clean_optional_id("assigned_to", assignee_id)
    with transaction() as s:
        locked = lock(s, actor, key)
        locked.require_staff_view()
        apply_assign(s, actor, locked, assignee_id, version)
        return detail(s, actor, locked.row["id"])


def take(actor: Actor, key: object) -> TicketDetail:
    """Claim an unassigned ticket. One's own already: nothing is written.

    Raises:
        Conflict: somebody else has it; names them. Forbidden, NotFound, TransitionRefused.
    """
    require_worker(actor)
    with transaction() as s:
        locked = lock(s, actor, key)
        locked.require_staff_view()
        holder = locked.row["assigned_to"]
        if holder is not None and holder != actor.user_id:
            person = _rows.people(s, actor, [holder])[holder]
            raise Conflict(f"{person.name} has this ticket already.", assigned_to=person)
        if holder is None:
            if not _place.assignable(s, locked.row["group_id"], locked.restricted, actor.user_id):
                raise Forbidden("Only members of this restricted group can take its tickets.")
            apply_assign(s, actor, locked, actor.user_id)
        return detail(s, actor, locked.row["id"])


def apply_assign(
    s: Session, actor: Actor, locked: LockedTicket, assignee_id: int | None, version: int | None = None
) -> bool:
    """Assign or unassign a locked ticket; False where nothing changes."""
    if locked.row["assigned_to"] == assignee_id:
        return False
    # who can't be assigned is a wrong body: that is said before the version and the transition
    if assignee_id is not None:
        _place.require_assignable(s, locked.row["group_id"], locked.restricted, assignee_id)
    require_version(s, actor, locked, version)
    status = Status(locked.row["status"])
    capacity = capacity_of(actor)
    if status not in UNSOLVED:
        raise refused(status, Status.ASSIGNED if assignee_id else Status.OPEN, capacity)
    work = locked.work(s, actor)
    if assignee_id is None:
        put_back(s, locked, work)
    else:
        hand_over(locked, work, assignee_id, capacity)
    work.flush()
    return True


def hand_over(locked: LockedTicket, work: TicketWork, assignee_id: int, capacity: Capacity) -> None:
    """Set the assignee; an Open ticket becomes Assigned. Tells the new one, the one who lost it and the creator."""
    before, status = locked.row["assigned_to"], Status(locked.row["status"])
    work.set("assigned_to", assignee_id)
    notices = [Notice(NotificationEvent.ASSIGNED, (assignee_id,))]
    if before is not None:
        notices.append(Notice(NotificationEvent.UNASSIGNED, (before,)))
    if status is Status.OPEN:
        work.set("status", str(check(Move.ASSIGN, status, capacity).target))
        notices.append(status_notice(locked))
    work.event(EventKind.ASSIGNED, *notices, data={"assigned_to": assignee_id})


def put_back(s: Session, locked: LockedTicket, work: TicketWork) -> None:
    """Unassign: the ticket is Open again and its hold ends."""
    target = check(Move.UNASSIGN, Status(locked.row["status"]), capacity_of(work.actor)).target
    before: int = locked.row["assigned_to"]
    if locked.hold is not None:
        close_hold(s, locked, work, locked.at)
        work.event(EventKind.HOLD_ENDED)
    work.set("assigned_to", None)
    work.set("status", str(target))
    work.event(EventKind.UNASSIGNED, Notice(NotificationEvent.UNASSIGNED, (before,)), status_notice(locked))


def status_notice(locked: LockedTicket) -> Notice:
    """ "Status changed" tells the creator and the watchers (product rules §5)."""
    people = (*locked.requester_side, *sorted(locked.watcher_ids))
    return Notice(NotificationEvent.STATUS_CHANGED, people, data={"status": locked.row["status"]})


# ---- status ----------------------------------------------------------------------------------------------------------


def set_status(
    actor: Actor,
    key: object,
    status: str,
    *,
    resolution_code: str | None = None,
    resolution_text: str | None = None,
    version: int | None = None,
) -> TicketDetail:
    """Move a ticket to In Progress, Resolved (with code and text) or Closed. The status it has: nothing is written.

    Raises:
        Invalid, NotFound, Forbidden (the table gives the move to others), StaleVersion, TransitionRefused.
    """
    require_worker(actor)
    target, code, text = cleaned_status(status, resolution_code, resolution_text)
    with transaction() as s:
        locked = lock(s, actor, key)
        locked.require_staff_view()
        source = Status(locked.row["status"])
        if source is not target:
            if (
                target is Status.CLOSED
            ):  # the one target that is not every worker's: a right comes before a version
                require_right(Move.CLOSE, source, capacity_of(actor))
            require_version(s, actor, locked, version)
            apply_status(s, actor, locked, target, code, text)
        return detail(s, actor, locked.row["id"])


def cleaned_status(
    status: object, code: object, text: object
) -> tuple[Status, ResolutionCode | None, str | None]:
    """The body of a status change; Resolved needs a resolution code and text."""
    target = _text.clean_enum("status", status, Status)
    if target is not Status.RESOLVED and code is None and text is None:
        return target, None, None
    required = target is Status.RESOLVED
    if required and code is None:
        raise Invalid.at("resolution_code", "Say how it was resolved.")
    cleaned = (
        None
        if code is None
        else _text.clean_enum("resolution_code", code, ResolutionCode, AGENT_RESOLUTION_CODES)
    )
    if required:
        return target, cleaned, _text.clean_text("resolution_text", text, MAX_TEXT)
    return target, cleaned, _text.clean_optional_text("resolution_text", text, MAX_TEXT)


def apply_status(
    s: Session,
    actor: Actor,
    locked: LockedTicket,
    target: Status,
    code: ResolutionCode | None,
    text: str | None,
) -> bool:
    """Move a locked ticket; False where it has that status already."""
    source = Status(locked.row["status"])
    if source is target:
        return False
    capacity = capacity_of(actor)
    move = move_to(target, source, capacity)
    check(move, source, capacity)
    work = locked.work(s, actor)
    if move is Move.START:
        start(locked, work)
    elif move is Move.RESOLVE:
        _resolve(s, locked, work, code, text)
    elif move is Move.REOPEN:
        reopen_locked(s, locked, work, reason=None, by_requester=False)
    else:
        close_locked(s, locked, work, code, text)
    work.flush()
    return True


def start(locked: LockedTicket, work: TicketWork) -> None:
    """Assigned → In Progress; the first time is kept as `started_at`."""
    work.set("status", str(Status.IN_PROGRESS))
    if locked.row["started_at"] is None:
        work.put(started_at=locked.at)
    work.event(EventKind.STATUS_CHANGED, status_notice(locked), data={"status": str(Status.IN_PROGRESS)})


def _resolve(
    s: Session, locked: LockedTicket, work: TicketWork, code: ResolutionCode | None, text: str | None
) -> None:
    _end_open_hold(s, locked, work)
    work.set("status", str(Status.RESOLVED))
    work.set("resolution_code", None if code is None else str(code))
    work.set("resolution_text", text)
    work.put(resolved_at=locked.at)
    work.event(
        EventKind.RESOLVED,
        Notice(NotificationEvent.RESOLVED, locked.requester_side),
        status_notice(locked),
        data={"resolution_code": None if code is None else str(code)},
    )


def close_locked(
    s: Session, locked: LockedTicket, work: TicketWork, code: ResolutionCode | None, text: str | None
) -> None:
    """Close a locked ticket whose transition was checked; keeps the resolution of a resolved one."""
    _end_open_hold(s, locked, work)
    work.set("status", str(Status.CLOSED))
    if code is not None:
        work.set("resolution_code", str(code))
    if text is not None:
        work.set("resolution_text", text)
    work.put(closed_at=locked.at)
    assignee = locked.row["assigned_to"]
    work.event(
        EventKind.CLOSED,
        Notice(NotificationEvent.CLOSED, locked.requester_side),
        status_notice(locked),
        *(
            [Notice(NotificationEvent.STATUS_CHANGED, (assignee,), data={"status": "Closed"})]
            if assignee
            else []
        ),
        data={"resolution_code": locked.row.get("resolution_code")},
    )


def _end_open_hold(s: Session, locked: LockedTicket, work: TicketWork) -> None:
    """Resolving and closing end a hold; the change of status tells of it."""
    if locked.hold is not None:
        close_hold(s, locked, work, locked.at)
        work.event(EventKind.HOLD_ENDED)


def reopen_locked(
    s: Session, locked: LockedTicket, work: TicketWork, *, reason: str | None, by_requester: bool
) -> None:
    """Back into work: In Progress, Assigned if never started, Open if the assignee left (product rules §3)."""
    assignee = locked.row["assigned_to"]
    stays = assignee is not None and _place.assignable(s, locked.row["group_id"], locked.restricted, assignee)
    target = reopened_status(locked.row["started_at"] is not None, stays)
    if not stays:
        work.set("assigned_to", None)
    work.set("status", str(target))
    if reason is not None:
        work.log("reopen_reason", None, reason)
    work.set("resolution_code", None)
    work.set("resolution_text", None)
    work.put(resolved_at=None, closed_at=None, reopen_count=locked.row["reopen_count"] + 1)
    told = [Notice(NotificationEvent.REOPENED, (assignee,))] if stays and assignee else []
    work.event(
        EventKind.REOPENED,
        *told,
        status_notice(locked),
        data={"by_requester": by_requester, "status": str(target)},
    )
