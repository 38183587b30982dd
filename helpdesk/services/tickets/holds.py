"""Holding a ticket: waiting that pauses the clocks."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from helpdesk.core.clock import now
from helpdesk.core.db import transaction
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.domain.access import Actor, require_worker
from helpdesk.domain.enums import HOLDABLE, EventKind, HoldReason, NotificationEvent, Status
from helpdesk.models.ticket import NO_END, ticket_holds
from helpdesk.services import _text
from helpdesk.services._detail import detail
from helpdesk.services._lock import LockedTicket, close_hold, hold_notice, lock
from helpdesk.services._stale import require_version
from helpdesk.services.views import TicketDetail

_INSERT = insert(ticket_holds)
_LONGEST = timedelta(days=366)


def hold(
    actor: Actor,
    key: object,
    reason: str | None,
    until: datetime | None = None,
    *,
    version: int | None = None,
) -> TicketDetail:
    """Put a ticket on hold for a reason, optionally until a moment in the next year; None ends the hold.

    Raises:
        Invalid, NotFound, Forbidden, StaleVersion, Conflict (neither Assigned nor In Progress).
    """
    require_worker(actor)
    cleaned, end = cleaned_hold(reason, until)
    with transaction() as s:
        locked = lock(s, actor, key)
        locked.require_staff_view()
        if not _same(locked, cleaned, end):
            require_version(s, actor, locked, version)
            apply_hold(s, actor, locked, cleaned, end)
        return detail(s, actor, locked.row["id"])


def cleaned_hold(reason: object, until: object) -> tuple[HoldReason | None, datetime | None]:
    """The body of a hold."""
    if reason is None:
        if until is not None:
            raise Invalid.at("reason", "Say what the ticket waits for.")
        return None, None
    end = None if until is None else _text.clean_when("until", until)
    if end is not None and not now() < end <= now() + _LONGEST:
        raise Invalid.at("until", "A hold ends in the future, within a year.")
    return _text.clean_enum("reason", reason, HoldReason), end


def apply_hold(
    s: Session, actor: Actor, locked: LockedTicket, reason: HoldReason | None, until: datetime | None
) -> bool:
    """Set, change or end the hold of a locked ticket; False where nothing changes."""
    if _same(locked, reason, until):
        return False
    if Status(locked.row["status"]) not in HOLDABLE:
        raise Conflict("Only an Assigned or In Progress ticket can be on hold.")
    work = locked.work(s, actor)
    if locked.hold is not None:
        close_hold(s, locked, work, locked.at)
        told = () if reason is not None else (hold_notice(locked, NotificationEvent.HOLD_ENDED),)
        work.event(EventKind.HOLD_ENDED, *told)
    if reason is not None:
        work.log("hold", None, str(reason))
        work.event(
            EventKind.HOLD_STARTED,
            hold_notice(locked, NotificationEvent.HOLD_STARTED, str(reason)),
            data={"reason": str(reason), "until": until.isoformat() if until else None},
        )
        values = {"ticket_id": locked.row["id"], "reason": str(reason), "since": locked.row["event_at"]}
        s.execute(_INSERT, {**values, "until": until, "set_by": actor.user_id})
        work.put(held_until=until or NO_END)
    work.flush()
    return True


def _same(locked: LockedTicket, reason: HoldReason | None, until: datetime | None) -> bool:
    if locked.hold is None:
        return reason is None
    return locked.hold["reason"] == reason and locked.hold["until"] == until
