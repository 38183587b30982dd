"""What the requester does with an answer: confirm, withdraw, reopen, rate."""

from __future__ import annotations

from datetime import timedelta

from helpdesk.core.config import get_settings
from helpdesk.core.db import transaction
from helpdesk.core.errors import Conflict
from helpdesk.domain.access import Actor, require_requester
from helpdesk.domain.enums import UNSOLVED, EventKind, ResolutionCode, Status, Visibility
from helpdesk.domain.lifecycle import Capacity, Move, check
from helpdesk.services import _text
from helpdesk.services._detail import detail
from helpdesk.services._lock import LockedTicket, lock
from helpdesk.services.tickets.moves import close_locked, reopen_locked
from helpdesk.services.views import TicketDetail

MAX_REASON, MAX_RATING_COMMENT = 2_000, 2_000


def close(actor: Actor, key: object) -> TicketDetail:
    """Confirm a resolved ticket, or withdraw one that is not solved yet. Closed already: nothing is written.

    Raises:
        NotFound, Forbidden (not the requester, or also the assignee).
    """
    with transaction() as s:
        locked = lock(s, actor, key)
        require_requester(actor, locked.facts)
        source = Status(locked.row["status"])
        if source is not Status.CLOSED:
            move = Move.CONFIRM if source is Status.RESOLVED else Move.WITHDRAW
            check(move, source, Capacity.REQUESTER)
            work = locked.work(s, actor)
            close_locked(s, locked, work, ResolutionCode.WITHDRAWN if move is Move.WITHDRAW else None, None)
            work.flush()
        return detail(s, actor, locked.row["id"])


def reopen(actor: Actor, key: object, reason: str) -> TicketDetail:
    """ "Not yet": a resolved ticket goes back into work, a closed one within the days that the settings allow.

    Raises:
        Invalid (no reason), NotFound, Forbidden, TransitionRefused (not solved yet), Conflict (closed too long ago).
    """
    reason = _text.clean_text("reason", reason, MAX_REASON)
    with transaction() as s:
        locked = lock(s, actor, key)
        require_requester(actor, locked.facts)
        check(Move.REOPEN, Status(locked.row["status"]), Capacity.REQUESTER)
        _require_recent(locked)
        work = locked.work(s, actor)
        reopen_locked(s, locked, work, reason=reason, by_requester=True)
        work.flush()
        return detail(s, actor, locked.row["id"])


def _require_recent(locked: LockedTicket) -> None:
    closed_at = locked.row["closed_at"]
    days = get_settings().reopen_days
    if closed_at is not None and locked.at - closed_at > timedelta(days=days):
        raise Conflict(
            f"This was closed more than {days} days ago. File a new request and mention {locked.row['ticket_no']}."
        )


def rate(actor: Actor, key: object, rating: int, comment: str | None = None) -> TicketDetail:
    """Rate the solution from 1 to 5, once resolved; a later rating replaces the one before.

    Raises:
        Invalid, NotFound, Forbidden, Conflict (not solved yet).
    """
    rating = _text.clean_number("rating", rating, 1, 5)
    words = None if comment is None else _text.clean_optional_text("comment", comment, MAX_RATING_COMMENT)
    with transaction() as s:
        locked = lock(s, actor, key)
        require_requester(actor, locked.facts)
        if Status(locked.row["status"]) in UNSOLVED:
            raise Conflict("A ticket is rated once it is resolved.")
        work = locked.work(s, actor)
        changed = work.set("rating", rating)
        if work.set("rating_comment", words) or changed:
            work.event(EventKind.RATED, data={"rating": rating}, visibility=Visibility.PUBLIC)
            work.flush()
        return detail(s, actor, locked.row["id"])
