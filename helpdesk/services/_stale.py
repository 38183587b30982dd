"""Refusing an edit made against an older version, with the ticket as it is now."""

from __future__ import annotations

from sqlalchemy.orm import Session

from helpdesk.core.errors import StaleVersion
from helpdesk.domain.access import Actor
from helpdesk.services._detail import detail
from helpdesk.services._lock import LockedTicket


def require_version(s: Session, actor: Actor, locked: LockedTicket, version: int | None) -> None:
    """Raises `StaleVersion` with `current` (a `TicketDetail`) where `version` is another one; None skips the check.

    The version before a hold that ran out just now is as good: nobody could have seen the one that its end makes.
    """
    if not is_current(locked, version):
        raise StaleVersion(
            "Somebody changed this ticket meanwhile. Your change was not saved.",
            current=detail(s, actor, locked.row["id"]),
        )


def is_current(locked: LockedTicket, version: int | None) -> bool:
    """Whether an edit made against `version` is still made against what is there; None always is."""
    if version is None or (locked.hold_ran_out and version == locked.row["version"] - 1):
        return True
    return version == locked.row["version"]
